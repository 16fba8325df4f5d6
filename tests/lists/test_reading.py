"""The bot's side: a worker is started, heard as its answers are taken, and never left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from rasa_twin24.lists import ChooseColumn, ListSettings, People, Rejects, Summary, UnreadableList, read_list, reading
from rasa_twin24.lists.outcome import Entry, Rejected
from tests.lists.files import csv_text, xlsx
from tests.lists.unpacked import unpacked
from tests.waiting import PATIENCE, until

SETTINGS = ListSettings()
MANY = "".join(f"8916{row:07}\n" for row in range(30_000)).encode()


def workers() -> set[int]:
    """Processes that this one started and that still are there, defunct ones too."""
    found = set()
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(folder.name))
    return found


@pytest.fixture(autouse=True)
async def nobody_stays(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """No process stays behind, and asyncio complains of nothing."""
    before = workers()
    gc.freeze()  # only what comes of the test is looked through
    yield
    # uvloop, which Sanic brings, collects a killed process a moment later.
    await until(lambda: workers() <= before)
    gc.collect()
    gc.unfreeze()
    assert not [record for record in caplog.records if record.name == "asyncio"]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> object:
    """Put another program in the worker's place."""

    def put(program: str) -> None:
        monkeypatch.setattr(reading, "WORKER", (sys.executable, "-I", "-c", program))

    return put


async def test_a_list_comes_in_chunks_and_ends_with_its_summary() -> None:
    outcomes = [outcome async for outcome in read_list(MANY + b"1234567\n", "a.txt", "RU", SETTINGS)]
    *chunks, summary = outcomes
    assert summary == Summary(30_001, 30_000, (), None, "text", None)
    *people, rejects = [unpacked(chunk) for chunk in chunks if not isinstance(chunk, Summary)]
    assert all(0 < len(chunk) <= 1000 for chunk in people)
    entries = [each for chunk in people for each in chunk if isinstance(each, Entry)]
    assert [(entry.row, entry.phones) for entry in entries] == [(row + 1, (f"+7916{row:07}",)) for row in range(30_000)]
    assert rejects == [Rejected(30_001, "1234567", "too_short", None)]


async def test_everything_passes_the_pipe_unharmed() -> None:
    rows = [["Телефон", 'Имя "в" кавычках'], ["89161234567", "Анна 🙂\u2028{}\\n"], ["8 916 123-45-67", "x"]]
    people, rejects, summary = [each async for each in read_list(xlsx(rows), "a.xlsx", "RU", SETTINGS)]
    assert isinstance(people, People)
    assert isinstance(rejects, Rejects)
    assert unpacked(people) == [Entry(2, ("+79161234567",), {'Имя "в" кавычках': "Анна 🙂 {}\\n"})]
    assert unpacked(rejects) == [Rejected(3, "8 916 123-45-67", "duplicate", 2)]
    assert summary == Summary(2, 1, ('Имя "в" кавычках',), "Телефон", "xlsx", "Sheet")


async def test_a_column_is_asked_for_and_then_taken() -> None:
    content = csv_text([["Телефон", "Моб."], ["89161234567", "89031112233"]]).encode()
    with pytest.raises(ChooseColumn) as choice:
        [each async for each in read_list(content, "a.csv", "RU", SETTINGS)]
    assert choice.value.columns == [(0, "Телефон"), (1, "Моб.")]
    people, _ = [each async for each in read_list(content, "a.csv", "RU", SETTINGS, column=1)]
    assert isinstance(people, People)
    assert unpacked(people) == [Entry(2, ("+79031112233",), {"Телефон": "89161234567"})]


async def test_a_file_over_the_limit_starts_no_worker(stand_in) -> None:
    stand_in("raise SystemExit('started')")
    with pytest.raises(UnreadableList) as refusal:
        [each async for each in read_list(bytes((1 << 20) + 1), "a", "RU", ListSettings(megabytes=1))]
    assert (refusal.value.reason, refusal.value.figures) == ("too_large", {"megabytes": 1})


