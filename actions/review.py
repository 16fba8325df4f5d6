"""The review: what was not understood, one at a time, for an owner to teach or to drop."""

from __future__ import annotations

import json
from datetime import datetime

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from actions.teach import ask_meaning, is_owner, meaning_of, offer_to_teach
from rasa_twin24.ledger.misread import Misread
from rasa_twin24.ledger.people import Role

# Offered where the model had no better guess.
OTHERWISE = ("affirm", "deny")
LIKELIEST = 2


class ActionReview(TopicAction):
    """Open to everybody who is let in: who may not teach is told so."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_review"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if not await is_owner(turn, office):
            return None
        if turn.intent == "review_phrases" or await self._decide(turn, office):
            await self._show_next(turn, office)
        return None

    async def _decide(self, turn: Turn, office: Office) -> bool:
        """Do what the button says; true when the next one may follow."""
        number = turn.entity("reviewed") or ""
        misread = await office.ledger.misread.get(int(number)) if turn.kind == "button" and number.isdigit() else None
        if misread is None:
            turn.say("review_gone")
        elif turn.intent == "drop_reviewed":
            await office.ledger.misread.drop(misread.id)
            turn.say("review_dropped")
        elif turn.intent == "other_reviewed":
            ask_meaning(turn, misread.text)
            await office.ledger.plans.void(turn.conversation)
            return False
        elif await offer_to_teach(turn, office, misread.text, turn.entity("meaning") or ""):
            await office.ledger.plans.void(turn.conversation)
            return False
        return True

    async def _show_next(self, turn: Turn, office: Office) -> None:
        waiting = await office.ledger.misread.waiting()
        if not waiting:
            turn.say("review_empty")
            await resume(turn, office)
            return
        left = await office.ledger.misread.count() - 1
        await office.ledger.plans.void(turn.conversation)
        _ask(turn, office, waiting[0], left)


def _ask(turn: Turn, office: Office, misread: Misread, left: int) -> None:
    chosen = [misread.chosen] if misread.chosen else []
    likeliest = list(dict.fromkeys((*chosen, *misread.guesses, *OTHERWISE)))[:LIKELIEST]
    meanings = [
        {"title": meaning_of(turn, intent), "payload": _payload("teach_reviewed", misread, meaning=intent)}
        for intent in likeliest
    ]
    turn.offer(
        "review_one",
        [
            *meanings,
            {"title": turn.word("review_other_button"), "payload": _payload("other_reviewed", misread)},
            {"title": turn.word("review_drop_button"), "payload": _payload("drop_reviewed", misread)},
        ],
        time=f"{datetime.fromtimestamp(misread.at, office.settings.hours.zone):%d.%m %H:%M}",
        step=turn.word(f"review_step_{misread.step}"),
        count=str(misread.times),
        words=misread.text,
        chosen=meaning_of(turn, misread.chosen) if misread.chosen else turn.word("review_chosen_nothing"),
        left=str(left),
    )


def _payload(intent: str, misread: Misread, **more: str) -> str:
    return f"/{intent}{json.dumps({'reviewed': str(misread.id), **more})}"
