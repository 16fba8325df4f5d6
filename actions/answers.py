"""Yes, no and neither: what they mean depends on the step, which the ledger knows."""

from __future__ import annotations

from actions._boundary import Events, Office, TopicAction, Turn
from actions._steps import ask_again, is_over, resume, show_plan, shows_plan_again
from actions.add_candidates import unreadable
from actions.control import cancel, try_again
from actions.import_list import list_asked_about, take_list
from actions.start_calls import consent
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.consent import is_clear_yes
from rasa_twin24.text.count import read_count

# Readings that may be offered to somebody who was not understood. A yes is never among them.
OFFERABLE = (
    "create_task",
    "add_to_existing_task",
    "start_calls",
    "task_status",
    "list_tasks",
    "pause_calls",
    "cancel",
    "help",
)
OFFERED = 2
CONFIRM_COUNT = "action_confirm_count"
# What only a button decides, by its payload: as long as it is the newest one, a typed yes is most likely meant for it.
BY_BUTTON = ("/confirm_forget", "/remove_person", "/invite_operator", "/confirm_clear")


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
        _, step = await office.campaign.current(turn.conversation)
        asked = await list_asked_about(turn, office)
        if asked is not None:
            await take_list(turn, office, asked.id)
        elif step == Step.START:
            # The second key: whatever the model and the buttons of other steps say, the text itself must be a yes.
            if turn.typed and is_clear_yes(turn.text):
                await consent(turn, office)
            else:
                await ask_again(turn, office)
        elif step == Step.MORE:
            await office.ledger.conversations.step(turn.conversation, Step.NUMBERS)
            turn.say("resume_numbers")
        elif step == Step.CREATE:
            await try_again(turn, office)
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
        asked = await list_asked_about(turn, office)
        if asked is not None and await office.campaign.imports.cancel(turn.conversation, asked.id):
            turn.say("import_cancelled")
            await resume(turn, office)
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
                turn.say("start_calls_declined", name=declined.name, task_id=declined.twin_id or "")
        elif step == Step.CREATE:
            return await cancel(turn, office)
        elif step == Step.STARTING:
            turn.say("cancel_too_late")
        else:
            turn.say("deny_nothing")
        return None


class ActionUnclear(TopicAction):
    """Neither yes nor no, or not understood at all."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_unclear"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await shows_plan_again(turn, office):
            return None
        _, step = await office.campaign.current(turn.conversation)
        reading = turn.numbers(office.settings.default_region)
        if step in (Step.NUMBERS, Step.MORE) and (reading.rejected or reading.doubtful):
            await unreadable(turn, office, reading)
        elif step == Step.NUMBERS:
            turn.say("add_candidates_none")
        elif step == Step.MORE:
            await show_plan(turn, office)
        elif step == Step.START:
            await ask_again(turn, office)
        elif step is not None:
            await resume(turn, office)
        elif turn.intent == "out_of_scope":
            turn.say("out_of_scope")
        elif self._again(turn):
            turn.say("fallback_menu")
        else:
            self._ask_which(turn)
        return None

    def _again(self, turn: Turn) -> bool:
        """Whether the message before this one was not understood either."""
        done = [event.get("name") for event in turn.tracker.events if event.get("event") == "action"]
        before = [name for name in done if name not in (None, "action_listen", "action_extract_slots")]
        return bool(before) and before[-1] in (ActionUnclear.name(self), CONFIRM_COUNT)

    def _ask_which(self, turn: Turn) -> None:
        """The likeliest readings, in words, as buttons."""
        ranking = (turn.tracker.latest_message or {}).get("intent_ranking") or []
        names = [guess["name"] for guess in ranking if guess["name"] in OFFERABLE][:OFFERED]
        if not names:
            turn.say("fallback_menu")
            return
        buttons = [{"title": turn.word(f"reading_{name}"), "payload": f"/{name}"} for name in names]
        turn.offer("fallback_ask", buttons)


class ActionConfirmCount(ActionUnclear):
    """A count, typed where the plan of many candidates asks for it; anywhere else it is as unclear as before."""

    def name(self) -> str:
        return CONFIRM_COUNT

    async def act(self, turn: Turn, office: Office) -> Events | None:
        count = read_count(turn.text) if turn.typed else None
        asked = await office.campaign.consent.asked(turn.conversation, turn.message_id)
        if count is not None and asked.count is not None:
            await consent(turn, office, count)
            return None
        return await super().act(turn, office)
