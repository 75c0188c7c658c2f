"""A strict stand-in for the Telegram Bot API on loopback: what python-telegram-bot speaks to over real HTTP.

Strict where Telegram is strict (tests/telegram/fake_checks.py, fake_methods.py). Faults are scripted per method:
`fake.fail("sendMessage", flood(3))`. People act through `fake.people`. Rerun its own tests with
`pytest tests/telegram/test_fake.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from tests.ears import START
from tests.telegram.fake_checks import ApiError, Params
from tests.telegram.fake_methods import Methods
from tests.telegram.fake_people import People
from tests.telegram.fake_store import Json, World

BOT_ID = 123456789
TOKEN = f"{BOT_ID}:AAtest-token-of-nobody-0123456789abcd"
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one request: an error answer, a dropped connection, or a slow answer."""

    error: ApiError | None = None
    drop_before: bool = False
    drop_after: bool = False
    delay: float = 0.0


def flood(seconds: int) -> Fault:
    """Too many requests: wait."""
    return Fault(error=ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))


def refusal(code: int, description: str) -> Fault:
    """Any error answer."""
    return Fault(error=ApiError(code, description))


DROPPED_BEFORE = Fault(drop_before=True)
"""The connection closes before the request was served."""
DROPPED_AFTER = Fault(drop_after=True)
"""The request was served, and the answer never came."""


@dataclass
class _Planned:
    method: str
    fault: Fault
    times: int
    chat: int | None


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    values: dict[str, Any]
    at: float
    files: tuple[str, ...] = ()


@dataclass
class FakeBotApi:
    """One platform with one bot. `now` dates messages; updates, waits and ages run on the event loop's stopwatch."""

    now: Callable[[], datetime] = lambda: START
    token: str = TOKEN
    username: str = "palier_test_bot"
    calls: list[Call] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    """The reverse proxy: the public address of a webhook to the local one that serves it."""
    post_again_after: timedelta = timedelta(milliseconds=50)

    async def start(self, *, port: int = 0) -> None:
        """Listen on loopback."""
        if not hasattr(self, "world"):
            bot = {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Palier", "username": self.username}
            self.world = World(bot=bot, now=self.now, stopwatch=asyncio.get_running_loop().time)
            self.people = People(self.world)
            self.methods = Methods(self.world)
            self._planned: list[_Planned] = []
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/documents/{file_id}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        self._poster = asyncio.create_task(self._post_to_webhook())

    async def stop(self) -> None:
        """Stop listening: the network is down. What the platform remembers stays."""
        self._poster.cancel()
        await asyncio.gather(self._poster, return_exceptions=True)
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """Where a bot of this platform calls, without its token."""
        return f"http://{HOST}:{self.port}"

    def fail(self, method: str, fault: Fault, *, times: int = 1, chat: int | None = None) -> None:
        """The next requests of this method go wrong (in one chat only, when named)."""
        self._planned.append(_Planned(method.lower(), fault, times, chat))

    def called(self, method: str) -> list[Call]:
        """The requests of one method so far."""
        return [call for call in self.calls if call.method == method.lower()]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        try:
            if request.match_info["token"] != self.token:
                raise ApiError(401, "Unauthorized")
            params = await _params(request)
            stopwatch = asyncio.get_running_loop().time()
            self.calls.append(Call(method, dict(params.values), stopwatch, tuple(name for name, _ in params.files.values())))
            return await self._serve(request, method, params)
        except ApiError as error:
            body: Json = {"ok": False, "error_code": error.code, "description": error.description}
            if error.parameters:
                body["parameters"] = error.parameters
            return web.json_response(body, status=error.code)

    async def _serve(self, request: web.Request, method: str, params: Params) -> web.StreamResponse:
        serve = self.methods.table().get(method)
        if serve is None:
            raise ApiError(404, "Not Found")
        fault = self._fault(method, params)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop_before:
            return _hang_up(request)
        if fault.error is not None:
            raise fault.error
        result = await serve(params)
        return _hang_up(request) if fault.drop_after else web.json_response({"ok": True, "result": result})

    def _fault(self, method: str, params: Params) -> Fault:
        chat = str(params.values.get("chat_id", ""))
        for planned in self._planned:
            if planned.method == method and planned.times > 0 and planned.chat in (None, int(chat) if chat else None):
                planned.times -= 1
                return planned.fault
        return Fault()

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token or request.match_info["file_id"] not in self.world.files:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=self.world.files[request.match_info["file_id"]][1])

    async def _post_to_webhook(self) -> None:
        """Post each waiting update to the webhook until it is answered with a 200, as the platform does."""
        async with aiohttp.ClientSession() as session:
            while True:
                async with self.world.changed:
                    await self.world.changed.wait_for(lambda: bool(self.world.updates))
                hook, update = self.methods.webhook, self.world.updates[0]
                if not hook["url"] or not await self._posted(session, hook, update):
                    await asyncio.sleep(self.post_again_after.total_seconds())

    async def _posted(self, session: aiohttp.ClientSession, hook: Json, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
        try:
            async with session.post(self.routes[hook["url"]], json=update, headers=headers) as answer:
                accepted = answer.status == 200
        except (KeyError, aiohttp.ClientError):
            return False
        if accepted:
            await self.world.confirm(update["update_id"] + 1)
        return accepted


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _params(request: web.Request) -> Params:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            return Params({**values, **json.loads(await request.text() or "{}")})
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse request JSON object") from None
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode()
    return Params(values, files)
