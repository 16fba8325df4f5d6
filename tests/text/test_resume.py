"""Going on after a pause, told apart from a pause, a start and a refusal."""

from __future__ import annotations

import pytest

from rasa_twin24.text.resume import resumes, takes_off_pause


@pytest.mark.parametrize(
    "text",
    [
        "продолжи",
        "Возобновите обзвон!",
        "сними с паузы",
        "убери паузу",
        "resume",
        "please continue the calls",
        "take it off pause",
    ],
)
def test_goes_on(text: str) -> None:
    assert resumes(text)


@pytest.mark.parametrize(
    "text", ["не продолжай", "пауза", "поставь на паузу", "запусти", "do not resume", "со звонками пауза", "стоп", ""]
)
def test_does_not_go_on(text: str) -> None:
    assert not resumes(text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("сними с паузы", True),
        ("отмени паузу", True),
        ("поставь на паузу, потом продолжим", False),
        ("не снимай с паузы", False),
    ],
)
def test_the_pause_itself_is_ended(text: str, ends: bool) -> None:
    assert takes_off_pause(text) is ends
