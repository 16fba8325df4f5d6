"""What each method of the Bot API does: https://core.telegram.org/bots/api#available-methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from .chats import BotMessage, Chat
from .commands import CommandLists
from .files import MAX_UPLOAD_BYTES, Files
from .formatting import Formatted, read_caption, read_text, utf16_length
from .keyboards import Keyboard, read_keyboard
from .parameters import Upload
from .receiving import Receiving
from .refusals import Refusal, bad_request, forbidden, gone_meanwhile, stricter

MAX_CALLBACK_ANSWER = 200  # https://core.telegram.org/bots/api#answercallbackquery

CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_LINK_PREVIEW_FIELDS = frozenset({"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"})
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)

Method = Callable[[dict[str, Any]], Awaitable[Any]]


class Methods:
    """The methods by name, over the state they read and change."""

    def __init__(
        self,
        *,
        bot: dict[str, Any],
        chats: dict[int, Chat],
        receiving: Receiving,
        files: Files,
        next_message_id: Callable[[Chat], int],
    ) -> None:
        self._bot = bot
        self._chats = chats
        self._files = files
        self._next_message_id = next_message_id
        self.commands = CommandLists()
        self.open_callbacks: set[str] = set()
        self.callbacks_answered: list[dict[str, Any]] = []
        self._methods: dict[str, Method] = {
            "getMe": self._get_me,
            "getUpdates": receiving.get_updates,
            "setWebhook": receiving.set_webhook,
            "deleteWebhook": receiving.delete_webhook,
            "getWebhookInfo": receiving.get_webhook_info,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback_query,
            "setMyCommands": self._set_my_commands,
            "getMyCommands": self._get_my_commands,
            "getFile": self._get_file,
        }

    async def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """Do the work and return the result; raises `Refusal`."""
        return await self._methods[method](arguments)

    async def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            **self._bot,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _send_message(self, arguments: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(arguments)
        formatted = read_text(arguments["text"], arguments.get("parse_mode"))
        _check_link_preview(arguments)
        return self._send(chat, arguments, formatted)

    async def _send_document(self, arguments: dict[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(arguments)
        caption = read_caption(arguments.get("caption", ""), arguments.get("parse_mode"))
        document = arguments["document"]
        if isinstance(document, str):
            if not self._files.knows(document):
                raise bad_request("wrong file identifier/HTTP URL specified")
            return self._send(chat, arguments, caption, Upload(document, b"", ""), document)
        if not document.content:
            raise bad_request("file must be non-empty")
        if len(document.content) > MAX_UPLOAD_BYTES:
            raise Refusal(413, "Request Entity Too Large")
        stored = self._files.add("documents", "", document.content)
        return self._send(chat, arguments, caption, document, stored.file_id)

    def _send(
        self,
        chat: Chat,
        arguments: dict[str, Any],
        formatted: Formatted,
        document: Upload | None = None,
        document_id: str = "",
    ) -> dict[str, Any]:
        keyboard = _keyboard(arguments, chat)
        reply_to = _reply_target(arguments, chat)
        message = BotMessage(self._next_message_id(chat), chat, formatted, keyboard, document, document_id, reply_to)
        chat.sent_by_bot(message)
        return message.as_json(self._bot)

    async def _send_chat_action(self, arguments: dict[str, Any]) -> bool:
        chat = self._open_chat(arguments)
        if arguments["action"] not in CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        chat.typing_count += arguments["action"] == "typing"
        return True

    async def _edit_message_text(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(arguments)
        formatted = read_text(arguments["text"], arguments.get("parse_mode"))
        _check_link_preview(arguments)
        if message.document is not None:
            raise bad_request("there is no text in the message to edit")
        return self._edit(message, formatted, arguments)

    async def _edit_message_reply_markup(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = self._editable(arguments)
        return self._edit(message, message.formatted, arguments)

    def _edit(self, message: BotMessage, formatted: Formatted, arguments: dict[str, Any]) -> dict[str, Any]:
        keyboard = _keyboard(arguments, message.chat)
        if keyboard is not None and not keyboard.is_inline:
            raise bad_request("inline keyboard expected")
        if (formatted, keyboard) == (message.formatted, message.keyboard):
            raise bad_request(_NOT_MODIFIED)
        if message.keyboard is not None:
            message.past_keyboards.append(message.keyboard)
        message.formatted, message.keyboard = formatted, keyboard
        message.chat.edited_by_bot(message)
        return message.as_json(self._bot)

    async def _delete_message(self, arguments: dict[str, Any]) -> bool:
        chat, message_id = self._open_chat(arguments), arguments["message_id"]
        message = chat.sent.get(message_id)
        if message is not None and not message.is_deleted:
            message.is_deleted = True
            chat.note("bot", f"(deletes {message_id})")
        elif chat.is_private and message_id in chat.received:
            del chat.received[message_id]
        elif message_id in chat.received:
            raise bad_request("message can't be deleted")
        else:
            raise bad_request("message to delete not found")
        return True

    async def _answer_callback_query(self, arguments: dict[str, Any]) -> bool:
        if utf16_length(arguments.get("text", "")) > MAX_CALLBACK_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        if arguments["callback_query_id"] not in self.open_callbacks:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.open_callbacks.remove(arguments["callback_query_id"])
        self.callbacks_answered.append(arguments)
        return True

    async def _set_my_commands(self, arguments: dict[str, Any]) -> bool:
        self.commands.set(arguments)
        return True

    async def _get_my_commands(self, arguments: dict[str, Any]) -> list[dict[str, str]]:
        return self.commands.get(arguments)

    async def _get_file(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return self._files.get_file(arguments["file_id"])

    def _open_chat(self, arguments: dict[str, Any]) -> Chat:
        chat = self._chats.get(arguments["chat_id"])
        if chat is None:
            raise bad_request("chat not found")
        if chat.has_blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.has_started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def _editable(self, arguments: dict[str, Any]) -> BotMessage:
        chat = self._open_chat(arguments)
        message = chat.sent.get(arguments["message_id"])
        if message is not None and message.is_deleted:
            raise gone_meanwhile("message to edit not found")
        if message is None:
            is_foreign = arguments["message_id"] in chat.received
            raise bad_request("message can't be edited" if is_foreign else "message to edit not found")
        if message.keyboard is not None and not message.keyboard.is_inline:
            raise bad_request("message can't be edited")
        return message


def _keyboard(arguments: dict[str, Any], chat: Chat) -> Keyboard | None:
    if "reply_markup" not in arguments:
        return None
    keyboard = read_keyboard(arguments["reply_markup"], in_private=chat.is_private)
    return None if keyboard.is_inline and not keyboard.rows else keyboard


def _reply_target(arguments: dict[str, Any], chat: Chat) -> int | None:
    parameters = arguments.get("reply_parameters")
    if parameters is None:
        return None
    message_id: object = parameters.get("message_id")
    if isinstance(message_id, int) and (message_id in chat.sent or message_id in chat.received):
        return message_id
    if parameters.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _check_link_preview(arguments: dict[str, Any]) -> None:
    if unknown := arguments.get("link_preview_options", {}).keys() - _LINK_PREVIEW_FIELDS:
        raise stricter(f'link_preview_options has no field "{min(unknown)}"')
