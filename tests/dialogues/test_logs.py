"""Everything that a bot's process printed over a long and troubled life: no number, no secret, at either log level."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rasa_twin24.sandbox import PASSWORD, Sandbox
from tests.dialogues.stage import Stage, staged
from tests.loopback import client
from tests.standins.telegram import User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Each is said, in its own writing, and must not be found in any.
NUMBERS = {
    "8 (916) 123-45-67": "9161234567",
    "+7-903-765.43.21": "9037654321",
    "восемь девятьсот двадцать шесть 555 44 33": "9265554433",
    "８９３１１１１２２３３": "9311112233",
    "+44 20 7946 0958": "442079460958",
    "тел:89851112299;": "9851112299",
}
CARD = "79647770011"
NAMED = "89057778899"  # inside the name of a task
INVITE = "inv_Zk3xQ9w8Lr5tY2uP"
WEBHOOK_SECRET = "hook-Secret-4455-xyz"


def leaks(text: str, secrets: list[str]) -> list[str]:
    """What of it stands in a log: a secret as it is, a number in any writing, digits escaped or spaced."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    digits = "".join(filter(str.isdecimal, plain))
    wide = "".join(str(int(digit)) for digit in digits)
    numbers = [*NUMBERS.values(), CARD[1:], NAMED[1:]]
    return [number for number in numbers if number in wide] + [secret for secret in secrets if secret in plain]


def test_the_search_finds_what_is_there() -> None:
    assert leaks("call 8 (916) 123-45-67", []) == ["9161234567"]
    assert leaks("\\u043089161234567", []) == ["9161234567"]
    assert leaks("８９１６１２３４５６７", []) == ["9161234567"]
    assert leaks("a token", ["token"]) == ["token"]
    assert leaks("+7 916 ***-**-67 and 7946 0958", ["token"]) == []


def break_table(stage: Stage, file: str, table: str) -> None:
    _rename(stage, file, table, f"{table}_away")


def mend_table(stage: Stage, file: str, table: str) -> None:
    _rename(stage, file, f"{table}_away", table)


def _rename(stage: Stage, file: str, old: str, new: str) -> None:
    connection = sqlite3.connect(stage.bot.data_dir / file, timeout=PATIENCE)
    connection.execute("PRAGMA legacy_alter_table=ON")  # what refers to the table shall miss it
    connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
    connection.commit()
    connection.close()


async def settled(stage: Stage, person: User) -> None:
    """Until everything that was said has been answered."""

    def nothing_waits() -> bool:
        with closing(sqlite3.connect(f"file:{stage.bot.data_dir / 'ledger.db'}?mode=ro", uri=True)) as ledger:
            return ledger.execute("SELECT count(*) FROM updates WHERE incoming IS NOT NULL").fetchone() == (0,)

    await until(nothing_waits)
    seen = -1
    while seen != len(person.messages):
        seen = len(person.messages)
        await asyncio.sleep(2.5)  # a turn waits for TWIN for two seconds


async def a_troubled_life(stage: Stage) -> None:
    person = stage.person()
    sandbox = stage.sandbox
    await person.says(f"создай обзвон «Позвонить {NAMED}»")
    await person.expect("В названии есть номер")
    await person.says("Обычное имя")
    await person.expect("создано")
    for writing in NUMBERS:
        await person.says(writing)
        await person.expect("")
    await person.shares_contact(CARD, "Пётр", own=False)
    await person.expect("")

    token = list(sandbox._tokens._ends)[-1]
    echo = f'{{"error": "bad +{CARD} for {token}", "details": {{"{CARD}": "x"}}}}'.encode()
    for status, body in ((422, echo), (500, echo), (502, b"<html>8 (916) 123-45-67</html>"), (429, echo)):
        sandbox.fail_next("add", status=status, body=body, times=1)
        await person.says("8 (916) 123-45-6" + str(status % 10))
        await person.expect("")
        sandbox.fail_next("read", status=status, body=body)
        await person.says("как там обзвон?")
        await person.expect("")
    sandbox.mend()

    # The sign-in is refused and its answer echoes what was sent.
    sandbox.expire_tokens()
    sandbox.fail_next("login", status=401, body=f'{{"error": "wrong password {PASSWORD}"}}'.encode(), times=3)
    await person.says("как там обзвон?")
    await person.expect("")
    while sandbox.take_fault("login"):
        pass

    await settled(stage, person)
    # An action crashes in the database, with the number in its row; then Rasa cannot save what was said.
    break_table(stage, "ledger.db", "candidates")
    await person.says("тел:89851112299; и 8 (916) 123-45-67")
    await person.expect("Моя память (база данных) не ответила")
    mend_table(stage, "ledger.db", "candidates")
    break_table(stage, "tracker.db", "events")
    await person.says("8 (916) 123-45-67")
    await settled(stage, person)
    mend_table(stage, "tracker.db", "events")
    assert "turn_failed" in stage.bot.log  # Rasa could not save, and quoted no row

    await person.says(f"/start {INVITE}")
    await person.expect("")
    stranger = stage.stranger()
    await stranger.says(f"/start {INVITE}")
    await stranger.says("8 (916) 123-45-67")
    await stranger.expect("Ваш id")
    stage.telegram.fail_next("sendMessage", status=400, chat=person.id)
    await person.says("8 (916) 123-45-67")
    async with client(stage.bot.url) as http:
        for given in (WEBHOOK_SECRET[:-1], WEBHOOK_SECRET + "x"):
            header = {"X-Telegram-Bot-Api-Secret-Token": given}
            await http.post("/webhooks/telegram/webhook", content=b"8 (916) 123-45-67", headers=header)
        await http.get(f"/chat/{CARD}", params={"token": INVITE})
        await http.post("/webhooks/web/webhook", content=b'{"key": "k", "text": "89161234567"}')


@pytest.mark.parametrize("level", ["INFO", None])
async def test_no_number_and_no_secret_in_a_whole_life(tmp_path: Path, level: str | None) -> None:
    settings = {"LOG_LEVEL": level} if level else {}
    sandbox = Sandbox(ready_after=0.3, call_seconds=0.4)
    issued: list[str] = []
    issue = sandbox._tokens._issue

    def noted(*given: object) -> str:
        issued.append(issue(*given))
        return issued[-1]

    sandbox._tokens._issue = noted  # type: ignore[method-assign]
    async with staged(
        tmp_path / "bot", sandbox=sandbox, webhook=True, TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET, **settings
    ) as stage:
        await a_troubled_life(stage)
        assert await stage.bot.stop() == 0
        await stage.bot.start()
        person = stage.person()
        await person.says("создай обзвон «После»")
        await person.expect("создано")
        await person.says("8 (916) 123-45-67")
        stage.bot.kill()
        await stage.bot.start()
        await person.says("нет")
        await person.expect("Запустить обзвон?")
        text, token = stage.bot.log, stage.telegram.token
    address = next(line for line in text.splitlines() if line.startswith("Web chat: "))
    web_token = address.partition("token=")[2]
    assert len(web_token) >= 30
    elsewhere = "\n".join(line for line in text.splitlines() if line != address)
    assert "action_failed" in text
    assert issued
    secrets = [*issued, PASSWORD, token, token.partition(":")[2], WEBHOOK_SECRET, INVITE, web_token]
    assert leaks(elsewhere, secrets) == [], elsewhere
    assert "Traceback" not in text
    assert "[parameters:" not in text, "a row of the database; the number in it may only have been cut out"
