"""An owner teaches a phrase, takes one out, brings the last model back. The training itself goes on beside the talk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role
from rasa_twin24.teaching.check import TEACHABLE, Refused, needs_second_word, refusal
from rasa_twin24.teaching.known import known_of
from rasa_twin24.teaching.lines import line_key
from rasa_twin24.teaching.phrase import WrongPhrases
from rasa_twin24.text.meanings import read_meaning
from rasa_twin24.text.phones import hide_numbers
from rasa_twin24.text.teach import Ask, TeachRequest, read_teaching
from rasa_twin24.text.teach_wish import teach_wish

PROJECT = Path(".")
# Offered where the meaning is not clear.
OFFERED = ("affirm", "deny", "start_calls", "task_status", "cancel")
SHOWN = 30
SHOWN_CHARACTERS = 100


class ActionTeach(TopicAction):
    """Open to everybody who is let in: who may not teach is told so."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_teach"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if not await is_owner(turn, office):
            return None
        try:
            asked = await self._answer(turn, office)
        except WrongPhrases as error:  # a person has written into the folder
            turn.say("teach_file_wrong", file=Path(error.file).name, line=str(error.line))
            asked = False
        if asked:  # a yes to this question is none to a plan, and the step's question would take its buttons away
            await office.ledger.plans.void(turn.conversation)
        else:
            await resume(turn, office)
        return None

    async def _answer(self, turn: Turn, office: Office) -> bool:
        """Whether a question with buttons of its own was asked."""
        if turn.intent in ("teach_as", "confirm_teach"):
            return await _pressed(turn, office)
        if turn.intent == "drop_teach":
            turn.say("teach_dropped")
            return False
        return await _carry_out(
            read_teaching(turn.text) or teach_wish(turn.text) or TeachRequest(Ask.TEACH), turn, office
        )


async def is_owner(turn: Turn, office: Office) -> bool:
    """Whether an owner speaks; anybody else is told that only owners teach."""
    if await office.ledger.people.role(turn.conversation) is Role.OWNER:
        return True
    await office.ledger.audit.add(turn.conversation, Act.TEACH, Result.REFUSED)
    turn.say("teach_owners_only")
    await resume(turn, office)
    return False


async def offer_to_teach(
    turn: Turn, office: Office, phrase: str, intent: str, *, confirmed: bool = False, unsure: bool = False
) -> bool:
    """Teach it, or say why not. True when a question with buttons was asked.

    That is so for a consent, and when it is `unsure` that the person wants it taught; not once it is `confirmed`.
    """
    phrase = " ".join(phrase.split())
    known = await asyncio.to_thread(known_of, PROJECT)
    refused = refusal(phrase, intent, known)
    if refused is None and not confirmed and (unsure or needs_second_word(intent)):
        buttons = [
            {"title": turn.word("teach_confirm_button"), "payload": _payload("confirm_teach", phrase, intent)},
            {"title": turn.word("teach_drop_button"), "payload": "/drop_teach"},
        ]
        question = "teach_confirm" if needs_second_word(intent) else "teach_ask"
        turn.offer(question, buttons, words=phrase, meaning=meaning_of(turn, intent))
        return True
    if refused is None:
        refused = await asyncio.to_thread(office.phrases.add, phrase, intent, known)
    if refused is not None:
        await office.ledger.audit.add(turn.conversation, Act.TEACH, Result.REFUSED, reason=refused.reason.value)
        _say_refused(turn, phrase, refused)
        return False
    await office.ledger.audit.add(turn.conversation, Act.TEACH, Result.DONE, name=phrase, intent=intent)
    await office.ledger.misread.taught(phrase)
    turn.say("teach_done", words=phrase, meaning=meaning_of(turn, intent))
    await office.ledger.progress.show(line_key(turn.conversation), turn.conversation, "teach_training")
    return False


