"""Questions to the community: nothing is posted that was not shown, nobody learns who asks, and answers are a member's words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.handlers import members
from bot.knowledge.files import LANGUAGES
from bot.knowledge.pseudonyms import choose_pseudonym, pseudonyms
from bot.messages import Account
from tests.handlers.members import ASK, CHANNEL, DANGER, answers, asks, hears, open_rig, to
from tests.houses import Rig, rig, settings_in

TEXT = {"en": "how long did the drowsiness last for you?", "fr": "combien de temps la somnolence a-t-elle duré chez vous ?"}
WORDS = {"en": "it faded after two weeks, hold on", "fr": "elle est passée en deux semaines, courage"}
NOT_ADVICE = {"en": "not medical advice", "fr": "pas un avis médical"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_is_shown_first_and_goes_out_exactly_so_under_a_pseudonym(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        (shown,) = await house.says("ana", ASK[language].format(text=TEXT[language]))
        assert TEXT[language] in shown.text
        assert [choice.id for choice in shown.choices] == ["confirm", "sign-myself", "cancel"]
        told = await house.presses("ana", "confirm")
        (posted,), (mine,) = to(CHANNEL, told), to("ana", told)
    name = next(name for name in pseudonyms(language).values() if name in shown.text)
    assert posted.text.startswith(name)
    assert TEXT[language] in posted.text
    assert name in mine.text
    assert [(choice.id, choice.about) for choice in posted.choices] == [("answer-question", "1")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_is_brought_back_as_a_members_words(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        await asks(house, "ana", TEXT[language], language=language)
        told = await answers(house, "stranger", WORDS[language])
    (brought,) = told
    assert brought.account == Account("story", "ana")
    assert WORDS[language] in brought.text
    assert TEXT[language] in brought.text
    assert NOT_ADVICE[language] in brought.text
    assert "prescriber-decides" in brought.rules


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_that_is_a_danger_sign_is_answered_as_danger_and_never_posted(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        told = await house.says("ana", ASK[language].format(text=DANGER[language]))
        assert "emergency-number" in to("ana", told)[0].rules
        assert to("keeper", told)[0].kind == "case"
        assert to(CHANNEL, told) == []
        assert await open_questions(house) == 0


@pytest.mark.parametrize(
    ("language", "text"), [("en", "I want to kill myself, did anybody else?"), ("fr", "je veux me tuer, quelqu'un d'autre ?")]
)
async def test_the_words_of_the_command_make_no_sign_look_calmer(language: str, text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        plainly = to("ana", await house.says("ana", text))[0]
        as_question = to("ana", await house.says("ana", ASK[language].format(text=text)))[0]
        assert (plainly.level, plainly.text.splitlines()[:1]) == (as_question.level, as_question.text.splitlines()[:1])
        assert plainly.level == "emergency"


@pytest.mark.parametrize(("language", "text"), [("en", "what's the point of going on"), ("fr", "à quoi bon continuer")])
async def test_a_doubt_is_asked_about_and_not_posted(language: str, text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", language=language) as house:
        told = await house.says("ana", ASK[language].format(text=text))
        assert any("gentle-check" in message.rules for message in told)
        assert all(choice.id != "sign-myself" for message in told for choice in message.choices)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_that_is_a_danger_sign_is_a_case_and_is_not_brought(language: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", "ben", language=language) as house:
        await asks(house, "ana", TEXT[language], language=language)
        told = await answers(house, "ben", DANGER[language])
        assert to("ana", told) == []
        assert "emergency-number" in to("ben", told)[0].rules
        assert to("keeper", told)[0].kind == "case"


@pytest.mark.parametrize("public", [True, False])
async def test_a_moderator_who_answers_in_danger_is_heard_as_anybody(tmp_path: Path, *, public: bool) -> None:
    async with open_rig(tmp_path, "ana") as house:
        await house.settle("other", role="moderator", on_duty=True)
        await asks(house, "ana", TEXT["en"])
        brought = await hears(house, "keeper", WORDS["en"], choice="answer-question", about="1", public=public)
        assert WORDS["en"] in to("ana", brought)[0].text
        told = await hears(house, "keeper", DANGER["en"], choice="answer-question", about="1", public=public)
        assert to("ana", told) == []
        assert "emergency-number" in to("keeper", told)[0].rules
        assert to("other", told)[0].kind == "case"


@pytest.mark.parametrize(
    "text",
    [
        "ask <@123456789> about it",
        "@bob knows",
        "see https://example.org/x",
        "www.example.org",
        "write to me at bob@example.org",
        "join discord.gg/abc",
        "palier-forum.com says so",
        "call me: 06 12 34 56 78",
        "+44 7700 900123",
    ],
)
async def test_words_that_lead_outside_are_refused_with_one_sentence(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", "ben") as house:
        (refused,) = await house.says("ana", ASK["en"].format(text=text))
        assert "telephone numbers" in refused.text
        assert refused.choices == ()
        await asks(house, "ana", TEXT["en"])
        (refused,) = await answers(house, "ben", text)
        assert refused.account.id == "ben"


@pytest.mark.parametrize(
    "text", ["20/15/15/20 mg, at 8:00 13:00 18:00 22:00", "from 2026-01-01 on", "10mg.Then 20", "3114 helped me", "50 % @ noon"]
)
def test_figures_and_hours_lead_nowhere(text: str) -> None:
    assert not members.reveals(text)


async def test_a_question_too_long_is_refused(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        (refused,) = await house.says("ana", ASK["en"].format(text="how was it for you, and how long? " * 40))
        assert "1200" in refused.text


async def test_whoever_wants_signs_with_a_name_of_their_own(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        await house.says("ana", ASK["en"].format(text=TEXT["en"]))
        await house.presses("ana", "sign-myself")
        (refused,) = await house.says("ana", "bob@example.org")
        assert "cannot be a name" in refused.text
        (shown,) = await house.says("ana", "Marie-Anne")
        assert "“Marie-Anne”" in shown.text
        (posted,) = to(CHANNEL, await house.presses("ana", "confirm"))
        assert posted.text.startswith("“Marie-Anne” asks:")


async def test_the_button_in_help_asks_for_the_words_and_what_happened_is_noted_meanwhile(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        (helped,) = await house.says("ana", "help")
        assert "ask-community" in {choice.id for choice in helped.choices}
        await house.presses("ana", "ask-community")
        noted, again = await house.says("ana", "craving 4/10")
        assert "Noted" in noted.text
        assert "What would you like to ask" in again.text
        (shown,) = await house.says("ana", TEXT["en"])
        assert "sign-myself" in {choice.id for choice in shown.choices}
        (left,) = await house.presses("ana", "cancel")
        assert "leave that" in left.text
        assert await open_questions(house) == 0


async def test_without_a_channel_there_is_nobody_to_ask_and_help_does_not_offer_it(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("ana")
        (told,) = await house.says("ana", ASK["en"].format(text=TEXT["en"]))
        assert "no community channel" in told.text
        (helped,) = await house.says("ana", "help")
        assert "ask-community" not in {choice.id for choice in helped.choices}


async def test_whoever_asked_closes_the_question_and_nobody_else_does(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", "ben") as house:
        await asks(house, "ana", TEXT["en"])
        (over,) = await hears(house, "ben", choice="close-question", about="1")
        assert "no longer open" in over.text
        await house.presses("ana", "close-question")
        assert await open_questions(house) == 0
        (told,) = await answers(house, "ben", WORDS["en"])
        assert (told.account.id, "is closed" in told.text) == ("ben", True)


async def test_a_question_closes_by_itself_after_two_weeks(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        await asks(house, "ana", TEXT["en"])
        assert to("ana", await house.after(timedelta(days=13, hours=23))) == []
        (told,) = to("ana", await house.after(timedelta(hours=2)))
        assert TEXT["en"] in told.text
        assert await open_questions(house) == 0


async def test_one_person_has_three_open_questions_at_most(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        for _ in range(3):
            await asks(house, "ana", TEXT["en"])
        (told,) = await house.says("ana", ASK["en"].format(text=TEXT["en"]))
        assert "3 open questions" in told.text


async def test_in_a_freeze_no_words_of_a_member_reach_whoever_asked(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", "ben") as house:
        await asks(house, "ana", TEXT["en"])
        await house.says("ana", DANGER["en"])
        assert await answers(house, "ben", "take 40 mg more") == []
        (told,) = await hears(house, "ben", "take 40 mg more", choice="answer-question", about="1")
        assert (told.account.id, "cannot pass that on" in told.text) == ("ben", True)


async def test_whoever_asked_is_not_brought_their_own_reply(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        await asks(house, "ana", TEXT["en"])
        assert await answers(house, "ana", "nobody knows?") == []


@pytest.mark.parametrize("goes", ["erase everything", "withdraw my consent"])
async def test_whoever_leaves_has_no_open_question_any_more(goes: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana", "ben") as house:
        await asks(house, "ana", TEXT["en"])
        await house.says("ana", goes)
        await house.presses("ana", "confirm")
        assert await open_questions(house) == 0
        (told,) = await answers(house, "ben", WORDS["en"])
        assert told.account.id == "ben"


async def test_a_question_is_in_the_export_of_whoever_asked_with_its_words(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        await asks(house, "ana", TEXT["en"])
        exported = await house.house.store.run(lambda unit: unit.people.export(1))
    (question,) = exported["question"]
    assert question["text"] == TEXT["en"]
    assert any(trace["what"] == "told" for trace in exported["trail"]), "the channel read it"


def test_no_two_open_questions_bear_one_pseudonym_and_both_languages_have_them_all() -> None:
    taken: set[str] = set()
    for _ in range(400):
        chosen = choose_pseudonym(7, taken)
        assert chosen not in taken
        taken.add(chosen)
    assert choose_pseudonym(7, taken) in taken
    assert pseudonyms("fr").keys() == pseudonyms("en").keys() == taken


async def open_questions(house: Rig) -> int:
    """How many questions take answers."""
    return await house.house.store.run(lambda unit: len(unit.questions.open()))


async def test_moderators_are_members_too_and_a_doubt_is_not_passed_on(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "ana") as house:
        posted = await asks(house, "keeper", TEXT["en"])
        assert TEXT["en"] in posted.text
        (brought,) = await answers(house, "ana", WORDS["en"])
        assert (brought.account.id, WORDS["en"] in brought.text) == ("keeper", True)
        (refused,) = await house.says("keeper", ASK["en"].format(text="what's the point of going on"))
        assert "passed nothing on" in refused.text
        assert "116 123" in refused.text


@pytest.mark.parametrize(
    "words",
    [
        "call me on (020) 7946 0958",
        "+1 (555) 123-4567",
        "06/12/34/56/78",
        "06\u202f12\u202f34\u202f56\u202f78",
        "see bit.ly/ana",
        "youtu.be/abc",
        "ben#1234",
    ],
)
def test_numbers_and_links_that_lead_to_somebody_outside_are_seen_however_they_are_written(words: str) -> None:
    assert members.reveals(words)


@pytest.mark.parametrize(
    "words", ["10, 20, 30, 40, 50 then 60 mg a day", "ça va bien.ca me rassure", "5/5/10/0 puis 20/30/30/20", "1/2 cp à 8h30"]
)
def test_amounts_and_missing_spaces_lead_nowhere(words: str) -> None:
    assert not members.reveals(words)
