"""One worker as the bot starts it, watched by its exit and by what it used."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from rasa_twin24.lists import ChooseColumn, ListSettings, Summary, UnreadableList
from rasa_twin24.lists.outcome import LABEL, Entry, Rejected
from rasa_twin24.lists.reading import WORKER, reason_of_end
from rasa_twin24.lists.settings import MEGABYTE
from rasa_twin24.lists.wire import Order, outcome_of, said_in
from tests.lists.unpacked import unpacked

# A process is charged with the memory of the one that started it until it runs its own program: so a small one starts
# the worker, and tells how it ended and what it used.
_WATCHED = """
import json, os, subprocess, sys
worker = subprocess.Popen(json.loads(sys.argv[1]), stderr=subprocess.DEVNULL, env={})
_, status, usage = os.wait4(worker.pid, 0)
worker.returncode = os.waitstatus_to_exitcode(status)
print(worker.returncode, usage.ru_maxrss, usage.ru_utime + usage.ru_stime, file=sys.stderr)
"""


@dataclass
class Run:
    """What a worker said, the reason it refused the file for, its peak memory and its time on the processor."""

    entries: list[Entry]
    rejected: list[Rejected]
    summary: Summary | None
    reason: str | None
    figures: dict[str, int]
    columns: list[tuple[int, str]] | None
    megabytes: float
    cpu_seconds: float


def run_worker(
    content: bytes, name: str = "", region: str = "RU", column: int | None = None, settings: ListSettings | None = None
) -> Run:
    """Read a list to its end, in a process whose use of memory is its own and not that of earlier children."""
    settings = settings or ListSettings()
    order = Order(name, region, column, LABEL, settings.rows, settings.memory * MEGABYTE, settings.cpu_seconds)
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(order.line() + content)
        given.seek(0)
        watched = (sys.executable, "-I", "-c", _WATCHED, json.dumps(WORKER))
        done = subprocess.run(watched, stdin=given, stdout=said, stderr=subprocess.PIPE, check=True)
        returncode, kilobytes, cpu_seconds = map(float, done.stderr.split())
        said.seek(0)
        answers = []
        while line := said.readline():
            words, size = said_in(line)
            answers.append((words, said.read(size)))
    run = Run([], [], None, None, {}, None, kilobytes / 1024, cpu_seconds)
    try:
        for answer in answers:
            outcome = outcome_of(*answer)
            if isinstance(outcome, Summary):
                run.summary = outcome
            elif isinstance(outcome, str):
                raise AssertionError(f"the worker failed: {outcome}")
            else:
                for each in unpacked(outcome):
                    (run.entries if isinstance(each, Entry) else run.rejected).append(each)  # type: ignore[arg-type]
        if run.summary is None:
            run.reason = reason_of_end(int(returncode))
    except UnreadableList as refusal:
        run.reason, run.figures = refusal.reason, refusal.figures
    except ChooseColumn as choice:
        run.columns = choice.columns
    return run
