from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from rasa_twin24.sandbox import Sandbox, SandboxServer
from tests.loopback import client
from tests.sandbox.twin_over_http import FakeClock, TwinOverHttp, phones
from tests.waiting import PATIENCE


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "example.org", ""])
def test_the_sandbox_is_not_shown_to_the_network(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        SandboxServer(Sandbox(), host=host)


@pytest.mark.parametrize(("host", "origin"), [("127.0.0.1", "http://127.0.0.1:"), ("localhost", "http://localhost:")])
async def test_the_addresses_lead_to_the_server(host: str, origin: str) -> None:
    async with SandboxServer(Sandbox(), host=host) as server, client() as http:
        assert server.port > 0
        assert server.iam_url == f"{origin}{server.port}/iam/api/v1"
        assert server.cis_url == f"{origin}{server.port}/cis/api/v1"
        assert server.page_url == f"{origin}{server.port}/"
        assert (await http.get(server.page_url)).status_code == 200


def test_the_address_of_ipv6_has_brackets() -> None:
    assert SandboxServer(Sandbox(), host="::1", port=5).page_url == "http://[::1]:5/"


async def test_a_taken_port_is_an_error_and_the_first_server_goes_on(server: SandboxServer) -> None:
    second = SandboxServer(Sandbox(), port=server.port)
    with pytest.raises(OSError, match="in use"):
        await second.start()
    await second.stop()
    async with client() as http:
        assert (await http.get(server.page_url)).status_code == 200


async def test_a_stopped_server_listens_no_more_and_may_start_again() -> None:
    server = SandboxServer(Sandbox())
    await server.stop()
    await server.start()
    port = server.port
    await server.stop()
    await server.stop()
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(server.page_url)
        await server.start()
        assert server.port == port
        assert (await http.get(server.page_url)).status_code == 200
    await server.stop()


async def test_a_stop_does_not_wait_for_delays_on_order(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.fail_next("list", delay=10 * PATIENCE)
    waiting = asyncio.create_task(twin.find())
    while len(sandbox.requests) < 2:
        await asyncio.sleep(0.01)
    await asyncio.wait_for(twin.server.stop(), PATIENCE)
    await asyncio.gather(waiting, return_exceptions=True)


async def test_tasks_outlive_the_server_but_tokens_do_not(clock: FakeClock, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    async with client() as http:
        async with SandboxServer(Sandbox(clock=clock, state_file=file)) as first:
            twin = TwinOverHttp(first, http)
            await twin.log_in()
            task_id = await twin.created()
            clock.pass_time(0.5)
            await twin.add_phones(task_id, phones(3))
        async with SandboxServer(Sandbox(clock=clock, state_file=file)) as second:
            twin = TwinOverHttp(second, http)
            assert (await twin.read(task_id)).status_code == 401
            await twin.log_in()
            clock.pass_time(0.5)
            shown = (await twin.read(task_id)).json()
    assert (shown["status"], shown["candidateCount"]) == ("READY", 3)
