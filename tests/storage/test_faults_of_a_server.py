"""A server that fails under the whole house: full, away, locked, read-only, or cut off in the middle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.storage import trouble
from tests.storage.faulty_line import Moment, line_to
from tests.storage.law_of_faults import DANGER, beat, got, intakes, is_noted, live_through, settle, take
from tests.storage.postgres_server import Server
from tests.storage.trouble import Home, house_at

ENGINES = ("postgresql",)
OWN_DATABASE = True

Fault = Callable[[Home, Server], AbstractContextManager[None]]


@pytest.mark.parametrize(
    "fault", [trouble.server_full, trouble.server_away, trouble.server_locked, trouble.server_only_reads], ids=lambda fault: fault.__name__
)
async def test_a_server_that_fails_loses_nothing_and_silences_nobody(url: str, server: Server, fault: Fault) -> None:
    async with house_at(url) as home:
        await live_through(home, fault(home, server))


@dataclass
class Scissors:
    """Cuts every connection to the database, each time that a use case is about to be served and they are sharp."""

    server: Server
    url: str
    sharp: int = 0
    cuts: list[int] = field(default_factory=list)

    def strike(self) -> None:
        """Cut."""
        if self.sharp:
            self.sharp -= 1
            self.cuts.append(1)
            trouble.cut(self.url, self.server)


async def test_a_connection_lost_in_the_middle_is_noticed_by_nobody(url: str, server: Server) -> None:
    scissors = Scissors(server, url)
    async with house_at(url, patience_s=5, before_serving=scissors.strike) as home:
        await settle(home)
        scissors.sharp = 1
        await take(home, "later")
        assert is_noted(home, "later")
        assert len(await intakes(home, "later")) == 1
        scissors.sharp = 1
        said = await home.rig.says("endangered", DANGER)
        assert [(message.account.id, message.kind) for message in said] == [("endangered", "reply"), ("keeper", "case")]
        scissors.sharp = 1
        home.rig.clock.move(home.rig.clock.now() + timedelta(minutes=30))
        await home.rig.house.conversation.tick()
        assert len(got(home, "planned", "reminder")) == 1
    assert len(scissors.cuts) == 3


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_commit_that_got_no_answer_is_answered_once(url: str, server: Server, moment: Moment) -> None:
    with line_to(server.port) as line:
        async with house_at(url.replace(str(server.port), str(line.port)), patience_s=5) as home:
            await settle(home)
            line.breaks = moment
            await take(home, "later")
            assert is_noted(home, "later")
            assert len(await intakes(home, "later")) == 1
            line.breaks = moment
            said = await home.rig.says("endangered", DANGER)
            assert [(message.account.id, message.kind) for message in said] == [("endangered", "reply"), ("keeper", "case")]
    assert line.broken == 2


async def test_a_session_begun_while_the_database_was_read_only_is_not_kept_for_ever(url: str, server: Server) -> None:
    name = url.rpartition("/")[2]
    async with house_at(url) as home:
        await settle(home)
        server.ask(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        trouble.cut(url, server)
        await take(home, "speaker-0")
        assert not is_noted(home, "speaker-0")
        server.ask(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await take(home, "speaker-1")
        assert is_noted(home, "speaker-1"), "at once, in a session begun anew"
        for _ in range(3):
            await beat(home)
        await take(home, "later")
        assert is_noted(home, "later")
