"""Who writes in WhatsApp, under one id whatever an event calls them by, and how long they may be written to.

A person has a business-scoped id and mostly a number, and an event may lack either. What belongs together is kept, of
known people only, under hashes: a conversation begun under one id stays under it. It is part of their access, and goes
with it.
"""

from __future__ import annotations

from rasa_twin24.channels.whatsapp_updates import Ids
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.kept import key_about

# After somebody's last message nothing but paid templates may be sent them, seconds.
# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#customer-service-windows
WINDOW = 24 * 3600.0
# When somebody was heard is written down at most this often, seconds: the webhook waits for it. After a restart their
# window may end by so much too early, never too late.
HEARD_GRAIN = 60.0
# People whose time is remembered; beyond, all are forgotten.
MOST_REMEMBERED = 10_000


class WhatsAppPeople:
    """Raises `sqlalchemy.exc.SQLAlchemyError` when the ledger cannot be asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # Of strangers nothing else is kept; of the others, what is newer than the ledger has it.
        self._heard: dict[str, float] = {}
        # What the ledger has at least, so that it need not be asked within the grain.
        self._written: dict[str, float] = {}

    async def person(self, ids: Ids) -> str:
        """The id that this person's conversation has.

        An id that BOT_OWNERS names goes first. Else it is the scoped one, unless the person came in under their number
        before they were known by another; a number that comes with another scoped id is somebody else's by now.
        """
        phone, scoped = ids.phone, ids.scoped
        kept = await self._ledger.kept.get_all([_key("is", each) for each in (phone, scoped) if each])
        before = kept.get(_key("is", scoped)) if scoped else None
        # The person whom this number belongs to, and the scoped id they have.
        whose = kept.get(_key("is", phone), "").split() if phone else []
        candidates = (phone, before, scoped, *whose[: 0 if scoped else 1])
        owner = next((each for each in candidates if each and self._is_owner(each)), None)
        if owner:
            person = owner
        elif not scoped:
            person = whose[0] if whose else str(phone)
        elif before:
            person = before
        else:
            came_by_number = phone and len(whose) < 2 and await self.is_known(phone)
            person = str(phone) if came_by_number else scoped
        now = [person, *([scoped] if scoped else whose[1:])]
        changed = [("is", phone, " ".join(now))] if phone and now != whose else []
        if scoped and person not in (scoped, before):
            changed.append(("is", scoped, person))
        if changed and await self.is_known(person):  # asked only then: the webhook waits for it
            for one in changed:
                await self._keep(*one)
        return person

    async def is_known(self, person: str) -> bool:
        return await self._ledger.accounts.role(f"whatsapp:{person}") is not None

    async def hear(self, person: str, at: float) -> None:
        """They wrote something at this time, which an update that is repeated or late leaves where it was."""
        at = min(at, self._ledger.now())
        if at - self._written.get(person, at - HEARD_GRAIN) < HEARD_GRAIN:
            self._heard[person] = max(at, self._heard.get(person, 0.0))
            return
        kept = float(await self._kept("heard", person) or 0.0)
        if at <= max(kept, self._heard.get(person, 0.0)):
            return
        if len(self._heard) >= MOST_REMEMBERED:
            self._heard.clear()
            self._written.clear()
        self._heard[person] = at
        if not await self.is_known(person):
            return
        if at - kept >= HEARD_GRAIN:
            await self._keep("heard", person, str(at))
            kept = at
        self._written[person] = kept

    async def heard_at(self, person: str) -> float | None:
        """When they last wrote; None: nobody remembers."""
        kept = float(await self._kept("heard", person) or 0.0)
        return max(kept, self._heard.get(person, 0.0)) or None

    async def may_be_written_to(self, person: str) -> bool:
        heard = await self.heard_at(person)
        if heard is None:  # an owner who has never written has no window; others were let in because they wrote
            return not self._is_owner(person)
        return self._ledger.now() - heard < WINDOW

    async def is_to_be_told(self, person: str) -> bool:
        """Whether the rule of the window is due: once in its time, to people who can have news at all."""
        told = await self._kept("told", person)
        is_due = not told or self._ledger.now() - float(told) >= WINDOW
        return is_due and await self.is_known(person)

    async def told(self, person: str) -> None:
        await self._keep("told", person, str(self._ledger.now()))

    def _is_owner(self, person: str) -> bool:
        return f"whatsapp:{person}" in self._ledger.people.owners

    async def _kept(self, what: str, whose: str) -> str | None:
        return await self._ledger.kept.get(_key(what, whose))

    async def _keep(self, what: str, whose: str, value: str) -> None:
        await self._ledger.kept.put(_key(what, whose), value)


def _key(what: str, whose: str) -> str:
    return key_about(f"whatsapp:{whose}", what)
