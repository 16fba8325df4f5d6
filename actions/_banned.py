"""People whom somebody gives and who are never to be called: left out wherever numbers come in."""

from __future__ import annotations

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.campaign.fill import named
from rasa_twin24.ledger.candidates import Person


async def callable_people(turn: Turn, office: Office) -> list[Person]:
    """The message's people without those of the do-not-call list, whose numbers are told, masked."""
    people = turn.people(office.settings)
    phones = list(dict.fromkeys(phone for person in people for phone in person.phones))
    listed = await office.ledger.do_not_call.listed(phones)
    if listed:
        turn.say("add_candidates_do_not_call", numbers=named([phone for phone in phones if phone in listed]))
    return [person for person in people if listed.isdisjoint(person.phones)]
