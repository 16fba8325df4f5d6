from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from rasa_twin24.sandbox import Sandbox
from tests.sandbox.twin_over_http import TASK, WITHOUT, FakeClock, candidate, changed, phones


def filled_and_played(clock: FakeClock, file: Path) -> tuple[Sandbox, str]:
    sandbox = Sandbox(clock=clock, call_seconds=2.0, lines=1, state_file=file)
    created: Any = sandbox.create(changed(TASK, {"lifetime": 3600}))
    task_id: str = created["id"]["identity"]
    clock.pass_time(0.5)
    sandbox.add({"batch": [candidate(task_id, phone) for phone in phones(4)]})
    clock.pass_time(0.5)
    sandbox.play(task_id)
    clock.pass_time(3.0)
    return sandbox, task_id


def restarted(clock: FakeClock, file: Path) -> Sandbox:
    return Sandbox(clock=clock, call_seconds=2.0, lines=1, state_file=file)


def test_a_task_survives_a_killed_process(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "new" / "sandbox.json"
    before, task_id = filled_and_played(clock, file)
    after = restarted(clock, file)
    assert after.tasks == before.tasks
    assert after.calls == before.calls
    assert len(after.calls) == 2
    assert after.plays(task_id) == 1
    clock.pass_time(60)
    assert [call.phone for call in after.calls] == phones(4)
    assert after.read(task_id) == before.read(task_id)


def test_an_unfinished_file_of_a_killed_process_does_no_harm(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    before, _ = filled_and_played(clock, file)
    (tmp_path / ".sandbox.json.abc").write_text('{"version": 1, "tas')
    assert restarted(clock, file).tasks == before.tasks


def test_only_the_owner_may_read_the_numbers(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    filled_and_played(clock, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


BROKEN: dict[str, dict[str, Any]] = {
    "another version": {"version": 2},
    "no tasks": {"tasks": WITHOUT},
    "unknown field": {"tasks.0.color": "red"},
    "missing field": {"tasks.0.name": WITHOUT},
    "unknown status": {"tasks.0.status": "RUNNING"},
    "moment as text": {"tasks.0.created_at": "today"},
    "moment beyond the calendar": {"tasks.0.created_at": 1e300},
    "candidate without numbers": {"tasks.0.candidates.0": ["79161230000", []]},
    "call of three columns": {"tasks.0.calls": [["79161230000", 1, 2]]},
    "more calls than candidates": {"tasks.0.candidates": []},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_with_wrong_fields_is_set_aside(clock: FakeClock, tmp_path: Path, changes: dict[str, Any]) -> None:
    file = tmp_path / "sandbox.json"
    before, _ = filled_and_played(clock, file)
    before.tick()
    before.save()
    assert restarted(clock, file).tasks == before.tasks
    file.write_text(json.dumps(changed(json.loads(file.read_text()), changes)))
    assert_set_aside(clock, file)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'{"version": 1, "tasks": [NaN]}'],
    ids=["empty", "cut", "no UTF-8", "nested too deep", "null", "not a number"],
)
def test_a_file_that_is_no_state_is_set_aside(clock: FakeClock, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sandbox.json"
    file.write_bytes(content)
    assert_set_aside(clock, file)


def assert_set_aside(clock: FakeClock, file: Path) -> None:
    content = file.read_bytes()
    with capture_logs() as logs:
        sandbox = restarted(clock, file)
    assert sandbox.tasks == []
    assert not file.exists()
    assert file.with_name("sandbox.json.broken").read_bytes() == content
    assert [line["event"] for line in logs] == ["sandbox_state_set_aside"]
    assert "7916" not in str(logs)


def test_a_file_that_cannot_be_written_is_told_of_and_the_work_goes_on(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    sandbox = Sandbox(clock=clock, state_file=file)
    file.mkdir()
    with capture_logs() as logs:
        sandbox.create(TASK)
    assert len(sandbox.tasks) == 1
    assert [line["event"] for line in logs] == ["sandbox_state_not_saved"]
    assert list(tmp_path.iterdir()) == [file]
