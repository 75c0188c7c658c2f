"""Mentors: members of experience volunteer, both sides agree, words pass through the assistant, and either ends it at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.mentoring import MOST_PAIRS, Pair, Volunteer, choose
from bot.knowledge.files import LANGUAGES
from bot.ports import Outgoing
from tests.handlers.members import DANGER, END, FIND, VOLUNTEER, WRITE, hears, open_rig, to
from tests.houses import Rig

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HELLO = {"en": "hello, I am a little lost", "fr": "bonjour, je suis un peu perdue"}
NOT_ADVICE = {"en": "not medical advice", "fr": "pas un avis médical"}


async def volunteers(house: Rig, *names: str, language: str = "en") -> None:
    """Expert patients offer themselves, one minute after the other."""
    for name in names:
        await hears(house, name, VOLUNTEER[language], expert=True)
        await house.after(timedelta(minutes=1))


async def matched(house: Rig, newcomer: str, mentor: str, *, language: str = "en") -> None:
    """The two are a pair."""
    await house.says(newcomer, FIND[language])
    await house.presses(newcomer, "confirm")
    told = await house.presses(mentor, "pair-yes")
    assert {message.account.id for message in told} == {newcomer, mentor}


def ids(message: Outgoing) -> list[str]:
    """The choices of a message."""
    return [choice.id for choice in message.choices]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_agree_and_then_write_to_each_other_through_the_assistant(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor", language=language) as house:
        await volunteers(house, "mentor", language=language)
        (asked,) = await house.says("newcomer", FIND[language])
        assert ids(asked) == ["confirm", "cancel"]
        told = await house.presses("newcomer", "confirm")
        assert ids(to("mentor", told)[0]) == ["pair-yes", "pair-no"]
        assert [ids(message) for message in await house.presses("mentor", "pair-yes")] == [["mentor-write", "mentor-end"]] * 2
        (there,) = to("mentor", await house.says("newcomer", WRITE[language].format(text=HELLO[language])))
        assert HELLO[language] in there.text
        assert NOT_ADVICE[language] in there.text
        assert "newcomer" not in there.text.replace("The newcomer of pair 1", ""), "nobody's account is told"
        await house.presses("mentor", "mentor-write")
        (back,) = to("newcomer", await house.says("mentor", HELLO[language]))
        assert HELLO[language] in back.text
        assert "prescriber-decides" in back.rules


@pytest.mark.parametrize("language", LANGUAGES)
async def test_only_whoever_the_community_knows_as_expert_volunteers(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        (told,) = await hears(house, "ana", VOLUNTEER[language])
        assert ids(told) == []
        assert await house.house.store.run(lambda unit: unit.mentors.volunteers()) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_danger_sign_goes_to_moderators_and_to_no_mentor(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor", language=language) as house:
        await volunteers(house, "mentor", language=language)
        await matched(house, "newcomer", "mentor", language=language)
        told = await house.says("newcomer", WRITE[language].format(text=DANGER[language]))
        assert to("mentor", told) == []
        assert to("keeper", told)[0].kind == "case"
        assert "emergency-number" in to("newcomer", told)[0].rules
        await house.presses("mentor", "mentor-write")
        told = await house.says("mentor", "take 20 mg more")
        assert to("newcomer", told) == [], "nothing that names an amount in a freeze"


async def test_a_mentor_in_danger_is_heard_as_anybody(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await matched(house, "newcomer", "mentor")
        told = await house.says("mentor", WRITE["en"].format(text=DANGER["en"]))
        assert to("newcomer", told) == []
        assert to("keeper", told)[0].kind == "case"


@pytest.mark.parametrize("text", ["my number: 06 12 34 56 78", "I am @bob there", "what's the point of going on"])
async def test_what_leads_outside_or_worries_is_not_passed_on(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await matched(house, "newcomer", "mentor")
        told = await house.says("newcomer", WRITE["en"].format(text=text))
        assert to("mentor", told) == []
        assert "passed nothing on" in to("newcomer", told)[0].text


async def test_nobody_is_free_and_that_is_said(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer") as house:
        await house.says("newcomer", FIND["en"])
        (told,) = await house.presses("newcomer", "confirm")
        assert "No volunteer is free" in told.text


async def test_whoever_declines_or_does_not_answer_is_followed_by_the_next(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "first", "second", "third") as house:
        await volunteers(house, "first", "second", "third")
        await house.says("newcomer", FIND["en"])
        assert to("first", await house.presses("newcomer", "confirm"))
        told = await house.presses("first", "pair-no")
        assert (bool(to("second", told)), to("newcomer", told)) == (True, [])
        told = await house.after(timedelta(days=3, minutes=1))
        assert to("third", told)
        (over,) = await house.presses("second", "pair-yes")
        assert "no longer open" in over.text
        told = await house.presses("third", "pair-no")
        assert "No volunteer is free" in to("newcomer", told)[0].text


@pytest.mark.parametrize("who", ["newcomer", "mentor"])
async def test_either_ends_it_without_a_reason_and_the_other_is_told_kindly(who: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await matched(house, "newcomer", "mentor")
        told = await house.says(who, END["en"])
        other = {"newcomer": "mentor", "mentor": "newcomer"}[who]
        assert "says nothing about you" in to(other, told)[0].text
        (gone,) = await house.says(other, WRITE["en"].format(text="are you there?"))
        assert "in no pair" in gone.text


@pytest.mark.parametrize("goes", ["erase everything", "withdraw my consent"])
@pytest.mark.parametrize("who", ["newcomer", "mentor"])
async def test_whoever_leaves_ends_their_pairs(goes: str, who: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await matched(house, "newcomer", "mentor")
        await house.says(who, goes)
        told = await house.presses(who, "confirm")
        other = {"newcomer": "mentor", "mentor": "newcomer"}[who]
        assert "has ended" in to(other, told)[0].text
        assert await house.house.store.run(lambda unit: unit.mentors.going_on()) == []
        assert await house.house.store.run(lambda unit: len(unit.mentors.volunteers())) == (who == "newcomer")


async def test_a_volunteer_who_withdraws_while_asked_is_followed_by_the_next(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "first", "second") as house:
        await volunteers(house, "first", "second")
        await house.says("newcomer", FIND["en"])
        await house.presses("newcomer", "confirm")
        told = await house.says("first", "I no longer volunteer as a mentor")
        assert ids(to("second", told)[0]) == ["pair-yes", "pair-no"]


async def test_moderators_see_pairs_by_number_without_their_words_and_may_end_one(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        (none,) = await house.says("keeper", "pairs")
        assert "no pair" in none.text
        await matched(house, "newcomer", "mentor")
        await house.says("newcomer", WRITE["en"].format(text=HELLO["en"]))
        (seen,) = await house.says("keeper", "pairs")
        assert "person 1" in seen.text
        assert "person 2" in seen.text
        assert HELLO["en"] not in seen.text
        told = await house.says("keeper", "end pair 1")
        assert {message.account.id for message in told} == {"newcomer", "mentor", "keeper"}
        (gone,) = await house.says("keeper", "end pair 1")
        assert "over" in gone.text


async def test_a_mentor_of_two_names_the_pair(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "one", "two", "mentor") as house:
        await volunteers(house, "mentor")
        for newcomer in ("one", "two"):
            await matched(house, newcomer, "mentor")
        (which,) = await house.says("mentor", WRITE["en"].format(text="hello"))
        assert "1 and 2" in which.text
        told = await house.says("mentor", "write to my pair 2: hello")
        assert (len(to("two", told)), to("one", told)) == (1, [])


async def test_in_an_alert_a_moderator_comes_before_a_mentor(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await house.says("newcomer", DANGER["en"])
        told = await house.says("newcomer", FIND["en"])
        assert "moderator is the right person" in to("newcomer", told)[0].text
        assert to("mentor", told) == []


async def test_what_two_write_to_each_other_is_exported_to_its_author_only_as_having_been_told(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "newcomer", "mentor") as house:
        await volunteers(house, "mentor")
        await matched(house, "newcomer", "mentor")
        await house.says("newcomer", WRITE["en"].format(text=HELLO["en"]))
        exported = await house.house.store.run(lambda unit: unit.people.export(1))
        assert [(row["person_id"], row["mentor_id"], row["state"]) for row in exported["pair"]] == [(1, 2, "together")]
        await house.says("newcomer", "erase everything")
        await house.presses("newcomer", "confirm")
        exported = await house.house.store.run(lambda unit: unit.people.export(2))
        assert HELLO["en"] not in str(exported), "their words leave with whoever wrote them"


# --- Who is asked ---

PEOPLE = st.integers(1, 6)


@given(
    since=st.lists(st.integers(0, 1000), min_size=1, max_size=6),
    busy=st.lists(PEOPLE, max_size=12),
    newcomer=PEOPLE,
    passed_over=st.sets(PEOPLE),
)
def test_the_least_busy_is_asked_and_the_oldest_among_these(
    since: list[int], busy: list[int], newcomer: int, passed_over: set[int]
) -> None:
    offered = [Volunteer(person_id=number, since=NOW + timedelta(minutes=at)) for number, at in enumerate(since, 1)]
    pairs = [Pair(id=at, newcomer_id=99, mentor_id=who, state="asked", asked_at=NOW) for at, who in enumerate(busy)]
    chosen = choose(offered, pairs, newcomer=newcomer, passed_over=passed_over)
    free = [each for each in offered if each.person_id not in {newcomer, *passed_over} and busy.count(each.person_id) < MOST_PAIRS]
    assert (chosen is None) == (not free)
    if chosen is not None:
        rank = (busy.count(chosen.person_id), chosen.since)
        assert all(rank <= (busy.count(each.person_id), each.since) for each in free)
