"""Numbers that are never to be called. Only their keyed hashes are kept: the list itself gives nobody's number away.

Not plain hashes: there are so few phone numbers that all of them can be tried in minutes. HMAC-SHA-256 (RFC 2104) needs
the key, which is `BOT_HASH_KEY`, kept apart from the database, or else a random one in the ledger.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection, Sequence

import sqlalchemy as sa

from rasa_twin24.ledger import audit
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.kept import Kept
from rasa_twin24.ledger.schema import do_not_call
from rasa_twin24.ledger.store import Store, among, batches, one_at_a_time

# Names in `kept`: the key made at random, and what tells that a key is the one the hashes were made with.
HASH_KEY, HASH_KEY_PROOF = "hash_key", "hash_key_proof"
# 256 bits, as many as the hash has.
KEY_BYTES = 32
_PROVEN = "do_not_call"
# Numbers in one transaction: their hashes take about two milliseconds.
ASKED_AT_ONCE = 1_000


class WrongKey(Exception):
    """`BOT_HASH_KEY` is not what the list was made with: nobody on it would be known again."""


class DoNotCall:
    """Every method raises `WrongKey` rather than calling a number unlisted under another key."""

    def __init__(self, store: Store, kept: Kept, clock: Callable[[], float], key: str = "") -> None:
        """`key` is `BOT_HASH_KEY`; empty: made at random once and kept in the ledger."""
        self._store = store
        self._kept = kept
        self._clock = clock
        self._given = key
        self._proven: bytes | None = None

    async def add(self, phones: Collection[str], by: str) -> tuple[list[str], list[str]]:
        """Put numbers (E.164) on the list, in one transaction with its audit; gives those that are new, and the others.

        For some thousands at a time: a start that is decided at the same moment waits for it.
        """
        key = await self._key()

        def work(connection: sa.engine.Connection) -> tuple[list[str], list[str]]:
            one_at_a_time(connection)
            hashes = _hashes(key, phones)
            known = _known(connection, list(hashes.values()))
            new = [phone for phone, hashed in hashes.items() if hashed not in known]
            now = self._clock()
            rows = [{"hash": hashes[phone], "added_by": by, "added_at": now} for phone in new]
            if rows:
                connection.execute(sa.insert(do_not_call), rows)
                audit.put(connection, now, by, Act.BAN_NUMBERS, Result.DONE, count=len(rows))
            return new, [phone for phone in hashes if hashes[phone] in known]

        return await self._store.run(work)

    async def remove(self, phones: Collection[str], by: str) -> list[str]:
        """Take numbers off the list, in one transaction with its audit; gives those that were on it."""
        key = await self._key()

        def work(connection: sa.engine.Connection) -> list[str]:
            one_at_a_time(connection)
            hashes = _hashes(key, phones)
            known = _known(connection, list(hashes.values()))
            if known:
                gone = among(connection, do_not_call.c.hash, list(known))
                connection.execute(sa.delete(do_not_call).where(gone))
                audit.put(connection, self._clock(), by, Act.ALLOW_NUMBERS, Result.DONE, count=len(known))
            return [phone for phone, hashed in hashes.items() if hashed in known]

        return await self._store.run(work)

    async def listed(self, phones: Collection[str]) -> set[str]:
        """Those of the numbers (E.164) that are on the list. Many are asked about in several short transactions."""
        key = await self._key()
        found: set[str] = set()
        for batch in batches(list(phones), ASKED_AT_ONCE):
            found |= await self._store.run(lambda c, batch=batch: _listed(c, key, batch))  # type: ignore[misc]
        return found

    async def count(self) -> int:
        """How many numbers are on the list."""
        return await self._store.run(lambda c: int(c.scalar(sa.select(sa.func.count()).select_from(do_not_call)) or 0))

    async def fits_key(self) -> bool:
        """Whether the key is the one that the list was made with; looks only."""
        proof = await self._kept.get(HASH_KEY_PROOF)
        key = self._given or await self._kept.get(HASH_KEY) or ""
        return proof is None or hmac.compare_digest(proof, _hash(key.encode(), _PROVEN)) or not await self.count()

    async def _key(self) -> bytes:
        if self._proven is None:
            key = (self._given or await self._kept.get_or_make(HASH_KEY, _random)).encode()
            proof = _hash(key, _PROVEN)
            if not hmac.compare_digest(await self._kept.get_or_make(HASH_KEY_PROOF, lambda: proof), proof):
                if await self.count():
                    raise WrongKey("BOT_HASH_KEY is not the key that the do-not-call list was made with")
                await self._kept.put(HASH_KEY_PROOF, proof)  # nothing is lost with a key that nothing was made with
            self._proven = key
        return self._proven


def _random() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def _hash(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def _hashes(key: bytes, phones: Collection[str]) -> dict[str, str]:
    """By number, each once, in their order."""
    return {phone: _hash(key, phone) for phone in phones}


def _listed(connection: sa.engine.Connection, key: bytes, phones: Sequence[str]) -> set[str]:
    if connection.execute(sa.select(do_not_call.c.hash).limit(1)).first() is None:
        return set()  # without a hash of every number that is asked about
    hashes = _hashes(key, phones)
    known = _known(connection, list(hashes.values()))
    return {phone for phone, hashed in hashes.items() if hashed in known}


def _known(connection: sa.engine.Connection, hashes: Sequence[str]) -> set[str]:
    rows = connection.execute(sa.select(do_not_call.c.hash).where(among(connection, do_not_call.c.hash, hashes)))
    return {row.hash for row in rows}
