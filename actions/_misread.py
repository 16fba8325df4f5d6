"""Keeps for review what was not understood, and what the person chose right after."""

from __future__ import annotations

import time
from typing import Any

import structlog

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.ledger.misread import Why
from rasa_twin24.teaching.check import TEACHABLE
from rasa_twin24.text.complaint import corrects
from rasa_twin24.text.privacy import without_data

log = structlog.get_logger(__name__)

# Actions that answer a message which nobody could make sense of.
UNCLEAR = ("action_unclear", "action_confirm_count")
WHY = {"nlu_fallback": Why.UNCLEAR, "hesitate": Why.ASKED_AGAIN}
# Below this certainty of the model, what was taken for another matter may be a phrase of the trade that it lacks.
OUT_OF_SCOPE, SURELY = "out_of_scope", 0.9
# They say nothing about what the person wants.
PASSED_OVER = ("action_carry_out", "action_notice", "action_review", "action_teach")
# What follows within this time is most likely what was meant, seconds.
CHOSEN_SECONDS = 10 * 60.0
MOST_REMEMBERED = 1_000
GUESSES = 2

# By conversation: the number of the last misread text, and when, in the time of `time.monotonic`. Lost with the
# process, and with it what was chosen: no more than a hint.
_last: dict[str, tuple[int, float]] = {}


async def note_reading(turn: Turn, office: Office, action: str) -> None:
    """After an action has answered; never raises: the answer stands whatever becomes of the note."""
    try:
        if turn.typed and corrects(turn.text):
            await _note_correction(turn, office)
        elif action in UNCLEAR:
            await _note(turn, office)
        elif turn.kind in ("text", "button") and action not in PASSED_OVER and turn.conversation in _last:
            number, at = _last.pop(turn.conversation)
            if turn.intent in TEACHABLE and time.monotonic() - at < CHOSEN_SECONDS:
                await office.ledger.misread.chose(number, turn.intent)
    except Exception as error:
        log.error("misread_not_noted", error=type(error).__name__)


async def _note_correction(turn: Turn, office: Office) -> None:
    """A person says that they were misread: what they said before was taken for something else."""
    said = [event for event in turn.tracker.events if event.get("event") == "user"][-2:-1]
    if not said or (said[0].get("metadata") or {}).get("kind") != "text":
        return
    before = said[0]
    text, parsed = str(before.get("text") or ""), before.get("parse_data") or {}
    taken_for = str((parsed.get("intent") or {}).get("name"))
    if not text.strip() or text.startswith("/") or taken_for in WHY:  # those are kept as not understood
        return
    await _keep(turn, office, text, Why.CORRECTED, parsed.get("intent_ranking") or [], taken_for)


async def _note(turn: Turn, office: Office) -> None:
    latest = turn.tracker.latest_message or {}
    why = WHY.get(turn.intent)
    if turn.intent == OUT_OF_SCOPE and float((latest.get("intent") or {}).get("confidence") or 0.0) < SURELY:
        why = Why.UNCLEAR
    if why is None or not turn.typed or not turn.text.strip() or turn.again:
        return
    await _keep(turn, office, turn.text, why, latest.get("intent_ranking") or [], turn.intent)


async def _keep(turn: Turn, office: Office, text: str, why: str, ranking: list[dict[str, Any]], taken_for: str) -> None:
    _, step = await office.campaign.current(turn.conversation)
    names = [str(guess.get("name")) for guess in ranking]
    guesses = [name for name in names if name in TEACHABLE and name != taken_for][:GUESSES]
    number = await office.ledger.misread.note(
        turn.conversation,
        without_data(text, office.settings.default_region),
        "form" if turn.in_form else step or "none",
        why,
        guesses,
    )
    if number is not None:
        if len(_last) >= MOST_REMEMBERED:
            _last.clear()
        _last[turn.conversation] = (number, time.monotonic())
