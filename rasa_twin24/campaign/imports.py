"""Files and long texts with people to be called: read beside the talk, reported, and taken once their person says so.

Nothing here reaches TWIN: the people end on the list of a task, or on the do-not-call list.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.doubtful_rows import DoubtfulRows, doubtful_rows, report_of
from rasa_twin24.campaign.jobs import Jobs
from rasa_twin24.campaign.known import Known
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.ledger.candidates import CandidateState, Person
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.do_not_call import WrongKey
from rasa_twin24.ledger.imports import Import, ImportState, Purpose, Read
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.lists import ChooseColumn, People, Rejects, Summary, UnreadableList, read_list, without_rows
from rasa_twin24.text.dialling import ASKED
from rasa_twin24.text.phones import hide_numbers, mask

# The news that a list is read and waits for its person's decision; that its number column is to be chosen; that its
# doubtful rows are to be asked about.
READY, CHOOSE_COLUMN, DOUBTFUL = "import_ready", "import_choose_column", "import_doubtful"
# Rows that are not taken are kept for the file that goes back, so many at most.
MOST_LEFT = 50_000
NOBODY = b"[]"
SAMPLE = 3
# Lists that are read at the same time: each may take 200 MB.
READ_AT_ONCE = 2
# Characters of a file's name that are told.
MOST_NAME = 60


@dataclass
class Sorted:
    """What has been found so far. `seen` counts what is not taken, by reason; `left` are such rows in JSON."""

    chunks: int = 0
    good: int = 0
    elsewhere: int = 0
    several: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    sample: list[str] = field(default_factory=list)
    left: list[bytes] = field(default_factory=list, repr=False)
    # Rows and what would be told of them, were it not for what became of their people.
    settled: set[tuple[int, str]] = field(default_factory=set)

    def leave(self, reasons: Mapping[str, int], rows: bytes) -> None:
        """`rows`: a JSON list; of those there may be `MOST_LEFT` in all, and few more."""
        if rows != NOBODY and self.seen.total() < MOST_LEFT:
            self.left.append(rows[1:-1])
        self.seen.update(reasons)

    def left_rows(self) -> bytes:
        return b"[" + b",".join(self.left) + b"]"


class Imports:
    """One per process; one import is never worked on twice at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._jobs = Jobs(desk.ledger, self._work, leased=False)
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def begin(
        self, conversation: str, file_id: str, file_name: str, purpose: str, message: str | None = None
    ) -> Import:
        """A kept file is to be read; `carry_out` does it."""
        return await self._ledger.imports.begin(conversation, file_id, file_name, purpose, message)

    async def waiting(self, conversation: str) -> Import | None:
        """The newest list that its person has not decided about."""
        return await self._ledger.imports.waiting(conversation, [Purpose.CANDIDATES, Purpose.DO_NOT_CALL])

    async def choosing(self, conversation: str) -> Import | None:
        """The newest list whose column of numbers its person has not chosen."""
        return await self._ledger.imports.waiting(
            conversation, [Purpose.CANDIDATES, Purpose.DO_NOT_CALL], ImportState.CHOOSING
        )

    async def ask_about(self, conversation: str, phones: Sequence[str]) -> None:
        """Keep numbers (E.164) that no numbering plan knows until their person has said whether they are right.

        Whatever plan was shown is void: a yes may be meant for these numbers.
        """
        await self._ledger.plans.void(conversation)
        await self._ledger.imports.ask_about(conversation, [Read((phone,)) for phone in phones], report_of(phones))

    async def ask_about_own(self, conversation: str, person: Person, *, elsewhere: bool) -> Import:
        """The same for somebody who has shared their own contact; `elsewhere`: another task has them."""
        await self._ledger.plans.void(conversation)
        shown = ", ".join(map(mask, person.phones))
        report = {"good": 1, "elsewhere": int(elsewhere), "rows": [[None, shown, elsewhere]]}
        people = [Read(person.phones, dict(person.variables))]
        return await self._ledger.imports.ask_about(conversation, people, report, Purpose.OWN_CONTACT)

    async def asked_about(self, conversation: str, purpose: str = Purpose.DOUBTFUL) -> Import | None:
        """Whom of a message was asked about last, if that is not decided."""
        return await self._ledger.imports.waiting(conversation, [purpose])

    async def choose_column(self, conversation: str, import_id: int, column: int) -> bool:
        """The person has said which column holds the numbers; False when that is not asked any more."""
        asked = await self._ledger.imports.of(conversation, import_id)
        if asked is None or column not in [index for index, _ in asked.report.get("columns", [])]:
            return False
        return await self._ledger.imports.move(
            import_id, [ImportState.CHOOSING], ImportState.READING, number_column=column
        )

    async def take(self, conversation: str, import_id: int, *, only_new: bool = False) -> bool:
        """Its people go to the list of the current task, or to the do-not-call list; False when they cannot any more.

        Whatever plan was shown is void: it was about another list.
        """
        asked = await self._ledger.imports.of(conversation, import_id)
        if asked is None:
            return False
        if asked.purpose == Purpose.DO_NOT_CALL:
            return await self._ledger.imports.move(import_id, [ImportState.READY], ImportState.TAKEN)
        task, _ = await self._ledger.tasks.talked_about(conversation)
        if task is None or task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
            return False
        await self._ledger.plans.void(conversation)
        return await self._ledger.imports.move(
            import_id, [ImportState.READY], ImportState.TAKEN, task_id=task.id, only_new=only_new
        )

    async def cancel(self, conversation: str, import_id: int) -> bool:
        """Nobody of it is added; False when it was decided before."""
        asked = await self._ledger.imports.of(conversation, import_id)
        undecided = (ImportState.READING, ImportState.CHOOSING, ImportState.READY)
        if asked is None or not await self._ledger.imports.move(import_id, undecided, ImportState.CANCELLED):
            return False
        if (rows := await doubtful_rows(self._ledger, asked)) is not None:
            await self._ledger.imports.move(rows.id, [ImportState.READY], ImportState.CANCELLED)
        return True

    async def close_empty(self, found: Import) -> Import | None:
        """There is nobody in it to add; its doubtful rows, if there are any, can still be asked about."""
        await self._ledger.imports.move(found.id, [ImportState.READY], ImportState.CANCELLED)
        return await doubtful_rows(self._ledger, found)

    async def ask_about_rows(self, found: Import, *, only_new: bool) -> None:
        """The list was taken: its doubtful rows, if there are any, are asked about next. `only_new` as for the list."""
        rows = await doubtful_rows(self._ledger, found)
        if rows is None or rows.report["good"] == rows.report["elsewhere"] * only_new:
            return
        await self._ledger.imports.move(rows.id, [ImportState.READY], ImportState.READY, only_new=only_new)
        await self._ledger.notices.add(found.conversation, DOUBTFUL, **{"import": str(rows.id)})

    async def carry_out(self, conversation: str) -> list[Outcome] | None:
        """Read what is to be read; None when it takes longer than a turn should, and the outcomes come as notices."""
        outcomes: list[Outcome] | None = []
        for due in await self._due():
            if due.conversation != conversation:
                continue
            told = await self._jobs.run(conversation, due.id, self._desk.settings.patience)
            outcomes = None if told is None or outcomes is None else outcomes + told
        return outcomes

    async def recover(self, but_for: Collection[str] = ()) -> None:
        """Take up what a killed process was reading."""
        for due in await self._due():
            if due.conversation not in but_for and not self._jobs.is_running(due.id):
                self._jobs.take_up(due.conversation, due.id)

    async def close(self, seconds: float) -> None:
        """What is not read by then is read anew by the next process."""
        await self._jobs.close(seconds)

    async def _due(self) -> list[Import]:
        reading = await self._ledger.imports.in_state(ImportState.READING)
        taken = await self._ledger.imports.in_state(ImportState.TAKEN)
        return reading + [one for one in taken if one.purpose == Purpose.DO_NOT_CALL]

    async def _work(self, import_id: int) -> list[Outcome]:
        found = await self._ledger.imports.get(import_id)
        if found.state == ImportState.READING:
            return await self._read(found)
        if found.state == ImportState.TAKEN and found.purpose == Purpose.DO_NOT_CALL:
            return await self._ban(found)
        return []

    async def _read(self, found: Import) -> list[Outcome]:
        told = {"import": str(found.id)}
        report: dict[str, Any] = {}
        name = hide_numbers(found.file_name)[:MOST_NAME]
        file = await self._ledger.files.get(found.conversation, found.file_id)
        try:
            if file is None:
                state, outcome = ImportState.FAILED, Outcome("import_gone")
            else:
                async with self._reading:
                    report = await self._sort(found, file.content)
                state, outcome = ImportState.READY, Outcome(READY, told)
        except WrongKey:
            state, outcome = ImportState.FAILED, Outcome("do_not_call_wrong_key")
        except ChooseColumn as choose:
            report["columns"] = choose.columns
            state, outcome = ImportState.CHOOSING, Outcome(CHOOSE_COLUMN, told)
        except UnreadableList as error:
            figures = {name: str(figure) for name, figure in error.figures.items()}
            outcome = Outcome(f"import_unreadable_{error.reason}", {"file": name, **figures})
            state = ImportState.FAILED
        first = await self._ledger.imports.move(found.id, [ImportState.READING], state, report=report)
        return [outcome] if first else []

    async def _sort(self, found: Import, content: bytes) -> dict[str, Any]:
        """Read it all; the figures of the report. Raises `UnreadableList`, `ChooseColumn`."""
        settings, sorted_ = self._desk.settings, Sorted()
        doubtful = DoubtfulRows(self._ledger, found)
        summary: Summary | None = None
        known = await self._known(found)
        parts = read_list(
            content,
            found.file_name,
            settings.default_region,
            settings.lists,
            found.number_column,
            settings.name_variable,
            to_call=found.purpose == Purpose.CANDIDATES,
        )
        async with aclosing(parts) as reading:
            async for part in reading:
                if isinstance(part, Summary):
                    summary = part
                elif isinstance(part, Rejects):
                    part = without_rows(part, sorted_.settled)
                    sorted_.leave(part.reasons, part.rows)
                elif part.are_doubtful and found.purpose == Purpose.CANDIDATES:
                    await doubtful.keep(part, await known(part))
                else:
                    await self._keep(found, part, await known(part), sorted_)
        assert summary is not None, "a list that was read has a summary"
        await self._ledger.imports.put_left(found.id, sorted_.left_rows())
        return {
            "rows": summary.rows,
            "good": sorted_.good,
            "elsewhere": sorted_.elsewhere,
            "several": sorted_.several,
            "left": dict(sorted_.seen),
            **await doubtful.close(),
            "sample": sorted_.sample,
            "variables": list(summary.columns),
            "column": summary.number_column,
            "sheet": summary.sheet,
            "days": settings.repeat_days,
        }

    async def _known(self, found: Import) -> Callable[[People], Awaitable[Known]]:
        """What tells who of a chunk is no news. For the do-not-call list all numbers are as good as one another."""
        ledger = self._ledger
        task, _ = await ledger.tasks.talked_about(found.conversation)
        task_id = task.id if task else None
        since = ledger.now() - self._desk.settings.repeat_seconds
        for_calls = found.purpose == Purpose.CANDIDATES
        further_here, further_elsewhere = (
            await ledger.candidates.further(task_id, since) if for_calls else (set(), set())
        )

        async def known(people: People) -> Known:
            phones = [phone for person in people.phones for phone in person]
            banned = await ledger.do_not_call.listed(phones)
            if not for_calls:
                return Known(banned, frozenset(), frozenset())
            here, elsewhere = await ledger.candidates.known(task_id, phones, since)
            return Known(banned, here.union(further_here), elsewhere.union(further_elsewhere))

        return known

    async def _keep(self, found: Import, people: People, known: Known, sorted_: Sorted) -> None:
        """Keep those who may be added; as they were packed, with a note of who is no news."""
        out, elsewhere = known.of(people)
        left = [(people.rows[place], people.phones[place][0], reason, None) for place, reason in out.items()]
        sorted_.leave(Counter(out.values()), json.dumps(left).encode())
        sorted_.settled.update((people.rows[place], "extension") for place in out)
        if people.are_doubtful:  # for the do-not-call list, as good as any
            sorted_.settled.update((row, reason) for row in people.rows for reason in ASKED)
        sorted_.good += len(people.rows) - len(out)
        sorted_.elsewhere += len(elsewhere)
        for place, phones in enumerate(people.phones):
            if place in out:
                continue
            sorted_.several += len(phones) > 1
            if len(sorted_.sample) < SAMPLE:
                sorted_.sample.append(mask(phones[0]))
        await self._ledger.imports.put(found.id, sorted_.chunks, people.packed, out, elsewhere)
        sorted_.chunks += 1

    async def _ban(self, found: Import) -> list[Outcome]:
        """All of its numbers go to the do-not-call list; done again after a crash, the rest of them."""
        while (chunk := await self._ledger.imports.first_chunk(found.id)) is not None:
            seq, people = chunk
            phones = [phone for person in people for phone in person.phones]
            await self._ledger.do_not_call.add(phones, found.conversation)
            await self._ledger.imports.drop_chunk(found.id, seq)
        if not await self._ledger.imports.move(found.id, [ImportState.TAKEN], ImportState.DONE):
            return []
        listed = str(await self._ledger.do_not_call.count())
        return [Outcome("import_banned", {"count": str(found.report.get("good", 0)), "listed": listed})]


async def pour(desk: Desk, task: CallTask) -> list[Outcome]:
    """Put the people of the imports that were taken for a task on its list; something to tell only if it was nobody."""
    for taken in await desk.ledger.imports.in_state(ImportState.TAKEN, task.id):
        while await desk.ledger.imports.pour_chunk(taken.id):
            pass
        await desk.ledger.imports.move(taken.id, [ImportState.TAKEN], ImportState.DONE)
    if await desk.ledger.candidates.count(task.id, CandidateState.PENDING):
        return []
    await desk.ledger.conversations.step_of(task.conversation, task.id, Step.MORE)
    return [Outcome("import_nobody_new", {"name": task.name})]
