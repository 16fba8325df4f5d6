"""Numbers that are never to be called: an owner puts them on the list, takes them off, asks how many there are."""

from __future__ import annotations

from actions._boundary import Events, TopicAction, admitted
from actions._message_report import tell_skipped
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.campaign.fill import named
from rasa_twin24.ledger.people import Role
from rasa_twin24.text.do_not_call import allows_again, asks_how_many, bans
from rasa_twin24.text.doubt import all_meant, without_meant


class ActionDoNotCall(TopicAction):
    """Open to everybody who is let in: who may not do it hears what they can do instead."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_do_not_call"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        reading = turn.numbers(office.settings.default_region)
        if not await admitted(turn, office, self.name(), Role.OWNER):
            if (
                all_meant(reading, office.settings.default_region)
                and await office.ledger.people.role(turn.conversation) == Role.OPERATOR
            ):
                turn.say("do_not_call_operator")
            return None
        region = office.settings.default_region
        numbers, skipped = all_meant(reading, region), without_meant(reading, region)
        if turn.kind not in ("text", "command"):  # somebody else's words
            turn.say("do_not_call_forwarded")
        elif not numbers and asks_how_many(turn.text):
            turn.say("do_not_call_count", count=str(await office.ledger.do_not_call.count()))
        elif not numbers:
            tell_skipped(turn, office, skipped)
            turn.say("do_not_call_how")
        elif bans(turn.text):
            tell_skipped(turn, office, skipped)
            await _ban(numbers, turn, office)
        elif allows_again(turn.text):
            tell_skipped(turn, office, skipped)
            await _allow(numbers, turn, office)
        else:
            turn.say("do_not_call_how")
        await resume(turn, office)
        return None


async def _ban(numbers: list[str], turn: Turn, office: Office) -> None:
    new, already = await office.ledger.do_not_call.add(numbers, turn.conversation)
    if new:
        turn.say("do_not_call_added", count=str(len(new)), numbers=named(new))
    if already:
        turn.say("do_not_call_already", numbers=named(already))


async def _allow(numbers: list[str], turn: Turn, office: Office) -> None:
    removed = await office.ledger.do_not_call.remove(numbers, turn.conversation)
    if removed:
        turn.say("do_not_call_removed", count=str(len(removed)), numbers=named(removed))
    missing = [number for number in numbers if number not in removed]
    if missing:
        turn.say("do_not_call_missing", numbers=named(missing))
