"""The bot as a process of its own, started as a user starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.loopback import client
from tests.waiting import PATIENCE

PROJECT = Path(__file__).parent.parent
# From the start to the first answer of /health; TensorFlow alone takes most of it.
START_SECONDS = 5 * PATIENCE


class BotProcess:
    """`rasa-twin24 run` on a free port of loopback, with exactly the given settings."""

    command = [str(Path(sys.executable).parent / "rasa-twin24"), "run"]

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = PROJECT
        self.data_dir = data_dir
        self._log_file = data_dir / "bot.log"
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log_file.read_text(encoding="utf-8", errors="replace") if self._log_file.exists() else ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables it is started with, and no others."""
        kept = ("PATH", "HOME", "LANG", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        return env | {"BOT_PORT": str(self.port), "BOT_DATA_DIR": str(self.data_dir), **self.settings}

    async def start(self) -> None:
        """Returns once messages can be answered."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        async with client() as http:
            while True:
                try:
                    if (await http.get(f"{self.url}/health")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                assert self._process.poll() is None, f"the bot ended with {self._process.returncode}:\n{self.log}"
                assert time.monotonic() < until, f"the bot does not start:\n{self.log}"
                await asyncio.sleep(0.2)

    async def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Ask it to stop; returns the exit code. Fails when it takes too long."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(with_signal)
        until = time.monotonic() + PATIENCE
        while self._process.poll() is None:
            assert time.monotonic() < until, f"the bot does not stop:\n{self.log}"
            await asyncio.sleep(0.05)
        return self._process.returncode

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As the kernel would when memory runs out."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def orphans(self) -> list[int]:
        """Processes of the bot's session that outlived it."""
        assert self._process is not None
        left = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self._process.pid and fields[0] != "Z":
                left.append(int(entry.name))
        return left


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
