"""Danger is answered when the database fails, whenever it does, and when even the log cannot be written."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TextIO, TypeVar

import pytest
import structlog

from bot.adapters.story import Injected
from bot.app import set_up_logging
from bot.ports import Outgoing, StorageUnavailable, Store, Unit
from tests.houses import Rig, rig, settings_in
from tests.test_danger_paths import DANGER, SilentFor, to, with_keeper

T = TypeVar("T")

# --- The database fails ---


@dataclass
class FailsAfter:
    """A database that fails right after so many works, as one does that has just given its last page, or its last answer."""

    inner: Store
    works: int = 1_000_000

    async def run(self, work: Callable[[Unit], T]) -> T:
        """As the store beneath, so many times."""
        self.works -= 1
        if self.works < 0:
            raise Injected
        return await self.inner.run(work)


def failing_under(house: Rig) -> FailsAfter:
    """The house's database, made to fail at will."""
    failing = FailsAfter(house.house.store)
    conversation = house.house.conversation
    conversation._store = conversation._rescue._store = conversation._postman._store = conversation._due_work._store = failing
    return failing


@pytest.mark.parametrize("fault", [None, "handler"])
async def test_danger_is_answered_at_once_and_once_when_the_database_fails_right_after_the_commit(fault: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        failing = failing_under(house)
        house.faults.armed = fault  # type: ignore[assignment]  # the contract's word
        failing.works = 1 if fault is None else 2
        said = await house.says("patient", DANGER)
        (answer,), (card,) = to("patient", said), to("keeper", said)
        assert "999" in answer.text
        assert "claim" in {choice.id for choice in card.choices}, "it is the very card of the case"
        house.faults.armed, failing.works = None, 1_000_000
        assert await house.after(timedelta(minutes=1)) == []
        assert to("patient", await house.presses("keeper", "claim"))


async def test_what_could_not_be_said_straight_after_the_commit_waits_in_the_outbox(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        failing, silent = failing_under(house), SilentFor(house)
        house.house.conversation._postman._senders["story"] = silent
        failing.works = 1
        assert await house.says("patient", DANGER) == []
        failing.works, silent.away = 1_000_000, False
        said = await house.after(timedelta(minutes=1))
        assert "999" in to("patient", said)[0].text
        assert [message.kind for message in to("keeper", said)] == ["case"]


async def test_what_is_not_pressing_waits_for_the_database_and_is_said_once(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        failing = failing_under(house)
        failing.works = 1
        assert await house.says("patient", "took 20 mg at 7am") == []
        failing.works = 1_000_000
        assert len(await house.after(timedelta(minutes=1))) == 1


@dataclass
class Locked:
    """A database that makes everybody wait as long as it is allowed to, and then cannot be used."""

    asked: int = 0

    async def run(self, work: Callable[[Unit], T]) -> T:
        """Count, and fail."""
        self.asked += 1
        raise StorageUnavailable("another process keeps it locked")


@dataclass
class Listening:
    """A platform that notes how often the database was waited for before each message."""

    database: Locked
    waited: list[int] = field(default_factory=list)
    platform: str = "story"

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Take it."""
        self.waited.append(self.database.asked)


async def test_a_danger_sign_waits_for_a_database_that_cannot_be_used_once_and_not_twice(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        conversation, database = house.house.conversation, Locked()
        listening = Listening(database)
        conversation._store = conversation._rescue._store = conversation._postman._store = database
        conversation._postman._senders["story"] = listening
        await house.says("patient", DANGER)
        assert listening.waited == [1, 1], "each wait is five seconds long"


@pytest.mark.parametrize("fault", ["handler", "database"])
async def test_a_doubt_is_asked_about_whatever_fails_and_its_answer_is_heard(fault: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await with_keeper(house)
        house.faults.armed = fault  # type: ignore[assignment]  # the contract's word
        said = await house.says("patient", "I can't go on like this")
        assert [rule for message in said for rule in message.rules].count("gentle-check") == 1
        assert "kept me from storing" in said[0].text
        house.faults.armed = None
        assert await house.after(timedelta(minutes=1)) == []
        said = await house.says("patient", "yes")
        assert to("patient", said)[0].level == "emergency"
        assert to("keeper", said)[0].kind == "case"


# --- The log cannot be written ---


@contextmanager
def full_disk() -> Iterator[TextIO]:
    """A file on a disk without room; what waits in front of it is lost when it is closed."""
    full = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails
    try:
        yield full
    finally:
        with suppress(OSError):
            full.close()


@pytest.mark.parametrize("fault", ["handler", "database"])
async def test_danger_is_answered_when_the_log_cannot_be_written(fault: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with rig(settings) as house:
        await with_keeper(house)
        with full_disk() as full:
            try:
                structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=full))  # which raises
                house.faults.armed = fault  # type: ignore[assignment]  # the contract's word
                said = await house.says("patient", DANGER)
            finally:
                set_up_logging(settings)
    assert any("999" in message.text for message in to("patient", said))
    assert to("keeper", said)


def test_a_line_that_cannot_be_written_is_let_go(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with full_disk() as full:
        try:
            with redirect_stderr(full):
                set_up_logging(settings)
            structlog.get_logger().critical("triage.failed")
        finally:
            set_up_logging(settings)
    with redirect_stderr(io.StringIO()) as well:
        set_up_logging(settings)
        structlog.get_logger().critical("triage.failed")
    set_up_logging(settings)
    assert "triage.failed" in well.getvalue()


def test_a_library_that_logs_where_nothing_can_be_written_does_not_fail(tmp_path: Path) -> None:
    closed = io.StringIO()
    closed.close()
    vendor = logging.getLogger("vendor")
    vendor.addHandler(logging.StreamHandler(closed))
    set_up_logging(settings_in(tmp_path))
    with redirect_stderr(closed):
        vendor.error("the request failed")
    assert vendor.handlers.pop()
