"""Ways through the talk that many conversations begin with."""

from __future__ import annotations

from tests.standins.telegram import User

ONE = "8 916 123-45-67"
TWO = "8 916 123-45-67, 8 916 123-45-68"
THREE = "8 916 123-45-67, 8 916 123-45-68, 8 916 123-45-69"


async def filled(person: User, name: str, numbers: str = ONE) -> None:
    """Up to "one more?"."""
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")
    await person.says(numbers)
    await person.expect("Ещё номер?")


async def planned(person: User, name: str, numbers: str = ONE, plan: str = "Запустить обзвон?") -> int:
    """Up to the plan, of which `plan` is a part; returns its message's id."""
    await filled(person, name, numbers)
    await person.says("нет")
    return (await person.expect(plan)).message_id


async def started(person: User, name: str, numbers: str = ONE) -> None:
    await planned(person, name, numbers)
    await person.says("да")
    await person.expect(f"«{name}» запущен")
