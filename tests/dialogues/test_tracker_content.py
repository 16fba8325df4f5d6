"""What Rasa stores of a talk: a number stands in the person's own message, and nowhere else."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from tests.dialogues.stage import Stage
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBERS = ["9161234567", "9037654321", "9265554433", "9057778899", "9647770011"]


def events(stage: Stage, person: User) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"file:{stage.bot.data_dir / 'tracker.db'}?mode=ro", uri=True)
    whose = f"telegram:{person.id}"
    rows = connection.execute("SELECT data FROM events WHERE sender_id = ? ORDER BY id", (whose,)).fetchall()
    connection.close()
    return [json.loads(data) for (data,) in rows]


def without_times(value: Any) -> Any:
    """Moments are long digits of their own."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key != "timestamp"}
    return [without_times(item) for item in value] if isinstance(value, list) else value


def digits(event: dict[str, Any]) -> str:
    return "".join(filter(str.isdecimal, json.dumps(without_times(event), ensure_ascii=False)))


async def test_numbers_stand_in_the_persons_messages_only(stage: Stage) -> None:
    person = stage.person()
    await person.says("создай обзвон «Позвонить 8 905 777-88-99»")
    await person.expect("В названии есть номер")
    await person.says("8 916 123-45-67")
    await person.expect("Номер запомнил")
    await person.says("Следы цифр")
    await person.expect("Добавляю номера")
    await person.expect("Ещё номер?")
    await person.says("+7 903 765 43 21 и 89161234567, 12345678")
    await person.expect("Ещё номер?")
    stage.sandbox.fail_next("add", status=422, body=b'{"error": "bad number 79265554433"}')
    await person.says("восемь девятьсот двадцать шесть 555 44 33")
    await person.expect("")
    await person.shares_contact("79647770011", "Пётр", own=False)
    await person.expect("")
    await person.says("убери 8 916 123-45-67")
    await person.expect("")
    await person.says("добавь номера в задание")
    await person.expect("id задания")
    await person.says("89161234567")
    await person.expect("")
    await person.says("отмена")
    await person.expect("")
    await person.says("кто что запускал сегодня")
    await person.expect("Всего записей")
    await person.presses("Файлом")
    await person.expect("файлом")

    stored = events(stage, person)
    said = [event for event in stored if event["event"] == "user"]
    assert len(said) > 8
    for number in NUMBERS:
        assert any(number in digits(event) for event in said), number
        for event in stored:
            if event["event"] == "user":  # text, entities and their reading; nothing beside them
                own = {key: value for key, value in event.items() if key not in ("text", "parse_data")}
                assert number not in digits(own), own
                assert set(event["metadata"]) - {"language"} == {"kind", "model_id", "assistant_id"}
            else:
                assert number not in digits(event), event
    assert "\ufeff" not in json.dumps(stored, ensure_ascii=False), "the file's content went through the tracker"
