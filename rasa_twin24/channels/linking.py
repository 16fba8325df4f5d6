"""What is said to somebody who has sent a code that links accounts."""

from __future__ import annotations

from rasa_twin24.ledger.accounts import Link

LINKING = {
    Link.LINKED: "utter_accounts_linked",
    Link.WRONG: "utter_accounts_wrong_code",
    Link.TOO_MANY: "utter_accounts_too_many_codes",
    Link.SAME: "utter_accounts_same",
    Link.WEB: "utter_accounts_web",
    Link.HIGHER: "utter_accounts_higher",
    Link.NO_ROLE: "utter_accounts_no_role",
    Link.REMOVED: "utter_accounts_removed",
}
