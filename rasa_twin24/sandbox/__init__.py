"""A small stateful stand-in of the TWIN platform, for the demo and for tests; it calls nobody."""

from rasa_twin24.sandbox.account import (
    CALLER_ID,
    CALLER_LABEL,
    LOGIN,
    PASSWORD,
    POOL_ID,
    SCRIPT_ID,
    SCRIPT_TITLE,
)
from rasa_twin24.sandbox.sandbox import Sandbox, SeenRequest
from rasa_twin24.sandbox.server import SandboxServer
from rasa_twin24.sandbox.tasks import DialedCall

__all__ = [
    "CALLER_ID",
    "CALLER_LABEL",
    "LOGIN",
    "PASSWORD",
    "POOL_ID",
    "SCRIPT_ID",
    "SCRIPT_TITLE",
    "DialedCall",
    "Sandbox",
    "SandboxServer",
    "SeenRequest",
]
