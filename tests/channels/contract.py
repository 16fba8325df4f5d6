"""What every messenger keeps, ours or a third party's. A messenger's test module says how its platform speaks:

    class MyStage(Stage): ...          # a dozen short functions

    class TestMyMessenger(MessengerContract):
        @pytest.fixture
        async def stage(self, tmp_path, monkeypatch): ...  # yields a started MyStage

What the platform does not have is None in its stage, and named by the test class in `lacks`: its tests are left out.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import news
from rasa_twin24.channels.reply import utf16_length
from rasa_twin24.channels.webhook import MAX_BODY
from tests.channels.bot import ChannelBot
from tests.loopback import client
from tests.waiting import until

PHONE = "79161234567"
# Whatever some platform takes for markup.
MARKUP = "Акция <b>50%</b> & \"скидка\" 'всем' *жирно* _курсив_ ~нет~ `код` [a](b) &amp; <@U1> \\* #1"
# Addresses inside, which somebody who writes to the bot may name as a file's.
INSIDE = ("http://127.0.0.1:9/a.csv", "https://127.0.0.1:9/a.csv", "https://169.254.169.254/latest", "https://[::1]/a")


@dataclass(frozen=True)
class Post:
    """A request to the bot's webhook as the platform makes it; `path` is below the bot's address."""

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A message of the bot as a person sees it now: without markup, its buttons as (title, token)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class Stage(ABC):
    """A started bot with one messenger, its platform's stand-in and three people, given by the platform's ids.

    `owner` and `other` are in BOT_OWNERS, `stranger` is not. `secrets` may stand in no log. A text of more than
    `most_text` UTF-16 units is more than one message. The functions that give a `Post` make a genuine one, each time
    a new one; they bring nothing: the contract does.
    """

    bot: ChannelBot
    owner: str
    other: str
    stranger: str
    secrets: Sequence[str]
    most_text: int
    # Only a platform on which nothing can be escaped has less of it.
    markup: str = MARKUP
    # Of a webhook's body, bytes; only a platform that says it sends longer ones has more.
    most_body: int = MAX_BODY

    # --- what the platform brings -----------------------------------------------------------------------------

    @abstractmethod
    def genuine(self, body: bytes) -> Post:
        """Any body, with whatever shows that it is from the platform, as far as that is not in the body."""

    @abstractmethod
    def forged(self, post: Post) -> Sequence[Post]:
        """The same update from somebody else: without the secret or signature, with another, with one bit changed."""

    @abstractmethod
    async def says(self, person: str, text: str) -> Post:
        """A text, encoded as the platform encodes what a person typed."""

    @abstractmethod
    async def presses(self, person: str, token: str) -> Post:
        """A press of a button with this token, whether such a button was ever shown to them or not."""

    @abstractmethod
    async def unknown(self, person: str) -> Post:
        """An update of a kind that does not exist today."""

    async def contact(self, person: str, phone: str, name: str) -> Post | None:
        """A contact card."""
        return None

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post | None:
        """A file; `announced` is the size that the update tells, in bytes, where the platform tells it."""
        return None

    async def file_at(self, person: str, address: str) -> Post | None:
        """A file at an address that stands in the update, where the platform writes addresses into them."""
        return None

    async def voice(self, person: str) -> Post | None:
        """Something that the bot cannot read: a voice note or a sticker."""
        return None

    async def says_in_group(self, person: str, text: str) -> Post | None:
        """A text in a group with the bot in it."""
        return None

    @abstractmethod
    async def blocks(self, person: str) -> Post | None:
        """From now on the platform refuses what is sent to them; gives the update that tells so, if there is one."""

    @abstractmethod
    async def unblocks(self, person: str) -> Post | None:
        """The opposite of `blocks`."""

    # --- what people see --------------------------------------------------------------------------------------

    @abstractmethod
    def shown(self, person: str) -> Sequence[Shown]:
        """The bot's messages to a person in their order, files apart."""

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]] | None:
        """The bot's files to a person as (name, content)."""
        return None

    @abstractmethod
    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        """The next messages are refused with this HTTP status, or the code of the platform's that means the same."""

    # --- the same for all -------------------------------------------------------------------------------------

    async def post(self, post: Post) -> int:
        """Bring an update; returns the status."""
        async with client() as http:
            answer = await http.post(self.bot.url + post.path, content=post.body, headers=dict(post.headers))
        return answer.status_code

    async def bring(self, *posts: Post) -> None:
        """Bring updates one after another; every one is accepted."""
        for post in posts:
            status = await self.post(post)
            assert 200 <= status < 300, f"{status} to {post.body[:200]!r}"

    async def expect(self, person: str, text: str, times: int = 1) -> list[Shown]:
        """The messages that hold a text, as soon as there are so many; raises AssertionError with what there is."""
        try:
            await until(lambda: len(self._holding(person, text)) >= times, 15)
        except AssertionError:
            raise AssertionError(f"not {times}× {text!r} to {person}; there is {list(self.shown(person))}") from None
        found = self._holding(person, text)
        assert len(found) == times
        return found

    async def hears(self, person: str, text: str) -> None:
        """Have a person say something, and wait for its answer: whatever came before has been worked off then."""
        await self.bring(await self.says(person, text))
        await self.expect(person, f"Понял: {text}")

    async def asks(self, person: str) -> dict[str, str]:
        """Have the bot ask a person with the buttons Да and Нет; returns their tokens."""
        before = len(self._holding(person, "Запускать?"))
        await self.bring(await self.says(person, "спроси"))
        return dict((await self.expect(person, "Запускать?", before + 1))[-1].buttons)

    def heard(self, person: str) -> list[str]:
        """What reached Rasa of a person."""
        return [message.text for message in self.bot.agent.heard if message.sender_id == self.conversation(person)]

    def conversation(self, person: str) -> str:
        return f"{self.bot.channel.name()}:{person}"

    async def is_gone(self, person: str) -> bool:
        return (await self.bot.ledger.conversations.get(self.conversation(person))).gone_at is not None

    def _holding(self, person: str, text: str) -> list[Shown]:
        return [message for message in self.shown(person) if text in message.text]


