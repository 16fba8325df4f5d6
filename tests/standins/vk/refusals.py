"""VK's errors, which come with status 200. https://dev.vk.com/ru/reference/errors"""

from __future__ import annotations

from typing import Any

WORDS = {
    1: "Unknown error occurred",
    5: "User authorization failed: invalid access_token (4).",
    6: "Too many requests per second",
    9: "Flood control",
    10: "Internal server error: could not get application",
    14: "Captcha needed",
    18: "User was deleted or banned",
    29: "Rate limit reached",
    100: "One of the parameters specified was missing or invalid",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    909: "Can't edit this message, because it's too old",
    911: "Keyboard format is invalid",
    912: "This is a chat bot feature, change this status in settings",
    914: "Message is too long",
}


class Refusal(Exception):
    """`is_slip`: the caller broke a rule, which fails the test."""

    def __init__(self, code: int, detail: str = "", *, is_slip: bool = True) -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail
        self.is_slip = is_slip

    def body(self, params: dict[str, Any]) -> dict[str, Any]:
        words = WORDS.get(self.code, "Error")
        shown = [{"key": key, "value": value} for key, value in params.items() if key != "access_token"]
        message = f"{words}: {self.detail}" if self.detail else words
        return {"error": {"error_code": self.code, "error_msg": message, "request_params": shown}}
