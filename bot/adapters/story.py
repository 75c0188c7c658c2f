"""Plays a story under a virtual clock: the same conversation as every platform, stopped nowhere but at clock and adapter.

Faults are planted at the edges only: a store that fails or loses its process after a commit, a sender whose process
dies before it sends, a call before the use case that raises.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bot.conversation import Conversation
from bot.knowledge.countries import countries
from bot.knowledge.story_file import Crash, Expectation, Step, Story
from bot.messages import Account, Incoming, Press
from bot.ports import Clock, Outgoing, Sender, Store, Unit
from bot.understanding.fold import fold

T = TypeVar("T")
PLATFORM = "story"
AT_MOST_TICKS = 20_000
"""Ticks in one passing of time, so that a timer that never moves on is a failure and not a hang."""


class StoryFailed(Exception):
    """An expectation that was not met: the step, and what was delivered instead."""


class Killed(BaseException):
    """The process dies here. Not an Exception: nothing in the program may catch it."""


class Injected(Exception):
    """A fault that the story asked for."""


class StoryHouse(Protocol):
    """What the story needs of a running assistant."""

    @property
    def conversation(self) -> Conversation: ...
    @property
    def store(self) -> Store: ...


class OpenHouse(Protocol):
    """Opens the assistant on the story's database; called again after every restart."""

    def __call__(
        self, *, clock: Clock, senders: list[Sender], wrap_store: Callable[[Store], Store], before_serving: Callable[[], None]
    ) -> AbstractAsyncContextManager[StoryHouse]: ...


