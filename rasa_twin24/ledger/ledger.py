"""The ledger: its sections as attributes, like the pages of a book."""

from __future__ import annotations

import time
from collections.abc import Callable

from rasa_twin24.ledger.abandoned import Abandoned
from rasa_twin24.ledger.access_requests import AccessRequests
from rasa_twin24.ledger.accounts import Accounts
from rasa_twin24.ledger.audit import Audit
from rasa_twin24.ledger.buttons import Buttons
from rasa_twin24.ledger.candidates import Candidates
from rasa_twin24.ledger.conversations import Conversations
from rasa_twin24.ledger.do_not_call import DoNotCall
from rasa_twin24.ledger.files import Files
from rasa_twin24.ledger.forgetting import Forgetting
from rasa_twin24.ledger.gate import Gate
from rasa_twin24.ledger.imports import Imports
from rasa_twin24.ledger.inbox import Inbox
from rasa_twin24.ledger.invites import Invites
from rasa_twin24.ledger.kept import Kept
from rasa_twin24.ledger.leases import Leases
from rasa_twin24.ledger.list_edits import ListEdits
from rasa_twin24.ledger.misread import Misreadings
from rasa_twin24.ledger.notices import Notices
from rasa_twin24.ledger.pauses import Pauses
from rasa_twin24.ledger.people import People
from rasa_twin24.ledger.plans import Plans
from rasa_twin24.ledger.portions import Portions
from rasa_twin24.ledger.progress import Progress
from rasa_twin24.ledger.reservations import Reservations
from rasa_twin24.ledger.stops import Stops
from rasa_twin24.ledger.store import Shape, Store
from rasa_twin24.ledger.tasks import Tasks
from rasa_twin24.ledger.transcript import Transcript


class Ledger:
    """All that the bot must still know after a crash. Every method of a section is one transaction."""

    def __init__(
        self,
        url: str,
        *,
        owners: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.time,
        hash_key: str = "",
    ) -> None:
        """`url` is an SQLAlchemy address; `owners` are those of `BOT_OWNERS`; `hash_key` is `BOT_HASH_KEY`."""
        self._store = Store(url)
        self.now = clock
        self.people = People(self._store, owners, clock)
        self.invites = Invites(self._store, clock)
        self.accounts = Accounts(self._store, self.people, clock)
        self.access_requests = AccessRequests(self._store, clock)
        self.audit = Audit(self._store, clock)
        self.inbox = Inbox(self._store, self.people, clock)
        self.buttons = Buttons(self._store, clock)
        self.conversations = Conversations(self._store, clock)
        self.tasks = Tasks(self._store, clock)
        self.candidates = Candidates(self._store, clock)
        self.list_edits = ListEdits(self._store, clock)
        self.imports = Imports(self._store, clock)
        self.portions = Portions(self._store, clock)
        self.abandoned = Abandoned(self._store, clock)
        self.leases = Leases(self._store, clock)
        self.plans = Plans(self._store, clock)
        self.gate = Gate(self._store, self.people, clock)
        self.reservations = Reservations(self._store)
        self.stops = Stops(self._store, clock)
        self.pauses = Pauses(self._store, clock)
        self.notices = Notices(self._store, clock)
        self.misread = Misreadings(self._store, clock)
        self.progress = Progress(self._store, clock)
        self.transcript = Transcript(self._store, clock)
        self.kept = Kept(self._store)
        self.do_not_call = DoNotCall(self._store, self.kept, clock, hash_key)
        self.files = Files(self._store, clock)
        self.forgetting = Forgetting(self._store, self.people, clock)

    async def open(self) -> None:
        """Bring the tables up to date; raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot be reached."""
        await self._store.migrate()

    async def shape(self) -> Shape:
        """Whether `open` would have anything to do; raises as it does."""
        return await self._store.shape()

    async def check(self) -> None:
        """Raises `sqlalchemy.exc.SQLAlchemyError` unless something could be written down now."""
        await self._store.check()

    async def close(self) -> None:
        await self._store.close()
