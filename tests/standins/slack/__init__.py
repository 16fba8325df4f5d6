"""A strict stand-in of Slack's Web API and Events API on loopback; shares no code with the channel.

async with Slack() as slack:
    slack.route(bot.url)
    anna = slack.person("U0ANNA")
    await anna.says("Позвони 8 916 123-45-67")
    await anna.expect("Запускать?")
    await anna.presses("Да")
    assert slack.violations == []
"""

from .people import Person
from .server import Call, Fault, Message, Slack

__all__ = ["Call", "Fault", "Message", "Person", "Slack"]