def ask_meaning(turn: Turn, phrase: str) -> None:
    """Which of the likeliest meanings it is."""
    buttons = [{"title": _title(turn, intent), "payload": _payload("teach_as", phrase, intent)} for intent in OFFERED]
    turn.offer("teach_which", buttons, words=shown(phrase))


def meaning_of(turn: Turn, intent: str | None) -> str:
    """The intent in the person's words."""
    return turn.word(f"teach_meaning_{intent if intent in TEACHABLE else 'other'}")


def shown(phrase: str) -> str:
    """A phrase as it is said back: cut, numbers masked."""
    return hide_numbers(phrase[:SHOWN_CHARACTERS])


async def _pressed(turn: Turn, office: Office) -> bool:
    phrase, intent = turn.entity("phrase"), turn.entity("meaning")
    if turn.kind != "button" or not phrase or not intent:
        turn.say("teach_help")
        return False
    return await offer_to_teach(turn, office, phrase, intent, confirmed=turn.intent == "confirm_teach")


async def _carry_out(request: TeachRequest, turn: Turn, office: Office) -> bool:
    """Do what was asked for; true when that is a question with buttons of its own."""
    if request.ask is Ask.FORGET and request.phrase:
        await _forget(turn, office, request.phrase)
    elif request.ask in (Ask.LIST, Ask.FORGET):  # which one is to be forgotten is seen there
        await _list(turn, office)
    elif request.ask is Ask.BACK:
        await _back(turn, office)
    elif not request.phrase:
        turn.say("teach_help")
    elif (intent := read_meaning(request.meaning)) is not None:
        return await offer_to_teach(turn, office, request.phrase, intent, unsure=not request.certain)
    else:
        # What could not be taught as anything is said before anything is asked, and gets into no button.
        refused = refusal(request.phrase, "out_of_scope", await asyncio.to_thread(known_of, PROJECT))
        if refused is not None and refused.intent is None:
            _say_refused(turn, request.phrase, refused)
            return False
        ask_meaning(turn, request.phrase)
        return True
    return False


async def _forget(turn: Turn, office: Office, phrase: str) -> None:
    gone = await asyncio.to_thread(office.phrases.forget, phrase)
    if gone is None:
        turn.say("teach_forget_unknown")
        return
    await office.ledger.audit.add(turn.conversation, Act.FORGET_PHRASE, Result.DONE, name=gone.text, intent=gone.intent)
    turn.say("teach_forgotten", words=gone.text, meaning=meaning_of(turn, gone.intent))
    await office.ledger.progress.show(line_key(turn.conversation), turn.conversation, "teach_training")


async def _list(turn: Turn, office: Office) -> None:
    taught = await asyncio.to_thread(office.phrases.read)
    if not taught:
        turn.say("teach_list_empty")
        return
    lines = [f"• «{shown(phrase.text)}» — {meaning_of(turn, phrase.intent)}" for phrase in taught[-SHOWN:]]
    if len(taught) > SHOWN:
        lines.append(turn.word("teach_list_more", count=str(len(taught) - SHOWN)))
    turn.say("teach_list", phrases="\n".join(lines))


async def _back(turn: Turn, office: Office) -> None:
    if not await asyncio.to_thread(office.phrases.back):
        turn.say("teach_back_none")
        return
    await office.ledger.audit.add(turn.conversation, Act.BRING_MODEL_BACK, Result.DONE)
    turn.say("teach_back")
    await office.ledger.progress.show(line_key(turn.conversation), turn.conversation, "teach_training")


def _say_refused(turn: Turn, phrase: str, refused: Refused) -> None:
    turn.say(f"teach_refused_{refused.reason.value}", words=shown(phrase), meaning=meaning_of(turn, refused.intent))


def _title(turn: Turn, intent: str) -> str:
    meaning = meaning_of(turn, intent)
    return meaning[:1].upper() + meaning[1:]


def _payload(intent: str, phrase: str, meaning: str) -> str:
    return f"/{intent}{json.dumps({'phrase': phrase, 'meaning': meaning}, ensure_ascii=False)}"
