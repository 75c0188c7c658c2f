"""What a scene on telemelya needs: its server, a Redis and a place for pictures on loopback, `palier run`, and a bridge between.

telemelya 0.2.2 keeps what it is told in Redis and pictures in an S3 store. The first is fakeredis' server; the second takes a
picture and forgets it. The bridge passes everything on as it is, but for what `DIFFERENCES` names.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

Json = dict[str, Any]

HOST = "127.0.0.1"
TOKEN = "123456789:AAtest-token-of-nobody-0123456789abcd"  # noqa: S105 - nobody's
SECRET = "a-secret-of-this-scene"  # noqa: S105 - nobody's
HEADER = "X-Telegram-Bot-Api-Secret-Token"
ROOT = Path(__file__).resolve().parents[2]
REDIS = "import sys; from fakeredis import TcpFakeServer; TcpFakeServer(('127.0.0.1', int(sys.argv[1]))).serve_forever()"

DIFFERENCES = {
    "webhook-address": "It posts to any address and in clear, Palier asks Telegram for HTTPS alone: the bridge registers its own.",
    "webhook-secret": "It never sends the secret that a webhook was set with: the bridge does.",
    "language": "It drops the language_code of who writes: the bridge puts it back.",
    "pressed-message": (
        "The message of a press comes empty, without its buttons, as if its reader had written it: the bridge puts the one that was sent."
    ),
}
"""Where telemelya 0.2.2 is not like Telegram and the bridge steps round it."""

LEFT = (
    "It knows no setMyCommands, no profile, no getChatAdministrators and no sendDocument: a 404 each. The start goes on without its menu.",
    "A press that is answered late, an edit that changes nothing, a text that is too long: it takes everything and refuses nothing.",
    "An update is posted once, for ten seconds at most, and not again when it is not answered with a 200.",
    "Every chat is a private one; there are no groups, no corrections, no quotes and no voice.",
)
"""Where it is not like Telegram and nothing was done about it: what a scene on it can say nothing of."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Bridge:
    """Passes on what Palier asks of the Bot API, and what the stand-in posts to Palier's webhook."""

    stand_in: str
    webhook: str
    languages: dict[int, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Every method that was asked for, and how it was answered."""
    _sent: dict[tuple[int, int], Json] = field(default_factory=dict)
    _own: str = ""
    _secret: str = ""

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[str]:
        """Its address, while it listens there."""
        self._own = f"http://{HOST}:{port}"
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_post("/bot{token}/{method}", self._ask)
        app.router.add_post("/hook", self._post)
        async with aiohttp.ClientSession() as self._session, served(app, port):
            yield self._own

    async def _ask(self, request: web.Request) -> web.Response:
        method, body = request.match_info["method"], await request.read()
        if method == "setWebhook":
            body = self._remember_webhook(body)
        kind = {"Content-Type": request.headers.get("Content-Type", "")}
        async with self._session.post(f"{self.stand_in}{request.path}", data=body, headers=kind) as answer:
            self.asked.append((method, answer.status))
            said = await answer.json()
        if method.startswith(("send", "edit")) and isinstance(said.get("result"), dict):
            message = said["result"]
            self._sent[message["chat"]["id"], message["message_id"]] = {name: value for name, value in message.items() if value is not None}
        return web.json_response(said, status=answer.status)

    def _remember_webhook(self, body: bytes) -> bytes:
        """webhook-address, and the first half of webhook-secret."""
        values = dict(parse_qsl(body.decode()))
        if not values["url"].startswith("https://"):
            raise ValueError("Palier asks for a webhook in clear")
        self._secret = values["secret_token"]
        return urlencode({**values, "url": f"{self._own}/hook"}).encode()

    async def _post(self, request: web.Request) -> web.Response:
        update: Json = await request.json()
        said = update.get("callback_query") or update["message"]
        said["from"]["language_code"] = self.languages[said["from"]["id"]]  # language
        if "callback_query" in update:  # pressed-message
            named = said["message"]
            said["message"] = self._sent[named["chat"]["id"], named["message_id"]]
        async with self._session.post(self.webhook, json=update, headers={HEADER: self._secret}) as answer:
            return web.Response(status=answer.status)


@asynccontextmanager
async def served(app: web.Application, port: int) -> AsyncIterator[None]:
    """An application on loopback."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


def forgetful_store(taken: list[int]) -> web.Application:
    """As much of S3 as telemelya asks for: every bucket exists, every file is taken. `taken`: their sizes."""

    async def answer(request: web.Request) -> web.Response:
        if request.method == "PUT":
            taken.append(len(await request.read()))
        return web.Response(status=200, headers={"ETag": '"0"'})

    app = web.Application(client_max_size=60 * 2**20)
    app.router.add_route("*", "/{path:.*}", answer)
    return app


@contextmanager
def process(command: list[str], environment: Mapping[str, str], folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended at the end. What it writes is in the folder under its name."""
    clean = {each: value for each, value in os.environ.items() if not each.startswith("PALIER_")}
    with Path(folder, f"{name}.log").open("wb") as written:
        running = subprocess.Popen(command, env={**clean, **environment}, cwd=folder, stdout=written, stderr=subprocess.STDOUT)
        try:
            yield running
        finally:
            running.terminate()
            running.wait(timeout=30)


async def until(true: Callable[[], bool], what: str, *, within: float = 60.0) -> None:
    """Wait for something to come true. Raises TimeoutError that says what was waited for."""
    try:
        async with asyncio.timeout(within):
            while not true():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise TimeoutError(f"in vain: {what}") from None


def answers(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@dataclass
class Stage:
    """Everything running. `api`: telemelya's own address, for who plays; `pictures`: the sizes of those that it was given."""

    api: str
    bridge: Bridge
    pictures: list[int]
    session: aiohttp.ClientSession


@asynccontextmanager
async def stage(stand_in: str, folder: Path, *, moderators: list[int]) -> AsyncIterator[Stage]:
    """`stand_in`: the Python of an environment with telemelya and fakeredis. Logs and the database go to the folder."""
    redis, store, mock, hook, own = (free_port() for _ in range(5))
    taken: list[int] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(served(forgetful_store(taken), store))
        stack.enter_context(process([stand_in, "-c", REDIS, str(redis)], {}, folder, "redis"))
        await until(lambda: answers(redis), "Redis")
        told = {
            "MOCK_SERVER_HOST": HOST,
            "MOCK_SERVER_PORT": str(mock),
            "REDIS_URL": f"redis://{HOST}:{redis}/0",
            "MINIO_ENDPOINT": f"{HOST}:{store}",
        }
        stack.enter_context(process([stand_in, "-m", "telemelya.server.app"], told, folder, "telemelya"))
        await until(lambda: answers(mock), "telemelya")
        bridge = Bridge(stand_in=f"http://{HOST}:{mock}", webhook=f"http://{HOST}:{hook}/telegram")
        address = await stack.enter_async_context(bridge.listening(own))
        palier = {
            "PALIER_DATABASE_URL": f"sqlite:///{folder}/scene.db",
            "PALIER_TELEGRAM_API": address,
            "PALIER_TELEGRAM_TOKEN": TOKEN,
            "PALIER_TELEGRAM_MODERATORS": str(moderators),
            "PALIER_TELEGRAM_WEBHOOK_URL": "https://palier.example.org/telegram",
            "PALIER_TELEGRAM_WEBHOOK_SECRET": SECRET,
            "PALIER_TELEGRAM_WEBHOOK_PORT": str(hook),
            "PALIER_HEALTH_PORT": "0",
            "PALIER_LOG_LEVEL": "info",
            "PYTHONPATH": str(ROOT),
        }
        running = stack.enter_context(process([sys.executable, "-m", "bot", "run"], palier, folder, "palier"))
        await until(lambda: ("setWebhook", 200) in bridge.asked or running.poll() is not None, "Palier's webhook")
        if running.poll() is not None:
            raise ChildProcessError(f"Palier ended at once: see {folder}/palier.log")
        session = await stack.enter_async_context(aiohttp.ClientSession(headers={"Authorization": "Bearer nobody"}))
        yield Stage(bridge.stand_in, bridge, taken, session)