Test = TypeVar("Test", bound=Callable[..., Any])


def of(thing: str) -> Callable[[Test], Test]:
    """A test of something that not every platform has."""

    def mark(test: Test) -> Test:
        test.is_of = thing  # type: ignore[attr-defined]
        return test

    return mark


class MessengerContract:
    """The tests; a subclass gives the fixture `stage`, and names what its platform does not have."""

    lacks: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        things = {name: test.is_of for name, test in vars(MessengerContract).items() if hasattr(test, "is_of")}
        assert cls.lacks <= set(things.values()), f"nothing is tested of {sorted(cls.lacks - set(things.values()))}"
        for name, thing in things.items():
            if thing in cls.lacks:
                setattr(cls, name, None)  # not collected

    # --- who and what comes in --------------------------------------------------------------------------------

    async def test_a_text_is_heard_once_and_answered(self, stage: Stage) -> None:
        await stage.bring(await stage.says(stage.owner, f"  Позвони\n8 {PHONE[1:]} "))

        await stage.expect(stage.owner, f"Понял: Позвони\n8 {PHONE[1:]}")
        (message,) = stage.bot.agent.heard
        assert message.sender_id == stage.conversation(stage.owner)
        assert message.input_channel == stage.bot.channel.name()
        assert message.metadata == {"kind": "text"}
        await until(lambda: nothing_waits(stage))

    async def test_a_forged_update_is_refused_and_leaves_nothing(self, stage: Stage) -> None:
        forgeries = stage.forged(await stage.says(stage.owner, "да"))
        assert forgeries
        for forgery in forgeries:
            assert await stage.post(forgery) in (401, 403)

        assert await stage.bot.updates_kept() == []
        assert stage.bot.agent.heard == []
        await until(lambda: is_audited(stage, "forged_webhook"))

    async def test_a_repeated_update_is_one_turn(self, stage: Stage) -> None:
        post = await stage.says(stage.owner, "привет")
        statuses = await asyncio.gather(*(stage.post(post) for _ in range(20)))
        assert {status // 100 for status in statuses} == {2}
        await stage.expect(stage.owner, "Понял: привет")

        await stage.bring(post)
        await stage.hears(stage.owner, "конец")
        assert stage.heard(stage.owner) == ["привет", "конец"]
        assert len(stage.shown(stage.owner)) == 2

    async def test_updates_out_of_order_are_each_worked_off_once(self, stage: Stage) -> None:
        first, second = await stage.says(stage.owner, "первое"), await stage.says(stage.owner, "второе")
        await stage.bring(second, first, second, first)

        await stage.hears(stage.owner, "конец")
        assert stage.heard(stage.owner) == ["второе", "первое", "конец"]

    async def test_an_unknown_kind_is_accepted_and_holds_nothing_up(self, stage: Stage) -> None:
        await stage.bring(await stage.unknown(stage.owner))

        await stage.hears(stage.owner, "конец")
        assert [text for text in stage.heard(stage.owner) if text != "/unreadable_message"] == ["конец"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b"{}",
            b'"yes"',
            b"\xff\xfe",
            b"0",
            pytest.param(b"[" * 100_000, id="deep"),
            b'{"a": 1e999}',
        ],
    )
    async def test_a_body_that_is_no_update_does_no_harm(self, stage: Stage, body: bytes) -> None:
        assert await stage.post(stage.genuine(body)) < 500

        assert await stage.bot.updates_kept() == []
        await stage.hears(stage.owner, "конец")

    async def test_a_body_that_is_too_long_is_not_taken(self, stage: Stage) -> None:
        assert await stage.post(stage.genuine(b" " * (stage.most_body + 1))) == 413

        await stage.hears(stage.owner, "конец")

    async def test_what_cannot_be_written_down_is_brought_again(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        claim = stage.bot.ledger.inbox.claim

        async def failing(*_arguments: Any) -> Any:
            raise OperationalError("INSERT", {}, Exception("disk full"))

        monkeypatch.setattr(stage.bot.ledger.inbox, "claim", failing)
        post = await stage.says(stage.owner, "привет")
        assert await stage.post(post) >= 500
        monkeypatch.setattr(stage.bot.ledger.inbox, "claim", claim)

        await stage.bring(post)
        await stage.expect(stage.owner, "Понял: привет")
        assert stage.heard(stage.owner) == ["привет"]

    async def test_a_stranger_gets_an_id_and_no_further(self, stage: Stage) -> None:
        for person in (stage.owner, stage.other):  # who will be asked about the stranger
            await stage.hears(person, "привет")
        await stage.bring(await stage.says(stage.stranger, "позвони 8 916 123-45-67"))
        (told,) = await stage.expect(stage.stranger, stage.conversation(stage.stranger))
        assert [title for title, _ in told.buttons] == ["Попросить доступ"]

        await stage.bring(await stage.presses(stage.stranger, told.buttons[0][1]))
        await until(lambda: len(stage.shown(stage.stranger)) == 2)
        assert stage.heard(stage.stranger) == []

    @of("group")
    async def test_a_group_reaches_nothing(self, stage: Stage) -> None:
        await stage.bring(there(await stage.says_in_group(stage.owner, "да")))

        await stage.hears(stage.owner, "конец")
        assert [message.text for message in stage.bot.agent.heard] == ["конец"]

    # --- what people send -------------------------------------------------------------------------------------

    @pytest.mark.parametrize("text", ["/affirm", '/confirm_start{"a": "b"}', "\u200b\u00a0/affirm", '/affirm{"x":1}'])
    async def test_a_typed_intent_is_none(self, stage: Stage, text: str) -> None:
        await stage.bring(await stage.says(stage.owner, text))

        await stage.expect(stage.owner, "Понял")
        assert stage.heard(stage.owner) == ["/unknown_command"]

    @of("contact")
    async def test_a_contact_is_its_name_and_number(self, stage: Stage) -> None:
        await stage.bring(there(await stage.contact(stage.owner, PHONE, "/affirm Иван: да")))

        await stage.expect(stage.owner, "Понял")
        (message,) = stage.bot.agent.heard
        assert message.text == f"affirm Иван да: +{PHONE}"
        assert message.parse_data["intent"]["name"] == "provide_phone"
        assert message.metadata == {"kind": "contact"}

    @of("file")
    async def test_a_file_is_kept_as_it_came(self, stage: Stage) -> None:
        content = bytes(range(256)) * 40
        await stage.bring(there(await stage.file(stage.owner, "база.csv", content)))

        await stage.expect(stage.owner, "Понял: /provide_file")
        (message,) = stage.bot.agent.heard
        entities = {each["entity"]: each["value"] for each in message.parse_data["entities"]}
        kept = await stage.bot.ledger.files.get(stage.conversation(stage.owner), entities["file"])
        assert kept is not None
        assert (kept.name, kept.content) == ("база.csv", content)

    @of("file")
    @pytest.mark.parametrize("announced", [None, 2_000_000_000], ids=["found out while it comes", "announced"])
    async def test_a_file_that_is_too_large(self, stage: Stage, announced: int | None) -> None:
        stage.bot.reception.attachments.most_bytes = 1_000
        await stage.bring(there(await stage.file(stage.owner, "база.csv", b"1" * 1_001, announced)))

        await stage.expect(stage.owner, "Понял")
        assert unreadable(stage) == ["large_file"]

    @of("file address")
    @pytest.mark.parametrize("address", INSIDE)
    async def test_a_file_inside_our_network_is_not_fetched(self, stage: Stage, address: str) -> None:
        await stage.bring(there(await stage.file_at(stage.owner, address)))

        await stage.expect(stage.owner, "Понял")
        assert unreadable(stage) == ["lost_file"]

    @of("voice")
    async def test_what_cannot_be_read_is_said_so(self, stage: Stage) -> None:
        await stage.bring(there(await stage.voice(stage.owner)))

        await stage.expect(stage.owner, "Понял: /unreadable_message")

    # --- buttons ----------------------------------------------------------------------------------------------

    async def test_a_button_works_once_and_its_neighbour_no_more(self, stage: Stage) -> None:
        tokens = await stage.asks(stage.owner)
        assert list(tokens) == ["Да", "Нет"]

        await stage.bring(await stage.presses(stage.owner, tokens["Нет"]))
        await stage.expect(stage.owner, "Понял: /deny")
        pressed = stage.bot.agent.heard[1]
        assert {"entity": "task_id", "value": "7"} in pressed.parse_data["entities"]
        assert pressed.metadata == {"kind": "button"}
        for title in ("Нет", "Да"):
            await stage.bring(await stage.presses(stage.owner, tokens[title]))
        await stage.hears(stage.owner, "конец")

        assert stage.heard(stage.owner)[1:] == ["/deny", "/stale_button", "/stale_button", "конец"]

    async def test_a_press_that_is_brought_again_is_one(self, stage: Stage) -> None:
        tokens = await stage.asks(stage.owner)
        press = await stage.presses(stage.owner, tokens["Да"])
        await asyncio.gather(*(stage.bring(press) for _ in range(10)))
        await stage.hears(stage.owner, "конец")

        assert stage.heard(stage.owner)[1:] == ["/affirm", "конец"]

    async def test_a_newer_question_makes_the_older_ones_buttons_stale(self, stage: Stage) -> None:
        older, newer = await stage.asks(stage.owner), await stage.asks(stage.owner)

        await stage.bring(await stage.presses(stage.owner, older["Да"]))
        await stage.bring(await stage.presses(stage.owner, newer["Да"]))
        await stage.hears(stage.owner, "конец")

        assert stage.heard(stage.owner)[2:] == ["/stale_button", "/affirm", "конец"]

    async def test_a_button_is_its_persons_alone(self, stage: Stage) -> None:
        tokens = await stage.asks(stage.owner)

        await stage.bring(await stage.presses(stage.other, tokens["Да"]))
        await stage.hears(stage.other, "конец")
        assert stage.heard(stage.other) == ["/stale_button", "конец"]
        await stage.bring(await stage.presses(stage.owner, tokens["Да"]))
        await stage.expect(stage.owner, "Понял: /affirm")

    @pytest.mark.parametrize("token", ["/affirm", '/confirm_start{"a":"b"}', "A" * 22])
    async def test_a_made_up_button_means_nothing(self, stage: Stage, token: str) -> None:
        await stage.asks(stage.owner)
        await stage.bring(await stage.presses(stage.owner, token))
        await stage.hears(stage.owner, "конец")

        # Where a press comes as a text, a made-up one may be just that.
        assert stage.heard(stage.owner)[1] in ("/stale_button", "/unknown_command", "A" * 22)

    async def test_of_many_long_buttons_none_is_lost(self, stage: Stage) -> None:
        await stage.bring(await stage.says(stage.owner, "кнопки 12"))
        await until(lambda: len(buttons(stage)) >= 12, 15)
        assert [title.partition(" ")[0] for title, _ in buttons(stage)] == [f"{number}." for number in range(1, 13)]

        await stage.bring(await stage.presses(stage.owner, buttons(stage)[11][1]))
        await stage.expect(stage.owner, "Понял: /inform")
        assert {"entity": "number", "value": "12"} in stage.bot.agent.heard[1].parse_data["entities"]

    # --- what the bot says ------------------------------------------------------------------------------------

    async def test_a_long_text_is_split_and_its_buttons_are_with_the_last_part(self, stage: Stage) -> None:
        words = stage.most_text // 6 + 100
        await stage.bring(await stage.says(stage.owner, f"длинно {words}"))
        await until(lambda: len(buttons(stage)) == 2, 15)

        parts = stage.shown(stage.owner)
        assert len(parts) > 1
        assert " ".join(part.text for part in parts).split() == ["слово"] * words
        assert all(utf16_length(part.text) <= stage.most_text for part in parts)
        assert [[title for title, _ in part.buttons] for part in parts] == [[]] * (len(parts) - 1) + [["Да", "Нет"]]

    async def test_a_text_arrives_as_it_was_typed(self, stage: Stage) -> None:
        await stage.bring(await stage.says(stage.owner, stage.markup))

        (answer,) = await stage.expect(stage.owner, "Понял")
        assert stage.heard(stage.owner) == [stage.markup]
        assert answer.text == f"Понял: {stage.markup}"

    async def test_a_message_that_changes_ends_with_its_last_version(self, stage: Stage) -> None:
        await stage.hears(stage.owner, "привет")  # some platforms let a bot write only to who has written
        channel = stage.bot.channel
        message = await channel.deliver(stage.owner, "1 из 2 & <3", (), standing=True)
        if message is not None:
            await channel.edit(stage.owner, message, "2 из 2 & <3", (), last=True)
            await stage.expect(stage.owner, "2 из 2 & <3")

    @of("file out")
    async def test_a_file_is_sent_whole(self, stage: Stage) -> None:
        await stage.hears(stage.owner, "привет")
        # Always one of the ledger: of some platforms' files only the address is sent.
        files, conversation = stage.bot.ledger.files, stage.conversation(stage.owner)
        file = await files.get(conversation, await files.add(conversation, "отчёт.csv", b"\x00\xff" * 500))
        assert file is not None
        await stage.bot.channel.deliver_file(stage.owner, file)

        assert stage.files_shown(stage.owner) == [("отчёт.csv", b"\x00\xff" * 500)]

    # --- what goes wrong --------------------------------------------------------------------------------------

    async def test_who_blocked_the_bot_is_left_alone_until_they_write(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await stage.hears(stage.owner, "привет")
        await stage.blocks(stage.owner)
        with structlog.testing.capture_logs() as logs:
            await stage.bot.channel.get_output_channel().send_response(
                stage.conversation(stage.owner), {"text": "Идёт обзвон."}
            )
        assert await stage.is_gone(stage.owner)
        assert "send_failed" not in repr(logs)
        await stage.bot.ledger.notices.add(stage.conversation(stage.owner), "finished")
        await asyncio.sleep(2 * news.NOTICE_PAUSE)
        assert stage.heard(stage.owner) == ["привет"]

        await stage.unblocks(stage.owner)
        await stage.hears(stage.owner, "я вернулся")
        await stage.expect(stage.owner, "Обзвон закончен.")
        assert not await stage.is_gone(stage.owner)

    @of("leaving")
    async def test_the_platform_tells_who_has_left(self, stage: Stage) -> None:
        await stage.hears(stage.owner, "привет")
        await stage.bring(there(await stage.blocks(stage.owner)))

        await until(lambda: stage.is_gone(stage.owner))
        assert stage.heard(stage.owner) == ["привет"]

    async def test_a_send_that_comes_too_early_is_made_again(self, stage: Stage) -> None:
        stage.fails(429, retry_after=1)
        await stage.bring(await stage.says(stage.owner, "привет"))

        await stage.expect(stage.owner, "Понял: привет")
        await stage.hears(stage.owner, "конец")
        assert [message.text for message in stage.shown(stage.owner)] == ["Понял: привет", "Понял: конец"]

    async def test_while_the_platform_is_broken_no_answer_is_lost_and_no_turn_repeated(self, stage: Stage) -> None:
        with structlog.testing.capture_logs() as logs:
            stage.fails(500)
            await stage.bring(await stage.says(stage.owner, f"привет {PHONE}"))
            # The answer, or where a repetition could be a second message, the news that it did not arrive.
            await until(lambda: any(message.text for message in stage.shown(stage.owner)), 15)
            await stage.hears(stage.owner, "конец")

        assert [text for text in stage.heard(stage.owner) if text != "/notice"] == [f"привет {PHONE}", "конец"]
        assert len(stage._holding(stage.owner, "Понял: привет")) <= 1
        assert not [secret for secret in (*stage.secrets, PHONE) if secret in repr(logs)]

    async def test_an_answer_that_is_refused_holds_nothing_up(self, stage: Stage) -> None:
        with structlog.testing.capture_logs() as logs:
            stage.fails(400)
            await stage.bring(await stage.says(stage.owner, f"привет {PHONE}"))
            await until(lambda: nothing_waits(stage))
            await stage.hears(stage.owner, "конец")

        assert not await stage.is_gone(stage.owner)
        assert not [secret for secret in (*stage.secrets, PHONE) if secret in repr(logs)]


def there(post: Post | None) -> Post:
    assert post is not None, "the stage has nothing of the kind: say so in the test class's `lacks`"
    return post


def buttons(stage: Stage) -> list[tuple[str, str]]:
    """All that the owner sees."""
    return [button for message in stage.shown(stage.owner) for button in message.buttons]


def unreadable(stage: Stage) -> list[str]:
    """What the bot could not read, by its kind."""
    return [
        entity["value"]
        for message in stage.bot.agent.heard
        if message.text == "/unreadable_message"
        for entity in message.parse_data["entities"]
        if entity["entity"] == "kind"
    ]


async def nothing_waits(stage: Stage) -> bool:
    kept = await stage.bot.updates_kept()
    return bool(kept) and not any(waits for _key, waits in kept)


async def is_audited(stage: Stage, reason: str) -> bool:
    return any(entry.detail.get("reason") == reason for entry in await stage.bot.ledger.audit.since(0))
