"""How the tests start the servers of Sanic, of which a process has many."""

from __future__ import annotations

import socket
from typing import Any

from sanic import Sanic
from sanic.touchup import TouchUp


async def listening(app: Sanic, on: socket.socket) -> Any:
    """A server before its listeners have run.

    Sanic rewrites its own methods at every start, to be quicker afterwards. Once is enough: it takes longer than
    most tests.
    """
    server = await app.create_server(sock=on, return_asyncio_server=True, access_log=False)
    await server.startup()
    TouchUp._registry.clear()
    return server
