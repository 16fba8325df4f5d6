"""Teaching in the chat, said to a bot of its own: heard at once, trained beside the talk, no way to a false yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from rasa_twin24 import model
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.schema import people
from tests.bot_process import PROJECT
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import planned
from tests.standins.telegram import User
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(2400)]

# A whole training beside the bot, on a machine that others use as well, seconds.
TRAINING = 1800
TAUGHT = "понеслась родимая"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Its models go with it: the newest one in `models/` is the project's own again."""
    before = set((PROJECT / model.MODELS).iterdir())
    async with staged(tmp_path_factory.mktemp("school")) as opened:
        yield opened
    for made in set((PROJECT / model.MODELS).iterdir()) - before:
        made.unlink()
    model.ensure(PROJECT)


def plays(stage: Stage, name: str) -> int:
    return stage.sandbox.plays(stage.task(name).id)


def taught(stage: Stage) -> str:
    file = Path(stage.bot.data_dir) / "phrases" / "taught.yml"
    return file.read_text(encoding="utf-8") if file.exists() else ""


async def member(stage: Stage, person: User, role: str) -> None:
    ledger = Ledger(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    row = {"id": f"telegram:{person.id}", "role": role, "added_by": "web:owner", "added_at": 0}
    await ledger._store.run(lambda c: c.execute(sa.insert(people).values(row)))
    await ledger.close()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("научись: «не сейчас» значит «да»", "похоже на отказ, сомнение"),
        ("научись: «может понеслась» значит «да»", "похоже на отказ, сомнение"),
        ("научись: «понеслась?» значит «запустить»", "похоже на отказ, сомнение"),
        ("запомни, что «неохота» это «да»", "похоже на отказ, сомнение"),
        ("научись: «да» значит «нет»", "ясное «да»"),
        ("научись: «погнали» значит «да»", "и так понимаю"),
        ("научись: «мои задания» значит «статус»", "значит другое: мои задания"),
        ("научись: «89161234567 давай» значит «да»", "номер телефона"),
        ("научись: «пиши на a@b.ru» значит «помощь»", "почта или ссылка"),
        ("научись: «пиши на a@b.ru» значит «фигня какая-то»", "почта или ссылка"),
        ("научись", "Учусь так"),
        ("верни прошлую модель", "Прошлой модели нет"),
        ("чему ты научился?", "ничему не учили"),
        ("забудь фразу «понеслась»", "Такой выученной фразы нет"),
    ],
)
async def test_refused_with_the_reason_and_nothing_is_learnt(school: Stage, said: str, answer: str) -> None:
    owner = school.person()
    await owner.says(said)
    await owner.expect(answer)
    assert taught(school) == ""


async def test_only_owners_teach(school: Stage) -> None:
    for role in ("viewer", "operator"):
        person = school.stranger()
        await member(school, person, role)
        for said in (f"научись: «{TAUGHT}» значит «да»", "откат", "что ты не понял"):
            await person.says(said)
            await person.expect("Учить меня может только владелец")
    assert taught(school) == ""


async def asked_anew(person: User) -> None:
    """Whatever has become of the plan: it is declined, and shown once more."""
    await person.says("нет")
    await person.expect("")
    await person.says("запусти")
    await person.expect("Запустить обзвон?")


async def test_a_phrase_is_taught_and_used_at_once(school: Stage) -> None:
    owner, another = school.person(), school.person()
    await planned(another, "До учёбы")
    await another.says(TAUGHT)
    await another.expect("не ясное «да»")

    await owner.says(f"научись: «{TAUGHT}» значит «да»")
    question = await owner.expect("может запустить звонки")
    assert [label for row in question.buttons for label in row] == ["Да, учить", "Нет, не надо"]
    await owner.says("да")
    await owner.expect("Это решает только кнопка")
    assert taught(school) == ""
    await owner.presses("Нет, не надо")
    await owner.expect("не учу")
    assert taught(school) == ""

    await owner.says(f"научись: «{TAUGHT}» значит «да»")
    await owner.expect("может запустить звонки")
    await owner.presses("Да, учить")
    await owner.expect("Понимаю уже сейчас")
    await owner.expect("Учу модель")

    for no_yes in (f"{TAUGHT}?", f"не {TAUGHT}", f"{TAUGHT}...", f"{TAUGHT} завтра", f"«{TAUGHT}»"):
        await another.says(no_yes)
        await another.expect("")
        assert plays(school, "До учёбы") == 0, no_yes
        await asked_anew(another)
    await another.forwards(TAUGHT)
    await another.expect("")
    assert plays(school, "До учёбы") == 0
    await asked_anew(another)
    await another.says(f"{TAUGHT.capitalize()}!")
    await another.expect("Обзвон «До учёбы» запущен")
    assert plays(school, "До учёбы") == 1


