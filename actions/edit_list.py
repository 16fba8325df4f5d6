"""The list of the task that is talked about: how long it is, who is on it, and taking people off it until the start."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._turn import Turn
from rasa_twin24.campaign import Outcome
from rasa_twin24.campaign.edit import Edited
from rasa_twin24.campaign.fill import NAMED, named
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, Person
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.list_edits import Listed
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.text.correction import read_swap
from rasa_twin24.text.doubt import all_dialed_as
from rasa_twin24.text.edit_list import Wish, read_places, read_wish
from rasa_twin24.text.phones import hide_numbers, mask
from rasa_twin24.text.table import csv_file

# A longer list is cleared only after a question.
CLEARED_AT_ONCE = 10
# Characters of what is known about a person, in a line of the chat.
LABEL = 40

_COUNT_ONLY = re.compile(r"сколько|скольк|скока|количеств|how many|count", re.IGNORECASE)


class ActionEditList(TopicAction):
    """People are taken off the list: by number, by place, the last one, all of them."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_edit_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        found = turn.numbers(office.settings.default_region).found
        phones = await _meant(turn, office)
        swap = read_swap(turn.text, [(number.start, number.end) for number in found])
        wish = read_wish(turn.text, numbers=bool(phones))
        if not turn.typed:  # somebody else's words
            turn.say("edit_list_forwarded")
        elif swap is not None:
            await _swap(turn, office, None if swap.old is None else found[swap.old].e164, found[swap.new].e164)
            return None
        elif wish is Wish.REMOVE:
            await tell(await office.campaign.editing.remove(turn.conversation, phones), turn, office)
            return None
        elif wish is Wish.CLEAR:
            return await _clear(turn, office)
        elif wish in (Wish.LAST, Wish.PLACES) and turn.again:
            # A killed process may have done it already; once more would take off somebody else.
            turn.say("edit_list_cut_off")
            await _show(turn, office)
        elif wish in (Wish.LAST, Wish.PLACES):
            places = [-1] if wish is Wish.LAST else read_places(turn.text)
            await tell(await office.campaign.editing.remove_places(turn.conversation, places), turn, office)
            return None
        else:
            turn.say("edit_list_unsure" if phones else "edit_list_how")
        await resume(turn, office)
        return None


async def _meant(turn: Turn, office: Office) -> list[str]:
    """The message's numbers; those that no plan has only if they are on the list: else they may be places in it."""
    region = office.settings.default_region
    reading = turn.numbers(region)
    phones = list(dict.fromkeys(found.e164 for found in reading.found))
    doubtful = all_dialed_as(reading.doubtful, region)
    task, _ = await office.campaign.current(turn.conversation)
    if not doubtful or task is None:
        return phones
    here, _ = await office.ledger.candidates.known(task.id, doubtful, office.ledger.now())
    return phones + [phone for phone in doubtful if phone in here]


class ActionConfirmClear(TopicAction):
    """The question's own button, which is alive only under the newest message; the list must be the one asked about."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_confirm_clear"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        known = await office.campaign.editing.people(turn.conversation, limit=0)
        if turn.kind != "button" or known is None or turn.entity("list") != await _stamp(known[0], office):
            return await _clear(turn, office, ask=True)
        await tell(await office.campaign.editing.clear(turn.conversation), turn, office)
        return None


class ActionKeepList(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_keep_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        turn.say("edit_list_kept")
        await resume(turn, office)
        return None


class ActionRemoveBanned(TopicAction):
    """The button under a plan that holds people of the do-not-call list."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_remove_banned"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await tell(await office.campaign.editing.remove_banned(turn.conversation), turn, office)
        return None


