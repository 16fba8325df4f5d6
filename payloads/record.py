"""Writes down what each stand-in brings to the bot, and what the bot sends: `python -m payloads.record`.

Runs where the bot is installed; the libraries read the files where they are. For each messenger `<name>.json` with
`came`, updates beside what the person did, `sent`, the calls that the bot made, and `answered`, what the stand-in said.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from payloads.acts import ALONE, Scene, talk
from payloads.reading import RECORDED
from rasa_twin24 import messengers
from rasa_twin24.channels.base import MessengerInput
from tests.channels.bot import ChannelBot
from tests.dialogues.messengers import OTHERS, PUBLIC_URL, Max, Messenger, Telegram, Viber, Vk
from tests.standins.telegram import Telegram as TelegramStandin
from tests.waiting import until

# Those that also poll, by the variable that tells not to.
WEBHOOKS = {"telegram": "TELEGRAM_WEBHOOK_URL", "max": "MAX_WEBHOOK_URL", "vk": "VK_WEBHOOK_URL"}
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


answered: list[dict[str, Any]] = []


@web.middleware
async def note_answer(request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]) -> web.StreamResponse:
    """What a stand-in says to a call."""
    response: web.StreamResponse = await handler(request)
    if isinstance(response, web.Response) and response.content_type == "application/json":
        answered.append({"call": f"{request.method} {request.path}", "answer": json.loads(response.text or "null")})
    return response


async def record(messenger: Messenger, folder: Path, *acts: Callable[[Scene], Awaitable[None]], poll: bool) -> Any:
    """Let it happen in one messenger; returns what came, and the calls that were made."""
    os.environ["BOT_OWNERS"] = messenger.owners[0]
    async with messenger:
        env = messenger.settings("")
        if isinstance(messenger, Telegram):
            env |= {"TELEGRAM_BOT_TOKEN": messenger.standin.token, "TELEGRAM_API_URL": messenger.standin.url}
        if webhook := WEBHOOKS.get(messenger.name):
            env[webhook] = "" if poll else PUBLIC_URL
        made = messengers.make(messengers.read_blocks(env))
        (channel,) = [one for one in made if isinstance(one, MessengerInput) and one.name() == messenger.name]
        bot = ChannelBot(channel, folder)
        _lead(messenger, bot.url)
        async with bot:
            scene = Scene(messenger, bot)
            await until(lambda: _is_connected(messenger, poll))
            for act in acts:
                await act(scene)
            await scene.says("конец", "Понял: конец")
            await channel.examine()
            await channel.webhooks()
            await channel.remove_webhooks()
        assert messenger.standin.violations == [], messenger.standin.violations
        return scene.came, [{"name": name, "params": params} for name, params in scene.calls]


def _lead(messenger: Messenger, bot_url: str) -> None:
    """The stand-in learns where the bot is."""
    messenger.settings(bot_url)
    if isinstance(messenger, Telegram):
        messenger.standin.route(PUBLIC_URL, bot_url)
    if isinstance(messenger, Vk):
        messenger.standin.callback.routes[PUBLIC_URL] = bot_url


def _is_connected(messenger: Messenger, poll: bool) -> bool:
    """Whether what a person does from now on comes to the bot."""
    standin = messenger.standin
    if isinstance(messenger, Telegram):
        return any(call.method == "getUpdates" for call in standin.calls) if poll else bool(standin.webhook_url)
    if isinstance(messenger, Vk):
        servers = standin.callback.servers.values()
        return bool(standin.long_poll.asked) if poll else any(one.settings["events"]["message_new"] for one in servers)
    if isinstance(messenger, Max):
        return bool(standin.called("GET /updates")) if poll else bool(standin.subscribed)
    return bool(standin.webhook) if isinstance(messenger, Viber) else True


async def main(folder: Path) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for proxy in PROXIES:  # everything is on loopback
        os.environ.pop(proxy, None)
    web.Application = functools.partial(web.Application, middlewares=[note_answer])  # type: ignore[misc]
    folder.mkdir(parents=True, exist_ok=True)
    for kind in (Telegram, *OTHERS):
        answered.clear()
        came: list[Any] = []
        sent: list[Any] = []
        for poll in (False, True) if kind.name in WEBHOOKS else (False,):
            messenger = Telegram(TelegramStandin()) if kind is Telegram else kind()
            with tempfile.TemporaryDirectory() as place:
                acts = [] if poll else [talk, ALONE[kind]]
                new, calls = await record(messenger, Path(place), *acts, poll=poll)
            came, sent = came + new, sent + calls
        recorded = {"came": came, "sent": sent, "answered": answered}
        written = json.dumps(recorded, ensure_ascii=False, indent=1, default=_as_text)
        (folder / f"{kind.name}.json").write_text(written + "\n", encoding="utf-8")
        print(f"{kind.name}: {len(came)} updates, {len(sent)} calls")


def _as_text(value: Any) -> str:
    """Contents of files."""
    return type(value).__name__


if __name__ == "__main__":
    asyncio.run(main(RECORDED))
