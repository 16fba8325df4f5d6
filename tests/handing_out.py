"""Which tests go to one process together, and which go first, when several share the work (`-n 3 --dist loadfile`)."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

TALKS, MODEL = "tests/dialogues/", "tests/nlu/"
# Talks with the one bot of `tests/dialogues/conftest.py`, which each process would start for itself.
OF_ONE_BOT = (
    *("accounts", "audit", "conversations", "digressions", "forget", "import_list", "own_contact"),
    *("process", "telegram", "tracker_content"),
)
# What takes minutes comes first: begun as the last, it would be waited for alone.
LONGEST = (
    "tests/dialogues/test_kills.py",
    "tests/dialogues/test_teach.py",
    TALKS,
    *(f"{TALKS}test_{name}.py" for name in ("limits", "do_not_call", "edit_list")),
    "tests/history/test_history.py",
    *(
        f"{TALKS}test_{name}.py"
        for name in ("linked_messengers", "messengers", "postgres", "people", "pause", "logs", "upload", "faults")
    ),
    MODEL,
    "tests/lists/test_hostile.py",
)


def group_of(test: str) -> str:
    """The file of a test, or the folder of those that share what takes long to start."""
    file = test.split("::", 1)[0]
    if file.startswith(MODEL):
        return MODEL
    return TALKS if file in {f"{TALKS}test_{name}.py" for name in OF_ONE_BOT} else file


def place_of(test: str) -> int:
    """To sort by."""
    group = group_of(test)
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)


class HandingOut(LoadFileScheduling):
    """As `--dist loadfile`, but for the groups."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
