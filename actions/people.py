"""Whom the bot works with: an owner invites, decides on requests, looks who is there, changes roles, removes."""

from __future__ import annotations

import json

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.ledger.invites import TELEGRAM_NAME
from rasa_twin24.ledger.notices import Notice
from rasa_twin24.ledger.people import Change, Person, Role
from rasa_twin24.text.people_request import OWNER, Ask, PeopleRequest, likeness, read_people_request

# What a command or a button asks for without a text to be read.
_NAMED = {
    "list_people": PeopleRequest(Ask.LIST),
    "invite_person": PeopleRequest(Ask.INVITE),
    "invite_operator": PeopleRequest(Ask.INVITE, Role.OPERATOR.key),
    "invite_viewer": PeopleRequest(Ask.INVITE, Role.VIEWER.key),
}
_DECISIONS = {"operator": Role.OPERATOR, "viewer": Role.VIEWER, "refuse": None}
_ROLES = {role.key: role for role in (Role.OPERATOR, Role.VIEWER)}


class ActionPeople(TopicAction):
    """The owners' alone."""

    needs = Role.OWNER

    def name(self) -> str:
        return "action_people"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        if turn.intent == "decide_access":
            await _decide(turn, office)
        elif turn.intent == "remove_person":
            await _remove(turn, office)
        elif turn.intent == "keep_person":
            turn.say("people_kept")
        elif await _carry_out(_NAMED.get(turn.intent) or read_people_request(turn.text), turn, office):
            # A question was asked: the step's own would take its buttons away, and a yes to it is none to a plan.
            await office.ledger.plans.void(turn.conversation)
            return None
        await resume(turn, office)
        return None


async def offer_request(turn: Turn, office: Office, notice: Notice) -> None:
    """A stranger's wish, with the buttons that decide it; or what another owner has decided meanwhile."""
    number = str(notice.params["request"])
    request = await office.ledger.access_requests.get(int(number))
    if request is not None and request.decision is not None:
        turn.say(f"people_request_was_{request.decision}", who=request.label, by=request.decided_by or "")
        return
    buttons = [
        # The payload holds the request's number and nothing that the stranger could have chosen.
        {"title": turn.word(phrase), "payload": _payload("decide_access", request=number, decision=decision)}
        for phrase, decision in (
            ("people_request_operator_button", "operator"),
            ("people_request_viewer_button", "viewer"),
            ("people_request_refuse_button", "refuse"),
        )
    ]
    # A stranger chooses when this comes: «ок» to it must never be taken for a yes to a plan shown before.
    await office.ledger.plans.void(turn.conversation)
    turn.offer("people_request", buttons, standing=True, who=str(notice.params["who"]))


async def _decide(turn: Turn, office: Office) -> None:
    number, decision = turn.entity("request") or "", turn.entity("decision") or ""
    if turn.kind != "button" or not number.isdigit() or decision not in _DECISIONS:
        turn.say("people_request_unknown")
        return
    request, now = await office.ledger.access_requests.decide(int(number), _DECISIONS[decision], turn.conversation)
    if request is None:
        turn.say("people_request_unknown")
    elif now:
        turn.say(f"people_request_done_{request.decision}", who=request.label)
    else:
        turn.say(f"people_request_was_{request.decision}", who=request.label, by=request.decided_by or "")


async def _remove(turn: Turn, office: Office) -> None:
    person = turn.entity("person") or ""
    if turn.kind != "button":
        turn.say("people_help")
        return
    everybody = await office.ledger.people.all()
    who = next((known.label for known in everybody if known.id == person), person)
    removed = await office.ledger.people.remove(person, turn.conversation)
    if removed is Change.REMOVED:
        turn.say("people_removed", who=who)
    elif removed is Change.OWNER:
        turn.say("people_owner", who=who)
    else:
        turn.say("people_nobody")


async def _carry_out(request: PeopleRequest | None, turn: Turn, office: Office) -> bool:
    """Do what was asked for; true when that is a question with buttons of its own."""
    if request is None:
        turn.say("people_help")
    elif request.ask is Ask.LIST:
        await _list(turn, office)
    elif request.ask is Ask.INVITE:
        return await _invite(request.role, turn, office)
    elif request.ask is Ask.REVOKE:
        turn.say("people_revoked", count=str(await office.ledger.invites.revoke(turn.conversation)))
    else:
        return await _change(request, turn, office)
    return False


async def _list(turn: Turn, office: Office) -> None:
    everybody = await office.ledger.people.all()
    linked = await office.ledger.accounts.linked()
    lines = "\n".join(
        f"• {' = '.join([person.label, *linked.get(person.id, ())])}: {turn.word(f'people_role_{person.role.key}')}"
        for person in everybody
    )
    turn.say("people_list", people=lines, invites=str(await office.ledger.invites.open_count()))


async def _invite(role: str | None, turn: Turn, office: Office) -> bool:
    if role == OWNER:
        turn.say("people_no_new_owner")
        return False
    if role is None:
        turn.say("people_invite_which")
        return True
    code = await office.ledger.invites.make(_ROLES[role], turn.conversation)
    bot = await office.ledger.kept.get(TELEGRAM_NAME)
    if bot:
        turn.say_secret(f"people_invite_{role}_link", code=code, link=f"https://t.me/{bot}?start={code}")
    else:
        turn.say_secret(f"people_invite_{role}_code", code=code)
    return False


async def _change(request: PeopleRequest, turn: Turn, office: Office) -> bool:
    """Change or remove the one person that is meant; true when a removal has to be confirmed."""
    found = _meant(request, await office.ledger.people.all())
    if not found and request.ask is Ask.REMOVE and await office.ledger.accounts.role(request.person or ""):
        found = [Person(request.person or "", Role.VIEWER)]  # in by a link to somebody
    if len(found) > 1:
        turn.say("people_several", people="\n".join(f"• {person.label}" for person in found))
    elif not found:
        turn.say("people_nobody")
    elif found[0].role is Role.OWNER:
        turn.say("people_owner", who=found[0].label)
    elif request.ask is Ask.REMOVE:
        return _ask_to_remove(found[0], turn)
    elif request.role == OWNER:
        turn.say("people_no_new_owner")
    elif request.role is None:
        turn.say("people_which_role", who=found[0].label, id=found[0].id)
    else:
        change = await office.ledger.people.give(found[0].id, _ROLES[request.role], turn.conversation)
        turn.say(f"people_{change.value}_{request.role}", who=found[0].label)
    return False


def _meant(request: PeopleRequest, everybody: list[Person]) -> list[Person]:
    """Whom the request names: by id, also somebody who has no access yet and is to get it; else by name."""
    if request.person is not None:
        known = [person for person in everybody if person.id == request.person]
        return known or ([Person(request.person, Role.VIEWER)] if request.ask is Ask.CHANGE else [])
    likenesses = [(likeness(request.words, person.name), person) for person in everybody]
    most = max((number for number, _ in likenesses), default=0)
    return [person for number, person in likenesses if number == most] if most else []


def _ask_to_remove(person: Person, turn: Turn) -> bool:
    buttons = [
        {"title": turn.word("people_remove_button"), "payload": _payload("remove_person", person=person.id)},
        {"title": turn.word("people_keep_button"), "payload": "/keep_person"},
    ]
    turn.offer("people_remove_ask", buttons, who=person.label)
    return True


def _payload(intent: str, **entities: str) -> str:
    return f"/{intent}{json.dumps(entities)}"
