"""The one account the sandbox knows: its login and the things its cabinet holds.

Nothing here is a secret: the sandbox listens on loopback and calls nobody.
"""

from __future__ import annotations

from datetime import timedelta, timezone

LOGIN = "sandbox@example.org"
PASSWORD = "sandbox"  # noqa: S105 - the public password of a stand-in

COMPANY_ID = 24
USER_ID = "24000000-0000-4000-8000-000000000001"

SCRIPT_ID = "24000000-0000-4000-8000-000000000010"
SCRIPT_TITLE = "Демонстрация"

CALLER_ID = "24000000-0000-4000-8000-000000000020"
CALLER_LABEL = "+7 495 000-00-24"
POOL_ID = "24000000-0000-4000-8000-000000000030"

# A fixed offset, since Moscow has kept it from 2014 on and not every machine has a zone database.
COMPANY_TIMEZONE = timezone(timedelta(hours=3), "Europe/Moscow")
