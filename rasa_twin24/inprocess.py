"""Runs the actions in the bot's process instead of over HTTP.

Rasa 3.6 has no such option, but asks its action endpoint through one method. In the same process an action turn
needs no second server, no unauthenticated port, and is not cancelled half way.
"""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import rasa
import structlog
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

log = structlog.get_logger(__name__)

PATCHED_VERSION = "3.6.21"


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint whose requests never leave the process."""

    def __init__(self, executor: ActionExecutor) -> None:
        super().__init__(url="inprocess://actions", enable_selective_domain=True)
        self._executor = executor

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Answer as the action server would: its result, or its refusals as HTTP errors."""
        # What HTTP would make of it: actions cannot reach into Rasa's own tracker. Quicker than a deep copy.
        call = json.loads(json.dumps(kwargs["json"]))
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as error:
            body = json.dumps({"action_name": error.action_name, "error": error.message})
            raise ClientResponseError(400, "rejected", body) from error
        except ActionNotFoundException as error:
            raise ClientResponseError(404, "not found", str(error)) from error


def check_results_quickly() -> None:
    """Let Rasa check an action's result with a schema prepared once instead of anew for each call.

    `RemoteAction._validate_action_result` of 3.6.21 builds the validator every time: some 50 ms of blocked event
    loop per action. Other versions are left alone.
    """
    if rasa.__version__ != PATCHED_VERSION:
        log.warning("result_check_not_patched", rasa=rasa.__version__)
        return
    validator = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(_self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate
