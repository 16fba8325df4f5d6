"""A strict stand-in of the MAX Bot API on loopback. https://dev.max.ru/docs-api

async with Max(token="max-test-token") as mx:
    user = mx.user(500100)
    await user.says("Позвони 8 916 123-45-67")
    await user.expect("Запустить?")
    await user.presses("Да")
    assert mx.violations == []
"""

from .people import Group, Message, User
from .server import Max

__all__ = ["Group", "Max", "Message", "User"]
