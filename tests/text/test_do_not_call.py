"""What puts numbers on the do-not-call list, what takes them off it, and what does neither."""

from __future__ import annotations

import pytest

from rasa_twin24.text.do_not_call import allows_again, asks_how_many, bans, names_list

BANS = [
    "больше не звонить 89161234567", "больше не звони на 8 916 123-45-67", "Не звоните больше на 89161234567!",
    "по 89161234567 больше не звоните", "никогда не звони на 89161234567", "вообще не набирай 89161234567",
    "внеси 89161234567 в чёрный список", "ВНЕСИ 89161234567 В ЧЁРНЫЙ СПИСОК",
    "чёрный список: 89161234567, 89161234568", "добавь в стоп-лист 89161234567", "89161234567 в ЧС",
    "не беспокоить 89161234567", "не беспокойте абонента 89161234567", "не тревожьте 89161234567",
    "заблокируй 89161234567", "забань 89161234567", "запрети звонить на 89161234567",
    "клиент 89161234567 просил больше его не беспокоить", "donotcall 89161234567",
    "never call 89161234567", "don't call 89161234567 again", "do not call +7 916 123 45 67 any more",
    "add 89161234567 to the blacklist", "put 89161234567 on the do-not-call list", "block 89161234567",
    "89161234567 отписалась", "клиент 89161234567 отказался от обзвона", "89161234567 unsubscribed",
    "no more calls to 89161234567", "больше не звонить:\n89161234567\n89161234568",
]  # fmt: skip
ALLOWS = [
    "убери 89161234567 из чёрного списка", "удали из стоп-листа 89161234567", "вытащи 89161234567 из ЧС",
    "снова можно звонить 89161234567", "можно опять звонить на 89161234567", "разреши снова звонить на 89161234567",
    "разблокируй 89161234567", "сними запрет с 89161234567", "теперь можно звонить 89161234567",
    "remove 89161234567 from the do-not-call list", "take 89161234567 off the blacklist", "unblock 89161234567",
    "you may call 89161234567 again",
]  # fmt: skip
NEITHER = [
    "89161234567", "не звони на 89161234567", "убери 89161234567", "удали 89161234567 из списка", "добавь 89161234567",
    "можно звонить 89161234567", "don't call 89161234567", "не вноси 89161234567 в чёрный список",
    "не убирай 89161234567 из чёрного списка", "не разблокируй 89161234567", "Банан 89161234567", "Блокнот 89161234567",
    "звони на 89161234567", "больше звони на 89161234567", "ещё больше номеров 89161234567", "да", "",
    # beside one number of a list it is a remark about that one
    "89161234567 Иван\n89161234568 просил больше не звонить", "89161234567\n89161234568 уже можно снова звонить",
]  # fmt: skip
COUNTS = [
    "сколько в чёрном списке", "сколько номеров в стоп-листе?", "покажи чёрный список",
    "чёрный список большой? сколько там",
    "how many are on the do-not-call list", "show the blacklist",
]  # fmt: skip


@pytest.mark.parametrize("text", BANS)
def test_a_ban(text: str) -> None:
    assert (bans(text), allows_again(text), asks_how_many(text)) == (True, False, False)
    assert names_list(text)


@pytest.mark.parametrize("text", ALLOWS)
def test_the_end_of_a_ban(text: str) -> None:
    assert (bans(text), allows_again(text), asks_how_many(text)) == (False, True, False)
    assert names_list(text)


@pytest.mark.parametrize("text", NEITHER)
def test_neither(text: str) -> None:
    assert (bans(text), allows_again(text)) == (False, False)


@pytest.mark.parametrize("text", COUNTS)
def test_the_question_how_many(text: str) -> None:
    assert (bans(text), asks_how_many(text)) == (False, True)


def test_a_long_text_takes_no_long_time_to_read() -> None:
    """Every rule is cut off at some thousand characters; what stands behind them is not looked at."""
    assert not bans("не " * 100_000 + "больше не звонить")
