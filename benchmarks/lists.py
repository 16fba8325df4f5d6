"""`python -m benchmarks.lists`: files and texts become people to call; seconds, memory, how free the bot stays.

Each file is read as the bot reads it, by a worker, while the event loop is watched. The figures of a plain loop over
`phonenumbers` in the same run say how fast this machine is.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator

from benchmarks.numbers import plain
from rasa_twin24.lists import ListSettings, People, Rejects, UnreadableList, read_list
from tests.lists.files import PEOPLE, SHEET, sheet_xml, with_parts, xlsx
from tests.lists.worker_run import run_worker

ROWS = 100_000
SMALL, LARGE = 10_000, 200_000
PLAIN = 20_000  # lines of the plain loop
TICK = 0.001
SETTINGS = ListSettings()

# What a person waits for without wondering, and what the numbers should cost at most.
MOST_XLSX_SECONDS = 3.0
MOST_REFUSAL_SECONDS = 2.0
MOST_BLOCKED_MS = 50.0
MOST_MEGABYTES = 200.0


def mobiles(count: int) -> Iterator[str]:
    """Numbers in the writings that lists have, a hundredth of them repeated."""
    dice = random.Random(24)
    forms = ("+7 {} {}-{}-{}", "8 ({}) {}-{}-{}", "8{}{}{}{}", "+7{}{}{}{}", "8-{}-{}-{}-{}", "{} {} {} {}")
    number = ("916", "000", "00", "00")
    for _ in range(count):
        if dice.random() > 0.01:
            number = (
                f"9{dice.randrange(10, 20)}",
                f"{dice.randrange(1000):03}",
                *(f"{dice.randrange(100):02}" for _ in "ab"),
            )
        yield dice.choice(forms).format(*number)


def text_file(rows: int) -> bytes:
    """Four fifths plain numbers; labels, landlines, foreign ones and junk in the rest."""
    dice = random.Random(5)
    lines = []
    for index, mobile in enumerate(mobiles(rows)):
        kind = dice.random()
        if kind < 0.8:
            lines.append(mobile)
        elif kind < 0.9:
            lines.append(f"Иван Петров: {mobile}")
        elif kind < 0.95:
            lines.append(dice.choice((f"8 (495) {dice.randrange(100, 999)}-12-34", f"+49 30 {index + 900000}")))
        else:
            lines.append(dice.choice(("нет номера", "перезвонить 12.05.2024", "заказ 123456789", "8916123")))
    return "\n".join(lines).encode()


def csv_file(rows: int) -> bytes:
    lines = (f"Клиент {index};{mobile};Тверь;{index * 7};17.05.2024\r\n" for index, mobile in enumerate(mobiles(rows)))
    return ("Имя;Телефон;Город;Сумма;Дата\r\n" + "".join(lines)).encode("cp1251")


def xlsx_file(rows: int) -> bytes:
    def word(text: str) -> str:
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    def lines() -> Iterator[str]:
        yield "<row>" + "".join(map(word, ("Имя", "Телефон", "Город", "Сумма", "Дата"))) + "</row>"
        for index, mobile in enumerate(mobiles(rows)):
            amount = f"<c><v>{index * 7}</v></c>"
            yield f"<row>{word(f'Клиент {index}')}{word(mobile)}{word('Тверь')}{amount}{word('17.05.2024')}</row>"

    return with_parts(xlsx(PEOPLE), {SHEET: sheet_xml(lines())})


def million_rows() -> bytes:
    rows = (f'<row r="{row}"><c r="A{row}"><v>{79160000000 + row}</v></c></row>' for row in range(1, 1_000_001))
    return with_parts(xlsx(PEOPLE), {SHEET: sheet_xml(rows)})


def wide() -> bytes:
    return with_parts(
        xlsx(PEOPLE), {SHEET: sheet_xml("<row>" + "<c><v>79161234567</v></c>" * 40 + "</row>" for _ in range(ROWS))}
    )


FILES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "text": ("list.txt", text_file),
    "CSV of 5 columns": ("list.csv", csv_file),
    "XLSX of 5 columns": ("list.xlsx", xlsx_file),
}
REFUSED: dict[str, Callable[[], bytes]] = {
    "a bomb of 300 MB": lambda: with_parts(xlsx(PEOPLE), {SHEET: (bytes(1 << 20) for _ in range(300))}),
    "a million rows": million_rows,
    "more cells than memory": wide,
    "a PDF called a workbook": lambda: b"%PDF-1.7\n" + bytes(1 << 20),
}


async def main() -> None:
    print(f"{ROWS} rows, a plain loop over phonenumbers: {plain_loop():.0f} lines/s\n")
    print(f"{'':20}  {'first, s':>8}  {'all, s':>7}  {'rows/s':>8}  {'late, ms':>8}  {'busy, ms':>8}  {'worker, s':>9}")
    for kind, (name, make) in FILES.items():
        content = make(ROWS)
        first, whole, late, busy = await watched(content, name)
        cpu = run_worker(content, name).cpu_seconds
        verdict = kept(busy, MOST_BLOCKED_MS, "ms")
        if kind.startswith("XLSX"):
            verdict += f", {kept(whole, MOST_XLSX_SECONDS, 's')}"
        figures = f"{first:8.2f}  {whole:7.2f}  {ROWS / whole:8.0f}  {late:8.1f}  {busy:8.1f}  {cpu:9.2f}"
        print(f"{kind:20}  {figures}  {verdict}")
    print(f"\n{'memory of the worker':20}  {f'{SMALL} rows, MB':>16}  {f'{LARGE} rows, MB':>16}")
    for kind, (name, make) in FILES.items():
        peaks = [run_worker(make(rows), name).megabytes for rows in (SMALL, LARGE)]
        print(f"{kind:20}  {peaks[0]:16.0f}  {peaks[1]:16.0f}  {kept(peaks[1], MOST_MEGABYTES, 'MB')}")
    print(f"\n{'refused':24}  {'reason':14}  {'s':>5}")
    for kind, hostile in REFUSED.items():
        seconds, reason = await refused(hostile())
        print(f"{kind:24}  {reason:14}  {seconds:5.2f}  {kept(seconds, MOST_REFUSAL_SECONDS, 's')}")


def plain_loop() -> float:
    """Lines per second of what anybody would write first: parse, is_valid, format, a set."""
    lines = text_file(PLAIN).decode().splitlines()
    began = time.perf_counter()
    plain(lines)
    return len(lines) / (time.perf_counter() - began)


async def watched(content: bytes, name: str) -> tuple[float, float, float, float]:
    """Seconds to the first chunk and to the summary; then ms, of the event loop meanwhile: the longest it was late,
    for whatever reason, and the longest that it worked without a pause, which is all that the reading can help.
    """
    late = busy = 0.0

    async def watch() -> None:
        nonlocal late, busy
        while True:
            began, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            busy = max(busy, time.thread_time() - worked)
            late = max(late, time.perf_counter() - began - TICK)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    began = time.perf_counter()
    first = 0.0
    people = 0
    async for outcome in read_list(content, name, "RU", SETTINGS):
        first = first or time.perf_counter() - began
        if isinstance(outcome, People):
            people += len(outcome.rows)
        elif isinstance(outcome, Rejects):
            people += sum(outcome.reasons.values())
    whole = time.perf_counter() - began
    watching.cancel()
    assert people >= ROWS * 0.9
    return first, whole, late * 1000, busy * 1000


async def refused(content: bytes) -> tuple[float, str]:
    began = time.perf_counter()
    try:
        async for _ in read_list(content, "list.xlsx", "RU", SETTINGS):
            pass
    except UnreadableList as refusal:
        return time.perf_counter() - began, refusal.reason
    raise AssertionError("taken")


def kept(value: float, most: float, unit: str) -> str:
    return f"at most {most:g} {unit}: {'kept' if value <= most else 'BROKEN'}"


if __name__ == "__main__":
    asyncio.run(main())
