"""What the adapter asks of the store by itself: hours to suggest, and whose chats to read back. Nothing is changed by asking."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.discord import recent_in, slots_in
from bot.messages import Account
from tests.houses import rig, settings_in


async def test_the_hours_of_todays_plan_are_suggested_and_a_stranger_has_none(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("ana")
        slots = slots_in(house.house.store, house.clock)
        assert await slots(Account("story", "ana")) == ()
        await house.says("ana", "plan: 5 mg at 9:00, 5 mg at 13:00, 5 mg at 20:00, from today")
        await house.presses("ana", "confirm")
        assert await slots(Account("story", "ana")) == ["09:00", "13:00", "20:00"]
        assert await slots(Account("discord", "1")) == ()
        assert await house.house.store.run(lambda unit: unit.people.behind(Account("discord", "1"))) is None


async def test_a_plan_that_has_not_begun_has_no_hours_today(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("ana")
        await house.says("ana", "plan: 5 mg at 9:00, 5 mg at 13:00, from tomorrow")
        await house.presses("ana", "confirm")
        assert await slots_in(house.house.store, house.clock)(Account("story", "ana")) == ()


async def test_everybody_who_is_known_may_have_written_meanwhile(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("ana")
        assert list(await recent_in(house.house.store)()) == [Account("story", "ana")]
