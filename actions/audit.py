"""Who did what: the newest of it as lines, all of it as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.audit import BOT, Act, Entry, Result
from rasa_twin24.ledger.people import WEB_OWNER
from rasa_twin24.text.period import Period, read_period
from rasa_twin24.text.table import csv_file

# Lines in the chat; the rest is in the file.
SHOWN = 20
# Rows of a file: some ten megabytes, which every messenger takes and the memory bears.
MOST_ROWS = 50_000
NAMED_CHARACTERS = 60

_AS_FILE = re.compile(r"файл|csv|excel|эксел|таблиц|\bfile\b|spreadsheet", re.IGNORECASE)
_CHOSEN = re.compile(r"(\d{1,12}):(\d{1,12})?")

Say = Callable[..., str]


class ActionAudit(TopicAction):
    def name(self) -> str:
        return "action_audit"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        period = read_period(turn.text, _now(office))
        say = turn.word
        if _AS_FILE.search(turn.text):
            await send_file(turn, office, period, say)
        else:
            await self._show(turn, office, period, say)
        await resume(turn, office)
        return None

    async def _show(self, turn: Turn, office: Office, period: Period, say: Say) -> None:
        entries = (await read(turn, office, period))[::-1]
        since = _day(period.since)
        if not entries:
            turn.say("audit_empty", since=since)
            return
        starts = [entry for entry in entries if entry.act == Act.START_CALLS][:SHOWN]
        rest = [entry for entry in entries if entry.act != Act.START_CALLS][: SHOWN - len(starts)]
        zone = office.settings.hours.zone
        if starts:
            turn.say("audit_starts", since=since, lines=_lines(starts, zone, say))
        else:
            turn.say("audit_no_starts", since=since)
        if rest:
            turn.say("audit_rest", lines=_lines(rest, zone, say))
        total = str(len(entries))
        _, step = await office.campaign.current(turn.conversation)
        if step is None and not turn.in_form:
            title = say("audit_as_file")
            turn.offer("audit_more", [{"title": title, "payload": _payload(period)}], total=total)
        else:  # the step's own buttons come next, and only the newest are alive
            turn.say("audit_more_by_word", total=total)


class ActionAuditFile(TopicAction):
    def name(self) -> str:
        return "action_audit_file"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await send_file(turn, office, _chosen(turn, office), turn.word)
        await resume(turn, office)
        return None


async def read(turn: Turn, office: Office, period: Period) -> list[Entry]:
    """The entries, oldest first. Reading is written down, and the reader does not find that in what was read."""
    until = period.until.timestamp() if period.until else None
    entries = await office.ledger.audit.since(period.since.timestamp(), MOST_ROWS, until)
    await office.ledger.audit.add(turn.conversation, Act.READ_AUDIT, Result.DONE, since=_day(period.since))
    return entries


async def send_file(turn: Turn, office: Office, period: Period, say: Say) -> None:
    entries = await read(turn, office, period)
    rows = [say("audit_columns").split(";"), *(_row(entry, office.settings.hours.zone, say) for entry in entries)]
    name = f"audit-{period.since:%Y-%m-%d}.csv"
    file_id = await office.ledger.files.add(turn.conversation, name, csv_file(rows))
    turn.attach("audit_file", file_id, since=_day(period.since), total=str(len(entries)))
    if len(entries) == MOST_ROWS:
        turn.say("audit_file_cut", limit=str(MOST_ROWS))


def _now(office: Office) -> datetime:
    return datetime.fromtimestamp(office.ledger.now(), office.settings.hours.zone)


def _payload(period: Period) -> str:
    until = int(period.until.timestamp()) if period.until else ""
    return "/audit_file" + json.dumps({"period": f"{int(period.since.timestamp())}:{until}"})


def _chosen(turn: Turn, office: Office) -> Period:
    """The period of the pressed button; it is ours, but a payload of another version must not break the turn."""
    chosen = _CHOSEN.fullmatch(turn.entity("period") or "")
    if chosen is None:
        return read_period("", _now(office))
    zone = office.settings.hours.zone
    since = datetime.fromtimestamp(int(chosen[1]), zone)
    return Period(since, datetime.fromtimestamp(int(chosen[2]), zone) if chosen[2] else None)


def _lines(entries: list[Entry], zone: Any, say: Say) -> str:
    return "\n".join(_line(entry, zone, say) for entry in entries)


def _line(entry: Entry, zone: Any, say: Say) -> str:
    time = datetime.fromtimestamp(entry.at, zone)
    name, count = entry.detail.get("name"), entry.detail.get("count")
    about = [f"«{str(name)[:NAMED_CHARACTERS]}»"] if name else []
    about += [f"({whom})"] if (whom := entry.detail.get("whom")) else []
    about += [say("audit_count", count=str(count))] if count else []
    words = " ".join([_act(entry, say), *about])
    return f"{time:%d.%m %H:%M} {_who(entry, say)}: {words} — {_result(entry, say)}"


def _row(entry: Entry, zone: Any, say: Say) -> list[str]:
    detail = dict(entry.detail)
    told = [str(detail.pop(key, "")) for key in ("name", "task_id", "count")]
    more = json.dumps(detail, ensure_ascii=False) if detail else ""
    time = datetime.fromtimestamp(entry.at, zone).isoformat(sep=" ", timespec="seconds")
    return [
        time,
        entry.person,
        entry.name,
        entry.conversation,
        _act(entry, say),
        _result(entry, say),
        *told,
        entry.act,
        entry.outcome,
        more,
    ]


def _who(entry: Entry, say: Say) -> str:
    if entry.person == BOT:
        return say("audit_bot")
    if entry.person == WEB_OWNER:
        return say("audit_web_owner")
    return entry.name or entry.person


def _act(entry: Entry, say: Say) -> str:
    return _known(say, f"audit_act_{entry.act}", entry.act)


def _result(entry: Entry, say: Say) -> str:
    return _known(say, f"audit_result_{entry.outcome}", entry.outcome)


def _known(say: Say, name: str, otherwise: str) -> str:
    """The audit keeps what an older or a newer version wrote: its own word then."""
    try:
        return say(name)
    except KeyError:
        return otherwise


def _day(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y}"
