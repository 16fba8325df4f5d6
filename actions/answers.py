"""Yes, no and neither: what they mean depends on the step, which the ledger knows."""

from __future__ import annotations

from actions._boundary import Events, TopicAction, admitted
from actions._consent import says_yes
from actions._list_report import ask_about_list_again
from actions._message_report import settle_skipped
from actions._office import Office
from actions._rename import ASKS_FOR_NAME, rename
from actions._steps import ASKS_FOR_TASK, ask_again, is_over, resume, show_plan, shows_plan_again
from actions._task_buttons import tell_of_task
from actions._turn import Turn
from actions.add_candidates import unreadable
from actions.control import cancel, carry_out, try_again
from actions.import_list import (
    ASKS_ABOUT_DOUBTFUL,
    cancel_list_asked_about,
    leave_doubtful,
    list_asked_about,
    take_list,
)
from actions.start_calls import consent
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.count import read_count
from rasa_twin24.text.doubt import all_dialed_as

# Readings that may be offered to somebody who was not understood. A yes is never among them.
OFFERABLE = (
    "create_task",
    "add_to_existing_task",
    "start_calls",
    "task_status",
    "list_tasks",
    "pause_calls",
    "resume_calls",
    "show_list",
    "show_limits",
    "cancel",
    "help",
)
OFFERED = 2
# What says nothing that the bot knows; a doubt does.
NO_ANSWER = ("nlu_fallback", "out_of_scope")
UNCLEAR, CONFIRM_COUNT = "action_unclear", "action_confirm_count"
# Actions that follow, or come before, the one that answers.
_BETWEEN = (None, "action_listen", "action_extract_slots", "action_carry_out")
# What can be done at a step that waits for something else than a yes.
_MENUS: dict[str | None, str] = {
    Step.CREATE: "fallback_menu_create",
    Step.NUMBERS: "fallback_menu_numbers",
    Step.STARTING: "start_calls_starting",
}
# What only a button decides, by its payload: as long as it is the newest one, a typed yes is most likely meant for it.
BY_BUTTON = ("/confirm_forget", "/remove_person", "/invite_operator", "/confirm_clear", "/confirm_teach", "/teach_as")


