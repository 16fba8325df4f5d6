"""How the sandbox says no: one exception in the shape of TWIN's error bodies."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A request the platform would not accept.

    The body of the answer is `{"error": text, "details": {field: text}}`. Fields are named, but their values
    are never quoted: one may be a phone number or a password.
    """

    def __init__(
        self,
        status: int,
        error: str,
        details: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {error}")
        self.status = status
        self.error = error
        self.details = dict(details or {})
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, object]:
        return {"error": self.error, "details": self.details}


def invalid(details: Mapping[str, str]) -> Refusal:
    """The refusal of a body or a query whose fields are wrong: 422, each field with its complaint."""
    return Refusal(422, "Validation failed.", details)
