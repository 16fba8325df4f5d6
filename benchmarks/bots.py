"""The bots that are compared: ours as it is run, ours without its ledger and checks, and stock Rasa.

All of them have the same data, domain, pipeline and actions.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

import httpx
import sqlalchemy as sa
from aiohttp import web

from rasa_twin24 import model
from rasa_twin24.config import sandbox_env
from rasa_twin24.ledger import LedgerSettings
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.schema import people
from rasa_twin24.ledger.store import Store
from rasa_twin24.sandbox import SandboxServer
from tests.bot_process import free_port

PROJECT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 180
ANSWER_SECONDS = 60
PEOPLE = 1000
TOKEN = "123456:BENCHMARK"
SECRET = "benchmark-secret"


async def let_in(env: dict[str, str], accounts: list[str]) -> None:
    """Make operators of them: an owner is known without asking the database, which would be too kind."""
    store, now = Store(LedgerSettings.from_env(env).url), time.time()
    await store.migrate()
    rows = [
        {"id": account, "role": Role.OPERATOR.key, "added_by": "benchmark", "added_at": now} for account in accounts
    ]
    await store.run(lambda connection: connection.execute(sa.insert(people), rows))
    await store.close()


class Bot(ABC):
    """`turn` says something as person number `person` and returns the seconds until the last of `answers` replies."""

    name: str

    def __init__(self, folder: Path, twin: SandboxServer) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._twin = twin
        self._processes: list[subprocess.Popen[bytes]] = []
        self.client = httpx.AsyncClient(timeout=ANSWER_SECONDS)
        self.start_seconds = 0.0

    @abstractmethod
    async def start(self) -> None: ...

    @abstractmethod
    async def turn(self, person: int, text: str, answers: int) -> float: ...

    @abstractmethod
    async def burst(self, person: int, text: str, count: int) -> None:
        """Say something `count` times at once; returns when all are answered."""

    def env(self, **more: str) -> dict[str, str]:
        """The limits stay in force but out of the way."""
        base = {
            **os.environ,
            "BOT_DATA_DIR": str(self.folder),
            "BOT_MESSAGES_PER_MINUTE": "100000",
            "LOG_LEVEL": "ERROR",
            **more,
        }
        return sandbox_env(base, self._twin.iam_url, self._twin.cis_url)

    async def let_in(self) -> None:
        await let_in(self.env(), [f"telegram:{person}" for person in range(1, PEOPLE + 1)])

    def spawn(self, command: list[str], env: dict[str, str]) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self._processes.append(subprocess.Popen(command, cwd=PROJECT, env=env, stdout=log, stderr=log))

    async def until_up(self, url: str) -> None:
        began = time.monotonic()
        while time.monotonic() - began < START_SECONDS:
            try:
                if (await self.client.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            for process in self._processes:
                if process.poll() is not None:
                    raise RuntimeError(f"{self.name} ended:\n{(self.folder / 'log.txt').read_text()[-2000:]}")
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{self.name} does not start:\n{(self.folder / 'log.txt').read_text()[-2000:]}")

    def memory(self) -> float:
        """Resident megabytes of all its processes."""
        pages = sum(int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) for process in self._processes)
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    async def stop(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                await asyncio.to_thread(process.wait, 15)
            except subprocess.TimeoutExpired:
                process.kill()
        await self.client.aclose()


class Ours(Bot):
    """`rasa-twin24 run`, spoken to as Telegram does: an update to the webhook, replies by `sendMessage`."""

    name = "this bot"
    command = (str(BIN / "rasa-twin24"), "run")

    async def start(self) -> None:
        await self.let_in()
        self._heard: dict[int, asyncio.Queue[str]] = {}
        self._update = 0
        self._files: dict[str, bytes] = {}
        self._buttons: dict[int, dict[str, str]] = {}
        app = web.Application()
        app.router.add_post(f"/bot{TOKEN}/{{method}}", self._telegram)
        app.router.add_get(f"/file/bot{TOKEN}/{{name}}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._port = free_port()
        url = f"http://127.0.0.1:{self._port}"
        env = self.env(
            BOT_PORT=str(self._port),
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_URL=f"http://127.0.0.1:{port}",
            TELEGRAM_WEBHOOK_URL=url,
            TELEGRAM_WEBHOOK_SECRET=SECRET,
        )
        began = time.monotonic()
        self.spawn(list(self.command), env)
        await self.until_up(f"{url}/health")
        self.start_seconds = time.monotonic() - began

    async def turn(self, person: int, text: str, answers: int) -> float:
        heard = self._heard.setdefault(person, asyncio.Queue())
        while not heard.empty():
            heard.get_nowait()
        began = time.perf_counter()
        await self._post(person, text=text)
        for _ in range(answers):
            await asyncio.wait_for(heard.get(), ANSWER_SECONDS)
        return time.perf_counter() - began

    async def send_file(self, person: int, name: str, content: bytes) -> None:
        """As a document; the answers are heard by `hear`."""
        self._files[name] = content
        document = {"file_id": name, "file_unique_id": name, "file_name": name, "file_size": len(content)}
        await self._post(person, document=document)

    async def press(self, person: int, title: str) -> None:
        """Press the newest button of this title."""
        callback = {
            "id": str(self._update),
            "from": {"id": person, "is_bot": False, "first_name": "Иван", "language_code": "ru"},
            "message": {"message_id": 1, "date": 0, "chat": {"id": person, "type": "private"}},
            "chat_instance": "1",
            "data": self._buttons[person][title],
        }
        await self._push(callback_query=callback)

    async def say(self, person: int, text: str) -> None:
        """Without waiting; the answers are heard by `hear`."""
        await self._post(person, text=text)

    async def understands(self, person: int, text: str, answer: str) -> bool:
        """Say something; whether the next message holds these words."""
        heard = self._heard.setdefault(person, asyncio.Queue())
        while not heard.empty():
            heard.get_nowait()
        await self._post(person, text=text)
        return answer in await asyncio.wait_for(heard.get(), ANSWER_SECONDS)

    async def hear(self, person: int, said: str) -> None:
        """Until the person has heard a message that holds these words."""
        heard = self._heard.setdefault(person, asyncio.Queue())
        while said not in await asyncio.wait_for(heard.get(), ANSWER_SECONDS):
            pass

    async def burst(self, person: int, text: str, count: int) -> None:
        heard = self._heard.setdefault(person, asyncio.Queue())
        await asyncio.gather(*(self._post(person, text=text) for _ in range(count)))
        for _ in range(count):
            await asyncio.wait_for(heard.get(), ANSWER_SECONDS)

    async def _post(self, person: int, **content: object) -> None:
        who = {"id": person, "is_bot": False, "first_name": "Иван", "language_code": "ru"}
        message = {
            "message_id": self._update + 1,
            "date": int(time.time()),
            "from": who,
            "chat": {"id": person, "type": "private"},
            **content,
        }
        await self._push(message=message)

    async def _push(self, **update: object) -> None:
        self._update += 1
        response = await self.client.post(
            f"http://127.0.0.1:{self._port}/webhooks/telegram/webhook",
            json={"update_id": self._update, **update},
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )
        response.raise_for_status()

    async def stop(self) -> None:
        await super().stop()
        await self._runner.cleanup()

    async def _telegram(self, request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else {}
        result: dict[str, object] = {"message_id": 1}
        if request.match_info["method"] in ("sendMessage", "editMessageText"):
            person = int(body["chat_id"])
            for row in body.get("reply_markup", {}).get("inline_keyboard", []):
                self._buttons.setdefault(person, {}).update({one["text"]: one["callback_data"] for one in row})
            self._heard.setdefault(person, asyncio.Queue()).put_nowait(body["text"])
        elif request.match_info["method"] == "getFile":
            name = body["file_id"]
            result = {"file_id": name, "file_unique_id": name, "file_size": len(self._files[name]), "file_path": name}
        return web.json_response({"ok": True, "result": result})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._files[request.match_info["name"]])


class Unguarded(Ours):
    """The same without its ledger and checks."""

    name = "without ledger and checks"
    command = (sys.executable, "-m", "benchmarks.unguarded", "run")


class Stock(Bot):
    """`rasa run` and `rasa run actions`, unmodified, spoken to over Rasa's own REST channel."""

    name = "stock Rasa"

    async def start(self) -> None:
        await self.let_in()
        self._port, actions = free_port(), free_port()
        (self.folder / "credentials.yml").write_text("rest:\n")
        (self.folder / "endpoints.yml").write_text(
            f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n"
            f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {self.folder / 'tracker.db'}\n"
        )
        trained = str(model.ensure(PROJECT))
        env = self.env(RASA_TELEMETRY_ENABLED="false", PYTHONPATH=str(PROJECT), SANIC_HOST="127.0.0.1")
        rasa = [sys.executable, "-m", "rasa", "run"]
        began = time.monotonic()
        self.spawn([*rasa, "actions", "--port", str(actions)], env)
        files = ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml"]
        files = [str(self.folder / part) if part.endswith(".yml") else part for part in files]
        self.spawn([*rasa, "--model", trained, "--port", str(self._port), "-i", "127.0.0.1", *files], env)
        await self.until_up(f"http://127.0.0.1:{self._port}/")
        await self.until_up(f"http://127.0.0.1:{actions}/health")
        self.start_seconds = time.monotonic() - began

    async def turn(self, person: int, text: str, answers: int) -> float:
        began = time.perf_counter()
        response = await self.client.post(
            f"http://127.0.0.1:{self._port}/webhooks/rest/webhook",
            json={"sender": f"telegram:{person}", "message": text},
        )
        elapsed = time.perf_counter() - began
        if len(response.json()) < answers:
            raise RuntimeError(f"stock Rasa answered {response.text[:300]} to {text}")
        return elapsed

    async def burst(self, person: int, text: str, count: int) -> None:
        await asyncio.gather(*(self.turn(person, text, 1) for _ in range(count)))
