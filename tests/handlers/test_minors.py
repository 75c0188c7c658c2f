"""Nobody under 18 is registered, whatever they answer afterwards (rule `adults-only`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ports import Unit
from tests.houses import Rig, rig, settings_in

SAID = [("en", "I'm 16", "yes"), ("fr", "j'ai 16 ans", "oui"), ("fr", "coucou j'ai 15 ans je peux m'inscrire ?", "d'accord")]


async def consented(house: Rig) -> bool:
    """Whether anybody has been registered."""

    def look(unit: Unit) -> bool:
        return any(person.consented_at is not None for _, person in unit.people.reachable(10))

    return await house.house.store.run(look)


@pytest.mark.parametrize(("language", "age", "yes"), SAID)
async def test_whoever_says_that_they_are_under_18_is_not_registered(language: str, age: str, yes: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.says("newcomer", "hello" if language == "en" else "bonjour")
        (told,) = await house.says("newcomer", age)
        assert "adults-only" in told.rules
        (again,) = await house.says("newcomer", yes)
        assert "adults-only" in again.rules
        assert not await consented(house)


@pytest.mark.parametrize(("language", "age", "yes"), SAID)
async def test_as_the_very_first_words_too(language: str, age: str, yes: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        (told,) = await house.says("newcomer", age)
        assert "adults-only" in told.rules
        await house.says("newcomer", yes)
        assert not await consented(house)


async def test_an_adult_is_registered(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.says("newcomer", "hello")
        await house.says("newcomer", "yes")
        assert await consented(house)
