"""Somebody shares their own contact, which the messenger proves: what is said of it."""

from __future__ import annotations

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.ledger.imports import Import

# The phrase of the question.
ASKS_ABOUT_OWN = "own_contact_ask"


def ask_about_own(turn: Turn, asked: Import) -> None:
    """The question, with buttons that are alive until it is answered or asked anew."""
    buttons = [
        {"title": turn.word("own_contact_take"), "payload": f'/take_doubtful{{"import": "{asked.id}"}}'},
        {"title": turn.word("own_contact_leave"), "payload": f'/leave_doubtful{{"import": "{asked.id}"}}'},
    ]
    turn.offer("own_contact_ask", buttons, standing=True, numbers=_shown(asked))


def tell_own_taken(turn: Turn, office: Office, taken: Import) -> None:
    turn.say("own_contact_taken", numbers=_shown(taken))
    if taken.report["elsewhere"]:
        turn.say("add_candidates_elsewhere", numbers=_shown(taken), days=str(office.settings.repeat_days))


def _shown(asked: Import) -> str:
    """Masked numbers."""
    return str(asked.report["rows"][0][1])
