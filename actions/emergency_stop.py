"""Emergency stop: an owner stops everything that this bot has started, and lets it start again."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role


class ActionEmergencyStop(TopicAction):
    """Open to everybody who is let in: who may not do it is told what they can do instead."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_emergency_stop"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if await office.ledger.people.role(turn.conversation) is not Role.OWNER:
            await office.ledger.audit.add(turn.conversation, Act.STOP_ALL, Result.REFUSED)
            turn.say("emergency_stop_owners_only")
            await resume(turn, office)
            return None
        stop = await office.campaign.emergency_stop(turn.conversation)
        turn.say("emergency_stop_in_force")
        outcomes = await office.campaign.pause_all(turn.conversation, stop)
        if outcomes is None:
            turn.say("still_working")
        for outcome in outcomes or ():
            turn.tell(outcome)
        return None


class ActionLiftStop(TopicAction):
    needs = Role.OWNER

    def name(self) -> str:
        return "action_lift_stop"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        lifted = await office.campaign.lift_stop(turn.conversation)
        turn.say("emergency_stop_lifted" if lifted else "emergency_stop_none")
        await resume(turn, office)
        return None
