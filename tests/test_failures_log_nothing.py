"""Whatever fails around the conversation, with whatever words in its exception: the logs say what failed, and nothing of anybody."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from click.testing import CliRunner

from bot.__main__ import palier
from bot.adapters.story import VirtualClock
from bot.app import open_house, run_console
from bot.core.flags import Screening
from bot.core.meaning import Meaning
from bot.messages import Account, Press
from bot.ports import Outgoing, SendFailed, Store, Unit
from bot.scheduling.keeper import keep_all
from bot.scheduling.ticker import Ticker
from bot.settings import Settings, override
from bot.understanding.danger import Triage
from bot.understanding.reader import Reader
from tests.every_handler import IN_DANGER, MARKED, PLAN, SLOT, TOOK
from tests.houses import START, Rig, minds, rig, settings_in
from tests.log_reading import everything_logged, personal
from tests.rooms import room

T = TypeVar("T")
BOT = Path(__file__).parent.parent / "bot"
PATIENT, KEEPER = "Xanthippe-987654321-1", "Xanthippe-987654321-2"
Failure = Callable[[Settings], Awaitable[None]]
TOLD = f"could not, for 987654321 and 13.75 mg: {MARKED}"
"""What an exception may say of a person."""


@dataclass
class Edge:
    """What is around the conversation, each part failing when told to, with a person's data in its words."""

    inner: Store
    fails: Callable[[Callable[[Unit], Any]], bool] = lambda work: False

    async def run(self, work: Callable[[Unit], T]) -> T:
        """As the store beneath, but for work that is to fail."""
        if self.fails(work):
            raise OSError(TOLD)
        return await self.inner.run(work)


@dataclass
class Platform:
    """A platform that answers every message with an exception."""

    trouble: Callable[[Outgoing], Exception] | None = None
    platform: str = "story"

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Take it, or fail."""
        if self.trouble is not None:
            raise self.trouble(message)


@dataclass
class Failing:
    """A house, and the switches of its edges."""

    rig: Rig
    edge: Edge
    platform: Platform

    async def says(self, name: str, text: str) -> None:
        """Somebody writes."""
        await self.rig.house.conversation.hear(self.rig.message(name, text))

    async def presses(self, name: str, choice: str, about: str = "") -> None:
        """Somebody presses."""
        await self.rig.house.conversation.hear(self.rig.message(name, press=Press(choice, about)))

    async def tick(self, **later: float) -> None:
        """A beat, some time later; what it raises is the ticker's to catch."""
        self.rig.clock.move(self.rig.clock.now() + timedelta(**later))
        with suppress(OSError):
            await self.rig.house.conversation.tick()

    async def talk(self) -> None:
        """Everything that is said in these tests."""
        for text in (TOOK, IN_DANGER, f"zirkonium {MARKED}"):
            await self.says(PATIENT, text)
        await self.says(KEEPER, f"note 1 {MARKED}")
        await self.presses(PATIENT, "talk-to-human")


