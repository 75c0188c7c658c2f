"""The other way in: Telegram posts each update to us, behind a reverse proxy. It is answered once it was heard.

An update that is not answered comes again. Without the secret that Telegram was given, nothing is looked at.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.adapters.telegram.client import Raw
from bot.adapters.telegram.lanes import Lanes

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 2**20
CONNECTIONS = 20
"""Requests that Telegram may have open at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Telegram posts (`url`, HTTPS), where the proxy hands over (`host`, `port`, `path`), and the shared secret."""

    url: str
    secret: str
    port: int
    host: str = "127.0.0.1"
    path: str = "/telegram"


@dataclass(slots=True)
class WebhookServer:
    """Listens for updates. `take` starts their work in the lanes, under the update's id."""

    webhook: Webhook
    lanes: Lanes
    take: Callable[[Raw], None]
    _runner: web.AppRunner | None = field(default=None)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post(self.webhook.path, self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.webhook.host, self.webhook.port).start()

    async def stop(self) -> None:
        """Take no more; what is being heard is answered first."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens, also when the system chose."""
        return int(self._runner.addresses[0][1]) if self._runner is not None else 0

    async def _answer(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), self.webhook.secret.encode()):
            return web.Response(status=403)
        try:
            update = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        number = update.get("update_id") if isinstance(update, dict) else None
        if not isinstance(number, int):
            return web.Response(status=200)
        if number not in self.lanes.unfinished:
            self.take(update)
        return web.Response(status=200 if await self.lanes.finished(number) else 500)
