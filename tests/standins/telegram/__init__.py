"""A strict stand-in of the Telegram Bot API on loopback.

tg = Telegram(token="123456:TEST-TOKEN")
await tg.start()
user = tg.user(id=500100, first_name="Иван")
await user.says("Позвони 8 916 123-45-67")
question = await user.expect("Запустить?")
await user.presses("Да")
assert tg.violations == []
"""

from .chats import BotMessage
from .http_server import Call, Violation
from .people import Group, User
from .server import Telegram

__all__ = ["BotMessage", "Call", "Group", "Telegram", "User", "Violation"]
