"""What people do while `payloads.record` looks on: in every messenger the same, and what each has besides."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from rasa_twin24.channels.base import MessengerInput
from tests.channels.bot import ChannelBot
from tests.dialogues.messengers import PEOPLE, Max, Messenger, Slack, Telegram, Viber, Vk, WhatsApp
from tests.waiting import until

PHONE = "79991234567"
CONTENT = "Телефон\n+79991234567\n".encode()
TOKEN = "A" * 22
# The call that shows "typing", where there is one.
TYPING = {
    "telegram": "sendChatAction",
    "max": "POST /chats/{chat}/actions",
    "vk": "messages.setActivity",
    "whatsapp": "typing",
}


class Scene:
    """A bot in one messenger, its owners, and somebody whom it does not know."""

    def __init__(self, messenger: Messenger, bot: ChannelBot) -> None:
        self.messenger = messenger
        self.standin = messenger.standin
        self.bot = bot
        self.came: list[dict[str, Any]] = []
        self.owner = messenger.person(0)
        self.actor = self.owner._actor
        self.id = messenger.id(0)

    @property
    def channel(self) -> MessengerInput:
        return self.bot.channel

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The bot's, as (name, parameters); stand-ins keep them in three ways."""
        return [
            call
            if isinstance(call, tuple)
            else (getattr(call, "method", None) or call.name, vars(call).get("params", vars(call).get("body")))
            for call in self.standin.calls
        ]

    @property
    def brought(self) -> list[dict[str, Any]]:
        standin = self.standin
        if isinstance(self.messenger, Telegram):
            return list(standin.updates.values())
        return list(standin.events.values()) if isinstance(self.messenger, Vk) else list(standin.updates)

    async def act(self, doing: Any, sender: str | None = None, **meaning: str) -> None:
        """Something that a person does now; `doing` is what it returns, or a function that does it."""
        before = len(self.brought)
        done = doing() if callable(doing) else doing
        if inspect.isawaitable(done):
            await done
        (update,) = self.brought[before:]
        self.came.append({"sender": sender or self.id, "meaning": meaning, "update": update})

    async def says(self, text: str, answer: str) -> None:
        await self.act(self.owner.says(text), text=text)
        await self.owner.expect(answer)


async def talk(scene: Scene) -> None:
    """What is possible in every messenger."""
    owner, channel = scene.owner, scene.channel
    await scene.says("Позвони 8 916 123-45-67", "Понял: Позвони")
    await scene.says("спроси", "Запускать?")
    await scene.act(lambda: owner.presses("Да"), button="Да")
    await owner.expect("Понял: /affirm")
    await scene.says("кнопки 12", "Какую?")
    await scene.says("длинно 1300", "слово")
    await scene.act(owner.says("жди"), text="жди")
    typing = TYPING.get(scene.messenger.name)
    await until(lambda: typing in (None, *(name for name, _ in scene.calls)))
    scene.bot.agent.go_on.set()
    await owner.expect("Дождался.")
    await stranger(scene)
    if scene.messenger.has_cards:
        await scene.act(owner.shares_contact(PHONE, "Мария"), phone=PHONE)
        await owner.expect("Понял: Мария")
    await scene.act(owner.sends_file("база.csv", CONTENT), file="база.csv")
    await owner.expect("Понял: /provide_file")

    message = await channel.deliver(scene.id, "1 из 2", [("Остановить", TOKEN)], standing=True)
    if message is not None:
        await channel.edit(scene.id, message, "1 из 2 & <3", [("Остановить", TOKEN)], last=False)
        await channel.edit(scene.id, message, "2 из 2", (), last=True)
    files, conversation = scene.bot.ledger.files, f"{channel.name()}:{scene.id}"
    file = await files.get(conversation, await files.add(conversation, "отчёт.csv", CONTENT))
    assert file is not None
    await channel.deliver_file(scene.id, file)


async def stranger(scene: Scene) -> None:
    person, identity = scene.messenger.person(PEOPLE + 1), scene.messenger.id(PEOPLE + 1)
    await scene.act(person.says("пусти"), identity, text="пусти")
    await person.expect(identity)
    await scene.act(lambda: person.presses("Попросить доступ"), identity, button="Попросить доступ")
    await person.expect("")


