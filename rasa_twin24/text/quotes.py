"""What stands in quotes: a name, whose words mean nothing else."""

from __future__ import annotations

import re

# Group 1 is what stands between them.
QUOTED = re.compile(r"[«\"“„]([^«»\"“”„\n]{1,100})[»\"”“]")


def without_quoted(text: str) -> str:
    """A task may be called «Не звони мне».

    >>> without_quoted('создай обзвон "Не звони мне", 12')
    'создай обзвон  , 12'
    """
    return QUOTED.sub(" ", text)
