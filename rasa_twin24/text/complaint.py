"""A message that says: that is not what I meant. Rules, Russian and English."""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

MOST_CHARACTERS = 200  # looked at

_CORRECTS = re.compile(
    r"(?:нет[, ]+)?(?:да )?"
    r"(?:(?:это )?не то(?!\w)(?! же| чтоб)"
    r"|я (?:же )?не (?:это|об этом|про это|о том|то) |я (?:же )?(?:имел|имела) в виду|я не (?:это|то)(?!\w)"
    r"|ты (?:меня )?(?:не так|неправильно|неверно) (?:меня )?понял|вы (?:меня )?(?:не так|неправильно) поняли"
    r"|not what i (?:meant|asked|said|wanted)|(?:that's|that is|it's) not (?:it|what i)"
    r"|i meant(?!\w)|i (?:didn't|did not) mean|you (?:misunderstood|got (?:me|it) wrong))"
)


def corrects(text: str) -> bool:
    """Tell whether a message says that the one before it was taken for something else."""
    return _CORRECTS.match(normalise(text[:MOST_CHARACTERS]).text.lstrip()) is not None
