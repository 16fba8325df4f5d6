"""How much of a message the pipeline reads."""

from __future__ import annotations

# Characters; Telegram allows 4,096. Components run in the event loop; longer lists come as files, past Rasa.
MOST_CHARACTERS = 20_000
