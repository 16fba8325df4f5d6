from __future__ import annotations

import itertools

import pytest

from rasa_twin24.campaign.readiness import Ready, next_look, pauses, readiness
from tests.campaign.conftest import SETTINGS


@pytest.mark.parametrize(
    ("status", "added", "ready"),
    [
        ("READY", True, Ready.YES),
        ("READY", False, Ready.YES),
        ("PAUSED", False, Ready.YES),
        ("DONE", True, Ready.YES),
        ("DONE", False, Ready.NEVER),
        ("BLANK", True, Ready.NOT_YET),
        ("PROCESS", True, Ready.RUNNING),
        ("HALTED", True, Ready.NEVER),
        ("ready", True, Ready.NEVER),
        ("SOMETHING_NEW", True, Ready.NEVER),
    ],
)
def test_what_a_status_allows(status: str, added: bool, ready: Ready) -> None:
    assert readiness(status, added=added) is ready


@pytest.mark.parametrize("deadline", [0.1, 1, 20, 300])
def test_pauses_grow_and_reach_the_deadline_but_not_much_more(deadline: float) -> None:
    found = list(pauses(SETTINGS, deadline))
    assert deadline <= sum(found) < deadline + SETTINGS.longest_pause
    assert all(earlier <= later for earlier, later in itertools.pairwise(found))


def test_looks_grow_rarer_up_to_a_bound() -> None:
    found = [next_look(looks, SETTINGS) for looks in range(100)]
    assert found[0] == SETTINGS.watch_first
    assert found == sorted(found)
    assert found[-1] == SETTINGS.watch_longest
