"""What must survive a crash: conversations, tasks and their candidates, consent, seen updates, buttons, notices."""

from __future__ import annotations

from rasa_twin24.ledger.ledger import Ledger
from rasa_twin24.ledger.settings import LedgerSettings

__all__ = ["Ledger", "LedgerSettings"]
