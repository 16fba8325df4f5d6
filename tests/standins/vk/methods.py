"""The methods of VK that the stand-in plays, and what they take. https://github.com/VKCOM/vk-api-schema"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from .keyboards import read_keyboard
from .people import FIRST_GROUP, BotMessage, Dialogue
from .refusals import Refusal

if TYPE_CHECKING:
    from .server import Vk

VERSION = "5.199"
EVENTS = {"message_new", "message_edit", "message_event", "message_allow", "message_deny", "message_reply"}
_SERVER = {"group_id", "url", "title", "secret_key"}
# By method: what it must be given, and what it may.
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "messages.send": ({"peer_id", "random_id"}, {"message", "attachment", "keyboard", "dont_parse_links"}),
    "messages.edit": ({"peer_id", "message_id", "message"}, {"keyboard"}),
    "messages.setActivity": ({"peer_id", "type"}, set()),
    "messages.sendMessageEventAnswer": ({"event_id", "user_id", "peer_id"}, {"event_data"}),
    "users.get": ({"user_ids"}, set()),
    "groups.getById": ({"group_id"}, set()),
    "groups.getCallbackConfirmationCode": ({"group_id"}, set()),
    "groups.getCallbackServers": ({"group_id"}, set()),
    "groups.addCallbackServer": (_SERVER, set()),
    "groups.editCallbackServer": (_SERVER | {"server_id"}, set()),
    "groups.deleteCallbackServer": ({"group_id", "server_id"}, set()),
    "groups.getCallbackSettings": ({"group_id", "server_id"}, set()),
    "groups.setCallbackSettings": ({"group_id", "server_id", "api_version"}, EVENTS),
    "groups.getLongPollSettings": ({"group_id"}, set()),
    "groups.setLongPollSettings": ({"group_id", "enabled", "api_version"}, EVENTS),
    "groups.getLongPollServer": ({"group_id"}, set()),
    "docs.getMessagesUploadServer": ({"type", "peer_id"}, set()),
    "docs.save": ({"file", "title"}, set()),
}


class Methods:
    def __init__(self, vk: Vk) -> None:
        self._vk = vk
        self._sent: dict[tuple[int, str], int] = {}
        self._last_message = 1000

    async def call(self, method: str, params: dict[str, str]) -> Any:
        """The `response`; raises `Refusal`."""
        if method not in FIELDS:
            raise Refusal(3, "Unknown method passed")
        needed, allowed = FIELDS[method]
        if missing := needed - set(params):
            raise Refusal(100, f"{min(missing)} is undefined")
        if unknown := set(params) - needed - allowed:
            raise Refusal(100, f"{min(unknown)} is unknown")
        if params.get("group_id", str(self._vk.group_id)) != str(self._vk.group_id):
            raise Refusal(100, "group_id is of another community")
        return await getattr(self, "_" + re.sub("[.]", "_", method))(params)

    async def _messages_send(self, params: dict[str, str]) -> int:
        dialogue = self._writable(params)
        number = int(params["random_id"])
        if not 0 < number < 2**31:
            raise Refusal(100, "random_id")
        if (dialogue.peer_id, params["random_id"]) in self._sent:
            return self._sent[dialogue.peer_id, params["random_id"]]
        message = BotMessage(0, "", [], params.get("attachment", ""))
        self._fill(message, params)
        self._last_message += 1
        message.id = self._last_message
        self._sent[dialogue.peer_id, params["random_id"]] = message.id
        dialogue.messages.append(message)
        dialogue.shown(message)
        return message.id

    async def _messages_edit(self, params: dict[str, str]) -> int:
        dialogue = self._writable(params)
        found = next((each for each in dialogue.messages if str(each.id) == params["message_id"]), None)
        if found is None:
            raise Refusal(100, "message_id is not found", is_slip=False)
        self._fill(found, params)
        dialogue.shown(found)
        return 1

    def _fill(self, message: BotMessage, params: dict[str, str]) -> None:
        text, attachment = params.get("message", ""), params.get("attachment", "")
        if not text.strip() and not attachment:
            raise Refusal(100, "message is empty or invalid")
        if attachment and attachment not in self._vk.saved:
            raise Refusal(100, "attachment")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refusal(914)
        if "keyboard" in params and not self._vk.bot_abilities:
            raise Refusal(912, is_slip=False)
        message.buttons = read_keyboard(params["keyboard"]) if "keyboard" in params else []
        message.text = text

    def _writable(self, params: dict[str, str]) -> Dialogue:
        peer = int(params["peer_id"])
        if peer >= FIRST_GROUP:
            if peer not in self._vk.groups:
                raise Refusal(917)
            return self._vk.groups[peer]
        person = self._vk.people.get(peer)
        if person is None or not person.allows:
            raise Refusal(901, is_slip=False)
        return person

    async def _messages_setActivity(self, params: dict[str, str]) -> int:
        if params["type"] not in ("typing", "audiomessage"):
            raise Refusal(100, "type")
        self._writable(params).typing_count += 1
        return 1

    async def _messages_sendMessageEventAnswer(self, params: dict[str, str]) -> int:
        if params["event_id"] not in self._vk.spinning:
            raise Refusal(100, "event_id", is_slip=False)
        self._vk.spinning.remove(params["event_id"])
        return 1

    async def _users_get(self, params: dict[str, str]) -> list[dict[str, Any]]:
        found = [self._vk.people.get(int(number)) for number in params["user_ids"].split(",")]
        names = [(each.id, each.first_name, each.last_name) for each in found if each]
        return [{"id": id, "first_name": first, "last_name": last, "is_closed": True} for id, first, last in names]

    async def _groups_getById(self, _params: dict[str, str]) -> dict[str, Any]:
        return {"groups": [{"id": self._vk.group_id, "name": "Обзвон", "screen_name": "calls"}], "profiles": []}

    async def _groups_getCallbackConfirmationCode(self, _params: dict[str, str]) -> dict[str, str]:
        return {"code": self._vk.confirmation_code}

    async def _groups_getCallbackServers(self, _params: dict[str, str]) -> dict[str, Any]:
        items = [server.as_json for server in self._vk.callback.servers.values()]
        return {"count": len(items), "items": items}

    async def _groups_addCallbackServer(self, params: dict[str, str]) -> dict[str, int]:
        return {"server_id": self._vk.callback.add(*self._server(params))}

    async def _groups_editCallbackServer(self, params: dict[str, str]) -> int:
        return self._vk.callback.edit(int(params["server_id"]), *self._server(params))

    def _server(self, params: dict[str, str]) -> tuple[str, str, str]:
        if len(params["title"]) > 14 or len(params["secret_key"]) > 50 or not params["url"].startswith("https://"):
            raise Refusal(100, "server")
        return params["url"], params["title"], params["secret_key"]

    async def _groups_deleteCallbackServer(self, params: dict[str, str]) -> int:
        self._vk.callback.servers.pop(int(params["server_id"]))
        return 1

    async def _groups_getCallbackSettings(self, params: dict[str, str]) -> dict[str, Any]:
        return self._vk.callback.servers[int(params["server_id"])].settings

    async def _groups_setCallbackSettings(self, params: dict[str, str]) -> int:
        settings = self._vk.callback.servers[int(params["server_id"])].settings
        settings["api_version"] = params["api_version"]
        settings["events"] |= {name: int(params[name]) for name in EVENTS & set(params)}
        return 1

    async def _groups_getLongPollSettings(self, _params: dict[str, str]) -> dict[str, Any]:
        return self._vk.long_poll.settings

    async def _groups_setLongPollSettings(self, params: dict[str, str]) -> int:
        settings = self._vk.long_poll.settings
        settings |= {"is_enabled": params["enabled"] == "1", "api_version": params["api_version"]}
        settings["events"] |= {name: int(params[name]) for name in EVENTS & set(params)}
        return 1

    async def _groups_getLongPollServer(self, _params: dict[str, str]) -> dict[str, Any]:
        poll = self._vk.long_poll
        if not poll.settings["is_enabled"]:
            raise Refusal(100, "longpoll for this group is not enabled")
        return {"server": f"{self._vk.url}/wh{self._vk.group_id}", "key": poll.key, "ts": str(poll.newest)}

    async def _docs_getMessagesUploadServer(self, params: dict[str, str]) -> dict[str, str]:
        self._writable(params)
        return {"upload_url": f"{self._vk.url}/upload.php?act=add_doc&mid={params['peer_id']}"}

    async def _docs_save(self, params: dict[str, str]) -> dict[str, Any]:
        name, content = self._vk.uploaded.pop(params["file"], ("", None))
        if content is None:
            raise Refusal(100, "file")
        number = 700 + len(self._vk.saved)
        self._vk.saved[f"doc-{self._vk.group_id}_{number}"] = (params["title"] or name, content)
        described = {"id": number, "owner_id": -self._vk.group_id, "title": params["title"], "size": len(content)}
        more = {"ext": name.rpartition(".")[2], "date": int(time.time()), "type": 1}
        return {"type": "doc", "doc": {**described, **more}}