class FailingTriage(Triage):
    """A triage with a defect that any message sets off."""

    def __init__(self) -> None:
        """It holds no knowledge."""

    def screen(self, text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
        """Fail with the words."""
        raise IndexError(f"{text} {TOLD}")


class FailingReader(Reader):
    """An understanding with such a defect."""

    def __init__(self) -> None:
        """It holds no knowledge."""

    def read(self, text: str, **about: Any) -> Meaning:
        """Fail with the words."""
        raise KeyError(f"{text} {TOLD}")


@asynccontextmanager
async def house_on(settings: Settings, **failing: Any) -> AsyncIterator[Failing]:
    """A patient with a plan and a keeper on duty; `failing`: minds with a defect."""
    clock = VirtualClock(START)
    async with rig(settings, clock=clock) as well:
        await well.settle(PATIENT)
        await well.settle(KEEPER, role="moderator", on_duty=True)
        await well.says(PATIENT, PLAN)
        await well.presses(PATIENT, "confirm")
    edges: list[Edge] = []
    platform = Platform()

    def wrap(store: Store) -> Store:
        edges.append(Edge(store))
        return edges[0]

    async with open_house(settings, clock=clock, senders=[platform], minds=replace(minds(), **failing), wrap_store=wrap) as house:
        yield Failing(replace(well, house=house), edges[0], platform)


# --- Each failure, and what the logs say of it ---


async def database_away(settings: Settings) -> None:
    """The store fails, then even the last resort does, then the beat; and it comes back."""
    async with house_on(settings) as house:
        house.edge.fails = lambda work: True
        await house.talk()
        house.platform.trouble = lambda message: ConnectionError(f"{message}")
        await house.talk()
        await house.tick(hours=1)
        house.edge.fails, house.platform.trouble = lambda work: False, None
        await house.tick(minutes=1)


async def platform_away(settings: Settings) -> None:
    """Whatever is sent is refused, with all its words; for good in the end."""
    async with house_on(settings) as house:
        for trouble in (RuntimeError, ConnectionError):
            house.platform.trouble = lambda message, kind=trouble: kind(f"{message.account.id} did not get {message.text}")
            await house.talk()
            await house.tick(minutes=11)
        house.platform.trouble = lambda message: TimeoutError(f"{message}")
        await house.tick(minutes=11)
        house.platform.trouble = lambda message: SendFailed("blocked", permanent=True)
        await house.tick(minutes=11)


async def platform_repeats(settings: Settings) -> None:
    """Its reasons name the chat and repeat what it refused, as those of platforms do."""
    reason = "Bad Request: chat {0.account.id} does not take {0.text!r}"
    async with house_on(settings) as house:
        for permanent in (False, True):
            house.platform.trouble = lambda message, permanent=permanent: SendFailed(reason.format(message), permanent=permanent)
            await house.talk()
            await house.tick(minutes=11)


async def reminder_overtaken(settings: Settings) -> None:
    """A reminder that could not be sent, and is answered before it can."""
    async with house_on(settings) as house:
        house.platform.trouble = lambda message: ConnectionError(f"{message}")
        await house.tick(minutes=30)
        await house.presses(PATIENT, "taken", SLOT)
        house.platform.trouble = None
        await house.tick(minutes=11)


async def nothing_can_be_kept(settings: Settings) -> None:
    """What was sent cannot be marked, what failed cannot be noted, what was claimed cannot be given back."""
    async with house_on(settings) as house:
        house.edge.fails = lambda work: getattr(work, "__qualname__", "").rpartition(".")[2] in ("mark", "<lambda>")
        await house.says(PATIENT, TOOK)
        house.platform.trouble = lambda message: TimeoutError(f"{message}")
        await house.talk()
        await house.tick(minutes=1)


async def not_put_back_after_passing(settings: Settings) -> None:
    """Somebody of two accounts speaks in passing on the second, and the store cannot have them reached on the first again."""
    async with house_on(settings) as house:
        elsewhere = house.rig.message(f"{PATIENT}-elsewhere", TOOK)
        await house.says(elsewhere.account.id, TOOK)
        await house.rig.house.store.run(lambda unit: unit.people.link(elsewhere.account, _patient(unit), START))
        await house.says(PATIENT, TOOK)
        house.edge.fails = lambda work: ".go_back." in getattr(work, "__qualname__", "")
        await house.rig.house.conversation.hear(replace(elsewhere, passing=True))


async def minds_fail(settings: Settings) -> None:
    """Triage and understanding raise on what is said."""
    async with house_on(settings, triage=FailingTriage(), reader=FailingReader()) as house:
        await house.talk()


async def unknown_timer(settings: Settings) -> None:
    """A timer of a kind that this version does not serve."""
    async with house_on(settings) as house:
        await house.rig.house.store.run(lambda unit: unit.timers.put(1, "unknown", "", START))
        await house.tick()


async def beats_fail(settings: Settings) -> None:
    """The ticker catches whatever a beat, or the housekeeping, raises."""

    async def fail() -> None:
        raise ValueError(TOLD)

    ticker = Ticker(fail, seconds=0.01)
    ticker.also(fail, every_hours=1e-5)
    ticker.start()
    await asyncio.sleep(0.1)
    ticker.stop()


async def beats_wait_for_a_wrong_clock(settings: Settings) -> None:
    """The wall clock was set back, and the job waits for it to come round."""

    async def beat() -> None:
        """Nothing."""

    ticker = Ticker(beat, seconds=0.01)
    ticker.start()
    (job,) = ticker._scheduler.get_jobs()
    job.modify(next_run_time=job.next_run_time + timedelta(days=1))
    await asyncio.sleep(0.1)
    ticker.stop()


async def platform_dies(settings: Settings) -> None:
    """What a platform raises is never told, and it is begun again."""

    async def die() -> None:
        raise ValueError(TOLD)

    async def enough(seconds: float) -> None:
        raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        await keep_all([die], fatal=(), sleep=enough)


async def console_with_a_taken_port(settings: Settings) -> None:
    """A terminal on the wall clock, beside another Palier."""
    source = io.StringIO(f"{MARKED}\nyes\n{TOOK}\n{IN_DANGER}\n/as Xanthippe moderator\nnote 1 {MARKED}\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        served = override(settings, {"health_port": taken.getsockname()[1], "beat_seconds": 0.01})
        await run_console(served, name=PATIENT, role="patient", source=source, out=io.StringIO(), with_health=True)


async def picture_cannot_be_drawn(settings: Settings) -> None:
    """A line of the log that no picture can show, of a finding that nobody knows any more."""
    async with house_on(settings) as house:
        await house.says(PATIENT, TOOK)
        felt = {"finding": TOLD, "severity": 4}
        now = house.rig.clock.now()
        await house.rig.house.store.run(lambda unit: unit.entries.add(_patient(unit), "side_effect", now, felt, now))
        await house.says(PATIENT, "my figures for the week")
        await house.says(PATIENT, "my curve")


def _patient(unit: Unit) -> int:
    person = unit.people.behind(Account("story", PATIENT))
    assert person is not None
    return person


async def housekeeping(settings: Settings) -> None:
    """What is old is deleted."""
    async with house_on(settings) as house:
        await house.talk()
        await house.rig.house.prune()


FAILURES: Final[Mapping[Failure, frozenset[str]]] = {
    database_away: frozenset(
        {
            "hear.failed",
            "rescue.straight",
            "rescue.not-yet",
            "deliver.failed",
            "delivery.straight-failed",
            "tick.not-put-right",
            "tick.batch-failed",
            "tick.put-off",
        }
    ),
    platform_away: frozenset({"delivery.failed", "delivery.card-dead"}),
    platform_repeats: frozenset({"delivery.failed"}),
    reminder_overtaken: frozenset({"delivery.failed", "delivery.dropped"}),
    nothing_can_be_kept: frozenset({"delivery.unmarked", "delivery.not-given-back"}),
    not_put_back_after_passing: frozenset({"passing.not-gone-back"}),
    minds_fail: frozenset({"triage.failed", "hear.failed"}),
    unknown_timer: frozenset({"tick.nobody-serves"}),
    beats_wait_for_a_wrong_clock: frozenset({"tick.put-again"}),
    platform_dies: frozenset({"platform.ended"}),
    beats_fail: frozenset({"tick.failed", "housekeeping.failed"}),
    console_with_a_taken_port: frozenset({"health.port-taken"}),
    picture_cannot_be_drawn: frozenset({"delivery.not-drawn", "delivery.failed"}),
    housekeeping: frozenset({"housekeeping.pruned"}),
}
"""What fails, and what the logs say then."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with an empty database."""
    with room() as made:
        yield made


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
async def test_a_failure_is_logged_without_a_word_of_anybody(failure: Failure, folder: Path) -> None:
    settings = settings_in(folder)
    with everything_logged(statements=False) as book:
        await failure(settings)
    assert book.events() >= FAILURES[failure]
    assert personal(book, [TOOK, IN_DANGER, TOLD]) == []


def events_of(folder: Path) -> set[str]:
    """Every event that the sources under a folder log."""
    calls = [node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    logged = [call for call in calls if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "log"]
    return {str(ast.literal_eval(call.args[0])) for call in logged}


def test_every_line_that_the_house_can_log_is_driven_here() -> None:
    adapters = set[str]().union(*(events_of(folder) for folder in (BOT / "adapters").iterdir() if folder.is_dir()))
    assert events_of(BOT) - adapters == frozenset[str]().union(*FAILURES.values())


# --- The command line ---


def lines(*texts: str) -> str:
    """What the commands that read a stream are given: one that they read, one whose date is none, one that is no JSON."""
    read = [json.dumps({"text": text, "now": "2026-01-01T08:00:00+00:00"}) for text in texts]
    broken = [json.dumps({"text": text, "now": text, "timezone": text}) for text in texts]
    return "\n".join([*read, *broken, *texts])


COMMANDS = [
    ("triage",),
    ("understand",),
    ("db", "upgrade"),
    ("db", "check"),
    ("db", "prune"),
    ("db", "backup", "copy.db"),
    ("db", "backup", "story.db"),
    ("db", "rotate-keys"),
]


async def test_the_command_line_says_nothing_of_anybody_beside_its_answer(folder: Path) -> None:
    settings = settings_in(folder)
    async with house_on(settings) as house:
        await house.talk()
    environment = {"PALIER_DATABASE_URL": settings.database_url, "PALIER_KEY_FILE": str(settings.key_file), "PALIER_LOG_LEVEL": "debug"}
    with everything_logged() as book:
        for command in COMMANDS:
            words = [str(folder / word) if word.endswith(".db") else word for word in command]
            result = await asyncio.to_thread(CliRunner().invoke, palier, words, input=lines(TOOK, IN_DANGER), env=environment)
            assert result.output
            book.others.write(f"{result.stderr}\n{result.exception if isinstance(result.exception, Exception) else ''}\n")
    assert "FROM store_key" in book.others.getvalue()
    assert personal(book, [TOOK, IN_DANGER]) == []