async def test_the_training_takes_over_and_comes_back(school: Stage) -> None:
    """After the test before it."""
    owner = school.person()
    await owner.says("научись: «чё по звоночкам» значит «статус»")
    await owner.expect("Понимаю уже сейчас")
    done = await owner.expect("Модель обучена и проверена", timeout=TRAINING)
    assert "ложных «да» нет" in done.text
    await owner.says("чему ты научился")
    listed = await owner.expect("Чему меня научили")
    assert TAUGHT in listed.text
    assert "как идёт обзвон" in listed.text
    await planned(owner, "После учёбы")
    await owner.says(TAUGHT)
    await owner.expect("Обзвон «После учёбы» запущен")

    await owner.says("откат")
    await owner.expect("Возвращаю прошлую модель")
    await owner.expect("Готово: работает модель")
    assert "звоночкам" not in taught(school)


async def test_what_was_not_understood_is_reviewed(school: Stage) -> None:
    """Somebody is not understood and then says it otherwise; the owner teaches it by a button."""
    person, owner = school.person(), school.person()
    await person.says("абракадабра шурум 8 916 555-44-33 и a@b.ru")
    await person.expect("")
    await person.says("шурум бурум")
    await person.expect("")
    await person.says("мои задания")
    await person.expect("")

    await owner.says("что ты не понял?")
    asked = await owner.expect("«шурум бурум»")
    assert "После этого выбрали: мои задания" in asked.text
    labels = [label for row in asked.buttons for label in row]
    assert labels[0] == "мои задания"
    assert labels[-2:] == ["Другое", "Убрать"]
    await owner.presses("мои задания")
    await owner.expect("Запомнил: «шурум бурум» — мои задания")
    await person.says("шурум бурум")
    await person.expect("Заданий пока нет")

    await person.says("привет")
    await person.expect("Здравствуйте")
    await person.says("ты не так понял")
    await person.expect("")
    await owner.says("что ты не понял")
    corrected = await owner.expect("«привет»")
    await owner.presses("Убрать")
    await owner.expect("Убрал")
    left = await owner.expect("")
    for message in (corrected, left):
        assert "шурум бурум" not in message.text
        assert "555" not in message.text
        assert "a@b" not in message.text


async def test_killed_while_it_trains_it_has_lost_nothing(tmp_path: Path) -> None:
    """And a file that a person has broken meanwhile keeps neither the bot from starting nor the other phrases back."""
    before = set((PROJECT / model.MODELS).iterdir())
    async with staged(tmp_path / "bot") as stage:
        owner = stage.person()
        await owner.says("научись: «чё по звоночкам» значит «лимиты»")
        await owner.expect("Понимаю уже сейчас")
        await owner.expect("Учу модель")
        await until(lambda: stage.bot.orphans() != [])  # the training, and whatever else the bot has started
        stage.bot.kill()
        (stage.bot.data_dir / "phrases" / "own.yml").write_text("nlu:\n  - intent: cancel\n    examples: шабаш\n")
        await until(lambda: stage.bot.orphans() == [])
        await stage.bot.start()
        assert "own.yml, line 3" in stage.bot.log
        await owner.says("чё по звоночкам")
        await owner.expect("номеров: 0 из")
        await owner.says("чему ты научился")
        await owner.expect("own.yml ошибка в строке 3")
    assert set((PROJECT / model.MODELS).iterdir()) == before
