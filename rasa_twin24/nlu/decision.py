"""The intent a message gets in the end: the rules decide what spends money, the model the rest. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rasa_twin24.text.accounts import ASK_ACCOUNTS, accounts_intent, seems_about_accounts
from rasa_twin24.text.commands import MANAGE_PEOPLE, SWITCH_LANGUAGE, command_about_person, command_of
from rasa_twin24.text.concepts import concepts_of
from rasa_twin24.text.consent import (
    Answer,
    agrees,
    delays,
    forbids_start,
    hedges,
    holds_back,
    orders_start,
    read_answer,
    refuses,
    starts_calls,
    stops,
)
from rasa_twin24.text.correction import read_rename, read_swap
from rasa_twin24.text.count import read_count
from rasa_twin24.text.do_not_call import allows_again, asks_how_many, bans, names_list
from rasa_twin24.text.edit_list import read_wish
from rasa_twin24.text.emergency import lifts_stop, negates, pauses, stops_everything, surely_stops_everything
from rasa_twin24.text.language_wish import asked_language, names_language
from rasa_twin24.text.people_request import wants_to_talk
from rasa_twin24.text.quotes import without_quoted
from rasa_twin24.text.removal import removes_numbers, tells_unwillingness
from rasa_twin24.text.resume import resumes, takes_off_pause
from rasa_twin24.text.task_id import names_other_task
from rasa_twin24.text.task_name import asks_for_new_task, orders_quoted_task
from rasa_twin24.text.taught import taught_intent
from rasa_twin24.text.teach import TEACH, teaching_intent
from rasa_twin24.text.teach_wish import teach_wish
from rasa_twin24.text.tokens import tokenize
from rasa_twin24.text.traits import unknown_words

AFFIRM, DENY, HESITATE = "affirm", "deny", "hesitate"
PROVIDE_PHONE, START_CALLS = "provide_phone", "start_calls"
CANCEL, PAUSE_CALLS, RESUME_CALLS = "cancel", "pause_calls", "resume_calls"
EMERGENCY_STOP, LIFT_STOP = "emergency_stop", "lift_stop"
CONFIRM_COUNT = "confirm_count"
RENAME_TASK = "rename_task"
CREATE_TASK, ADD_TO_TASK = "create_task", "add_to_existing_task"
EDIT_LIST, SHOW_LIST, DO_NOT_CALL = "edit_list", "show_list", "do_not_call"
AUDIT, OUT_OF_SCOPE = "audit", "out_of_scope"
NLU_FALLBACK = "nlu_fallback"

_STOPPING = (CANCEL, PAUSE_CALLS, EMERGENCY_STOP)
# What may be ordered along with a new task; it waits until that is there.
_ORDERS = frozenset({START_CALLS, RESUME_CALLS})
# Intents that may carry numbers themselves.
_WITH_PHONES = frozenset({CREATE_TASK, ADD_TO_TASK, START_CALLS})
# Of the model's certainty; where the vetoed intents take more than the rest, nothing else is likely either.
_LEAST_SHARE = 0.5
# From here on the model is right about what no rule has a word for, on phrases of other writers than the data's; lower
# where a mistake is only an explanation too much, higher where it lets calls go out again.
_TRUSTED = {START_CALLS: 0.7, EMERGENCY_STOP: 0.6, LIFT_STOP: 0.7, DO_NOT_CALL: 0.6, SHOW_LIST: 0.6, PROVIDE_PHONE: 0.5}
# What a message that is about a list of numbers speaks of.
_OF_THE_LIST = frozenset({"banned", "call", "number", "list"})
# What a question about who did what speaks of; with so many words about nothing of the bot's it is another matter.
_OF_THE_BOT = _OF_THE_LIST | {"task", "limit", "access", "journal", "pause", "personal"}
_OTHER_MATTER = 3
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Prediction:
    """An intent and how sure the model is of it, 0 to 1."""

    intent: str
    confidence: float


def decide(
    text: str,
    ranking: Sequence[Prediction],
    phones: Sequence[tuple[int, int]],
    threshold: float,
    taught: Mapping[str, str] | None = None,
) -> Prediction:
    """The intent of a message, given the model's ranking (best first) and the bounds of its phone numbers.

    `threshold` is the least confidence of an intent that takes a vetoed one's place, out of what the
    vetoed ones leave. A certain rule answers with confidence 1. `taught`: what owners have taught, intents by
    `phrase_key`.
    """
    if teaching := teaching_intent(text):  # whatever the phrase says that is to be learnt
        return Prediction(teaching, 1.0)
    if teach_wish(text) is not None:
        return Prediction(TEACH, 1.0)
    if accounts := accounts_intent(text):
        return Prediction(accounts, 1.0)
    if about_person := command_about_person(text):  # whose id may look like a number
        return Prediction(about_person, 1.0)
    if phones:
        return _decide_with_phones(text, ranking, phones, threshold)
    if taught and (intent := taught_intent(text, taught)):
        return Prediction(intent, 1.0)
    if read_count(text) is not None:
        return Prediction(CONFIRM_COUNT, 1.0)
    if command := command_of(text):
        return Prediction(command, 1.0)
    if asked_language(text):
        return Prediction(SWITCH_LANGUAGE, 1.0)
    if orders_quoted_task(text):  # whatever the name says
        return Prediction(CREATE_TASK, 1.0)
    if read_rename(text) is not None:
        return Prediction(RENAME_TASK, 1.0)
    if seems_about_accounts(text):
        return Prediction(ASK_ACCOUNTS, 1.0)
    answer = read_answer(text)
    if answer is Answer.YES:
        order = RESUME_CALLS if resumes(text) else START_CALLS
        # "Carry on" agrees, "carry on calling" orders what only a plan of its own may answer.
        is_order = orders_start(text) or (order == RESUME_CALLS and "call" in _concepts(text))
        return Prediction(order if is_order else AFFIRM, 1.0)
    if answer is Answer.HEDGE and not _pauses_calls(text, ranking):
        return Prediction(HESITATE, 1.0)
    if answer is Answer.NO:
        return Prediction(_kind_of_refusal(text, ranking), 1.0)
    return _decide_by_model(text, ranking, threshold)


def _pauses_calls(text: str, ranking: Sequence[Prediction]) -> bool:
    """Whether what holds back is meant for the calls: "hold the calls"; "hold on" is a doubt."""
    meant = bool(ranking) and ranking[0].intent == PAUSE_CALLS
    return meant and "?" not in text and {"pause", "call"} <= _concepts(text)


def _kind_of_refusal(text: str, ranking: Sequence[Prediction]) -> str:
    """A refusal is no consent in any case; the model may know better what it refuses."""
    meant = ranking[0].intent if ranking else DENY
    if meant in (*_STOPPING, LIFT_STOP) and lifts_stop(text):
        return LIFT_STOP
    if meant in (CANCEL, PAUSE_CALLS) and stops(text) and not (meant == PAUSE_CALLS and forbids_start(text)):
        return meant
    if meant == EMERGENCY_STOP and stops_everything(text):
        return meant
    if meant == RESUME_CALLS and resumes(text):  # «хватит паузы» stops the pause
        return meant
    return HESITATE if meant == HESITATE and delays(text) else DENY


def _decide_with_phones(
    text: str, ranking: Sequence[Prediction], phones: Sequence[tuple[int, int]], threshold: float
) -> Prediction:
    """A message with numbers gives numbers, unless it clearly asks for something to do with them.

    Whatever may want them taken away gives none.
    """
    if not _LETTER.search(_without(text, phones)):
        return Prediction(PROVIDE_PHONE, 1.0)
    if bans(text) or allows_again(text):
        return Prediction(DO_NOT_CALL, 1.0)
    # A new task may be called «Отказались от доставки».
    if not asks_for_new_task(text) and tells_unwillingness(text):
        return Prediction(EDIT_LIST, 1.0)
    if removes_numbers(without_quoted(text) if asks_for_new_task(text) else text):
        return Prediction(EDIT_LIST, 1.0)  # at the worst the bot asks what is to become of them
    if read_swap(text, phones) is not None and not asks_for_new_task(text):
        return Prediction(EDIT_LIST, 1.0)
    for prediction in _modelled(ranking)[:1]:
        if prediction.intent in _ORDERS and asks_for_new_task(text):
            break  # the order to start comes along with it
        clear = _is_clear(text, prediction.intent)
        if prediction.intent in _WITH_PHONES and clear and prediction.confidence >= threshold:
            return prediction
        # A question about a number does not give it.
        if "?" in text and prediction.intent in (DO_NOT_CALL, SHOW_LIST) and _is_sure(prediction):
            return prediction
    return Prediction(CREATE_TASK if asks_for_new_task(text) else PROVIDE_PHONE, 1.0)


def _is_clear(text: str, intent: str) -> bool:
    """Whether a message with numbers says what the model reads in it: «добавь туда 8 916…» means this task."""
    if intent == START_CALLS:
        return starts_calls(text)
    return intent != ADD_TO_TASK or names_other_task(text)


def _decide_by_model(text: str, ranking: Sequence[Prediction], threshold: float) -> Prediction:
    modelled = _modelled(ranking)
    if not modelled or not tokenize(text):  # "..." holds nothing the model could know
        return Prediction(NLU_FALLBACK, threshold)
    first = modelled[0]
    if ranking[0].intent == NLU_FALLBACK:
        # The verb is plain, the model merely had too many other words to weigh.
        if (first.intent == START_CALLS and starts_calls(text)) or (first.intent == RESUME_CALLS and resumes(text)):
            return first
        return _about_list(text) or ranking[0]
    # "Создай обзвон … и запускай"; "запусти новый обзвон" may mean one that is there.
    if first.intent in _ORDERS and asks_for_new_task(text) and "create" in _concepts(text):
        return Prediction(CREATE_TASK, first.confidence)
    if first.intent == AUDIT and [guess.intent for guess in modelled[1:2]] == [OUT_OF_SCOPE] and _is_other_matter(text):
        return Prediction(OUT_OF_SCOPE, first.confidence)
    if first.intent == SHOW_LIST and names_list(text):  # one list is for calling, the other for not calling
        return Prediction(DO_NOT_CALL, first.confidence)
    if first.intent in (*_STOPPING, RESUME_CALLS) and lifts_stop(
        text
    ):  # the model weighs «отмените», «стоп» and «аварийный» alone
        return Prediction(LIFT_STOP, first.confidence)
    if first.intent in (CANCEL, PAUSE_CALLS, START_CALLS) and takes_off_pause(text):
        return Prediction(RESUME_CALLS, first.confidence)
    if first.intent == START_CALLS and resumes(text) and starts_calls(text):  # it only shows the plan, as a start does
        return Prediction(RESUME_CALLS, first.confidence)
    if first.intent == PAUSE_CALLS and surely_stops_everything(text):  # pausing one of them would let the others dial
        return Prediction(EMERGENCY_STOP, first.confidence)
    if _allows(text, first.intent) or _trusts(text, first):
        return first
    if first.intent in (AFFIRM, DENY, START_CALLS) and hedges(text) and not _asks(text, first.intent):
        return Prediction(HESITATE, first.confidence)
    if first.intent == EMERGENCY_STOP and pauses(text):  # something is to stop, but not everything of everybody
        return Prediction(PAUSE_CALLS, first.confidence)
    allowed = [prediction for prediction in modelled if _allows(text, prediction.intent)]
    left = 1.0 - sum(prediction.confidence for prediction in modelled if prediction not in allowed)
    if allowed and left > 0 and allowed[0].confidence >= threshold * max(left, _LEAST_SHARE):
        return allowed[0]
    return _about_list(text) or Prediction(NLU_FALLBACK, threshold)


def _about_list(text: str) -> Prediction | None:
    """What a rule reads in a message that the model does not know: it takes away, and gives nothing."""
    if asks_how_many(text):
        return Prediction(DO_NOT_CALL, 1.0)
    return Prediction(EDIT_LIST, 1.0) if read_wish(text, numbers=False) is not None else None


def _allows(text: str, intent: str) -> bool:
    """Whether the rules let the model's intent stand where a message is no clear yes and no clear no."""
    if intent in (AFFIRM, PROVIDE_PHONE):
        return False
    if intent == DENY:
        return refuses(text) or not agrees(text)
    if intent == EMERGENCY_STOP:
        return stops_everything(text)
    if intent == LIFT_STOP:
        return lifts_stop(text)
    if intent == SWITCH_LANGUAGE:
        return names_language(text)
    if intent == MANAGE_PEOPLE:
        return not wants_to_talk(text)
    if intent == EDIT_LIST:
        return removes_numbers(text) or read_wish(text, numbers=False) is not None
    if intent == DO_NOT_CALL:
        return names_list(text)
    if intent == RESUME_CALLS:
        return resumes(text) or not (stops(text) or refuses(text) or forbids_start(text))
    return intent != START_CALLS or starts_calls(text)


