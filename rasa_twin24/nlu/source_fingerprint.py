"""A fingerprint of the code that decides features, so that a change of a rule retrains the model.

Rasa hashes the source of a component's class only, not of what it imports.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = ("nlu", "text")


@lru_cache(maxsize=1)
def source_fingerprint() -> str:
    """A hash of every Python file under `nlu/` and `text/`, by name and content."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((_PACKAGE / folder).rglob("*.py")):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