@dataclass
class VirtualClock:
    """A clock that moves when the story says so, and never backwards."""

    at: datetime

    def now(self) -> datetime:
        """The story's present."""
        return self.at

    def move(self, to: datetime) -> None:
        """Let time pass."""
        self.at = max(self.at, to.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that reached somebody, and when."""

    at: datetime
    message: Outgoing

    def to_json(self) -> dict[str, Any]:
        """The contract's line of `palier simulate --json`."""
        message = self.message
        return {
            "at": self.at.isoformat(),
            "to": message.account.id,
            "kind": message.kind,
            "level": message.level,
            "text": message.text,
            "choices": [{"id": choice.id, "label": choice.text} for choice in message.choices],
            "attachments": [{"kind": file.kind, "name": file.name, "bytes": len(file.content)} for file in message.files],
            "rules": list(message.rules),
            "key": message.key,
        }


@dataclass
class Faults:
    """Which fault strikes during the present step."""

    armed: Crash | None = None

    def strike(self, here: Crash) -> bool:
        """True when the fault strikes here."""
        return self.armed == here

    def once(self, here: Crash) -> bool:
        """True the first time, then the fault is spent: a process dies once."""
        if self.armed != here:
            return False
        self.armed = None
        return True

    def before_serving(self) -> None:
        """Fails the use case."""
        if self.strike("handler"):
            raise Injected("handler")


class FaultyStore:
    """A store whose database fails, or whose process dies right after a commit."""

    def __init__(self, inner: Store, faults: Faults) -> None:
        self._inner = inner
        self._faults = faults

    async def run(self, work: Callable[[Unit], T]) -> T:
        """As the store beneath, until the fault strikes."""
        if self._faults.strike("database"):
            raise Injected("database")
        result = await self._inner.run(work)
        if self._faults.once("after_commit"):
            raise Killed
        return result


@dataclass
class StorySender:
    """Collects what is delivered; dies before sending when told to."""

    clock: VirtualClock
    faults: Faults
    zones: Mapping[str, str]
    delivered: list[Delivery] = field(default_factory=list)
    platform: str = PLATFORM

    def accounts(self) -> Collection[Account] | None:
        """Everybody in the story."""
        return None

    async def send(self, message: Outgoing) -> None:
        """Deliver at once, in virtual time."""
        if self.faults.once("before_send"):
            raise Killed
        zone = ZoneInfo(self.zones.get(message.account.id, "UTC"))
        self.delivered.append(Delivery(self.clock.now().astimezone(zone), message))


class Player:
    """Plays one story from its first step to its last."""

    def __init__(self, story: Story, *, open_house: OpenHouse, show: Callable[[Delivery], None], say: Callable[[Step], None]) -> None:
        """`say` is told each step before it is played, `show` each delivery after it."""
        self._story = story
        self._open = open_house
        self._show = show
        self._say = say
        self._shown = 0
        self._clock = VirtualClock(story.start.astimezone(UTC))
        self._faults = Faults()
        zones = {name: person.timezone for name, person in story.people.items()}
        self._sender = StorySender(self._clock, self._faults, zones)
        self._house: StoryHouse | None = None
        self._context: AbstractAsyncContextManager[StoryHouse] | None = None

    async def play(self) -> None:
        """Play every step. Raises StoryFailed at the first expectation that is not met."""
        await self._start()
        try:
            await self._now().store.run(self._settle_people)
            await self._now().conversation.wake()
            for step in self._story.steps:
                since = len(self._sender.delivered)
                self._say(step)
                await self._step(step)
                await self._now().conversation.at_rest()
                self._show_new()
                self._check(step, self._sender.delivered[since:])
        finally:
            await self._stop()

    async def _start(self) -> None:
        self._context = self._open(
            clock=self._clock,
            senders=[self._sender],
            wrap_store=lambda store: FaultyStore(store, self._faults),
            before_serving=self._faults.before_serving,
        )
        self._house = await self._context.__aenter__()

    async def _stop(self) -> None:
        if self._context is not None:
            await self._context.__aexit__(None, None, None)
        self._context = None

    def _now(self) -> StoryHouse:
        if self._house is None:
            raise RuntimeError("the story has not started")
        return self._house

    def _account(self, name: str) -> Account:
        """Where somebody of the story is reached."""
        return Account(self._sender.platform, name)

    def _settle_people(self, unit: Unit) -> None:
        now = self._clock.now()
        for name, person in self._story.people.items():
            if not person.consent and person.role == "patient":
                continue
            added = unit.people.add(
                self._account(name),
                role=person.role,
                language=person.language,
                timezone=person.timezone,
                country=person.country or _country_of(person.timezone),
                now=now,
            )
            unit.people.save(replace(added, consented_at=now, on_duty=person.on_duty))

    async def _step(self, step: Step) -> None:
        if step.restart:
            await self._restart()
        if step.who:
            await self._with_fault(step.crash, lambda: self._speak(step))
        await self._pass_time(step)

    async def _speak(self, step: Step) -> None:
        """Say or press it; the process may die of it."""
        await self._now().conversation.hear(self._incoming(step))

    async def _with_fault(self, crash: Crash | None, act: Callable[[], Awaitable[None]]) -> None:
        """Do something while a fault may strike; then serve what the fault held back, as after any failure that ends."""
        self._faults.armed = crash
        try:
            await act()
        except Killed:
            await self._restart()
        except Injected:
            pass  # a beat that failed: the next one serves what came due
        finally:
            self._faults.armed = None
        if crash is not None:
            await self._now().conversation.tick()

    async def _restart(self) -> None:
        """Throw the process state away and start again on the same database."""
        self._faults.armed = None
        await self._stop()
        await self._start()
        await self._now().conversation.tick()

    def _incoming(self, step: Step) -> Incoming:
        person = self._story.people[step.who]
        return Incoming(
            key=f"{PLATFORM}:{step.number}",
            account=self._account(step.who),
            sent_at=self._clock.now(),
            text=step.text,
            press=self._offered(step) if step.press else None,
            role=person.role,
            language_hint=person.language,
        )

    def _offered(self, step: Step) -> Press:
        """The choice as it was last offered to the person: nobody can press what they were never shown."""
        for delivery in reversed(self._sender.delivered):
            if delivery.message.account.id == step.who:
                for choice in delivery.message.choices:
                    if choice.id == step.press:
                        return Press(choice.id, choice.about)
        raise StoryFailed(f"step {step.number}: {step.press!r} was never offered to {step.who}")

    async def _pass_time(self, step: Step) -> None:
        if step.until is None and step.after is None:
            return
        target = step.until or self._clock.now() + (step.after or timedelta())
        for _ in range(AT_MOST_TICKS):
            due = await self._now().store.run(_next_due)
            if due is None or due > target:
                break
            self._clock.move(due)
            await self._with_fault(step.crash, self._tick)
        else:
            raise StoryFailed(f"step {step.number}: something comes due for ever at {self._clock.now().isoformat()}")
        self._clock.move(target)
        await self._with_fault(step.crash, self._tick)

    async def _tick(self) -> None:
        await self._now().conversation.tick()

    def _show_new(self) -> None:
        for delivery in self._sender.delivered[self._shown :]:
            self._show(delivery)
        self._shown = len(self._sender.delivered)

    def _check(self, step: Step, delivered: list[Delivery]) -> None:
        for expected in step.expect:
            # Silence is everybody's, unless it is said whose; anything else is expected of the answer to the speaker.
            wanted = expected if expected.to or expected.silent or not step.who else expected.model_copy(update={"to": step.who})
            if not _met(wanted, delivered):
                raise StoryFailed(_complaint(step, wanted, delivered))


def _next_due(unit: Unit) -> datetime | None:
    due = [moment for moment in (unit.timers.next_due(), unit.outbox.next_retry()) if moment is not None]
    return min(due, default=None)


def _country_of(timezone: str) -> str:
    return next((code for code, country in countries().items() if timezone in country.timezones), "")


def _met(expected: Expectation, delivered: list[Delivery]) -> bool:
    concerned = [d for d in delivered if expected.to is None or d.message.account.id == expected.to]
    if expected.silent:
        return not concerned
    return any(_is_like(expected, delivery.message) for delivery in concerned)


def _is_like(expected: Expectation, message: Outgoing) -> bool:
    said = fold(message.text).text
    return (
        expected.kind in (None, message.kind)
        and expected.level in (None, message.level)
        and set(expected.rules) <= set(message.rules)
        and all(fold(text).text in said for text in expected.text)
        and not any(fold(text).text in said for text in expected.not_text)
        and set(expected.choices) <= {choice.id for choice in message.choices}
        and (expected.attachment is None or expected.attachment in {file.kind for file in message.files})
    )


def _complaint(step: Step, expected: Expectation, delivered: list[Delivery]) -> str:
    wanted = {name: value for name, value in expected.model_dump().items() if value not in (None, (), False)}
    lines = [f"step {step.number} ({step.who or 'time'}: {step.text or step.press or 'passes'}): nothing delivered is like {wanted}"]
    lines += [f"  delivered: {delivery.to_json()}" for delivery in delivered] or ["  delivered: nothing"]
    return "\n".join(lines)