class ActionAffirm(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_affirm"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office) or await is_over(turn, office):
            return None
        if any(payload.startswith(BY_BUTTON) for payload in await office.ledger.buttons.newest(turn.conversation)):
            turn.say("press_a_button")
            return None
        # Whoever means those numbers must not start the calls without them. A button answers its own question.
        if turn.kind != "button" and turn.answers_to in ASKS_ABOUT_DOUBTFUL:
            turn.say("press_a_button")
            return None
        _, step = await office.campaign.current(turn.conversation)
        asked = await list_asked_about(turn, office)
        if asked is not None:
            await take_list(turn, office, asked.id)
        elif await ask_about_list_again(turn, office):
            pass  # its column or its task is to be said, not a yes
        elif step == Step.START:
            # The second key: whatever the model and the buttons of other steps say, the text itself must be a yes.
            if await says_yes(turn, office):
                await consent(turn, office)
            else:
                await ask_again(turn, office)
        elif step == Step.MORE:
            await office.ledger.conversations.step(turn.conversation, Step.NUMBERS)
            turn.say("resume_numbers")
        elif step == Step.CREATE:
            await try_again(turn, office)
        elif step is None and turn.answers_to == ASKS_FOR_TASK:
            turn.say(ASKS_FOR_TASK)
        elif step is None:
            turn.say("affirm_nothing")
        else:
            await resume(turn, office)
        return None


class ActionDeny(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_deny"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office):
            return None
        if await cancel_list_asked_about(turn, office):
            return None
        if turn.typed and turn.answers_to == ASKS_ABOUT_DOUBTFUL[0]:
            await leave_doubtful(turn, office, await office.campaign.imports.asked_about(turn.conversation))
            return None
        task, step = await office.campaign.current(turn.conversation)
        if step == Step.MORE:
            await show_plan(turn, office)
        elif step == Step.NUMBERS:
            if task is not None and (await office.campaign.numbers(task) or task.there_before != 0):
                await show_plan(turn, office)
            else:
                turn.say("deny_without_numbers")
        elif step == Step.START:
            declined = await office.campaign.consent.decline(turn.conversation)
            if declined is not None:
                phrase = "resume_calls_declined" if declined.goes_on else "start_calls_declined"
                tell_of_task(turn, phrase, {"name": declined.name, "task_id": declined.twin_id or ""})
        elif step == Step.CREATE:
            return await cancel(turn, office)
        elif step == Step.STARTING:
            turn.say("cancel_too_late")
        else:
            turn.say("add_candidates_not_kept" if turn.answers_to == ASKS_FOR_TASK else "deny_nothing")
        return None


class ActionUnclear(TopicAction):
    """Neither yes nor no, or not understood at all."""

    needs = Role.VIEWER

    def name(self) -> str:
        return UNCLEAR

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if not await shows_plan_again(turn, office):
            await unclear(turn, office)
        return None


async def unclear(turn: Turn, office: Office) -> None:
    """Ask what was meant: the two likeliest readings, then, misunderstood again, what can be done at this step."""
    _, step = await office.campaign.current(turn.conversation)
    reading = turn.numbers(office.settings.default_region)
    if turn.typed and turn.intent in NO_ANSWER and turn.answers_to == ASKS_FOR_NAME:
        if await admitted(turn, office, UNCLEAR, Role.OPERATOR):
            await rename(turn, office, " ".join(turn.text.split()).strip("«»“” "))
            await carry_out(turn, office)  # seldom enough for no rule of its own
    elif not (reading.rejected or reading.doubtful) and await ask_about_list_again(turn, office):
        pass  # "one more?" comes after it
    elif step in (Step.NUMBERS, Step.MORE) and (reading.rejected or reading.doubtful):
        await unreadable(turn, office, reading)
    elif step == Step.START and all_dialed_as(reading.doubtful, office.settings.default_region):
        await settle_skipped(turn, office, reading)
    elif step == Step.MORE:
        await show_plan(turn, office)
    elif step == Step.START:
        await ask_again(turn, office)
    elif step is None and turn.intent == "out_of_scope":
        turn.say("out_of_scope")
    elif _is_again(turn):
        turn.say(_MENUS.get(step, "fallback_menu"))
    else:
        _ask_which(turn, "add_candidates_none" if step == Step.NUMBERS else "fallback_ask", step)


def _is_again(turn: Turn) -> bool:
    """Whether the message before this one was not understood either."""
    done = [event.get("name") for event in turn.tracker.events if event.get("event") == "action"]
    before = [name for name in done if name not in _BETWEEN]
    return bool(before) and before[-1] in (UNCLEAR, CONFIRM_COUNT)


def _ask_which(turn: Turn, phrase: str, step: str | None) -> None:
    """The likeliest readings, in words, as buttons."""
    ranking = (turn.tracker.latest_message or {}).get("intent_ranking") or []
    shown = ("cancel",) if step == Step.NUMBERS else ()  # under the phrase anyway
    names = [guess["name"] for guess in ranking if guess["name"] in OFFERABLE and guess["name"] not in shown][:OFFERED]
    if not names:
        turn.say(phrase if step == Step.NUMBERS else _MENUS.get(step, "fallback_menu"))
        return
    buttons = [{"title": turn.word(f"reading_{name}"), "payload": f"/{name}"} for name in names]
    turn.offer(phrase, buttons)


class ActionConfirmCount(ActionUnclear):
    """A count, typed where the plan of many candidates asks for it; anywhere else it is as unclear as before."""

    def name(self) -> str:
        return CONFIRM_COUNT

    async def act(self, turn: Turn, office: Office) -> Events | None:
        count = read_count(turn.text) if turn.typed else None
        asked = await office.campaign.consent.asked(turn.conversation, turn.message_id, turn.account)
        if count is not None and asked.count is not None:
            await consent(turn, office, count)
            return None
        return await super().act(turn, office)
