"""One person on two accounts: a one-time code, asked once, and nothing that anybody has is lost by it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from tests.handlers.keepers import DANGER, HOUR, PLAN, open_rig, to
from tests.houses import Rig

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


async def code_for(house: Rig, name: str) -> str:
    """The code that somebody is given."""
    found = CODE.search(to(name, await house.says(name, "link my accounts"))[0])
    assert found is not None
    return found[0]


async def link(house: Rig, name: str, other: str) -> None:
    """Link the account of a stranger to somebody's."""
    await house.says(other, f"code {await code_for(house, name)}")
    await house.presses(other, "confirm")


async def test_two_accounts_share_one_plan_and_one_diary(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", PLAN)
        await house.presses("patient", "confirm")
        code = await code_for(house, "patient")
        (asked,) = to("elsewhere", await house.says("elsewhere", f"code {code}"))
        assert "Confirmez seulement si vous avez demandé ce code vous-même" in asked
        said = await house.presses("elsewhere", "confirm")
        assert "les deux comptes n'en font plus qu'un" in to("elsewhere", said)[0]
        assert "is now linked to this one" in to("patient", said)[0]
        assert "10 mg" in to("elsewhere", await house.says("elsewhere", "show my plan"))[0]


async def test_reminders_follow_to_where_the_person_last_wrote(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", PLAN)
        await house.presses("patient", "confirm")
        await link(house, "patient", "elsewhere")
        await house.says("elsewhere", "thanks")
        assert {m.account.id for m in await house.after(HOUR) if m.kind == "reminder"} == {"elsewhere"}
        await house.says("patient", "taken")
        assert {m.account.id for m in await house.after(24 * HOUR) if m.kind == "reminder"} == {"patient"}


async def test_a_code_is_taken_before_any_consent_and_only_once(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        code = await code_for(house, "patient")
        await house.says("elsewhere", code.lower())
        await house.presses("elsewhere", "confirm")
        assert "n'est pas connu" in to("third", await house.says("third", code))[0]


async def test_a_code_is_in_no_language_even_when_words_of_one_stand_in_it(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        assert "n'est pas connu" in to("third", await house.says("third", "WHEN-THE2"))[0]


async def test_a_code_that_is_a_quarter_of_an_hour_old_is_no_longer_valid_even_when_it_was_typed_before(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        code = await code_for(house, "patient")
        await house.says("elsewhere", code)
        await house.after(timedelta(minutes=15))
        assert "plus valable" in to("elsewhere", await house.presses("elsewhere", "confirm"))[0]
        assert "plus valable" in to("elsewhere", await house.says("elsewhere", code))[0]


async def test_an_account_with_a_diary_of_its_own_is_not_linked_away(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.settle("elsewhere")
        await house.says("elsewhere", "craving 7")
        code = await code_for(house, "patient")
        (refused,) = await house.says("elsewhere", code)
        assert "which would be lost" in refused.text
        assert {choice.id for choice in refused.choices} == {"export", "erase"}
        assert await house.house.store.run(lambda unit: unit.entries.last(3)) is not None


async def test_an_open_alert_is_answered_before_its_account_is_linked(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("elsewhere", DANGER)
        said = to("elsewhere", await house.says("elsewhere", await code_for(house, "patient")))
        assert any("once a moderator has closed it" in text for text in said)


async def test_ones_own_code_and_a_moderators_account_link_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        code = await code_for(house, "patient")
        assert "from there" in to("patient", await house.says("patient", code))[0]
        await house.says("keeper", code)
        assert await house.house.store.run(lambda unit: len(unit.people.accounts(1))) == 1


async def test_words_that_only_look_like_a_code_are_heard_as_words(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        assert "code" not in to("patient", await house.says("patient", "make-them"))[0]


async def test_an_account_is_taken_off_with_a_last_word_and_begins_anew(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await link(house, "patient", "elsewhere")
        await house.says("elsewhere", "unlink this account")
        said = await house.presses("elsewhere", "confirm")
        assert "no longer linked" in to("elsewhere", said)[0]
        assert "18" in "".join(to("elsewhere", await house.says("elsewhere", "hello")))
        assert "No other account is linked" in to("patient", await house.says("patient", "unlink this account"))[0]


async def test_leaving_the_question_changes_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("elsewhere", await code_for(house, "patient"))
        await house.presses("elsewhere", "cancel")
        assert await house.house.store.run(lambda unit: len(unit.people.accounts(1))) == 1
