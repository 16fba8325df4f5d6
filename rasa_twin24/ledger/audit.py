"""Who did what, when, from which conversation, and what came of it. Append-only: rows are never changed or deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger.schema import audit, people
from rasa_twin24.ledger.store import Store

# Acts of the bot itself, such as a recovery after a crash.
BOT = "bot"


class Act:
    """What was done or tried."""

    CREATE_TASK = "create_task"
    ADD_CANDIDATES = "add_candidates"
    CONFIRM_START = "confirm_start"
    START_CALLS = "start_calls"
    PAUSE_CALLS = "pause_calls"
    RESUME_CALLS = "resume_calls"  # asked for; the start that follows has entries of its own
    STOP_ALL = "stop_all"
    LIFT_STOP = "lift_stop"
    INVITE = "invite"
    JOIN = "join"
    ASK_ACCESS = "ask_access"
    DECIDE_ACCESS = "decide_access"
    CHANGE_ROLE = "change_role"
    REMOVE_PERSON = "remove_person"
    READ_AUDIT = "read_audit"
    FORGET_PERSON = "forget_person"
    COME_IN = "come_in"  # a stranger, a forged webhook, a group
    PRESS_BUTTON = "press_button"  # of another person, of last week
    USE_COMMAND = "use_command"  # one above one's role, or one that does not exist
    READ_TASK = "read_task"  # one that this bot did not create
    EDIT_MESSAGE = "edit_message"
    SEND_MESSAGES = "send_messages"  # more than allowed per minute
    REVOKE_INVITES = "revoke_invites"
    REMOVE_CANDIDATES = "remove_candidates"
    RENAME_TASK = "rename_task"
    EXPORT_CANDIDATES = "export_candidates"
    BAN_NUMBERS = "ban_numbers"
    ALLOW_NUMBERS = "allow_numbers"
    TEACH = "teach"
    FORGET_PHRASE = "forget_phrase"
    BRING_MODEL_BACK = "bring_model_back"
    MAKE_LINK_CODE = "make_link_code"
    LINK_ACCOUNT = "link_account"
    UNLINK_ACCOUNT = "unlink_account"


class Result:
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Entry:
    """`at` in seconds since the epoch; `detail` holds no whole phone number; `name` is the person's, if known now."""

    id: int
    at: float
    person: str
    conversation: str
    act: str
    outcome: str
    detail: dict[str, Any]
    name: str = ""


class Audit:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, person: str, act: str, outcome: str, conversation: str | None = None, **detail: Any) -> None:
        """Write an entry; `conversation` is the person's own unless given."""
        await self._store.run(lambda c: put(c, self._clock(), person, act, outcome, conversation, **detail))

    async def since(self, moment: float, limit: int = 10_000, until: float | None = None) -> list[Entry]:
        """The newest `limit` entries from `moment` on and before `until`, oldest first."""

        def work(connection: sa.engine.Connection) -> list[Entry]:
            wanted = (
                sa.select(audit, people.c.name)
                .select_from(audit.outerjoin(people, people.c.id == audit.c.person))
                .where(audit.c.at >= moment)
            )
            if until is not None:
                wanted = wanted.where(audit.c.at < until)
            rows = connection.execute(wanted.order_by(audit.c.id.desc()).limit(limit)).all()
            return [
                Entry(
                    row.id,
                    row.at,
                    row.person,
                    row.conversation,
                    row.act,
                    row.outcome,
                    json.loads(row.detail),
                    row.name or "",
                )
                for row in reversed(rows)
            ]

        return await self._store.run(work)


def put(
    connection: sa.engine.Connection,
    now: float,
    person: str,
    act: str,
    outcome: str,
    conversation: str | None = None,
    **detail: Any,
) -> None:
    """`Audit.add` inside somebody else's transaction."""
    connection.execute(
        sa.insert(audit).values(
            at=now,
            person=person[:255],
            conversation=(conversation or person)[:255],
            act=act,
            outcome=outcome,
            detail=json.dumps(detail, ensure_ascii=False),
        )
    )


def was_removed(connection: sa.engine.Connection, person: str) -> bool:
    """Whether an owner has ever taken this person's access away. Who has access now was let in again since."""
    removed = sa.select(audit.c.id).where(
        audit.c.act == Act.REMOVE_PERSON,
        audit.c.outcome == Result.DONE,
        audit.c.detail == json.dumps({"whom": person}, ensure_ascii=False),
    )
    return connection.execute(removed.limit(1)).first() is not None
