"""Buttons of a messenger that has none: numbered lines, and a number that comes back is the press of that button.

A number never starts calls: under the question that does, the options have none, and answers are read as words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rasa_twin24.channels.incoming import BUTTON, TEXT, Incoming, clean
from rasa_twin24.channels.messenger import Messenger
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.buttons import Button
from rasa_twin24.text.choice import read_choice

# The yes that starts calls. Where a count has to be typed instead, the no stands alone.
YES, NO = "/confirm_start", "/deny"


async def offer(
    ledger: Ledger,
    channel: Messenger,
    conversation: str,
    keyboard: Sequence[tuple[str, str]],
    *,
    standing: bool = False,
) -> list[tuple[str, str]]:
    """Keep a keyboard of (title, payload); what the messenger is to show, as (title, token)."""
    if not channel.has_buttons:
        known = await ledger.buttons.known(conversation)
        # A keyboard of the talk closes the one before; numbers of those that stay are not given twice.
        keyboard = numbered(keyboard, [one.title for one in known if one.open and (standing or one.standing)])
    tokens = await ledger.buttons.offer(conversation, keyboard, standing=standing)
    return [(title, token) for (title, _), token in zip(keyboard, tokens, strict=True)]


async def chosen(ledger: Ledger, channel: Messenger, incoming: Incoming) -> Incoming:
    """The press that a number means in a messenger without buttons; anything else as it is."""
    number = read_choice(clean(incoming.text)) if incoming.kind == TEXT and not channel.has_buttons else None
    if number is None:
        return incoming
    # What came to be shown after the message was on its way is nothing that it can mean.
    token = choose(await ledger.buttons.known(incoming.conversation, before=incoming.message_id), number)
    return incoming if token is None else replace(incoming, kind=BUTTON, text=token)


def numbered(keyboard: Sequence[tuple[str, str]], taken: Collection[str]) -> list[tuple[str, str]]:
    """The titles with the first numbers in a row that none of the `taken` titles has."""
    if _asks_for_consent([payload for _, payload in keyboard]):
        return list(keyboard)
    first, number = 1, 1
    while number < first + len(keyboard):
        if any(title.startswith(f"{number}. ") for title in taken):
            first = number + 1
        number += 1
    return [(f"{number}. {title}", payload) for number, (title, payload) in enumerate(keyboard, first)]


def choose(known: Sequence[Button], number: int) -> str | None:
    """The token of the newest button with this number, alive or not; None where a number means none.

    `known`: the conversation's buttons, newest first.
    """
    newest = [one.payload for one in known if one.open and one.created_at == known[0].created_at]
    if _asks_for_consent(newest):
        return None
    return next((one.token for one in known if one.title.startswith(f"{number}. ") and one.payload != YES), None)


def lines(text: str, titles: Sequence[str]) -> str:
    """The text with the options below it; one without a number is said in words."""
    return "\n".join((text, *(title if title[:1].isdigit() else f"– {title}" for title in titles)))


def _asks_for_consent(payloads: Sequence[str]) -> bool:
    return YES in payloads or list(payloads) == [NO]
