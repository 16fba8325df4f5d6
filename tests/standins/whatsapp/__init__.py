"""A strict stand-in of the WhatsApp Cloud API on loopback; it shares no code with the channel.

wa = WhatsApp()
await wa.start()
wa.route("http://127.0.0.1:5005")
person = wa.user("79161234567", "Иван", scoped="RU.1349120865530274")
await person.says("Позвони 8 916 123-45-67")
await person.expect("Запустить?")
await person.presses("Да")
assert wa.violations == []
"""

from .people import Shown, User
from .server import Call, WhatsApp

__all__ = ["Call", "Shown", "User", "WhatsApp"]
