"""What a message is called in its conversation, which may hear several messengers. Pure."""

from __future__ import annotations

_ELSEWHERE = "@"


def message_id(conversation: str, channel: str, key: str) -> str:
    """The update's key; its messenger goes in front where that is not the conversation's own: keys may be alike."""
    is_own = channel == conversation.partition(":")[0] and not key.startswith(_ELSEWHERE)
    return key if is_own else f"{_ELSEWHERE}{channel}:{key}"


def update_of(conversation: str, message: str) -> tuple[str, str]:
    """The channel and the key of a message's update."""
    if not message.startswith(_ELSEWHERE):
        return conversation.partition(":")[0], message
    channel, _, key = message.removeprefix(_ELSEWHERE).partition(":")
    return channel, key
