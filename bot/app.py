"""The composition root: the only file that knows every part and puts them together.

The command line gets settings, database and their troubles from here, and knows neither room itself.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import structlog

from bot.adapters.clock import WallClock
from bot.adapters.console import Console
from bot.adapters.health import Health
from bot.conversation import Conversation, judges
from bot.core.person import Person, Role
from bot.core.policy import Community, Policy
from bot.delivery import Postman
from bot.exports import FILES
from bot.knowledge.commands import member_command
from bot.knowledge.files import KnowledgeError
from bot.knowledge.wording import check_parity
from bot.ports import Clock, Sender, Store
from bot.scheduling.ticker import Ticker
from bot.settings import Settings, SettingsError, load, override
from bot.understanding.danger import Triage
from bot.understanding.reader import Reader
from storage.rotation import own_ring, rotate_keys, still_under_old_keys
from storage.store import KeyRing, Retention, StorageUnavailable, leave_mark, open_store, prune
from storage.upgrade import backup, check, current_revision, is_current, restore, upgrade

__all__ = [
    "House",
    "KnowledgeError",
    "Minds",
    "Settings",
    "SettingsError",
    "StorageUnavailable",
    "backup_database",
    "check_database",
    "load_minds",
    "open_house",
    "prune_database",
    "read_settings",
    "restore_database",
    "rotate_database_keys",
    "run_console",
    "serve_health",
    "start_heart",
    "story_settings",
    "upgrade_database",
]

log = structlog.get_logger()

PRUNE_EVERY_HOURS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running assistant: its conversation, its store and its clock."""

    conversation: Conversation
    store: Store
    clock: Clock
    prune: Callable[[], Awaitable[None]]
    """Delete what has only served to say things once and is older than the settings keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minds:
    """What is read from the knowledge once and shared by every house of a process."""

    triage: Triage
    reader: Reader


def load_minds() -> Minds:
    """Read triage and understanding. Raises KnowledgeError when the knowledge cannot be trusted."""
    check_parity()
    member_command("")  # read now: the door of every message needs it
    return Minds(triage=Triage.load(), reader=Reader.load())


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    clock: Clock,
    senders: Sequence[Sender],
    minds: Minds,
    wrap_store: Callable[[Store], Store] = lambda store: store,
    before_serving: Callable[[], None] = lambda: None,
) -> AsyncIterator[House]:
    """Put the parts together on the settings' database, and close it at the end.

    `wrap_store` and `before_serving` are where a story plants its faults. Raises StorageUnavailable.
    """
    opened = open_store(settings.database_url, keys=key_ring(settings))
    store = wrap_store(opened)
    try:
        waits = policy(settings)
        judge_again = judges(clock=clock, policy=waits)
        postman = Postman(store=store, clock=clock, senders=senders, make_file=FILES, judge_again=judge_again)
        conversation = Conversation(
            store=store,
            clock=clock,
            triage=minds.triage,
            reader=minds.reader,
            postman=postman,
            policy=waits,
            newcomer=newcomer(settings),
            before_serving=before_serving,
        )
        await conversation.wake()

        async def prune() -> None:
            gone = await opened.prune(clock.now(), retention(settings))
            log.info("housekeeping.pruned", **gone)

        yield House(conversation=conversation, store=store, clock=clock, prune=prune)
    finally:
        opened.close()


def policy(settings: Settings) -> Policy:
    """The waiting times and the community's place, in the form the core takes."""
    channel = settings.discord_community_channel
    return Policy(
        community=Community("discord", str(channel), settings.language) if channel is not None else None,
        claim_emergency=timedelta(minutes=settings.escalation.emergency.claim_minutes),
        claim_urgent=timedelta(minutes=settings.escalation.urgent.claim_minutes),
        snooze=timedelta(minutes=settings.snooze_minutes),
    )


def retention(settings: Settings) -> Retention:
    """How long what only served to say things once is kept."""
    days = settings.retention
    return Retention(
        heard=timedelta(days=days.heard_days),
        sent=timedelta(days=days.sent_days),
        dropped=timedelta(days=days.dropped_days),
        dead=timedelta(days=days.dead_days),
    )


def newcomer(settings: Settings) -> Person:
    """The language, zone and country that somebody has until they say otherwise."""
    return Person(
        id=0,
        role="patient",
        language=settings.language,
        timezone=settings.timezone,
        country=settings.country,
        consented_at=None,
    )


def read_settings() -> Settings:
    """The environment, and logging set up by it. Raises SettingsError with one sentence that names what is wrong."""
    settings = load()
    set_up_logging(settings)
    return settings


