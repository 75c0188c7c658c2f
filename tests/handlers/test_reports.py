"""Somebody else's message reported to the moderators: always a case, and never an answer as if the words were the reporter's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.levels import Level
from bot.messages import REPORT, Press
from bot.ports import Outgoing
from tests.handlers.keepers import DANGER, HOUR, PLAN, case_of, open_rig, to
from tests.houses import Rig

LINK = "https://discord.com/channels/1/2/3"
CALM = ["buy pills at my place", "va crever, sale ivrogne", "I took 20 mg at noon and 20 mg tonight", "12345", ""]
SIGNS = [("I want to kill myself tonight", "en"), ("je vais me tuer ce soir", "fr")]
AS_IF_THEIRS = {"safe"}
"""Buttons under words that take the reporter for whoever is in danger."""


async def reports(house: Rig, name: str, words: str, reason: str = "I fear for them") -> list[Outgoing]:
    """Somebody reports words of another; what everybody gets."""
    since = len(house.sender.delivered)
    await house.house.conversation.hear(house.message(name, words, press=Press(REPORT, f"{LINK}\n{reason}")))
    return [delivery.message for delivery in house.sender.delivered[since:]]


@pytest.mark.parametrize("words", CALM)
@pytest.mark.parametrize("who", ["patient", "stranger", "other"])
async def test_a_report_always_opens_a_case_with_the_words_the_reason_and_the_link(who: str, words: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "other") as house:
        said = await reports(house, who, words, "un membre se moque")
        (card,) = to("keeper", said)
        assert all(part in card for part in (words, "un membre se moque", LINK, "somebody else"))
        (thanks,) = to(who, said)
        assert "report" in thanks or "signalé" in thanks
        assert ("999" if who != "stranger" else "112") in thanks
        assert (await case_of(house)).level is Level.consult


@pytest.mark.parametrize(("words", "language"), SIGNS)
@pytest.mark.parametrize("who", ["patient", "stranger", "other"])
async def test_a_sign_in_the_words_makes_the_case_as_serious_and_is_not_answered_as_the_reporters(
    who: str, words: str, language: str, tmp_path: Path
) -> None:
    async with open_rig(tmp_path, "other") as house:
        said = await reports(house, who, words, "")
        case = await case_of(house)
        assert (case.level >= Level.urgent, case.red) == (True, True)
        (thanks,) = [message for message in said if message.account.id == who]
        assert [choice.id for choice in thanks.choices] == []
        assert any(words in card and LINK in card for card in to("keeper", said))


async def test_words_about_somebody_the_author_knows_count_as_well(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await reports(house, "patient", "my brother wants to kill himself tonight")
        assert (await case_of(house)).level >= Level.urgent


async def test_a_sign_in_the_reason_reaches_the_moderators_and_asks_whether_it_is_about_themselves(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        said = await reports(house, "patient", "nobody needs you here", "because of this I want to kill myself")
        assert (await case_of(house)).level >= Level.urgent
        (thanks,) = [message for message in said if message.account.id == "patient"]
        assert [choice.id for choice in thanks.choices] == ["not-safe", "talk-to-human"]
        assert "116 123" in thanks.text
        answered = to("patient", await house.presses("patient", "not-safe"))
        assert "999" in answered[0]


async def test_a_report_holds_up_nothing_of_the_reporters_own_treatment(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", PLAN)
        await house.presses("patient", "confirm")
        await reports(house, "patient", SIGNS[0][0])
        reminded = to("patient", await house.after(2 * HOUR))
        assert any("Your plan has: 5 mg" in text for text in reminded)
        stored = await house.house.store.run(lambda unit: unit.plans.current(1))
        assert stored is not None
        assert stored.plan.holds == ()


async def test_a_sign_of_their_own_after_a_report_pages_again(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await reports(house, "patient", "I am going to kill myself right now, goodbye")
        assert (await case_of(house)).level is Level.emergency
        said = await house.says("patient", DANGER)
        assert any("worse" in text and DANGER in text for text in to("keeper", said))
        assert "safe" in {choice.id for message in said if message.account.id == "patient" for choice in message.choices}


async def test_a_second_report_joins_the_case_and_whoever_claims_reads_both(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await reports(house, "patient", "buy pills at my place", "he sells")
        assert any("cheap ones" in text for text in to("keeper", await reports(house, "patient", "cheap ones, write to me", "again")))
        claimed = to("keeper", await house.presses("keeper", "claim"))[0]
        assert all(part in claimed for part in ("buy pills at my place", "he sells", "cheap ones", "again", LINK))
        history = to("keeper", await house.says("keeper", "history 1"))[0]
        assert "reports somebody else's message" in history


async def test_a_moderator_who_is_writing_an_answer_reports_and_goes_on_writing_it(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "other") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "reply")
        said = await reports(house, "keeper", SIGNS[0][0])
        assert to("patient", said) == []
        assert any(LINK in text for text in to("other", said))
        assert any("I am here" in text for text in to("patient", await house.says("keeper", "I am here")))


@pytest.mark.parametrize("reason", ["", "w" * 4000])
async def test_a_sign_at_the_end_of_long_words_is_on_the_card_with_the_link(reason: str, tmp_path: Path) -> None:
    long = "It was a long day and nothing much happened. " * 60 + DANGER + "."
    async with open_rig(tmp_path) as house:
        (card,) = to("keeper", await reports(house, "patient", long, reason))
        assert DANGER in card
        assert LINK in card
        assert len(card) < 2000


@pytest.mark.parametrize("words", [SIGNS[0][0], "buy pills at my place"])
async def test_a_report_is_not_lost_while_the_database_does_not_answer(words: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        house.faults.armed = "database"
        said = await reports(house, "patient", words)
        house.faults.armed = None
        assert any(words in text and LINK in text for text in to("keeper", said))
        (told,) = [message for message in said if message.account.id == "patient"]
        assert AS_IF_THEIRS.isdisjoint(choice.id for choice in told.choices)
        await house.after(HOUR)
        case = await case_of(house)
        assert case.is_of_others
        assert (case.level >= Level.urgent) == (words == SIGNS[0][0])


async def test_a_report_is_heard_once(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        message = replace(house.message("patient", "hello", press=Press(REPORT, f"{LINK}\n")), key="once")
        for _ in range(2):
            await house.house.conversation.hear(message)
        assert len([each for each in house.sender.delivered if each.message.account.id == "keeper"]) == 1
