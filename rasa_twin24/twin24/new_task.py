"""The request that makes a call task, as TWIN's guide sends it.

Sources: https://confluence.twin24.ai/pages/viewpage.action?pageId=177308238 (the values) and
https://wiki.twin24.ai/voice-bots/api/call_task_setup (what the fields mean).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

_ONE_CALL_A_SECOND = 1.01
"""`cps`: 1 + N/100 stands for N calls a second."""

_LAST_SECOND_OF_DAY = 86_399
_NO_REDIAL = {"redial": False, "time": 1, "count": 1}


@dataclass(frozen=True)
class CallerId:
    """Which number people see: that of the trunk (`default`), one number (`gornum`) or a group (`pool`).

    `data` is the id of the number or of the group, and absent for `default`; ValueError otherwise.
    """

    type: Literal["default", "gornum", "pool"]
    data: str | None = None

    def __post_init__(self) -> None:
        if self.type not in ("default", "gornum", "pool"):
            raise ValueError("the type of a caller id must be default, gornum or pool")
        if self.type == "default" and self.data:
            raise ValueError("a caller id of type default takes no data")
        if self.type != "default" and not self.data:
            raise ValueError(f"a caller id of type {self.type} needs the id of the number or of the pool")


@dataclass(frozen=True)
class CallWindow:
    """When TWIN may dial: seconds since midnight, 0…86399; ValueError otherwise.

    `local`: on the clocks of the person who is called, which TWIN finds by the number.
    """

    start: int = 0
    end: int = _LAST_SECOND_OF_DAY
    local: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= _LAST_SECOND_OF_DAY:
            raise ValueError("a calling window lies within one day")


ROUND_THE_CLOCK = CallWindow()


def new_task_body(
    name: str, script_id: str, caller_id: CallerId, comment: str, window: CallWindow = ROUND_THE_CLOCK
) -> dict[str, Any]:
    """Build the body: started by hand, one call a second, no redialing, every call recorded."""
    body: dict[str, Any] = {
        "name": name,
        "defaultExec": "robot",
        "defaultExecData": script_id,
        "secondExec": "end",
        "cidType": caller_id.type,
        "startType": "manual",
        "cps": _ONE_CALL_A_SECOND,
        "taskComment": comment,
        "additionalOptions": {
            "fullListMethod": "reject",
            "fullListTime": 0,
            "useTr": window.local,
            "allowCallTimeFrom": window.start,
            "allowCallTimeTo": window.end,
            "recordCall": True,
            "recTrimLeft": 0,
            "detectRobot": False,
        },
        "redialStrategyOptions": {
            "redialStrategyEn": False,
            "busy": _NO_REDIAL,
            "noAnswer": _NO_REDIAL,
            "answerMash": _NO_REDIAL,
            "congestion": _NO_REDIAL,
            "answerNoList": _NO_REDIAL,
        },
    }
    if caller_id.type != "default":
        body["cidData"] = caller_id.data
    return body
