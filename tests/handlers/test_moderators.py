"""Moderators at work: nothing they write goes astray, and no case is ever left without anybody watching it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.levels import Level
from bot.core.plan import Hold
from bot.handlers import case_words
from bot.handlers.escalation import Raised, Sign, raise_case
from bot.knowledge.wording import wording
from bot.ports import CaseEvent, Unit
from tests.handlers.keepers import DANGER, HOUR, HUMAN, MINUTE, PLAN, case_of, open_rig, press, to
from tests.houses import minds, rig, settings_in

# --- Nobody is left unwatched ---


async def test_an_owner_who_does_not_answer_is_reminded_and_then_everybody_is_called(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "asleep") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.after(5 * MINUTE)
        await house.says("patient", "is anybody there?")
        assert await house.after(14 * MINUTE) == []
        reminded = await house.after(5 * MINUTE)
        assert [m.account.id for m in reminded] == ["keeper"]
        assert "in your hands" in reminded[0].text
        assert "is anybody there?" in reminded[0].text
        called = await house.after(16 * MINUTE)
        assert {m.account.id for m in called} == {"keeper", "asleep", "patient"}
        assert "999" in to("patient", called)[0]
        assert (await case_of(house)).state == "open"
        assert to("asleep", await house.presses("asleep", "claim"))[0].startswith("Case 1 is yours")


async def test_an_owner_who_answers_is_left_in_peace(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.says("patient", "is anybody there?")
        await house.says("keeper", "reply 1: I am here")
        assert await house.after(2 * HOUR) == []
        assert (await case_of(house)).owner_id is not None


async def test_a_red_case_that_was_claimed_and_forgotten_comes_back(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "asleep") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await house.after(7 * HOUR)
        assert "in your hands" in to("keeper", said)[0]
        assert to("asleep", said)
        assert "may be away" in to("patient", said)[0]
        assert (await case_of(house)).state == "open"


async def test_the_third_page_goes_to_every_moderator(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "asleep") as house:
        assert to("asleep", await house.says("patient", DANGER)) == []
        assert to("asleep", await house.after(4 * MINUTE)) == []
        assert "nobody has claimed" in to("asleep", await house.after(6 * MINUTE))[0]


async def test_a_case_is_paged_again_when_its_owner_has_left_for_good(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "asleep") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        keeper = (await case_of(house)).owner_id
        assert keeper is not None
        await house.house.store.run(lambda unit: unit.people.erase(keeper))
        assert "nobody has claimed" in to("asleep", await house.after(16 * MINUTE))[0]


async def test_a_case_that_a_moderator_raises_is_paged_as_what_it_has_become(tmp_path: Path) -> None:
    async with open_rig(tmp_path, "second") as house:
        await house.says("second", "on duty")
        await house.says("patient", HUMAN)
        for _ in range(3):
            said = await house.presses("keeper", "raise-level")
        assert (await case_of(house)).level is Level.emergency
        assert "LIFE AT RISK" in to("second", said)[0]
        paged = await house.after(4 * MINUTE)
        assert {m.kind for m in paged if m.account.id == "keeper"} == {"alert"}


async def test_an_owner_who_raises_a_case_is_expected_to_answer_sooner(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", HUMAN)
        await house.presses("keeper", "claim")
        for _ in range(3):
            await house.presses("keeper", "raise-level")
        await house.after(MINUTE)
        await house.says("patient", "is anybody there?")
        assert "in your hands" in to("keeper", await house.after(16 * MINUTE))[0]


@pytest.mark.parametrize("way", ["raise", "reopen"])
async def test_the_plan_stands_still_when_a_case_becomes_one_of_danger_again(way: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", PLAN)
        await house.presses("patient", "confirm")
        if way == "raise":
            await house.says("patient", HUMAN)
            for _ in range(3):
                await house.presses("keeper", "raise-level")
        else:
            await house.says("patient", DANGER)
            await house.presses("keeper", "resolve-safe")
            await house.presses("keeper", "reopen")
        assert [hold.why for hold in await house.house.store.run(holds) if hold.until is None] == ["case"]


def holds(unit: Unit) -> tuple[Hold, ...]:
    """The holds of the patient's plan."""
    stored = unit.plans.current(1)
    assert stored is not None
    return stored.plan.holds


