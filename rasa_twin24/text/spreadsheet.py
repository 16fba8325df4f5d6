"""Numbers as a spreadsheet shows long ones: "7.9161234567E+10" is 79161234567, "7,91612E+10" has lost its digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa_twin24.text.distractors import BLANK

_FLOAT = re.compile(r"(?<![\w.,+-])(?P<first>[1-9])[.,](?P<rest>\d{1,14})e\+?(?P<power>\d\d)(?![\w.,]?\d|[a-zа-я])")


@dataclass(frozen=True, repr=False)
class Float:
    """Bounds in the plain text and the digits that stood in the cell; `exact` is False if some were rounded away."""

    start: int
    end: int
    digits: str
    exact: bool


def cut_floats(plain: str) -> tuple[str, list[Float]]:
    """Blank such numbers, keeping the length, and tell what they were."""
    if "e" not in plain:
        return plain, []
    floats: list[Float] = []

    def blank(found: re.Match[str]) -> str:
        rest, power = found.group("rest"), int(found.group("power"))
        floats.append(Float(*found.span(), found.group("first") + rest, len(rest) == power))
        return BLANK * len(found.group())

    return _FLOAT.sub(blank, plain), floats
