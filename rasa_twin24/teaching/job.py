"""A training beside the bot: what is to be trained, the process that does it, and what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rasa_twin24 import model
from rasa_twin24.teaching.judge import Score, Verdict
from rasa_twin24.teaching.phrase import Taught, render

VERDICT = "verdict.json"
# One thread each: the running bot has the other core.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "1",
)


@dataclass(frozen=True)
class Job:
    """`phrases` is a file of training data, `folder` and `name` where the model goes, `taught` texts with intents.

    `score` is how the running model was judged; if that is not known, `running` is the model to be judged as well.
    """

    phrases: str
    folder: str
    name: str
    taught: list[list[str]]
    running: str | None = None
    score: dict[str, Any] | None = None


class Training:
    """A process that trains and judges. `finish` once, `stop` at any time, and from any thread."""

    def __init__(
        self, project: Path, name: str, taught: Sequence[Taught], running: Path | None, score: Score | None
    ) -> None:
        """Starts at once."""
        self._folder = Path(tempfile.mkdtemp(prefix="rasa-twin24-teaching-"))
        phrases = self._folder / "phrases.yml"
        phrases.write_text(render(taught, marked=True), encoding="utf-8")
        job = Job(
            str(phrases),
            str(self._folder),
            name,
            [[phrase.text, phrase.intent] for phrase in taught],
            str(running.absolute()) if running else None,
            score.to_json() if score else None,
        )
        file = self._folder / "job.json"
        file.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
        self.model = self._folder / name
        # No secret of the bot is in its environment, nor the way to its database.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("BOT_", "TWIN24_", "TELEGRAM_"))}
        kept.pop("DATABASE_URL", None)
        env = {
            **kept,
            **_ONE_THREAD,
            "RASA_TELEMETRY_ENABLED": "false",
            "PYTHONPATH": os.getcwd(),
            "LOG_LEVEL": "ERROR",
        }
        self._output = (self._folder / "output.txt").open("wb")
        self._process = subprocess.Popen(  # noqa: S603 — nothing of it comes from outside
            [sys.executable, "-m", "rasa_twin24.teaching.process", str(file)],
            cwd=project,
            env=env,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def process_id(self) -> int:
        return self._process.pid

    def finish(self) -> Verdict:
        """Wait for the verdict; the model is at `model` until `clear`. Raises `TrainingFailed`."""
        try:
            self._process.wait(model.SECONDS)
        except subprocess.TimeoutExpired:
            self.stop()
        try:
            verdict = json.loads((self._folder / VERDICT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            output = (self._folder / "output.txt").read_text(encoding="utf-8", errors="replace")
            raise model.TrainingFailed(output[-3000:]) from error
        return Verdict(Score.from_json(verdict["score"]), verdict["objection"], tuple(verdict["phrases"]))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def clear(self) -> None:
        """Leave nothing behind."""
        if self._process.poll() is None:
            self.stop()
        if self._process.stdin:
            self._process.stdin.close()
        self._output.close()
        shutil.rmtree(self._folder, ignore_errors=True)
