"""The methods by which a bot gets its updates: https://core.telegram.org/bots/api#getting-updates."""

from __future__ import annotations

from typing import Any

from .refusals import conflict, stricter
from .update_queue import UpdateQueue
from .updates import KINDS
from .webhook import WebhookSender, read_webhook

MAX_UPDATES = 100  # https://core.telegram.org/bots/api#getupdates


class Receiving:
    """Polling or webhook, never both."""

    def __init__(self, queue: UpdateQueue, sender: WebhookSender) -> None:
        self._queue = queue
        self._sender = sender

    async def get_updates(self, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """Wait for updates; raises `Refusal` 409 beside a webhook or another poller."""
        limit, timeout = arguments.get("limit", MAX_UPDATES), arguments.get("timeout", 0)
        if not 1 <= limit <= MAX_UPDATES:
            raise stricter(f"limit must be 1-{MAX_UPDATES}")
        if timeout < 0:
            raise stricter("timeout must not be negative")
        if self._sender.webhook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._choose_updates(arguments)
        return await self._queue.poll(arguments.get("offset", 0), limit, timeout)

    async def set_webhook(self, arguments: dict[str, Any]) -> bool:
        """Register an address; an empty one removes it."""
        if not arguments.get("url"):
            return await self.delete_webhook(arguments)
        webhook = read_webhook(arguments)
        self._choose_updates(arguments)
        self._queue.end_polling("setWebhook request")
        if arguments.get("drop_pending_updates"):
            self._queue.drop_all()
        self._sender.register(webhook)
        return True

    async def delete_webhook(self, arguments: dict[str, Any]) -> bool:
        """Remove the address; updates that were not accepted wait for polling."""
        self._sender.register(None)
        if arguments.get("drop_pending_updates"):
            self._queue.drop_all()
        return True

    async def get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        """The registration and its last trouble."""
        webhook = self._sender.webhook
        info: dict[str, Any] = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue.waiting),
        }
        if webhook is not None:
            info["max_connections"] = webhook.max_connections
        if self._sender.last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._sender.last_error
        if self._queue.allowed is not None:
            info["allowed_updates"] = sorted(self._queue.allowed)
        return info

    def _choose_updates(self, arguments: dict[str, Any]) -> None:
        """Left out: the last choice holds. An empty list: back to the default."""
        if "allowed_updates" not in arguments:
            return
        kinds = arguments["allowed_updates"]
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise stricter(f"there are no updates of the kind {unknown[0]!r}")
        self._queue.allowed = frozenset(kinds) or None
