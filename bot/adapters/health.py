"""A small HTTP endpoint that says whether this process can still read and write: its probe must write, as a full disk can be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

HOST = "127.0.0.1"


class Health:
    """GET /health answers 200 {"status": "ok"} while `probe` succeeds, 503 otherwise."""

    def __init__(self, probe: Callable[[], Awaitable[None]], *, port: int) -> None:
        self._probe = probe
        self._port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on loopback. Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get("/health", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()

    async def stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        del request
        try:
            await self._probe()
        except Exception as trouble:  # any failure means: not healthy
            return web.json_response({"status": "failing", "trouble": type(trouble).__name__}, status=503)
        return web.json_response({"status": "ok"})