class ActionShowList(TopicAction):
    """How many are on the list, and who: whole numbers stand in the file only."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_show_list"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        await _show(turn, office, count_only=_COUNT_ONLY.search(turn.text) is not None)
        await resume(turn, office)
        return None


async def tell(edited: Edited | Outcome, turn: Turn, office: Office) -> None:
    """What became of the list; a task that is to be made anew is made by the next action of the rule."""
    if isinstance(edited, Outcome):
        turn.tell(edited)
        await resume(turn, office)
        return
    if edited.removed:
        removed = [person.phones[0] for person in edited.removed]
        values = {"count": str(len(removed)), "numbers": named(removed), "left": str(edited.left)}
        turn.say("edit_list_removed", **values)
    if edited.called:
        turn.say("edit_list_called", numbers=named(edited.called))
    if edited.missing:
        turn.say(
            "edit_list_cut_off" if turn.again and not edited.removed else "edit_list_missing",
            numbers=named(edited.missing),
        )
    if edited.rebuilding:
        turn.say("edit_list_rebuilding", name=edited.task.name, task_id=edited.task.twin_id or "")
    else:
        if not (edited.removed or edited.missing or edited.called):
            turn.say("edit_list_empty")
        await resume(turn, office)


async def _swap(turn: Turn, office: Office, old: str | None, new: str) -> None:
    """A number was to be another one: the wrong one off the list, `None` the last, and the right one onto it."""
    _, step = await office.campaign.current(turn.conversation)
    if old is None and turn.again:  # a killed process may have done it already
        turn.say("edit_list_cut_off")
        await _show(turn, office)
        await resume(turn, office)
        return
    if await office.ledger.do_not_call.listed([new]):
        turn.say("add_candidates_do_not_call", numbers=named([new]))
        await resume(turn, office)
        return
    editing = office.campaign.editing
    if old is None:
        edited = await editing.remove_places(turn.conversation, [-1])
    else:
        edited = await editing.remove(turn.conversation, [old])
    if isinstance(edited, Outcome) or not (edited.removed or turn.again):
        if not isinstance(edited, Outcome):
            turn.say("edit_list_swap_missing", new=named([new]))
        await tell(edited, turn, office)
        return
    await office.campaign.collect(turn.conversation, [Person((new,))])
    if step == Step.START:  # the plan was being talked about: it comes again, with the right number
        await office.campaign.want_start(turn.conversation, True)
    gone = [person.phones[0] for person in edited.removed] or [old or new]
    turn.say("edit_list_swapped", old=named(gone), new=named([new]))
    if edited.rebuilding:
        turn.say("edit_list_rebuilding", name=edited.task.name, task_id=edited.task.twin_id or "")


async def _clear(turn: Turn, office: Office, *, ask: bool = False) -> Events | None:
    known = await office.campaign.editing.people(turn.conversation, limit=0)
    count = await office.campaign.editing.count(known[0]) if known is not None else 0
    if known is None or (count <= CLEARED_AT_ONCE and not ask):
        await tell(await office.campaign.editing.clear(turn.conversation), turn, office)
        return None
    if turn.in_form:  # whose own question would put these buttons out of use
        turn.say("in_form")
        return None
    # "Да" to this question must never be taken for a yes to a plan shown before.
    await office.ledger.plans.void(turn.conversation)
    payload = "/confirm_clear" + json.dumps({"list": await _stamp(known[0], office)})
    buttons = [
        {"title": turn.word("edit_list_clear_yes"), "payload": payload},
        {"title": turn.word("edit_list_clear_no"), "payload": "/keep_list"},
    ]
    turn.offer("edit_list_clear_ask", buttons, count=str(count), name=known[0].name)
    return None


async def _stamp(task: CallTask, office: Office) -> str:
    """Tells a list from the same one after a change."""
    return f"{task.id}:{await office.campaign.editing.count(task)}"


async def _show(turn: Turn, office: Office, *, count_only: bool = False) -> None:
    known = await office.campaign.editing.people(turn.conversation, limit=NAMED)
    if known is None:
        await _show_latest(turn, office)
        return
    task, first = known
    total = await office.campaign.editing.count(task)
    added = await office.ledger.candidates.count(task.id, CandidateState.ADDED)
    if task.twin_id is None and not task.name:
        turn.say("show_list_kept", count=str(total))
    else:
        turn.say("show_list_count", name=task.name, count=str(total), added=str(added))
    if task.there_before and task.there_before > 0:
        turn.say("show_list_before", before=str(task.there_before))
    if count_only or not first:
        return
    lines = [_line(place, person, office.settings.default_region) for place, person in enumerate(first, start=1)]
    if total > len(first):
        lines.append(f"… +{total - len(first)}")
    turn.say("show_list_first", lines="\n".join(lines))
    await _send_file(turn, office, task, total)


async def _show_latest(turn: Turn, office: Office) -> None:
    latest = await office.campaign.latest(turn.conversation, 1)
    if latest:
        count = await office.campaign.numbers(latest[0])
        turn.say("show_list_latest", name=latest[0].name, task_id=latest[0].twin_id or "", count=str(count))
    else:
        turn.say("show_list_none")


async def _send_file(turn: Turn, office: Office, task: CallTask, total: int) -> None:
    people = await office.ledger.list_edits.people(task.id)
    columns = turn.word("show_list_columns").split(";")
    # Beside the event loop: a long list takes a while.
    content = await asyncio.to_thread(lambda: csv_file(_rows(people, columns)))
    file_id = await office.ledger.files.add(turn.conversation, "numbers.csv", content)
    detail = {"name": hide_numbers(task.name), "task_id": task.twin_id or "", "count": str(total)}
    await office.ledger.audit.add(turn.conversation, Act.EXPORT_CANDIDATES, Result.DONE, **detail)
    turn.attach("show_list_file", file_id, count=str(len(people)))


def _rows(people: Sequence[Listed], columns: Sequence[str]) -> list[list[str]]:
    """The place, the number, further ones, then the variables under their own names."""
    names = list(dict.fromkeys(name for person in people for name in person.variables))
    rows = [[*columns, *names]]
    for place, person in enumerate(people, start=1):
        known = [str(person.variables.get(name, "")) for name in names]
        rows.append([str(place), person.phones[0], " ".join(person.phones[1:]), *known])
    return rows


def _line(place: int, person: Listed, region: str) -> str:
    """A number as shown, and what is known about the person without numbers in it."""
    more = f" +{len(person.phones) - 1}" if len(person.phones) > 1 else ""
    label = hide_numbers("; ".join(value for value in map(str, person.variables.values()) if value), region)
    return f"{place}. {mask(person.phones[0])}{more}" + (f" — {label[:LABEL]}" if label else "")
