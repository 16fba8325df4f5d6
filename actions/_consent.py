"""The second key of a start: whatever the model says, the text itself must be a yes."""

from __future__ import annotations

import asyncio

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.text.consent import is_clear_yes
from rasa_twin24.text.taught import taught_intent


async def says_yes(turn: Turn, office: Office) -> bool:
    """Whether a message was typed now and is a clear yes, or a whole phrase that an owner has taught to be one.

    The taught phrases are read from their folder, not from the model; when that cannot be read there are none.
    """
    if not turn.typed:
        return False
    if is_clear_yes(turn.text):
        return True
    return taught_intent(turn.text, await asyncio.to_thread(office.phrases.consents)) is not None
