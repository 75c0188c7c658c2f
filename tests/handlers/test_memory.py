"""What the last days add to a message: lived through the whole house."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.houses import Rig, rig, settings_in
from tests.talks import TABLE, TABLE_EN

HOPELESS = {"en": "what is the point of going on", "fr": "j'en peux plus"}
WHY = {"en": "forget what I said, I do not want to die", "fr": "oubliez ce que j'ai dit, je n'ai pas envie de mourir"}
SLEEPLESS = {"en": "insomnia, 6/10", "fr": "insomnie, 6/10"}
PLAN = {"en": TABLE_EN, "fr": TABLE}
DANGER = {"en": "I don't know what day it is", "fr": "je ne sais plus quel jour on est"}


def to(name: str, said: list[Outgoing]) -> list[Outgoing]:
    """What one person got."""
    return [message for message in said if message.account.id == name]


async def settled(house: Rig, language: str) -> None:
    """A patient, and a moderator on duty."""
    await house.settle("patient", language=language)
    await house.settle("keeper", role="moderator", on_duty=True)


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_two_doubts_of_different_kinds_within_a_week_reach_a_human(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await settled(house, language)
        monday = await house.says("patient", HOPELESS[language])
        assert (to("patient", monday)[0].level, to("keeper", monday)) == ("check", [])
        await house.after(timedelta(days=3))
        thursday = await house.says("patient", WHY[language])
        assert to("patient", thursday)[0].level == "urgent"
        assert to("keeper", thursday)[0].kind == "case"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_doubt_of_long_ago_is_asked_about_again_and_no_more(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await settled(house, language)
        await house.says("patient", HOPELESS[language])
        await house.after(timedelta(days=8))
        later = await house.says("patient", WHY[language])
        assert (to("patient", later)[-1].level, to("keeper", later)) == ("check", [])


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_three_nights_without_sleep_are_asked_about(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await settled(house, language)
        for _ in range(2):
            said = await house.says("patient", SLEEPLESS[language])
            assert "gentle-check" not in {rule for message in said for rule in message.rules}
            await house.after(timedelta(days=1))
        third = await house.says("patient", SLEEPLESS[language])
        assert "gentle-check" in {rule for message in third for rule in message.rules}


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_check_ins_that_nobody_answers_are_told_to_the_moderators(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await settled(house, language)
        await house.says("patient", PLAN[language])
        await house.presses("patient", "confirm")
        await house.says("patient", DANGER[language])
        await house.says("keeper", "claim 1")
        said = await house.after(timedelta(days=1, hours=1))
        assert len([message for message in to("patient", said) if message.kind == "check_in"]) >= 3
        silent = [message for message in to("keeper", said) if "signs-add-up" in message.rules]
        assert silent
        assert silent[0].kind == "alert"
        assert "2 check-ins" in silent[0].text


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_word_after_a_check_in_breaks_the_silence(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await settled(house, language)
        await house.says("patient", PLAN[language])
        await house.presses("patient", "confirm")
        await house.says("patient", DANGER[language])
        silent: list[Outgoing] = []
        for _ in range(12):
            said = await house.after(timedelta(hours=3))
            silent += [message for message in to("keeper", said) if "signs-add-up" in message.rules]
            await house.says("patient", "ok")
        assert silent == []
