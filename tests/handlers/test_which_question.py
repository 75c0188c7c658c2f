"""A question whose answer is in doubt is asked which it is; one that is known and leans towards danger is answered and asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Minds
from bot.knowledge.facts import UNKNOWN, fact, facts
from bot.knowledge.files import LANGUAGES
from bot.knowledge.wording import wording
from bot.understanding.language import languages
from bot.understanding.reader import Reader
from tests.handlers.days import DANGER, at_the_moment, on, open_rig, presses, says
from tests.houses import minds
from tests.opinions import Leaning, Saying

NOON = on(22, 12, 30)
ASKED = "would it be fine at the allotment?"


def thinking(**topics: float) -> Minds:
    """The real minds, but that every question may ask for these answers."""
    return replace(minds(), reader=Reader.of(languages(), dict.fromkeys(LANGUAGES, Saying(topics))))


def leaning(**topics: float) -> Minds:
    """The same, and whatever raises nothing leans towards danger."""
    return replace(thinking(**topics), triage=Leaning(minds().triage))


async def test_whoever_asks_chooses_among_the_answers_that_there_may_be(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(daily_life=0.5, driving=0.4, onset=0.1)) as house:
        (offer,) = await says(house, ASKED)
        assert wording("en")["which-question"] in offer.text
        assert [choice.id for choice in offer.choices] == ["topic-daily_life", "topic-driving", "cancel"]
        (answer,) = await presses(house, "topic-driving")
        assert fact("driving", "en").text in answer.text


async def test_a_question_taken_for_something_else_can_still_be_answered(tmp_path: Path) -> None:
    seems = Saying({"driving": 0.9}, {"show_plan": 0.5, "ask_info": 0.2})
    heard = replace(minds(), reader=Reader.of(languages(), dict.fromkeys(LANGUAGES, seems)))
    async with open_rig(tmp_path, NOON, thinking=heard) as house:
        (offer,) = await says(house, ASKED)
        assert [choice.id for choice in offer.choices][:2] == ["intent-show_plan", "topic-driving"]
        (answer,) = await presses(house, "topic-driving")
        assert fact("driving", "en").text in answer.text


async def test_a_yes_to_several_is_asked_which(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(daily_life=0.5, driving=0.4)) as house:
        await says(house, ASKED)
        (again,) = await says(house, "yes")
        assert {"topic-daily_life", "topic-driving"} <= {choice.id for choice in again.choices}
        (answer,) = await presses(house, "topic-driving")
        assert fact("driving", "en").text in answer.text


async def test_a_yes_to_the_only_one_is_answered(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(driving=0.5)) as house:
        (offer,) = await says(house, ASKED)
        assert [choice.id for choice in offer.choices] == ["topic-driving", "cancel"]
        (answer,) = await says(house, "yes")
        assert fact("driving", "en").text in answer.text


async def test_what_is_being_asked_already_stays_open(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(daily_life=0.5, driving=0.4)) as house:
        await says(house, "four dose plan from tomorrow, bedtime 11pm")
        beside, *_ = await says(house, ASKED)
        assert [choice.id for choice in beside.choices] == ["topic-daily_life", "topic-driving", "talk-to-human"]
        (answer, *_) = await presses(house, "topic-driving")
        assert fact("driving", "en").text in answer.text
        still_open = await at_the_moment(house, lambda moment: moment.unit.dialogues.get(moment.person.id))
        assert still_open is not None
        assert still_open.form == "plan"


async def test_whoever_hears_of_it_reads_the_words_that_asked(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(days_missed=0.5, onset=0.4)) as house:
        await says(house, ASKED)
        told = await house.presses("patient", "topic-days_missed")
        assert any(message.account.id == "keeper" and ASKED in message.text for message in told)


async def test_a_button_of_another_day_answers_and_raises_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(days_missed=0.5, onset=0.4)) as house:
        await says(house, ASKED)
        await presses(house, "cancel")
        told = await house.presses("patient", "topic-days_missed")
        assert [message.account.id for message in told] == ["patient"]
        assert fact("days_missed", "en").text in told[0].text


async def test_what_the_words_also_said_counts_for_the_answer_that_is_chosen(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(interaction=0.5, onset=0.4)) as house:
        await says(house, "is it fine at the allotment beside all that?")
        (answer,) = await presses(house, "topic-interaction")
        assert fact("interaction", "en").text in answer.text


@pytest.mark.parametrize("text", ["how was my craving last week", "does it go to the nhs", "see you tomorrow", "my drinks this month"])
async def test_the_topic_of_anything_but_a_question_is_no_answer_on_offer(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON) as house:
        told = await says(house, text)
        assert told, "an answer that has no name is never sent"
        assert not any(choice.id.startswith("topic-") for message in told for choice in message.choices)


async def test_a_goodbye_while_a_case_is_open_is_left_to_those_who_read_it(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON) as house:
        await says(house, DANGER)
        (answer, *_) = await says(house, "see you tomorrow")
        assert wording("en")["farewell"] not in answer.text


async def test_none_of_them_is_left_with_a_word(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=thinking(daily_life=0.5, driving=0.4)) as house:
        await says(house, ASKED)
        (left,) = await presses(house, "cancel")
        assert left.text == wording("en")["form.left"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_a_name_that_fits_a_button(language: str) -> None:
    names = [wording(language)[f"choice.topic-{topic}"] for topic in facts() if topic != UNKNOWN]
    assert len(set(names)) == len(names) > 60
    assert max(map(len, names)) <= 36


async def test_a_question_that_leans_towards_danger_is_answered_and_asked_about(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=leaning(ceiling=0.9)) as house:
        answer, asked = await says(house, ASKED)
        assert fact("ceiling", "en").text in answer.text
        assert {"safe", "not-safe"} <= {choice.id for choice in asked.choices}
        assert "not sure I understand" not in asked.text


async def test_nothing_is_offered_beside_the_gentle_question(tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON, thinking=leaning(ceiling=0.4, onset=0.4)) as house:
        (asked,) = await says(house, ASKED)
        assert {"safe", "not-safe"} <= {choice.id for choice in asked.choices}
