"""`python -m rasa_twin24.teaching.process JOB`: trains and judges a model, beside a running bot and out of its way.

The job is a JSON file, see `Job`; the outcome is written beside it as `verdict.json`. Standard input is a pipe that
nobody writes to: when it ends, whoever asked for the model is gone, and so is this process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa_twin24.teaching.job import VERDICT, Job
from rasa_twin24.teaching.judge import Heard, Score, Verdict, judge, score
from rasa_twin24.teaching.known import evaluation

NICE = 10


def main() -> None:
    """Exit code 0 with a verdict written, anything else without."""
    file = Path(sys.argv[1])
    threading.Thread(target=_die_with_parent, args=(file.parent,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICE)
    job = Job(**json.loads(file.read_text(encoding="utf-8")))
    from rasa.model_training import train  # seconds, and half a gigabyte

    trained = train("domain.yml", "config.yml", ["data", job.phrases], output=job.folder, fixed_model_name=job.name)
    if trained.code or not trained.model:
        sys.exit(1)
    verdict = asyncio.run(_judge(job, str(Path(job.folder) / job.name)))
    making = file.with_name(f".{VERDICT}")
    making.write_text(json.dumps(asdict(verdict), ensure_ascii=False), encoding="utf-8")
    making.replace(file.with_name(VERDICT))


async def _judge(job: Job, model: str) -> Verdict:
    new = await _listen(model, evaluation())
    taught = await _listen(model, [(text, intent) for text, intent in job.taught])
    running: Score | None = None
    if job.score is not None:
        running = Score.from_json(job.score)
    elif job.running is not None:
        running = score(await _listen(job.running, evaluation()))
    return judge(score(new), running, taught)


async def _listen(model: str, phrases: list[tuple[str, str]]) -> list[Heard]:
    from rasa.core.agent import Agent

    agent: Any = Agent.load(model)
    return [
        Heard(text, intent, (await agent.parse_message(text.lstrip("/")))["intent"]["name"]) for text, intent in phrases
    ]


def _die_with_parent(folder: Path) -> None:
    """A killed bot can neither stop this process nor clear up behind it."""
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
