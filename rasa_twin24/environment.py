"""How settings that count something are read from the environment, and the one that several packages go by."""

from __future__ import annotations

from collections.abc import Mapping

# Of a file or a pasted list that somebody sends, megabytes; it is held in memory while it is taken in.
FILE_MB = 10
MOST_FILE_MB = 100


def whole_number(env: Mapping[str, str], variable: str, default: int, least: int = 0, most: int | None = None) -> int:
    """A setting that counts something. Raises `ValueError`, naming the variable and the mend."""
    text = (env.get(variable) or "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or not least <= int(text) <= (most or int(text)):
        bounds = f"from {least} on" if most is None else f"from {least} to {most}"
        raise ValueError(f"{variable} is '{text}': use a whole number {bounds}, such as {default}")
    return int(text)


def file_megabytes(env: Mapping[str, str]) -> int:
    """`BOT_MAX_FILE_MB`; raises as `whole_number` does."""
    return whole_number(env, "BOT_MAX_FILE_MB", FILE_MB, least=1, most=MOST_FILE_MB)
