"""Every messenger's stand-in and its people under one face, for conversations that are the same in all of them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from tests.standins import max, slack, telegram, viber, vk, whatsapp

# Where the webhooks that a messenger is told of lead; the stand-ins know the way from there to the bot.
PUBLIC_URL = "https://bot.example.ru"
# Owners in each messenger.
PEOPLE = 10


class Shown(Protocol):
    @property
    def text(self) -> str: ...


class Person(ABC):
    """Somebody of BOT_OWNERS in one messenger. `presses` is of the newest button with this title."""

    # What the last press was, once more: by the person, on a screen not refreshed; and by the messenger's repetition.
    presses_again: Callable[[], Awaitable[Any]]
    is_brought_again: Callable[[], Awaitable[Any]]

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    async def expect(self, substring: str) -> Shown:
        """The first new message that holds `substring`; what it skips is not seen again."""
        return await self._actor.expect(substring)

    async def says(self, text: str) -> None:
        await self._actor.says(text)

    @abstractmethod
    async def presses(self, title: str) -> None: ...

    async def shares_contact(self, phone: str, name: str) -> None:
        """Somebody else's card."""
        await self._actor.shares_contact(phone, name)

    async def shares_own_contact(self, phone: str, name: str) -> None:
        await self._actor.shares_contact(phone, name)

    async def sends_file(self, name: str, content: bytes) -> None:
        await self._actor.sends_file(name, content)


class Messenger(ABC):
    """One stand-in; `has_cards`: people can send contacts there; `tells_language`: it says which one theirs is."""

    name: str
    has_cards = True
    tells_language = True
    standin: Any

    async def __aenter__(self) -> Messenger:
        opened: AbstractAsyncContextManager[Any] = self.standin
        await opened.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.standin.__aexit__(*error)

    @abstractmethod
    def settings(self, bot_url: str) -> dict[str, str]:
        """What turns it on; from now on the stand-in finds the bot at `bot_url`."""

    @abstractmethod
    def id(self, number: int) -> str:
        """How the messenger calls the person of this number, from 0."""

    @abstractmethod
    def person(self, number: int, language: str = "ru") -> Person:
        """The same number is the same person."""

    @property
    def owners(self) -> list[str]:
        return [f"{self.name}:{self.id(number)}" for number in range(PEOPLE)]


class Telegram(Messenger):
    """The one that is always on the stage; by long polling."""

    name = "telegram"

    def __init__(self, standin: telegram.Telegram) -> None:
        self.standin = standin

    def settings(self, bot_url: str) -> dict[str, str]:
        return {}

    def id(self, number: int) -> str:
        return str(500100 + number)

    def person(self, number: int, language: str = "ru") -> Person:
        user = self.standin.user(id=int(self.id(number)), first_name="Иван", language_code=language)
        return TelegramPerson(user, self.standin)


class TelegramPerson(Person):
    def __init__(self, user: telegram.User, standin: telegram.Telegram) -> None:
        super().__init__(user)
        self._standin = standin

    async def presses(self, title: str) -> None:
        user = self._actor
        shown = next(message for message in reversed(user.messages) if message.button(title))
        update = await user.presses(title)
        self.presses_again = lambda: user.presses_stale(shown.message_id, title)
        self.is_brought_again = lambda: self._standin.repeat(update)

    async def shares_contact(self, phone: str, name: str) -> None:
        await self._actor.shares_contact(phone, name, own=False)

    async def sends_file(self, name: str, content: bytes) -> None:
        await self._actor.sends_document(name, content)


class Max(Messenger):
    """By webhook."""

    name = "max"

    def __init__(self) -> None:
        self.standin = max.Max()

    def settings(self, bot_url: str) -> dict[str, str]:
        self.standin.route(PUBLIC_URL, bot_url)
        token, url = self.standin.token, self.standin.url
        return {"MAX_BOT_TOKEN": token, "MAX_API_URL": url, "MAX_WEBHOOK_URL": PUBLIC_URL}

    def id(self, number: int) -> str:
        return str(600100 + number)

    def person(self, number: int, language: str = "ru") -> Person:
        return MaxPerson(self.standin.user(int(self.id(number)), locale=language), self.standin)


class MaxPerson(Person):
    def __init__(self, user: max.User, standin: max.Max) -> None:
        super().__init__(user)
        self._standin = standin

    async def presses(self, title: str) -> None:
        user = self._actor
        shown = next(message for message in reversed(user.messages) if any(title in row for row in message.buttons))
        update = await user.presses(title)
        self.presses_again = lambda: user.presses_stale(shown, title)
        self.is_brought_again = lambda: self._standin.push(update)

    async def shares_contact(self, phone: str, name: str) -> None:
        await self._actor.shares_contact(phone, name, own=False)