def _is_sure(prediction: Prediction) -> bool:
    return prediction.confidence >= _TRUSTED.get(prediction.intent, math.inf)


def _trusts(text: str, prediction: Prediction) -> bool:
    """Whether the model is sure of what no rule reads, and nothing speaks against it. None of it dials by itself."""
    if not _is_sure(prediction):
        return False
    if prediction.intent == START_CALLS:  # shows the plan, which still wants a clear yes
        return not holds_back(text)
    if prediction.intent == PROVIDE_PHONE:  # numbers that are to come, or none that can be dialed: that is said
        return _about_list(text) is None and not agrees(text)
    about = _concepts(text)
    if prediction.intent == EMERGENCY_STOP:  # one task may be meant
        return not pauses(text) and not negates(text)
    if prediction.intent == LIFT_STOP:  # "отмени запуск" is the very opposite
        return not negates(text) and "?" not in text and not {"cancel", "start"} <= about
    return bool(about & _OF_THE_LIST)


def _concepts(text: str) -> set[str]:
    return {concept for token in tokenize(text) for concept in concepts_of(token.text)}


def _is_other_matter(text: str) -> bool:
    """Who did something that this bot does not do: "who launched the first satellite"."""
    return unknown_words(token.text for token in tokenize(text)) >= _OTHER_MATTER and not _concepts(text) & _OF_THE_BOT


def _asks(text: str, intent: str) -> bool:
    """A question about starting is not a doubt: "как запустить обзвон?"."""
    return intent == START_CALLS and "?" in text


def _modelled(ranking: Sequence[Prediction]) -> list[Prediction]:
    return [prediction for prediction in ranking if prediction.intent != NLU_FALLBACK]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + " " + text[end:]
    return text