async def in_telegram(scene: Scene) -> None:
    user = scene.actor
    await scene.act(user.shares_contact(PHONE, "Иван", own=True), phone=PHONE)
    await scene.act(user.forwards("чужое"), text="чужое")
    await scene.act(user.edits(user.last_message_id, "иначе"), text="иначе")
    await scene.act(user.sends_document("a.csv", caption="подпись"), file="a.csv", text="подпись")
    await scene.act(user.sends_photo(caption="фото"), text="фото")
    await scene.act(user.sends_voice())
    await scene.act(user.sends_sticker())
    await scene.act(user.says_in(scene.standin.group(-100200), "в группе"), text="в группе")
    question = next(message for message in user.messages if "Какую?" in message.text).message_id
    await scene.act(user.presses_data(TOKEN, question, is_inaccessible=True), button="Остановить")
    await scene.act(user.blocks_bot())
    await scene.act(user.unblocks_bot())


async def in_max(scene: Scene) -> None:
    user = scene.actor
    said = scene.brought[0]
    await scene.act(user.shares_contact(PHONE, "Иван", own=True), phone=PHONE)
    await scene.act(user.forwards("чужое", "своё"), text="своё")
    await scene.act(user.edits(said, "иначе"), text="иначе")
    await scene.act(user.says_in(scene.standin.group(-100200), "в группе"), text="в группе")
    await scene.act(user.stops())
    await scene.act(user.starts("invite-42"))


async def in_vk(scene: Scene) -> None:
    person = scene.actor
    sticker = {"type": "sticker", "sticker": {"sticker_id": 5, "product_id": 1, "inner_type": "base_sticker_new"}}
    await scene.act(person.begins, text="Начать")
    await scene.act(lambda: person.forwards("чужое", own="своё"), text="своё")
    await scene.act(lambda: person.says("опечатка"), text="опечатка")
    await scene.act(lambda: person.edits("иначе"), text="иначе")
    await scene.act(lambda: person.sends_attachments(sticker))
    await scene.act(lambda: person.says_in(scene.standin.group(), "в группе"), text="в группе")
    await scene.act(person.denies)
    await scene.act(person.permits)


async def in_viber(scene: Scene) -> None:
    subscriber = scene.actor
    await scene.act(subscriber.sends({"type": "sticker", "sticker_id": 46105}))
    await scene.act(subscriber.unsubscribes())
    await scene.act(subscriber.opens())
    await scene.act(subscriber.subscribes())


async def in_whatsapp(scene: Scene) -> None:
    user = scene.actor
    await scene.says("кнопки 4", "Какую?")
    await until(lambda: bool(user.messages[-1].opener))
    title = user.messages[-1].buttons[-1][1]
    await scene.act(user.presses(title), button=title)
    await scene.act(user.forwards("чужое"), text="чужое")
    await scene.act(user.sends_file(scene.standin.add_media(b"1"), "a.csv", "подпись"), file="a.csv", text="подпись")
    await scene.act(user.sends("audio", audio={"id": "3000", "voice": True, "mime_type": "audio/ogg", "sha256": "q"}))
    await scene.act(user.sends("text", text={"body": "в группе"}, group_id="Y2FwaV9ncm91cDox"), text="в группе")
    await scene.act(user.is_not_reached(user.messages[0], 131026))
    user.names_phone = False
    await scene.act(user.says("без номера"), text="без номера")


async def in_slack(scene: Scene) -> None:
    person = scene.actor
    await scene.act(person.edits("иначе"), text="иначе")
    await scene.act(person.says_in("C0SALES", "<@U0BOT> привет"), text="<@U0BOT> привет")


ALONE: dict[type[Messenger], Callable[[Scene], Awaitable[None]]] = {
    Telegram: in_telegram,
    Max: in_max,
    Vk: in_vk,
    Viber: in_viber,
    WhatsApp: in_whatsapp,
    Slack: in_slack,
}
