"""The stage of a conversation: the real bot, the sandbox as TWIN, the stand-in as Telegram; others where asked."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, Sandbox, SandboxServer
from rasa_twin24.sandbox.tasks import Task
from tests.bot_process import PROJECT, BotProcess
from tests.dialogues.messengers import Messenger
from tests.standins.telegram import Telegram, User

FIRST_PERSON = 500100
PEOPLE = 300


@dataclass
class Stage:
    bot: BotProcess
    telegram: Telegram
    sandbox: Sandbox
    twin: SandboxServer
    _ids: itertools.count[int]

    def person(self, language: str = "ru") -> User:
        """Somebody of BOT_OWNERS who has not spoken yet."""
        return self.telegram.user(id=next(self._ids), first_name="Иван", language_code=language)

    def stranger(self) -> User:
        return self.telegram.user(id=next(self._ids) + 10_000, first_name="Чужой", language_code="ru")

    def task(self, name: str) -> Task:
        """The one task of this name at TWIN, where a mark follows the name."""
        found = [task for task in self.sandbox.tasks if task.name.rpartition(" #")[0] == name]
        assert len(found) == 1, f"{len(found)} tasks named {name}"
        return found[0]

    def numbers(self, name: str) -> list[str]:
        return [phone for candidate in self.task(name).candidates for phone in candidate.phones]


@asynccontextmanager
async def staged(
    data_dir: Path,
    *,
    webhook: bool = False,
    sandbox: Sandbox | None = None,
    others: Sequence[Messenger] = (),
    owners: Sequence[str] = (),
    folder: Path = PROJECT,
    **settings: str,
) -> AsyncIterator[Stage]:
    """Everything started; stopped and checked at the end: nothing that Telegram would refuse was sent.

    `others` are the messengers that are turned on besides, and listen already; `owners` are people elsewhere; `folder`
    is where the project stands.
    """
    sandbox = sandbox or Sandbox(ready_after=0.3, call_seconds=0.4)
    async with Telegram(token="123456:TEST-TOKEN") as telegram, SandboxServer(sandbox) as twin:
        known = [f"telegram:{FIRST_PERSON + offset}" for offset in range(PEOPLE)]
        known += [*owners, *(owner for messenger in others for owner in messenger.owners)]
        usual = {
            "TWIN24_EMAIL": LOGIN,
            "TWIN24_PASSWORD": PASSWORD,
            "TWIN24_SCRIPT_ID": SCRIPT_ID,
            "TWIN24_CID_DATA": CALLER_ID,
            "TWIN24_IAM_URL": twin.iam_url,
            "TWIN24_CIS_URL": twin.cis_url,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "BOT_OWNERS": ",".join(known),
            "BOT_CALL_HOURS": "00:00-24:00",
            "BOT_MESSAGES_PER_MINUTE": "1000",
        }
        bot = BotProcess(data_dir, **{**usual, **settings})
        bot.folder = folder
        if webhook:
            bot.settings["TELEGRAM_WEBHOOK_URL"] = bot.url
        for messenger in others:
            bot.settings |= messenger.settings(bot.url)
        await bot.start()
        try:
            yield Stage(bot, telegram, sandbox, twin, itertools.count(FIRST_PERSON))
            # A button pressed twice before its keyboard was gone: the second removal finds nothing to remove. And a
            # press that is brought twice is answered twice: whether the first answer arrived, nobody knows.
            harmless = ("not modified", "query ID is invalid")
            wrong = [str(slip) for slip in telegram.violations if not any(each in str(slip) for each in harmless)]
            wrong += [f"{messenger.name}: {one}" for messenger in others for one in messenger.standin.violations]
            assert wrong == [], wrong
        finally:
            assert await bot.stop() == 0, bot.log
            assert bot.orphans() == []
