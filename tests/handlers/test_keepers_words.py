"""What moderators write is never taken for another thing than they mean: no draft goes out behind a command, nobody handles their own
case, and a moderator in difficulty is heard as anybody is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.handlers.keepers import DANGER, HOUR, HUMAN, MINUTE, case_of, open_rig, to
from tests.houses import Rig, rig, settings_in

OWN = "I want to kill myself tonight"


async def two_in_danger(house: Rig) -> None:
    """Two patients' cases, the first in the keeper's hands."""
    await house.settle("bob")
    await house.says("patient", DANGER)
    await house.presses("keeper", "claim")
    await house.says("bob", DANGER)


@pytest.mark.parametrize("typed", ["cases", "reply 2: yes", "note 2: yes confirmed", "history 1", "safe 2"])
async def test_a_command_is_no_yes_to_a_draft(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await two_in_danger(house)
        await house.says("keeper", "he is hard to bear")
        assert to("patient", await house.says("keeper", typed)) == []
        assert to("patient", await house.says("keeper", "yes")) == [], "the draft went with the command"


async def test_a_yes_that_comes_after_something_else_is_asked_again(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.settle("bob")
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.says("keeper", "I am with you")
        await house.after(MINUTE)
        await house.says("bob", DANGER)
        said = await house.says("keeper", "yes")
        assert to("patient", said) == []
        assert "I am with you" in to("keeper", said)[0]
        assert "I am with you" in to("patient", await house.says("keeper", "yes"))[0]


@pytest.mark.parametrize("typed", ["close", "safe", "cases"])
async def test_a_lone_command_inside_a_reply_reaches_nobody_and_closes_nothing(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.presses("keeper", "reply")
        assert to("patient", await house.says("keeper", typed)) == []
        assert (await case_of(house)).state == "claimed"


@pytest.mark.parametrize("typed", ["safe", "never mind"])
async def test_safe_to_the_own_question_closes_nobodys_case(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("patient", DANGER)
        await house.says("keeper", OWN)
        await house.says("keeper", typed)
        assert (await case_of(house, 1)).state == "open"


async def test_red_words_of_a_moderators_own_are_never_offered_to_their_patient(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await house.says("keeper", "I want to die, what's the point?")
        assert to("bea", said)
        assert "999" in to("keeper", said)[0]


async def test_grave_words_go_by_the_button_and_by_no_habitual_yes(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", HUMAN)
        await house.presses("keeper", "claim")
        await house.says("keeper", "she says she wants to kill herself tonight")
        assert to("patient", await house.says("keeper", "yes")) == []


async def test_a_number_behind_note_that_is_no_case_hides_no_danger(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        said = await house.says("keeper", "note 30 tablets swallowed tonight, I want to die")
        assert to("bea", said)


async def test_words_long_after_the_button_are_asked_about(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.presses("keeper", "reply")
        await house.after(40 * MINUTE)
        assert to("patient", await house.says("keeper", "can someone cover for me tonight?")) == []


@pytest.mark.parametrize("typed", ["close 1: her mum is there", "note her sister is there", "release 1: I have to go"])
async def test_what_begins_like_a_command_is_never_offered_to_the_person(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        (said,) = await house.says("keeper", typed)
        assert "nothing was sent" in said.text
        assert to("patient", await house.says("keeper", "yes")) == []


async def test_a_note_needs_no_colon_behind_its_number(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        said = await house.says("keeper", "note 1 she swallowed the whole box")
        assert [message.account.id for message in said] == ["keeper"], "a note is no danger of the moderator's"
        assert any("whole box" in text for text in to("keeper", await house.says("keeper", "history 1")))


@pytest.mark.parametrize("typed", ["claim 1", "history 1", "note 1: x", "lower 1", "close 1", "raise 1"])
async def test_nobody_handles_their_own_case(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("keeper", OWN)
        await house.says("bea", "note 1: borderline, do not tell her")
        before = await case_of(house)
        (said,) = await house.says("keeper", typed)
        assert "about you" in said.text
        assert "borderline" not in said.text
        assert await case_of(house) == before


async def test_a_moderator_in_difficulty_is_brought_to_whoever_looks_after_them(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("keeper", "I stopped baclofen all at once two days ago")
        await house.says("bea", "claim 1")
        await house.says("bea", "reply 1: are you alone?")
        said = await house.says("keeper", "not really, my sister is here")
        assert "my sister is here" in to("bea", said)[0]
        assert "Commands" not in to("keeper", said)[0]


async def test_a_moderator_may_ask_for_a_human_and_for_their_rights(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        assert to("bea", await house.says("keeper", HUMAN))
        said = to("keeper", await house.says("keeper", "delete all my data"))
        assert "Commands" not in said[0]


async def test_a_command_is_no_answer_to_a_moderators_own_form(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("bea", "I stopped baclofen all at once, I am shaky and sweating")
        await house.says("patient", DANGER)
        await house.says("bea", "claim 2")
        case = await case_of(house, 2)
        assert case.state == "claimed"


async def test_grave_words_of_a_person_in_hand_are_asked_about_and_open_no_case_of_the_moderators(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", HUMAN)
        await house.presses("keeper", "claim")
        (said,) = await house.says("keeper", "she says she wants to kill herself tonight")
        assert {"yes", "note", "not-safe"} <= {choice.id for choice in said.choices}
        assert "999" in said.text


async def test_an_amount_in_a_reply_is_asked_about(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        asked = await house.says("keeper", "reply 1: take 30 mg now and 10 mg at 10pm")
        assert to("patient", asked) == []
        assert "prescriber" in to("keeper", asked)[0]
        assert to("patient", await house.presses("keeper", "yes"))


async def test_a_reply_to_a_closed_case_is_not_sent(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.presses("keeper", "resolve-safe")
        said = await house.says("keeper", "reply 1: and call your doctor tomorrow")
        assert to("patient", said) == []
        assert "reopen" in {choice.id for choice in said[0].choices}


async def test_whoever_loses_a_case_that_gets_worse_is_told_and_the_words_go_on_to_everybody(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", HUMAN)
        await house.presses("keeper", "claim")
        worse = await house.says("patient", "I stopped baclofen all at once two days ago")
        assert any("claim it" in text for text in to("keeper", worse))
        said = await house.says("patient", "can you hear me?")
        assert any("can you hear me" in text for text in to("keeper", said))
        assert "none has come forward" not in to("patient", said)[0]


async def test_whoever_waits_for_a_human_hears_that_nobody_has_answered(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", HUMAN)
        said = to("patient", await house.after(timedelta(days=1)))
        assert "no moderator has answered yet" in said[0]
        assert "none has come forward yet" in to("patient", await house.says("patient", HUMAN))[0]


async def test_an_answer_to_a_human_is_none_to_the_question_that_came_before(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.says("keeper", "reply 1: are you alone?")
        said = await house.says("patient", "yes")
        assert not any("they are safe" in text for text in to("keeper", said))
        assert any("yes" in text for text in to("keeper", said))


async def test_a_yes_to_a_human_erases_nothing_and_nothing_follows_an_erasure(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.says("patient", "delete all my data")
        await house.after(MINUTE)
        await house.says("keeper", "reply 1: shall I stay with you for a while?")
        await house.says("patient", "yes")
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None
        gone = await house.presses("patient", "confirm")
        assert not any("writes" in text for text in to("keeper", gone))


async def test_hours_later_the_case_that_nobody_looks_at_is_told_to_the_person(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        assert any("may be away" in text for text in to("patient", await house.after(8 * HOUR)))


async def test_claim_alone_is_of_the_case_that_nobody_looks_after(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await two_in_danger(house)
        await house.says("keeper", "claim")
        assert (await case_of(house, 2)).state == "claimed"


async def test_going_on_duty_shows_what_waits_and_going_off_names_what_is_in_hand(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        assert any("Case 1" in text or "1 " in text for text in to("keeper", await house.says("keeper", "on duty"))[1:])
        await house.presses("keeper", "claim")
        (off,) = await house.says("keeper", "going off duty")
        assert "release" in {choice.id for choice in off.choices}


async def test_a_colleagues_note_is_brought_to_whoever_looks_after_the_case(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        assert any("has a weapon" in text for text in to("keeper", await house.says("bea", "note 1: she has a weapon at home")))


async def test_reopening_is_told_to_whoever_did_it_and_to_the_person(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.presses("keeper", "resolve-safe")
        said = await house.says("bea", "reopen 1")
        assert "open again" in to("bea", said)[0]
        assert "opened your alert again" in to("patient", said)[0]


async def test_a_sole_moderator_is_never_paged_about_themselves(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        said = await house.says("keeper", OWN)
        assert not any(message.kind in ("alert", "case") for message in said)
        assert "No moderator could be reached" in to("keeper", said)[0]
        assert not any(message.kind in ("alert", "case") for message in await house.after(HOUR))


@pytest.mark.parametrize("typed", ["never mind, I want to kill myself", "note: I want to end it all", "Cancel: I want to die"])
async def test_a_danger_that_begins_like_a_command_is_a_danger(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        said = await house.says("keeper", typed)
        assert to("bea", said)
        assert "999" in to("keeper", said)[0]


async def test_a_reply_that_begins_like_a_command_is_a_reply(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await two_in_danger(house)
        await house.says("keeper", "reply 1")
        said = await house.says("keeper", "Answer 2 questions for me please: where are you?")
        assert any("Answer 2 questions" in text for text in to("patient", said))


async def test_whoever_agreed_to_nothing_and_talks_with_a_human_is_not_asked_to_agree(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("newcomer", DANGER)
        await house.presses("keeper", "claim")
        await house.says("keeper", "reply 1: are you alone?")
        for words in ("in the kitchen", "yes", "no"):
            said = await house.says("newcomer", words)
            assert not any("18 or over" in text or "Which country" in text for text in to("newcomer", said))
            assert any(words in text for text in to("keeper", said))


async def test_words_about_the_work_open_no_case_of_the_moderators(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "bea") as house:
        assert to("bea", await house.says("keeper", "do you want to talk to a moderator?")) == []


# --- What a moderator is shown ---

EARLIER = {"en": "Earlier cases of this person", "fr": "Cas précédents de cette personne"}


def offered(said: list[Outgoing], name: str) -> list[tuple[str, str]]:
    """The buttons that somebody was shown, with what each is about."""
    return [(choice.id, choice.about) for message in said if message.account.id == name for choice in message.choices]


async def test_the_queue_offers_to_claim_only_what_nobody_has(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "another") as house:
        await two_in_danger(house)
        await house.settle("carol")
        await house.says("carol", DANGER)
        await house.says("another", "claim 2")
        said = await house.says("keeper", "cases")
        assert offered(said, "keeper") == [("claim", "3"), ("history", "1")]
        assert "yours" in to("keeper", said)[0]


async def test_a_card_of_a_case_that_somebody_has_offers_no_claim(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "another") as house:
        await house.says("patient", HUMAN)
        await house.says("keeper", "claim 1")
        said = await house.says("another", "raise 1")
        assert ("raise-level", "1") in offered(said, "keeper")
        assert "claim" not in [choice for choice, _ in (*offered(said, "another"), *offered(said, "keeper"))]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_hours_of_a_card_are_said_to_be_those_of_the_person(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.says("patient", "I'm in Toronto")
        await house.settle("keeper", role="moderator", on_duty=True, language=language)
        (card,) = to("keeper", await house.says("patient", DANGER))
        assert card.count({"en": "for them", "fr": "à l'heure de la personne"}[language]) == 2
        assert {"en": "2:30 for them", "fr": "2 h 30 à l'heure de la personne"}[language] in card
        (shown,) = to("keeper", await house.says("keeper", "claim 1"))
        assert {"en": "for them", "fr": "à l'heure de la personne"}[language] not in shown


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_card_tells_of_the_earlier_cases_of_the_same_person_and_of_nobody_else(language: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.settle("bob")
        await house.settle("keeper", role="moderator", on_duty=True, language=language)
        (first,) = to("keeper", await house.says("patient", DANGER))
        assert EARLIER[language] not in first
        await house.says("keeper", "safe 1")
        (second,) = to("keeper", await house.says("patient", "I took 300 mg at once"))
        assert f"{EARLIER[language]} (1)" in second
        assert {
            "en": "suicidal thoughts (closed: safe, Thursday 1 January)",
            "fr": "idées suicidaires (fermé : en sécurité, jeudi 1er janvier)",
        }[language] in second
        assert f"{EARLIER[language]} (1)" in "\n".join(to("keeper", await house.says("keeper", "claim 2")))
        (of_another,) = to("keeper", await house.says("bob", DANGER))
        assert EARLIER[language] not in of_another