# --- Nothing goes astray ---


@pytest.mark.parametrize("typed", ["reply 1: hello", "répondre 1 : hello"])
async def test_a_command_in_a_form_is_a_command(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.settle("other")
        await house.says("patient", DANGER)
        await house.says("other", DANGER)
        await house.says("keeper", "reply 2")
        said = await house.says("keeper", typed)
        assert "hello" in to("patient", said)[-1]
        assert to("other", said) == []


@pytest.mark.parametrize(("typed", "answer"), [("cases", "Cases waiting"), ("on duty", "You are on duty"), ("history 1", "Case 1")])
async def test_no_command_is_sent_to_a_person_in_danger(typed: str, answer: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "reply")
        said = await house.says("keeper", typed)
        assert to("patient", said) == []
        assert answer in to("keeper", said)[0]


async def test_a_note_written_in_the_form_of_a_reply_stays_a_note(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "reply")
        said = await house.says("keeper", "note: I called her sister")
        assert to("patient", said) == []
        assert "Note kept" in to("keeper", said)[0]


async def test_words_that_only_begin_like_a_command_close_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await house.says("keeper", "safe, I hope?")
        assert "Send this" in to("keeper", said)[0]
        assert (await case_of(house)).state == "claimed"


async def test_cancel_is_understood_whatever_is_open(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        assert "Commands" in to("keeper", await house.says("keeper", "cancel"))[0]
        await house.presses("keeper", "reply")
        assert "we leave that" in to("keeper", await house.presses("keeper", "cancel"))[0]
        assert "Send this" not in to("keeper", await house.says("keeper", "hello"))[0]


async def test_an_old_button_does_not_send_newer_words(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        (first,) = await house.says("keeper", "I am with you")
        old = next(choice.about for choice in first.choices if choice.id == "yes")
        await house.after(MINUTE)
        await house.says("keeper", "who is on duty tonight?")
        said = await press(house, "keeper", "yes", old)
        assert to("patient", said) == []
        assert "no longer open" in to("keeper", said)[0]
        assert "who is on duty" in to("patient", await house.presses("keeper", "yes"))[0]


@pytest.mark.parametrize("typed", ["reply 1: hello", "reply 1", "lower 1"])
async def test_anothers_case_is_theirs_to_answer_and_to_lower(typed: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, "second") as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        before = await case_of(house)
        said = await house.says("second", typed)
        assert f"another moderator's hands (person {before.owner_id})" in to("second", said)[0]
        assert to("patient", said) == []
        assert await case_of(house) == before


async def test_a_closed_case_is_neither_raised_nor_lowered(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "resolve-safe")
        closed = await case_of(house)
        for command in ("raise 1", "lower 1"):
            assert "already closed" in to("keeper", await house.says("keeper", command))[0]
        assert await case_of(house) == closed


async def test_a_moderators_words_that_never_arrive_are_known_to_them(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        said = await house.says("keeper", "reply 1: I am here")
        (message,) = [m for m in said if m.account.id == "patient"]
        assert message.level == "emergency", "what the postman looks at before it tells that something was not delivered"


# --- What a case shows ---


async def test_whoever_claims_reads_every_line_since_the_sign(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        for line in ("my door is open", "I have the tablets here", "I am so tired"):
            await house.after(MINUTE / 2)
            await house.says("patient", line)
        shown = to("keeper", await house.presses("keeper", "claim"))[0]
        places = [shown.find(line) for line in (DANGER, "my door is open", "I have the tablets here", "I am so tired")]
        assert -1 not in places
        assert places == sorted(places)


@pytest.mark.parametrize(("language", "words"), [("en", "I am not safe"), ("fr", "Je ne suis pas en sécurité")])
async def test_a_button_is_quoted_by_its_words(language: str, words: str, tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient")
        await house.settle("keeper", role="moderator", language=language, on_duty=True)
        await house.says("patient", "I can't go on, what is the point of all this")
        await house.says("patient", DANGER)
        said = to("keeper", await house.presses("patient", "not-safe"))
        assert words in said[0]
        assert "✗" not in said[0]
        assert words in to("keeper", await house.says("keeper", "history 1"))[0]


async def test_a_sign_at_the_end_of_a_long_message_is_on_the_card_and_on_the_next_page(tmp_path: Path) -> None:
    long = "It was a long day and nothing much happened. " * 60 + DANGER + "."
    async with open_rig(tmp_path) as house:
        card = to("keeper", await house.says("patient", long))[0]
        assert DANGER in card
        assert len(card) < 2000
        assert DANGER in to("keeper", await house.after(4 * MINUTE))[0]


async def test_the_alert_that_needs_no_database_shows_the_sign_too(tmp_path: Path) -> None:
    long = "It was a long day and nothing much happened. " * 60 + DANGER + "."
    async with open_rig(tmp_path) as house:
        house.faults.armed = "database"
        said = await house.says("patient", long)
        house.faults.armed = None
        assert DANGER in to("keeper", said)[0]


@pytest.mark.parametrize("at", [0, 400, 1200, 2000, 2699])
@pytest.mark.parametrize("length", [10, 1500, 1501, 2700])
def test_a_passage_fits_and_holds_the_sign(at: int, length: int) -> None:
    text = "".join(chr(0x4E00 + n) for n in range(length))
    shown = case_words.excerpt(text, at=min(at, length - 1))
    assert len(shown) <= case_words.QUOTE_AT_MOST
    assert text[min(at, length - 1)] in shown


async def test_the_history_tells_everything_and_cuts_nothing(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(700))
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        await house.says("patient", long)
        await house.says("keeper", "note 1: her sister is coming")
        told = to("keeper", await house.says("keeper", "history 1"))
        assert all(len(page) < 2000 for page in told)
        everything = "".join(told)
        assert all(part in everything for part in (DANGER, "claimed (person 2)", "her sister is coming"))
        assert all(f"word{n}" in everything.replace('"\n… "', "") for n in (0, 350, 699))
        assert "historique 3" in wording("fr")["moderator.help"]


async def test_a_very_long_history_says_what_it_leaves_out(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)

        def talk(unit: Unit) -> None:
            for n in range(40):
                unit.cases.record(CaseEvent(case_id=1, at=house.clock.now(), what="said", note=f"line {n} " + "x" * 900))

        await house.house.store.run(talk)
        told = to("keeper", await house.says("keeper", "history 1"))
        assert len(told) == case_words.PAGES_AT_MOST
        assert "older lines are not shown" in told[0]
        assert "line 39 " in told[-1]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_line_of_a_history_has_words(language: str) -> None:
    assert len(case_words.EVENTS) > 10
    assert {f"event.{what}" for what in case_words.EVENTS} <= wording(language).keys()
    assert {f"choice.{choice}" for choice in case_words.PRESSES} <= wording(language).keys()


# --- Once is enough ---


async def test_two_alarms_of_one_message_bring_the_moderators_one_card(tmp_path: Path) -> None:
    """A sum that is above the plan alarms twice: by its words, and as the intake that is noted."""
    sign = Sign(level=Level.urgent, red=False, codes=("dose_excess",), quote="more than planned")
    async with open_rig(tmp_path) as house:
        conversation, heard = house.house.conversation, house.message("patient", sign.quote)

        def alarmed(unit: Unit) -> list[Raised]:
            return [raise_case(conversation._turn(unit, heard, minds().triage.screen("")), sign) for _ in range(2)]

        first, second = await house.house.store.run(alarmed)
        assert ([reply.kind for reply in first.replies], first.same_message) == (["case"], False)
        assert (second.replies, second.same_message, second.case) == ([], True, first.case)
        assert to("keeper", await house.says("keeper", "history 1"))[0].count("more than planned") == 1


async def test_asking_for_a_human_in_a_claimed_case_is_brought_once(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await house.says("patient", HUMAN)
        assert len(to("keeper", said)) == 1
        shown = to("keeper", await house.presses("keeper", "claim"))[0]
        assert shown.count(HUMAN) == 1


async def test_the_same_words_said_twice_are_brought_twice(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        for _ in range(2):
            assert len(to("keeper", await house.says("patient", DANGER))) == 1
