"""Viber as its documents describe it, on loopback. Shares no code with the bot.

https://developers.viber.com/docs/api/rest-bot-api/
"""

from .people import Seen, Subscriber
from .server import Viber

__all__ = ["Seen", "Subscriber", "Viber"]
