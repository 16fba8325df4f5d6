"""Checks of JSON values that combine into the shape of a whole body.

A check walks one value and yields a complaint for each thing wrong in it: the dotted path of the field and
what was expected there. Complaints never quote the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

Complaints = Iterator[tuple[str, str]]
Check = Callable[[object, str], Complaints]

# As many as a person reads; a body of thousands of wrong rows needs no answer of its own size.
MAX_COMPLAINTS = 20

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s/]+(/\S*)?")


def string(value: object, path: str) -> Complaints:
    if not isinstance(value, str):
        yield path, "must be a string"


def filled_string(value: object, path: str) -> Complaints:
    if not isinstance(value, str) or not value.strip():
        yield path, "must be a string that is not empty"


def boolean(value: object, path: str) -> Complaints:
    if not isinstance(value, bool):
        yield path, "must be true or false"


def number(value: object, path: str) -> Complaints:
    """A finite JSON number; `true` is none, though Python counts it among the integers."""
    # Compared, not converted: an integer of JSON may be too large for a float.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -math.inf < value < math.inf:
        yield path, "must be a number"


def uuid(value: object, path: str) -> Complaints:
    if not is_uuid(value):
        yield path, "must be a UUID"


def url(value: object, path: str) -> Complaints:
    if not isinstance(value, str) or not _URL.fullmatch(value):
        yield path, "must be an http or https address"


def anything(value: object, path: str) -> Complaints:
    """No complaint: a value whose content is the customer's own."""
    yield from ()


def any_object(value: object, path: str) -> Complaints:
    if not isinstance(value, dict):
        yield path, "must be an object"


def null(value: object, path: str) -> Complaints:
    if value is not None:
        yield path, "must be null"


def integer(low: int, high: int | None = None) -> Check:
    """A whole number from `low` to `high`, both allowed."""
    limits = f"of at least {low}" if high is None else f"from {low} to {high}"

    def check(value: object, path: str) -> Complaints:
        fits = isinstance(value, int) and not isinstance(value, bool)
        if not fits or value < low or (high is not None and value > high):  # type: ignore[operator]
            yield path, f"must be an integer {limits}"

    return check


def one_of(*allowed: str) -> Check:
    def check(value: object, path: str) -> Complaints:
        if not isinstance(value, str) or value not in allowed:
            yield path, f"must be one of: {', '.join(allowed)}"

    return check


def either(first: Check, *others: Check) -> Check:
    """A value that passes any of the checks; otherwise the complaints of the first one."""

    def check(value: object, path: str) -> Complaints:
        if all(any(other(value, path)) for other in others):
            yield from first(value, path)

    return check


def array(item: Check, low: int = 0, high: int | None = None) -> Check:
    """A list whose every item passes, with at least `low` and at most `high` items."""

    def check(value: object, path: str) -> Complaints:
        if not isinstance(value, list):
            yield path, "must be an array"
        elif len(value) < low:
            yield path, f"must have at least {low} item"
        elif high is not None and len(value) > high:
            yield path, f"must have at most {high} items"
        else:
            for position, one in enumerate(value):
                yield from item(one, f"{path}.{position}")

    return check


def mapping(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with all the required fields, perhaps some of the optional ones, and no others."""
    known = {**required, **(optional or {})}

    def check(value: object, path: str) -> Complaints:
        if not isinstance(value, dict):
            yield path, "must be an object"
            return
        for name in required:
            if name not in value:
                yield _join(path, name), "is required"
        for name, one in value.items():
            field = known.get(name)
            if field is None:
                yield _join(path, name), "is not a field of this request"
            else:
                yield from field(one, _join(path, name))

    return check


def complaints_about(value: object, check: Check) -> dict[str, str]:
    """The first complaints about a body, by field; empty when it is right."""
    return first_complaints(check(value, ""))


def first_complaints(complaints: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in complaints:
        found.setdefault(path or "body", text)
        if len(found) == MAX_COMPLAINTS:
            break
    return found


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
