"""Numbers that a person gives and that are never to be called: left out wherever numbers come in."""

from __future__ import annotations

from collections.abc import Collection

from actions._boundary import Office, Turn
from rasa_twin24.campaign.fill import named


async def callable_numbers(turn: Turn, office: Office, phones: Collection[str]) -> list[str]:
    """The numbers without those of the do-not-call list, which are told, masked."""
    listed = await office.ledger.do_not_call.listed(phones)
    if listed:
        turn.say(
            "add_candidates_do_not_call", numbers=named([phone for phone in dict.fromkeys(phones) if phone in listed])
        )
    return [phone for phone in phones if phone not in listed]