def story_settings(settings: Settings, overrides: Mapping[str, Any], *, folder: str) -> Settings:
    """The settings of a story: its own overrides, and a throw-away database in `folder`, ready to use."""
    own = override(settings, {**overrides, "database_url": f"sqlite:///{folder}/story.db", "keys": None, "key_file": f"{folder}/story.key"})
    keys = KeyRing.in_file(f"{folder}/story.key", may_create=True, tell=lambda _: None)
    if not Path(folder, "story.key").exists():
        keys.load(new=True)  # thrown away with the story: nobody is told to back it up
    upgrade(own.database_url, keys=keys)
    return own


def upgrade_database(settings: Settings) -> str | None:
    """Bring the database to this version's tables; its revision afterwards. Raises StorageUnavailable."""
    if not is_current(settings.database_url):
        upgrade(settings.database_url, keys=key_ring(settings))
    return current_revision(settings.database_url)


def backup_database(settings: Settings, file: Path) -> None:
    """A consistent copy while others write. Raises StorageUnavailable, and ValueError for the database's own path."""
    backup(settings.database_url, file)


def restore_database(settings: Settings, file: Path) -> int:
    """Fill the empty database from a backup; how many rows. Raises StorageUnavailable, and ValueError when it is not empty."""
    return restore(settings.database_url, file, keys=key_ring(settings))


def prune_database(settings: Settings) -> dict[str, int]:
    """Delete what is older than the settings keep it; how many rows of each kind. Raises StorageUnavailable."""
    return prune(settings.database_url, WallClock().now(), retention(settings), keys=key_ring(settings))


def rotate_database_keys(settings: Settings) -> int:
    """Put everything under the current key, a new one where the key file is ours to write; how many keys were wrapped again.

    With PALIER_KEYS the new key is put first by hand before. No key is taken away: backups made before need theirs.
    Raises StorageUnavailable.
    """
    ring = key_ring(settings) or own_ring(settings.database_url)
    if ring.forgets and not still_under_old_keys(settings.database_url, ring):
        ring.renew()
    return rotate_keys(settings.database_url, ring)


def key_ring(settings: Settings) -> KeyRing | None:
    """The keys that what people say is sealed under; None for the file beside the embedded database. Raises StorageUnavailable."""
    if settings.keys is not None:
        return KeyRing.of_text(settings.keys.get_secret_value())
    if settings.key_file is not None:
        return KeyRing.in_file(settings.key_file, may_create=settings.database_url.startswith("sqlite:///"))
    return None


def check_database(settings: Settings) -> list[str]:
    """What is wrong with the database; empty when it is sound. Raises StorageUnavailable."""
    return check(settings.database_url, keys=key_ring(settings))


class Lines:
    """Writes lines to a stream, and never fails: a log on a full disk, or that nobody reads any more, must silence nobody."""

    def __init__(self, stream: TextIO) -> None:
        """Every line goes out at once."""
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write it, or let it go."""
        with suppress(Exception):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = msg


def set_up_logging(settings: Settings) -> None:
    """Logs go to stderr as one line of key=value; they hold no words of a person, no dose and no platform id.

    A log that cannot be written is no fault of whoever logs: neither the house's lines nor those of the libraries raise.
    """
    stream = sys.stderr
    logging.raiseExceptions = False
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=lambda *_: Lines(stream),
    )


async def run_console(settings: Settings, *, name: str, role: Role, source: TextIO, out: TextIO, with_health: bool) -> None:
    """The console on the same database and heart beat as every platform, until its input ends."""
    clock = WallClock()
    console = Console(clock=clock, source=source, out=out, name=name, role=role, interactive=source.isatty())
    async with open_house(settings, clock=clock, senders=[console], minds=load_minds()) as house, AsyncExitStack() as stack:
        if with_health:
            await serve_health(house, settings, stack)
        start_heart(house, settings, stack)
        await house.conversation.tick()
        await console.run(house.conversation.hear)
        await house.conversation.tick()


def start_heart(house: House, settings: Settings, stack: AsyncExitStack) -> None:
    """Serve what is due on every beat, and tidy up a few times a day, until the stack is left."""
    ticker = Ticker(house.conversation.tick, seconds=settings.beat_seconds)
    ticker.also(house.prune, every_hours=PRUNE_EVERY_HOURS)
    ticker.start()
    stack.callback(ticker.stop)


async def serve_health(house: House, settings: Settings, stack: AsyncExitStack) -> None:
    """Answer those who ask whether this process is well, until the stack is left."""

    async def probe() -> None:
        await house.store.run(partial(leave_mark, house.clock.now()))

    health = Health(probe, port=settings.health_port)
    try:
        await health.start()
    except OSError:
        # Another Palier on this machine answers there already: a second console is no reason not to start.
        log.warning("health.port-taken", port=settings.health_port)
    stack.push_async_callback(health.stop)
