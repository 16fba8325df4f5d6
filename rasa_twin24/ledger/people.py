"""Who may talk to the bot. Deny by default: who is not named here does not get in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Whoever passed the web chat's own door (loopback on the sandbox, else the printed token).
WEB_OWNER = "web:owner"
MESSENGERS = ("web", "telegram", "max", "vk", "viber", "whatsapp", "slack")


@dataclass(frozen=True)
class People:
    """The owners, as `<messenger>:<id>`."""

    owners: frozenset[str]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> People:
        """Read `BOT_OWNERS`, a comma list such as `telegram:100200300,vk:77`.

        Raises `ValueError` on an entry of another shape: a typing slip must not lock the owner out silently.
        """
        owners = set()
        for entry in (env.get("BOT_OWNERS") or "").split(","):
            entry = entry.strip()
            if not entry:
                continue
            messenger, _, person = entry.partition(":")
            if messenger not in MESSENGERS or not person or any(c.isspace() for c in person):
                raise ValueError(
                    f"BOT_OWNERS: '{entry}' is not <messenger>:<id>, e.g. telegram:100200300 "
                    f"(messengers: {', '.join(MESSENGERS)})"
                )
            owners.add(entry)
        return cls(frozenset(owners))

    def may_use(self, person: str) -> bool:
        return person == WEB_OWNER or person in self.owners
