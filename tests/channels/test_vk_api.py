"""VK's errors: what is tried again, what is waited for, and whom nothing is sent to any more."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from rasa_twin24.channels import vk_api
from rasa_twin24.channels.connection import Connection, MessengerError
from rasa_twin24.channels.vk_api import VkApi
from rasa_twin24.channels.vk_people import VkPeople

TOKEN = "vk1.a.SECRET"
PHONE = "89161234567"


class Answers:
    """Gives one answer after the other, the last one again and again."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        if isinstance(answer, int):
            params = [{"key": "message", "value": PHONE}, {"key": "access_token", "value": TOKEN}]
            answer = {"error": {"error_code": answer, "error_msg": "words", "request_params": params}}
        return httpx.Response(200, json=answer)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def api(answers: Answers) -> VkApi:
    connection = Connection("https://api.vk.example", transport=httpx.MockTransport(answers), sleep=answers.sleep)
    return VkApi(TOKEN, connection)


OK = {"response": 5}


async def test_a_call_is_a_form_with_token_and_version_in_the_body() -> None:
    answers = Answers(OK)

    assert await api(answers).call("messages.send", peer_id=5, random_id=7, message="да") == 5

    (request,) = answers.asked
    assert (request.method, str(request.url)) == ("POST", "https://api.vk.example/method/messages.send")
    form = {"peer_id": ["5"], "random_id": ["7"], "message": ["да"], "access_token": [TOKEN], "v": ["5.199"]}
    assert parse_qs(request.content.decode()) == form


@pytest.mark.parametrize(
    "trouble",
    [1, 6, 10, httpx.Response(502, text="<html>"), httpx.Response(429), httpx.ReadTimeout("late"), {"odd": 1}, []],
)
async def test_what_passes_is_tried_again_with_the_same_message(trouble: Any) -> None:
    answers = Answers(trouble, OK)

    assert await api(answers).call("messages.send", peer_id=5, random_id=7) == 5

    assert len(answers.asked) == 2
    assert answers.asked[0].content == answers.asked[1].content
    assert answers.waits


@pytest.mark.parametrize("code", [5, 9, 14, 15, 18, 27, 29, 100, 900, 901, 902, 911, 914, 936, 943, 944, 950])
async def test_what_does_not_pass_is_told_at_once_without_secrets(code: int) -> None:
    answers = Answers(code)

    with pytest.raises(MessengerError) as refused:
        await api(answers).call("messages.send", peer_id=5)

    assert (len(answers.asked), refused.value.code) == (1, code)
    assert refused.value.gone is (code in (18, 900, 901, 902, 936, 943, 944, 950))
    assert TOKEN not in str(refused.value)
    assert PHONE not in str(refused.value)


async def test_too_many_calls_a_second_hold_all_of_the_community() -> None:
    answers = Answers(6, OK)
    vk = api(answers)

    with pytest.raises(MessengerError):
        await vk.once("messages.send", peer_id=5)
    await vk.once("users.get", user_ids="6")

    assert answers.waits == [pytest.approx(1.0, abs=0.2)]


@pytest.mark.parametrize(
    ("code", "same", "other"),
    [
        pytest.param(9, ("messages.edit", 5), ("messages.send", 6), id="flood in one chat"),
        pytest.param(29, ("messages.send", 6), ("messages.edit", 5), id="limit of one method"),
    ],
)
async def test_one_chat_or_one_method_is_let_alone(
    code: int, same: tuple[str, int], other: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(vk_api.time, "monotonic", lambda: now[0])
    answers = Answers(code, OK)
    vk = api(answers)
    with pytest.raises(MessengerError):
        await vk.call("messages.send", peer_id=5)

    with pytest.raises(MessengerError, match="told to wait"):
        await vk.call(same[0], peer_id=same[1])
    assert await vk.call(other[0], peer_id=other[1]) == 5
    assert len(answers.asked) == 2
    now[0] += 601
    assert await vk.call(same[0], peer_id=same[1]) == 5


async def test_a_captcha_stops_everything() -> None:
    answers = Answers(14, OK)
    vk = api(answers)
    for method in ("messages.send", "users.get"):
        with pytest.raises(MessengerError):
            await vk.call(method, peer_id=5)

    assert len(answers.asked) == 1


@pytest.mark.parametrize("answer", [httpx.Response(200, text="<html>"), {}, {"updates": []}, httpx.Response(502)])
async def test_a_long_poll_that_answers_nonsense(answer: Any) -> None:
    with pytest.raises(MessengerError):
        await api(Answers(answer)).poll("https://lp.vk.example/wh1", "k", "1", 25)


@pytest.mark.parametrize(
    "answer", [5, {"response": []}, {"response": [None]}, {"response": [{}, {}]}, httpx.ReadTimeout("late")]
)
async def test_a_name_that_is_not_told_is_not_asked_again_for_a_while(answer: Any) -> None:
    answers = Answers(answer)
    people = VkPeople(api(answers))

    assert [await people.name("5") for _ in range(3)] == ["", "", ""]
    assert len(answers.asked) == 1


async def test_a_name_is_clean() -> None:
    answers = Answers({"response": [{"id": 5, "first_name": "Иван\u202e\n", "last_name": "П" * 90}]})

    assert await VkPeople(api(answers)).name("5") == ("Иван " + "П" * 90)[:60]
