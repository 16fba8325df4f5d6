"""A typed async client of the TWIN platform (https://twin24.ai); knows nothing of Rasa."""

from .candidates import Candidate
from .client import Twin24
from .errors import (
    BadAnswer,
    Forbidden,
    NoMoney,
    NotFound,
    RateLimited,
    Refused,
    SignInFailed,
    TwinError,
    Unavailable,
)
from .new_task import CallerId, CallWindow
from .settings import Settings
from .tasks import Task, TaskPage, TaskStatus

__all__ = [
    "BadAnswer",
    "CallWindow",
    "CallerId",
    "Candidate",
    "Forbidden",
    "NoMoney",
    "NotFound",
    "RateLimited",
    "Refused",
    "Settings",
    "SignInFailed",
    "Task",
    "TaskPage",
    "TaskStatus",
    "Twin24",
    "TwinError",
    "Unavailable",
]
