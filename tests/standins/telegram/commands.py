"""The list of commands of a bot: https://core.telegram.org/bots/api#setmycommands."""

from __future__ import annotations

import re
from typing import Any

from .refusals import bad_request, stricter

MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
)

_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
_LANGUAGE = re.compile(r"[a-z]{2}\Z")

Command = dict[str, str]


class CommandLists:
    """One list per scope and language."""

    def __init__(self) -> None:
        self.lists: dict[tuple[str, str], list[Command]] = {}

    def set(self, arguments: dict[str, Any]) -> None:
        """Store a list; raises `Refusal`."""
        commands = arguments["commands"]
        if len(commands) > MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            _check(command)
        self.lists[_key(arguments)] = commands

    def get(self, arguments: dict[str, Any]) -> list[Command]:
        """The list stored for exactly this scope and language; raises `Refusal`."""
        return self.lists.get(_key(arguments), [])

    def shown_to(self, chat_id: int, language: str) -> list[Command]:
        """What a person sees in a private chat: the narrowest list there is, own language first."""
        for scope in (f"chat:{chat_id}", "all_private_chats", "default"):
            for wanted in (language[:2], ""):
                if (scope, wanted) in self.lists:
                    return self.lists[scope, wanted]
        return []


def _check(command: object) -> None:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    if set(command) != {"command", "description"} or not all(isinstance(v, str) for v in command.values()):
        raise stricter("a BotCommand has exactly a command and a description, both of type String")
    if not _COMMAND.match(command["command"]):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"]) <= MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _key(arguments: dict[str, Any]) -> tuple[str, str]:
    scope = arguments.get("scope", {"type": "default"})
    kind = scope.get("type")
    if kind not in SCOPES:
        raise bad_request("unsupported BotCommandScope type specified")
    language = arguments.get("language_code", "")
    if language and not _LANGUAGE.match(language):
        raise bad_request("language code is invalid")
    narrow = [str(scope[field]) for field in ("chat_id", "user_id") if field in scope]
    return ":".join([kind, *narrow]), language