class Vk(Messenger):
    """By long polling. A person's contact is no attachment there."""

    name = "vk"
    has_cards = False

    def __init__(self) -> None:
        self.standin = vk.Vk()

    def settings(self, bot_url: str) -> dict[str, str]:
        group = str(self.standin.group_id)
        return {"VK_BOT_TOKEN": self.standin.token, "VK_GROUP_ID": group, "VK_API_URL": self.standin.url}

    def id(self, number: int) -> str:
        return str(910500 + number)

    def person(self, number: int, language: str = "ru") -> Person:
        actor = self.standin.person(int(self.id(number)))
        actor.client_info = {**actor.client_info, "lang_id": {"ru": 0, "en": 3}[language]}
        return VkPerson(actor, self.standin)


class VkPerson(Person):
    def __init__(self, actor: vk.Person, standin: vk.Vk) -> None:
        super().__init__(actor)
        self._standin = standin

    async def says(self, text: str) -> None:
        self._actor.says(text)

    async def presses(self, title: str) -> None:
        message, button = self._actor.button(title)
        event = self._actor.presses(title)

        async def again() -> None:
            self._actor.presses_payload(json.loads(button.payload), message.id)

        async def brought() -> None:
            self._standin.repeat(event)

        self.presses_again, self.is_brought_again = again, brought

    async def sends_file(self, name: str, content: bytes) -> None:
        self._actor.sends_file(name, content)


class Viber(Messenger):
    name = "viber"

    def __init__(self) -> None:
        self.standin = viber.Viber()

    def settings(self, bot_url: str) -> dict[str, str]:
        self.standin.route(PUBLIC_URL, bot_url)
        token, url = self.standin.token, self.standin.url
        return {"VIBER_AUTH_TOKEN": token, "VIBER_API_URL": url, "VIBER_WEBHOOK_URL": PUBLIC_URL}

    def id(self, number: int) -> str:
        return f"vbUser{number:04}+/A=="

    def person(self, number: int, language: str = "ru") -> Person:
        return ViberPerson(self.standin.person(self.id(number), language=language), self.standin)


class ViberPerson(Person):
    def __init__(self, subscriber: viber.Subscriber, standin: viber.Viber) -> None:
        super().__init__(subscriber)
        self._standin = standin

    async def presses(self, title: str) -> None:
        update = await self._actor.presses(title)
        self.presses_again = lambda: self._actor.sends(update["message"])
        self.is_brought_again = lambda: self._standin.push(update)


class WhatsApp(Messenger):
    name = "whatsapp"
    tells_language = False

    def __init__(self) -> None:
        self.standin = whatsapp.WhatsApp()
        self._people: dict[int, Person] = {}

    def settings(self, bot_url: str) -> dict[str, str]:
        standin = self.standin
        standin.route(bot_url)
        return {
            "WHATSAPP_TOKEN": standin.token,
            "WHATSAPP_PHONE_NUMBER_ID": standin.phone_number_id,
            "WHATSAPP_APP_SECRET": standin.app_secret,
            "WHATSAPP_VERIFY_TOKEN": standin.verify_token,
            "WHATSAPP_API_URL": standin.url,
        }

    def id(self, number: int) -> str:
        return f"RU.1349120865530274{number:04}"

    def person(self, number: int, language: str = "ru") -> Person:
        if number not in self._people:
            user = self.standin.user(f"7916111{number:04}", "Иван", self.id(number))
            self._people[number] = WhatsAppPerson(user, self.standin)
        return self._people[number]


class WhatsAppPerson(Person):
    def __init__(self, user: whatsapp.User, standin: whatsapp.WhatsApp) -> None:
        super().__init__(user)
        self._standin = standin

    async def presses(self, title: str) -> None:
        user = self._actor
        await user.presses(title)
        message, identity = next(
            (message, identity)
            for message in reversed(user.messages)
            for identity, shown in message.buttons
            if shown == title
        )
        self.is_brought_again = user.repeats
        self.presses_again = lambda: user.presses_id(identity, title, message)

    async def sends_file(self, name: str, content: bytes) -> None:
        await self._actor.sends_file(self._standin.add_media(content), name)


class Slack(Messenger):
    name = "slack"
    has_cards = False
    tells_language = False

    def __init__(self) -> None:
        self.standin = slack.Slack()

    def settings(self, bot_url: str) -> dict[str, str]:
        standin = self.standin
        standin.route(bot_url)
        return {
            "SLACK_BOT_TOKEN": standin.token,
            "SLACK_SIGNING_SECRET": standin.signing_secret,
            "SLACK_API_URL": f"{standin.url}/api/",
        }

    def id(self, number: int) -> str:
        return f"U0OWNER{number:04}"

    def person(self, number: int, language: str = "ru") -> Person:
        return SlackPerson(self.standin.person(self.id(number)))


class SlackPerson(Person):
    async def presses(self, title: str) -> None:
        person = self._actor
        shown = next(message for message in reversed(person.messages) if title in message.buttons)
        value = shown.buttons[title]
        await person.presses(title)
        self.is_brought_again = person.repeats
        self.presses_again = lambda: person.presses_value(value, shown)


OTHERS: list[type[Messenger]] = [Max, Vk, Viber, WhatsApp, Slack]