async def test_whoever_leaves_early_ends_the_worker() -> None:
    async with aclosing(read_list(MANY, "a.txt", "RU", SETTINGS)) as outcomes:
        async for _ in outcomes:
            break
    # and `nobody_stays`


async def test_whoever_is_cancelled_ends_the_worker(stand_in) -> None:
    stand_in("import time; time.sleep(600)")

    async def read() -> None:
        async with aclosing(read_list(MANY, "a.txt", "RU", SETTINGS)) as outcomes:
            async for _ in outcomes:
                pass

    before = workers()
    reader = asyncio.create_task(read())
    while workers() == before:
        await asyncio.sleep(0.01)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader


# What stands in the worker's place, and the reason that the reader gives.
ENDS: dict[str, tuple[str, str]] = {
    "memory": ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "too_big"),
    "time of the processor": ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "took_too_long"),
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "took_too_long"),
    "silence": ("import time; time.sleep(600)", "took_too_long"),
    "a line and silence": (
        "import time; print('{\"rows\": [1', end='', flush=True); time.sleep(600)",
        "took_too_long",
    ),
    "an error": ("raise ValueError('89161234567')", "damaged"),
    "a good end without a word": ("", "damaged"),
    "half a line": ("print('{\"rows\": [1', end='')", "damaged"),
    "half a chunk": ('print(\'{"rows": [1], "phones": [["+7"]], "bytes": 9}\\n12345678\', end="")', "damaged"),
    "a failure": ('print(\'{"failed": "KeyError"}\')', "damaged"),
}


@pytest.mark.parametrize("case", ENDS)
async def test_a_worker_that_does_not_come_to_its_end(case: str, stand_in) -> None:
    program, reason = ENDS[case]
    stand_in(program)
    patience = ListSettings(wait_seconds=1 if "silence" in case else PATIENCE)
    with pytest.raises(UnreadableList) as refusal:
        [each async for each in read_list(b"x" * (1 << 20), "a.txt", "RU", patience)]
    assert refusal.value.reason == reason


async def test_a_worker_that_nobody_hears_waits() -> None:
    """Pipe and reader hold some hundred kilobytes: no more than those is the worker ahead, however long the list."""
    list_of_many = MANY.replace(b"8916", b"8926") + MANY
    async with aclosing(read_list(list_of_many, "a.txt", "RU", ListSettings(cpu_seconds=60))) as outcomes:
        await anext_of(outcomes)
        (worker,) = [pid for pid in workers() if "lists.worker" in Path(f"/proc/{pid}/cmdline").read_text()]
        while state(worker) != "S":
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
            assert state(worker) == "S"
        rest = [outcome async for outcome in outcomes]
    assert isinstance(rest[-1], Summary)


async def test_what_the_reader_does_meanwhile_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = 0.0
    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + spent))
    async for outcome in read_list(MANY, "a.txt", "RU", ListSettings(wait_seconds=PATIENCE)):
        if isinstance(outcome, People) and outcome.rows[0] == 1:
            spent = 2 * PATIENCE
    assert isinstance(outcome, Summary)


async def test_a_worker_gets_nothing_of_the_environment(stand_in, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:SECRET")
    stand_in("import os; print('{\"failed\": \"%s\"}' % sorted(set(os.environ) - {'LC_CTYPE'}))")
    heard = []
    monkeypatch.setattr(reading.log, "error", lambda event, **fields: heard.append((event, fields)))
    with pytest.raises(UnreadableList):
        [each async for each in read_list(b"1", "a.txt", "RU", SETTINGS)]
    assert heard == [("list_worker_failed", {"error": "[]"})]


def test_nothing_shows_a_number_by_itself() -> None:
    shown = repr(
        [Entry(1, ("+79161234567",), {"Имя": "Анна 9161234567"}), Rejected(2, "89161234567", "duplicate", 1)]
    ) + repr(UnreadableList("empty"))
    assert "916" not in shown


async def anext_of(outcomes: AsyncIterator[object]) -> object:
    return await outcomes.__anext__()


def state(pid: int) -> str:
    """R for running, S for waiting."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
