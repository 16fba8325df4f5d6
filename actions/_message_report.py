"""What became of the numbers of a message, told as fully as the report of a list tells it."""

from __future__ import annotations

from collections.abc import Sequence

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.campaign.fill import NAMED, named
from rasa_twin24.ledger.candidates import Collected, Person
from rasa_twin24.text.doubt import all_dialed_as, without_meant
from rasa_twin24.text.phones import Piece, Reading, mask, mask_written

# Phrases for what is left out, by the reasons of `Piece`.
LEFT_OUT = {
    "too_short": "add_candidates_too_short",
    "too_long": "add_candidates_too_long",
    "impossible": "add_candidates_impossible",
    "not_valid": "add_candidates_doubtful",
    "no_plus": "add_candidates_no_plus",
    "rounded": "add_candidates_rounded",
}


async def tell_collected(turn: Turn, office: Office, people: Sequence[Person], collected: Collected) -> None:
    """Who came twice, who was there before, who was in another task, and which names go along."""
    new = set(collected.new)
    repeated = list(dict.fromkeys(phone for phone in collected.already if phone in new))
    already = list(dict.fromkeys(phone for phone in collected.already if phone not in new))
    if repeated:
        turn.say("add_candidates_repeated", numbers=named(repeated))
    if already and not turn.again:
        turn.say("add_candidates_already", numbers=named(already))
    _, elsewhere = await office.campaign.known(turn.conversation, collected.new)
    if elsewhere:
        turn.say("add_candidates_elsewhere", numbers=named(elsewhere), days=str(office.settings.repeat_days))
    variable = office.settings.name_variable
    names: dict[str, str] = {}
    for person in people:  # of somebody who is named twice the first name is kept, as on the list
        names.setdefault(person.phone, person.variables.get(variable, ""))
    if told := [names[phone] for phone in collected.new if names.get(phone)]:
        more = f" … +{len(told) - NAMED}" if len(told) > NAMED else ""
        turn.say("add_candidates_named", variable=variable, names=", ".join(told[:NAMED]) + more)


async def settle_skipped(turn: Turn, office: Office, reading: Reading) -> bool:
    """Name what is no number, ask about what may be one, and tell which extensions nobody will dial.

    Whether something is asked.
    """
    if extended := [found for found in reading.found if found.extension]:
        shown = ", ".join(f"{mask(found.e164)} ({found.extension})" for found in extended[:NAMED])
        turn.say("add_candidates_extensions", numbers=shown)
    region = office.settings.default_region
    phones = all_dialed_as(reading.doubtful, region)
    task, _ = await office.campaign.current(turn.conversation)
    if task is None or turn.in_form or not phones:
        tell_skipped(turn, office, reading)
        return False
    tell_skipped(turn, office, without_meant(reading, region))
    before = await office.campaign.imports.asked_about(turn.conversation)
    if before is not None and (gone := [shown for _, shown, _ in before.report["rows"]]):
        turn.say("add_candidates_doubtful_dropped", numbers=", ".join(gone))
    await office.campaign.imports.ask_about(turn.conversation, phones)
    turn.say("add_candidates_ask_doubtful", numbers=named(phones))
    return True


def tell_skipped(turn: Turn, office: Office, reading: Reading) -> None:
    """Name what looked like a number and was left out, by the reason, without giving whole numbers away."""
    pieces: dict[str, list[Piece]] = {}
    for piece in (*reading.rejected, *reading.doubtful):
        pieces.setdefault(piece.reason, []).append(piece)
    for reason, phrase in LEFT_OUT.items():
        if left := pieces.get(reason):
            shown = ", ".join(mask_written(piece.raw, office.settings.default_region) for piece in left[:NAMED])
            turn.say(phrase, pieces=shown + (f" … +{len(left) - NAMED}" if len(left) > NAMED else ""))
