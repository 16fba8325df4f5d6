"""What a message is called in its conversation, which may hear several messengers. Pure."""

from __future__ import annotations

from rasa_twin24.ledger.people import MESSENGERS


def message_id(conversation: str, channel: str, key: str) -> str:
    """The update's key, with its messenger in front where that is not the conversation's own: keys may be alike."""
    return key if channel == conversation.partition(":")[0] else f"{channel}:{key}"


def update_of(conversation: str, message: str) -> tuple[str, str]:
    """The channel and the key of a message's update."""
    own = conversation.partition(":")[0]
    channel, colon, key = message.partition(":")
    return (channel, key) if colon and channel in MESSENGERS and channel != own else (own, message)
