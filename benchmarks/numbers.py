"""Long lists of numbers in text: read, normalised and freed of duplicates, beside a plain `phonenumbers` loop.

`python -m benchmarks.numbers` runs this alone.
"""

from __future__ import annotations

import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import phonenumbers

from rasa_twin24.text.number_list import read_lines

LINES = 100_000
MEMORY_AT = (10_000, 200_000)
RUNS = 3
FEWEST_PER_SECOND = 100_000
SEED = 24

# Share of lines in percent, and how they are written; "#" is any digit, "{}" a name.
MOBILE = (
    "89#########",
    "+79#########",
    "79#########",
    "9#########",
    "8 9## ### ## ##",
    "+7 (9##) ###-##-##",
    "8(9##)###-##-##",
    "8-9##-###-##-##",
    "9## ### ## ##",
    "+7 9## ###-##-##",
    "12. 8 9## ### ## ##",
)
NAMED = ("{};89#########", "89######### {}", "{}: +79#########", "{} 8 9## ### ## ##", "8 9## ###-##-## — {}")
OTHER = ("8 (495) ###-##-##", "8812#######", "+37529#######", "+375 29 ###-##-##", "+49 30 90####", "+1650253####")
JUNK = (
    "нет номера",
    "ФИО;Телефон",
    "уточнить у менеджера",
    "12.05.2024",
    "8916123",
    "заказ 12345###",
    "a###@mail.ru",
    "-",
)
SHARES = ((80, MOBILE), (10, NAMED), (5, OTHER), (2, JUNK))  # the rest repeats earlier lines
FIRST_NAMES = ("Иван", "Анна", "Пётр", "Мария", "Ольга", "Сергей", "Дмитрий", "Елена", "Наталья", "Алексей")
SURNAMES = ("Кузьменко", "Ткач", "Бондарь", "Мельник", "Коваль", "Гончар", "Шевчук", "Литвин", "Палий", "Чумак", "Сыч")


def mixed_lines(count: int) -> Iterator[str]:
    """The same lines each time, one after another."""
    chance = random.Random(SEED)
    recent: list[str] = []
    for _ in range(count):
        line = _line(chance, recent)
        recent.append(line)
        del recent[:-1000]
        yield line


def _line(chance: random.Random, recent: list[str]) -> str:
    place = chance.uniform(0, 100)
    for share, writings in SHARES:
        if place < share:
            name = f"{chance.choice(SURNAMES)} {chance.choice(FIRST_NAMES)}"
            return re.sub("#", lambda _: str(chance.randrange(10)), chance.choice(writings)).format(name)
        place -= share
    return chance.choice(recent) if recent else MOBILE[0].replace("#", "1")


def ours(lines: Iterable[str]) -> set[str]:
    return {phone.e164 for line in read_lines(lines) for phone in line.found}


def plain(lines: Iterable[str]) -> set[str]:
    """What one would write at first: the library's answer for the line as a whole."""
    numbers = set()
    for line in lines:
        try:
            number = phonenumbers.parse(line, "RU")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            numbers.add(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return numbers


def main() -> None:
    lines = list(mixed_lines(LINES))
    fast, found = best_of(RUNS, ours, lines)
    slow, expected = best_of(1, plain, lines)
    print(f"{f'{LINES:,} mixed lines of text':32}  {'lines/s':>9}  {'distinct numbers':>16}")
    print(f"{'this bot':32}  {LINES / fast:9,.0f}  {len(found):16,}")
    print(f"{'plain phonenumbers':32}  {LINES / slow:9,.0f}  {len(expected):16,}")
    print(f"{slow / fast:.1f} times as fast; {len(expected - found)} numbers of the plain loop not found")
    print(f"at least {FEWEST_PER_SECOND:,} lines/s: {'kept' if LINES / fast >= FEWEST_PER_SECOND else 'BROKEN'}")
    for count in MEMORY_AT:
        print(f"{f'peak memory at {count:,} lines, MB':32}  {peak_of_reading(count):9.0f}")
    print()


def best_of(runs: int, read: Callable[[list[str]], set[str]], lines: list[str]) -> tuple[float, set[str]]:
    """Seconds of the quickest run, the dictionary's loading among the first one's, and what was found."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        numbers = read(lines)
        seconds.append(time.perf_counter() - began)
    return min(seconds), numbers


def peak_of_reading(count: int) -> float:
    """Megabytes at most of a process of its own that reads so many lines and keeps the distinct numbers."""
    command = [sys.executable, "-m", "benchmarks.numbers", str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def peak_memory() -> float:
    """This process's own peak, in MB: on Linux `ru_maxrss` remembers the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]) / 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ours(mixed_lines(int(sys.argv[1])))
        print(peak_memory())
    else:
        main()
