"""The stand-in refuses what Telegram refuses: every rule has a call that breaks it and one that keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.standins.telegram import Telegram, User
from tests.standins.telegram_caller import Caller
from tests.waiting import PATIENCE

CHAT = 500100
STRANGER = 500999
GROUP = -1001234567890


def inline(*labels_and_data: tuple[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in labels_and_data]]}


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram() as stand_in:
        yield stand_in


@pytest.fixture
async def call(tg: Telegram) -> AsyncIterator[Caller]:
    async with Caller(tg) as caller:
        yield caller


@pytest.fixture
async def ivan(tg: Telegram) -> User:
    user = tg.user(CHAT, "Иван")
    await user.says("/start")
    return user


def send(**params: Any) -> tuple[str, dict[str, Any]]:
    return "sendMessage", {"chat_id": CHAT, "text": "Привет", **params}


def markup(value: Any, **params: Any) -> tuple[str, dict[str, Any]]:
    return send(reply_markup=value, **params)


def html(text: str) -> tuple[str, dict[str, Any]]:
    return send(text=text, parse_mode="HTML")


def webhook(**params: Any) -> tuple[str, dict[str, Any]]:
    return "setWebhook", {"url": "http://127.0.0.1:9/none", **params}


def one_command(name: str, description: str = "Справка", **params: Any) -> tuple[str, dict[str, Any]]:
    return "setMyCommands", {"commands": [{"command": name, "description": description}], **params}


def button(**fields: Any) -> tuple[str, dict[str, Any]]:
    return markup({"inline_keyboard": [[fields]]})


Request = tuple[str, dict[str, Any]]

# what is checked: (refused, with this in the description, and accepted)
RULES: dict[str, tuple[Request, str, Request]] = {
    "method": (("sendMesage", {}), "Not Found: method not found", ("getMe", {})),
    "parameter": (send(txt="x"), 'no parameter "txt"', send(protect_content=True)),
    "type of a text": (send(text=5), 'field "text" must be of type String', send(text="5")),
    "null": (markup(None), "object expected as reply markup", send()),
    "type of a flag": (
        send(disable_notification="да"),
        "must be of type Boolean",
        send(disable_notification=True),
    ),
    "chat id missing": (("sendMessage", {"text": "x"}), "chat_id is empty", send(text="x")),
    "chat id": (send(chat_id="Иван"), "must be of type Integer", send(chat_id=str(CHAT))),
    "unknown chat": (send(chat_id=1), "Bad Request: chat not found", send()),
    "text missing": (("sendMessage", {"chat_id": CHAT}), "message text is empty", send()),
    "text empty": (send(text=""), "Bad Request: message text is empty", send(text=".")),
    "text of spaces": (send(text=" \n "), "text must be non-empty", send(text=" а ")),
    "text of empty tags": (html("<b> </b>"), "text must be non-empty", html("<b>а</b>")),
    "text length": (send(text="а" * 4097), "message is too long", send(text="а" * 4096)),
    "text length in UTF-16": (send(text="😀" * 2049), "message is too long", send(text="😀" * 2048)),
    "text length without tags": (
        html("<b>" + "а" * 4097 + "</b>"),
        "message is too long",
        html("<b>" + "а" * 4096 + "</b>"),
    ),
    "half a surrogate pair": (send(text="\ud83d"), "strings must be encoded in UTF-8", send(text="😀")),
    "parse mode": (send(parse_mode="BBCode"), "unsupported parse_mode", send(parse_mode="HTML")),
    "parse mode not played": (send(parse_mode="MarkdownV2"), "stand-in:", send()),
    "HTML: unknown tag": (
        html("имя <Иван>"),
        'can\'t parse entities: Unsupported start tag "иван" at byte offset 7',
        html("имя &lt;Иван&gt;"),
    ),
    "HTML: bare less-than": (html("5 < 6"), 'Unsupported start tag "" at byte offset 2', html("5 &lt; 6")),
    "HTML: tag not closed": (
        html("<b>жирно"),
        'Can\'t find end tag corresponding to start tag "b"',
        html("<b>жирно</b>"),
    ),
    "HTML: crossed tags": (
        html("<b><i>а</b></i>"),
        'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"',
        html("<b><i>а</i></b>"),
    ),
    "HTML: end without start": (
        html("а</b>"),
        "Unexpected end tag at byte offset 2",
        html("а"),
    ),
    "HTML: cut in a tag": (html("а <b"), "Unclosed start tag at byte offset 3", html("а &lt;b")),
    "HTML: cut in an end tag": (html("<b>а</b"), "Unclosed end tag at byte offset 5", html("<b>а</b>")),
    "HTML: attribute": (html("<a href>а</a>"), "Expected equal sign", html('<a href="https://a.ru">а</a>')),
    "HTML: attribute cut": (html('<a href="x>а</a>'), "Unclosed start tag", html('<a href="x">а</a>')),
    "HTML: span": (
        html("<span>а</span>"),
        'must have class "tg-spoiler"',
        html('<span class="tg-spoiler">а</span>'),
    ),
    "link preview": (
        send(link_preview_options={"disabled": True}),
        'no field "disabled"',
        send(link_preview_options={"is_disabled": True}),
    ),
    "reply to nothing": (
        send(reply_parameters={"message_id": 9999}),
        "message to be replied not found",
        send(reply_parameters={"message_id": 41}),
    ),
    "keyboard JSON": (
        markup("{"),
        "can't parse reply keyboard markup JSON object",
        markup('{"inline_keyboard":[]}'),
    ),
    "keyboard kind": (markup({}), "exactly one kind", markup({"remove_keyboard": True})),
    "keyboard of two kinds": (
        markup({"remove_keyboard": True, **inline(("Да", "y"))}),
        "exactly one kind, not 2",
        markup(inline(("Да", "y"))),
    ),
    "keyboard field": (
        markup({"keyboard": [["Да"]], "one_time": True}),
        'no field "one_time"',
        markup({"keyboard": [["Да"]], "one_time_keyboard": True}),
    ),
    "keyboard rows": (
        markup({"inline_keyboard": [{"text": "Да", "callback_data": "y"}]}),
        "must be an Array of Arrays",
        markup(inline(("Да", "y"))),
    ),
    "keyboard row length": (
        markup(inline(*[("Да", "y")] * 9)),
        "1-8 of them, not 9",
        markup(inline(*[("Да", "y")] * 8)),
    ),
    "keyboard size": (
        markup({"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]] * 101}),
        "REPLY_MARKUP_TOO_LONG",
        markup({"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]] * 100}),
    ),
    "button without a label": (
        button(callback_data="y"),
        'Can\'t find field "text"',
        button(text="Да", callback_data="y"),
    ),
    "button label empty": (
        button(text=" ", callback_data="y"),
        "text must be non-empty",
        button(text="1", url="https://a.ru"),
    ),
    "button label type": (
        button(text=1, callback_data="y"),
        '"text" must be of type String',
        button(text="1", callback_data="y"),
    ),
    "button without an action": (
        button(text="Да"),
        "Text buttons are unallowed in the inline keyboard",
        button(text="Да", callback_data="y"),
    ),
    "button with two actions": (
        button(text="Да", callback_data="y", url="https://a.ru"),
        "does exactly one thing",
        button(text="Да", url="https://a.ru"),
    ),
    "button field": (button(text="Да", data="y"), 'no field "data"', button(text="Да", callback_data="y")),
    "button data type": (
        button(text="Да", callback_data=1),
        "must be of type String",
        button(text="Да", callback_data="1"),
    ),
    "button data empty": (
        button(text="Да", callback_data=""),
        "BUTTON_DATA_INVALID",
        button(text="Да", callback_data="1"),
    ),
    "button data length": (
        button(text="Да", callback_data="x" * 65),
        "Bad Request: BUTTON_DATA_INVALID",
        button(text="Да", callback_data="x" * 64),
    ),
    "button data length in bytes": (
        button(text="Да", callback_data="ж" * 33),
        "BUTTON_DATA_INVALID",
        button(text="Да", callback_data="ж" * 32),
    ),
    "button style": (
        button(text="Да", callback_data="y", style="green"),
        "invalid button style",
        button(text="Да", callback_data="y", style="success"),
    ),
    "button address": (
        button(text="Да", url="http://localhost/"),
        "Wrong HTTP URL",
        button(text="Да", url="tg://user?id=1"),
    ),
    "reply keyboard empty": (
        markup({"keyboard": []}),
        "at least one button",
        markup({"keyboard": [[{"text": "Да"}]]}),
    ),
    "reply keyboard placeholder": (
        markup({"keyboard": [["Да"]], "input_field_placeholder": "х" * 65}),
        "1-64 characters",
        markup({"keyboard": [["Да"]], "input_field_placeholder": "х" * 64}),
    ),
    "phone asked in a group": (
        markup({"keyboard": [[{"text": "Номер", "request_contact": True}]]}, chat_id=GROUP),
        "private chats only",
        markup({"keyboard": [[{"text": "Номер", "request_contact": True}]]}),
    ),
    "remove_keyboard": (
        markup({"remove_keyboard": False}),
        "must be true",
        markup({"remove_keyboard": True}),
    ),
    "chat action": (
        ("sendChatAction", {"chat_id": CHAT, "action": "thinking"}),
        "wrong parameter action in request",
        ("sendChatAction", {"chat_id": CHAT, "action": "typing"}),
    ),
    "webhook https": (
        webhook(url="http://bot.example.ru/"),
        "An HTTPS URL must be provided",
        webhook(url="https://bot.example.ru/"),
    ),
    "webhook port": (
        webhook(url="https://bot.example.ru:5005/"),
        "only on ports 80, 88, 443 or 8443",
        webhook(url="https://bot.example.ru:8443/"),
    ),
    "webhook host": (webhook(url="https://"), "URL host is empty", webhook()),
    "secret characters": (
        webhook(secret_token="секрет"),
        "unallowed characters",
        webhook(secret_token="aZ09_-"),
    ),
    "secret empty": (webhook(secret_token=""), "unallowed characters", webhook(secret_token="s")),
    "secret length": (
        webhook(secret_token="s" * 257),
        "secret token is too long",
        webhook(secret_token="s" * 256),
    ),
    "connections": (webhook(max_connections=101), "must be 1-100", webhook(max_connections=100)),
    "kinds of updates": (
        webhook(allowed_updates=["messages"]),
        "no updates of the kind",
        webhook(allowed_updates=["message"]),
    ),
    "list of kinds": (
        webhook(allowed_updates={"message": 1}),
        "must be of type Array",
        webhook(allowed_updates=[]),
    ),
    "limit of updates": (
        ("getUpdates", {"limit": 101}),
        "limit must be 1-100",
        ("getUpdates", {"limit": 100}),
    ),
    "type of a number": (
        ("getUpdates", {"limit": True}),
        'field "limit" must be of type Integer',
        ("getUpdates", {"limit": "1"}),
    ),
    "waiting time": (("getUpdates", {"timeout": -1}), "must not be negative", ("getUpdates", {"timeout": 0})),
    "command name": (one_command("Help"), "BOT_COMMAND_INVALID", one_command("help")),
    "command description": (
        one_command("help", ""),
        "BOT_COMMAND_DESCRIPTION_INVALID",
        one_command("help", "х" * 256),
    ),
    "command fields": (
        ("setMyCommands", {"commands": [{"command": "help"}]}),
        "exactly a command and a description",
        one_command("help"),
    ),
    "number of commands": (
        ("setMyCommands", {"commands": [{"command": "help", "description": "х"}] * 101}),
        "BOT_COMMANDS_TOO_MUCH",
        ("setMyCommands", {"commands": [{"command": "help", "description": "х"}] * 100}),
    ),
    "language of commands": (
        one_command("help", language_code="rus"),
        "language code is invalid",
        one_command("help", language_code="ru"),
    ),
    "scope of commands": (
        ("getMyCommands", {"scope": {"type": "everybody"}}),
        "unsupported BotCommandScope",
        ("getMyCommands", {"scope": {"type": "all_private_chats"}}),
    ),
    "file id": (
        ("sendDocument", {"chat_id": CHAT, "document": "nothing"}),
        "wrong file identifier",
        send(),
    ),
    "document missing": (("sendDocument", {"chat_id": CHAT}), "there is no document in the request", send()),
    "file to download": (("getFile", {"file_id": "nothing"}), "invalid file_id", ("getMe", {})),
    "edit of nothing": (
        ("editMessageText", {"chat_id": CHAT, "message_id": 9999, "text": "а"}),
        "message to edit not found",
        send(),
    ),
    "edit of a person's message": (
        ("editMessageText", {"chat_id": CHAT, "message_id": 41, "text": "а"}),
        "message can't be edited",
        send(),
    ),
    "edit without an id": (
        ("editMessageText", {"chat_id": CHAT, "text": "а"}),
        "message identifier is not specified",
        send(),
    ),
    "deletion of nothing": (
        ("deleteMessage", {"chat_id": CHAT, "message_id": 9999}),
        "message to delete not found",
        ("deleteMessage", {"chat_id": CHAT, "message_id": 41}),
    ),
    "press never made": (
        ("answerCallbackQuery", {"callback_query_id": "1"}),
        "query is too old and response timeout expired or query ID is invalid",
        send(),
    ),
}


@pytest.mark.parametrize(("refused", "words", "accepted"), RULES.values(), ids=RULES.keys())
async def test_rule_is_enforced_and_no_more_than_that(
    tg: Telegram, call: Caller, ivan: User, refused: Request, words: str, accepted: Request
) -> None:
    tg.group(GROUP)

    body = await call(refused[0], **refused[1])
    assert not body["ok"]
    assert words in body["description"]
    assert body["error_code"] == (404 if refused[0] == "sendMesage" else 400)
    assert [violation.method for violation in tg.violations] == [refused[0]]
    assert ivan.messages == []

    tg.violations.clear()
    body = await call(accepted[0], **accepted[1])
    assert body["ok"], body
    assert tg.violations == []


@pytest.mark.parametrize(
    ("token", "status", "description"),
    [("123456:WRONG", 401, "Unauthorized"), ("nonsense", 404, "Not Found")],
)
async def test_wrong_token_is_refused_without_telling_it(
    tg: Telegram, call: Caller, token: str, status: int, description: str
) -> None:
    answer = await call.get(f"/bot{token}/getMe")

    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}
    assert tg.calls == []
    assert token not in repr(tg.violations)


async def test_get_me_tells_the_bot_of_the_token(tg: Telegram, call: Caller) -> None:
    me = (await call("getMe"))["result"]

    assert (me["id"], me["is_bot"], me["username"]) == (123456, True, "calls_bot")


async def test_arguments_may_come_in_the_query_or_as_a_form(tg: Telegram, call: Caller, ivan: User) -> None:
    await call.get(f"/bot{tg.token}/sendMessage?chat_id={CHAT}&text=%D0%B0")
    await call.send_form(
        "sendMessage",
        {
            "chat_id": str(CHAT),
            "text": "б",
            "disable_notification": "true",
            "reply_markup": '{"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}',
        },
    )

    assert [(message.text, message.buttons) for message in ivan.messages] == [("а", []), ("б", [["Да"]])]
    assert tg.violations == []


async def test_html_is_shown_without_markup_and_with_entities(call: Caller, ivan: User) -> None:
    text = ' 😀 <b>120</b> &lt;шт&gt; &amp; <a href="https://a.ru?x=1&amp;y=2">ещё</a> &euro; '
    body = await call("sendMessage", chat_id=CHAT, text=text, parse_mode="HTML")

    assert ivan.messages[0].text == "😀 120 <шт> & ещё &euro;"
    assert body["result"]["entities"] == [
        {"type": "bold", "offset": 3, "length": 3},
        {"type": "text_link", "offset": 14, "length": 3, "url": "https://a.ru?x=1&y=2"},
    ]


async def test_edit_changes_what_is_shown(tg: Telegram, call: Caller, ivan: User) -> None:
    sent = await call("sendMessage", chat_id=CHAT, text="Запустить?", reply_markup=inline(("Да", "y")))
    message_id = sent["result"]["message_id"]

    edited = await call("editMessageText", chat_id=CHAT, message_id=message_id, text="Запускаю")
    assert edited["result"]["text"] == "Запускаю"
    assert [(message.text, message.buttons) for message in ivan.messages] == [("Запускаю", [])]

    again = await call("editMessageText", chat_id=CHAT, message_id=message_id, text="Запускаю ")
    assert again["error_code"] == 400
    assert again["description"].startswith("Bad Request: message is not modified: specified new message")

    await call("editMessageReplyMarkup", chat_id=CHAT, message_id=message_id, reply_markup=inline(("Стоп", "s")))
    assert ivan.messages[0].buttons == [["Стоп"]]
    await call("editMessageReplyMarkup", chat_id=CHAT, message_id=message_id, reply_markup={"inline_keyboard": []})
    assert ivan.messages[0].buttons == []
    same = await call("editMessageReplyMarkup", chat_id=CHAT, message_id=message_id)
    assert "message is not modified" in same["description"]


async def test_edit_takes_inline_keyboards_only(call: Caller, ivan: User) -> None:
    plain = (await call("sendMessage", chat_id=CHAT, text="а"))["result"]["message_id"]
    with_keyboard = await call("sendMessage", chat_id=CHAT, text="б", reply_markup={"keyboard": [["Да"]]})

    body = await call("editMessageText", chat_id=CHAT, message_id=plain, text="в", reply_markup={"keyboard": [["Да"]]})
    assert body["description"] == "Bad Request: inline keyboard expected"
    body = await call("editMessageText", chat_id=CHAT, message_id=with_keyboard["result"]["message_id"], text="в")
    assert body["description"] == "Bad Request: message can't be edited"


async def test_deleted_message_is_gone(call: Caller, ivan: User) -> None:
    message_id = (await call("sendMessage", chat_id=CHAT, text="а"))["result"]["message_id"]

    assert (await call("deleteMessage", chat_id=CHAT, message_id=message_id))["result"] is True
    assert ivan.messages == []
    assert not (await call("deleteMessage", chat_id=CHAT, message_id=message_id))["ok"]
    body = await call("editMessageText", chat_id=CHAT, message_id=message_id, text="б")
    assert body["description"] == "Bad Request: message to edit not found"


async def test_keyboard_under_the_input_line_stays_until_removed(call: Caller, ivan: User) -> None:
    ask = {"keyboard": [[{"text": "Отправить номер", "request_contact": True}]], "one_time_keyboard": True}
    await call("sendMessage", chat_id=CHAT, text="Номер?", reply_markup=ask)
    await call("sendMessage", chat_id=CHAT, text="Жду")
    assert ivan.keyboard == [["Отправить номер"]]
    await ivan.shares_contact("79991234567", "Иван")
    assert ivan.keyboard == []

    await call("sendMessage", chat_id=CHAT, text="Ещё", reply_markup={"keyboard": [["1", "2"]]})
    assert ivan.keyboard == [["1", "2"]]
    await call("sendMessage", chat_id=CHAT, text="Всё", reply_markup={"remove_keyboard": True})
    assert ivan.keyboard == []


async def test_press_is_answered_once(tg: Telegram, call: Caller, ivan: User) -> None:
    await call("sendMessage", chat_id=CHAT, text="?", reply_markup=inline(("Да", "y"), ("Нет", "n")))
    query_id = tg.updates[await ivan.presses("Нет")]["callback_query"]["id"]
    assert tg.callbacks_waiting == {query_id}

    too_long = await call("answerCallbackQuery", callback_query_id=query_id, text="а" * 201)
    assert too_long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    assert (await call("answerCallbackQuery", callback_query_id=query_id, text="а" * 200))["ok"]
    again = await call("answerCallbackQuery", callback_query_id=query_id)
    assert "query is too old" in again["description"]

    assert [answer["callback_query_id"] for answer in tg.callbacks_answered] == [query_id]
    assert tg.callbacks_waiting == set()


async def test_old_press_cannot_be_answered(tg: Telegram, call: Caller, ivan: User) -> None:
    query_id = tg.updates[await ivan.presses_data("y")]["callback_query"]["id"]
    tg.expire_callbacks()

    assert "query is too old" in (await call("answerCallbackQuery", callback_query_id=query_id))["description"]


async def test_bot_cannot_write_first_nor_to_who_blocked_it(tg: Telegram, call: Caller, ivan: User) -> None:
    tg.user(STRANGER)
    first = await call("sendMessage", chat_id=STRANGER, text="Здравствуйте")
    assert (first["error_code"], first["description"]) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )

    await ivan.blocks_bot()
    for method, extra in (("sendMessage", {"text": "а"}), ("sendChatAction", {"action": "typing"})):
        blocked = await call(method, chat_id=CHAT, **extra)
        assert (blocked["error_code"], blocked["description"]) == (
            403,
            "Forbidden: bot was blocked by the user",
        )
    await ivan.unblocks_bot()
    assert (await call("sendMessage", chat_id=CHAT, text="а"))["ok"]
    assert tg.violations == []


async def test_document_is_sent_as_a_file_or_by_its_id(call: Caller, ivan: User) -> None:
    fields = {"chat_id": str(CHAT), "caption": "<b>Итог</b>", "parse_mode": "HTML"}
    sent = await call.send_form("sendDocument", fields, {"document": ("итог.csv", b"1;2", "text/csv")})
    document = sent["result"]["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "итог.csv",
        "text/csv",
        3,
    )
    assert sent["result"]["caption"] == "Итог"
    shown = ivan.messages[0]
    assert shown.document is not None
    assert (shown.text, shown.document.name, shown.document.content) == ("Итог", "итог.csv", b"1;2")

    attached = {"chat_id": str(CHAT), "document": "attach://table"}
    assert (await call.send_form("sendDocument", attached, {"table": ("а.csv", b"1", "text/csv")}))["ok"]
    assert (await call("sendDocument", chat_id=CHAT, document=document["file_id"]))["ok"]

    empty = await call.send_form("sendDocument", fields, {"document": ("а.csv", b"", "text/csv")})
    assert empty["description"] == "Bad Request: file must be non-empty"
    long = {**fields, "caption": "а" * 1025}
    body = await call.send_form("sendDocument", long, {"document": ("а.csv", b"1", "text/csv")})
    assert body["description"] == "Bad Request: message caption is too long"


async def test_file_of_a_person_is_downloaded_up_to_20_mb(tg: Telegram, call: Caller, ivan: User) -> None:
    sent = await ivan.sends_document("база.csv", b"79161234567", "text/csv")
    file_id = tg.updates[sent]["message"]["document"]["file_id"]
    described = (await call("getFile", file_id=file_id))["result"]
    assert described["file_size"] == 11
    content = await call.get(f"/file/bot{tg.token}/{described['file_path']}")
    assert content.content == b"79161234567"
    assert (await call.get(f"/file/bot123456:WRONG/{described['file_path']}")).status_code == 401
    assert (await call.get(f"/file/bot{tg.token}/nothing")).status_code == 404

    for size, is_ok in ((20 * 1024 * 1024, True), (20 * 1024 * 1024 + 1, False)):
        huge = tg.updates[await ivan.sends_document("all.csv", size=size)]["message"]["document"]["file_id"]
        assert (await call("getFile", file_id=huge))["ok"] is is_ok


async def test_menu_of_commands_follows_scope_and_language(tg: Telegram, call: Caller, ivan: User) -> None:
    ann = tg.user(STRANGER, "Ann", language_code="en-GB")
    await call(*one_command("help")[:1], **one_command("help")[1])
    assert (ivan.commands, ann.commands) == (["help"], ["help"])

    await call("setMyCommands", **one_command("pomosch", language_code="ru")[1])
    assert (ivan.commands, ann.commands) == (["pomosch"], ["help"])

    await call("setMyCommands", **one_command("private", scope={"type": "all_private_chats"})[1])
    assert (ivan.commands, ann.commands) == (["private"], ["private"])
    stored = await call("getMyCommands", language_code="ru")
    assert stored["result"] == [{"command": "pomosch", "description": "Справка"}]
    assert (await call("getMyCommands", language_code="en"))["result"] == []


async def test_typing_is_counted_per_chat(tg: Telegram, call: Caller, ivan: User) -> None:
    for action in ("typing", "upload_document", "typing"):
        await call("sendChatAction", chat_id=CHAT, action=action)

    assert ivan.typing_count == 2
    assert tg.group(GROUP).typing_count == 0


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (400, "Bad Request: chat not found"),
        (401, "Unauthorized"),
        (403, "Forbidden: bot was blocked by the user"),
        (500, "Internal Server Error"),
        (502, "Bad Gateway"),
    ],
)
async def test_ordered_error_comes_so_often_in_that_chat_and_does_no_work(
    tg: Telegram, call: Caller, ivan: User, status: int, description: str
) -> None:
    tg.fail_next("sendMessage", status=status, chat=CHAT, times=2)
    tg.group(GROUP)

    assert (await call("sendMessage", chat_id=GROUP, text="а"))["ok"]
    for _ in range(2):
        body = await call("sendMessage", chat_id=CHAT, text="а")
        assert body == {"ok": False, "error_code": status, "description": description}
    assert ivan.messages == []
    assert (await call("sendMessage", chat_id=CHAT, text="а"))["ok"]
    assert tg.violations == []


async def test_flood_pause_lasts_and_impatience_is_seen(tg: Telegram, call: Caller, ivan: User) -> None:
    tg.fail_next("sendMessage", status=429, retry_after=1)
    refused = await call("sendMessage", chat_id=CHAT, text="а")
    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert tg.impatient_calls == 0

    early = await call("sendChatAction", chat_id=CHAT, action="typing")
    assert early["parameters"] == {"retry_after": 1}
    assert tg.impatient_calls == 1
    assert await call.updates() != []

    tg.clear_faults()
    assert (await call("sendMessage", chat_id=CHAT, text="а"))["ok"]


async def test_answer_is_lost_after_or_before_the_work(tg: Telegram, call: Caller, ivan: User) -> None:
    tg.fail_next("sendMessage", drop="before_work")
    with pytest.raises(httpx.RemoteProtocolError):
        await call("sendMessage", chat_id=CHAT, text="раз")
    assert ivan.messages == []

    tg.fail_next("sendMessage", drop="after_work")
    with pytest.raises(httpx.RemoteProtocolError):
        await call("sendMessage", chat_id=CHAT, text="два")
    assert [message.text for message in ivan.messages] == ["два"]


async def test_late_answer_comes_after_the_work(tg: Telegram, call: Caller, ivan: User) -> None:
    tg.fail_next("sendMessage", delay=10 * PATIENCE)
    async with httpx.AsyncClient(timeout=0.5) as hasty:
        with pytest.raises(httpx.ReadTimeout):
            await hasty.post(f"{tg.url}/bot{tg.token}/sendMessage", json={"chat_id": CHAT, "text": "а"})

    assert [message.text for message in ivan.messages] == ["а"]


async def test_calls_are_noted_in_order_with_their_arguments(tg: Telegram, call: Caller, ivan: User) -> None:
    await call("sendMessage", chat_id=CHAT, text="а")
    await call("sendMessage", chat_id=CHAT, text="")

    assert [(method, params["text"]) for method, params in tg.calls] == [
        ("sendMessage", "а"),
        ("sendMessage", ""),
    ]
    assert await tg.called("sendMessage", times=2) == [call.params for call in tg.calls]
