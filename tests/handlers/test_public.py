"""Where others read: a danger sign is answered in private and reaches a human, and nothing else is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ports import Outgoing
from tests.handlers.keepers import DANGER, open_rig, to
from tests.houses import Rig, rig, settings_in


async def said_in_public(folder: Path, text: str, language: str) -> tuple[Sequence[Outgoing], Sequence[Outgoing]]:
    """What the writer gets in private, and what the moderator on duty gets."""
    async with rig(settings_in(folder)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", on_duty=True)
        await house.house.conversation.hear(replace(house.message("patient", text), public=True))
        delivered = [delivery.message for delivery in house.sender.delivered]
        private = [message for message in delivered if message.account.id == "patient"]
        return private, [message for message in delivered if message.account.id == "keeper"]


@pytest.mark.parametrize(("text", "language"), [("I want to kill myself tonight", "en"), ("je veux mourir ce soir", "fr")])
async def test_a_danger_sign_said_in_public_is_answered_in_private_and_reaches_a_human(text: str, language: str, tmp_path: Path) -> None:
    private, moderator = await said_in_public(tmp_path, text, language)
    assert "emergency-number" in private[0].rules
    assert moderator[0].kind == "case"


@pytest.mark.parametrize(("text", "language"), [("what's the point of going on", "en"), ("à quoi bon continuer", "fr")])
async def test_a_doubt_said_in_public_is_asked_about_in_private(text: str, language: str, tmp_path: Path) -> None:
    private, moderator = await said_in_public(tmp_path, text, language)
    assert ["gentle-check" in message.rules for message in private] == [True]
    assert not moderator


@pytest.mark.parametrize(("text", "language"), [("took 20 mg at 2pm", "en"), ("j'ai pris 20 mg à 14h", "fr"), ("bonjour à tous", "fr")])
async def test_nothing_else_said_in_public_is_answered_or_kept(text: str, language: str, tmp_path: Path) -> None:
    assert await said_in_public(tmp_path, text, language) == ([], [])


# --- A moderator among members ---


async def publicly(house: Rig, name: str, text: str) -> list[Outgoing]:
    """Somebody writes where others read; what everybody gets."""
    since = len(house.sender.delivered)
    await house.house.conversation.hear(replace(house.message(name, text), public=True))
    return [delivery.message for delivery in house.sender.delivered[since:]]


@pytest.mark.parametrize("text", ["this evening's meeting is in the blue room", "ce soir, nous nous retrouvons dans la salle bleue"])
@pytest.mark.parametrize("opened", ["reply", "note"])
async def test_what_a_moderator_says_in_public_is_sent_to_nobody_while_an_answer_is_being_written(
    opened: str, text: str, tmp_path: Path
) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", opened)
        assert await publicly(house, "keeper", text) == []
        await house.says("keeper", "I am here with you")
        told = to("keeper", await house.says("keeper", "history 1"))
        assert "I am here with you" in told[0]
        assert text not in told[0]


@pytest.mark.parametrize("text", ["duty off", "resolve 1", "reply 1: see you tonight", "prendre 1"])
async def test_a_moderators_command_is_none_where_others_read(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        assert await publicly(house, "keeper", text) == []


@pytest.mark.parametrize("text", ["I want to kill myself tonight", "je veux me tuer ce soir"])
@pytest.mark.parametrize("writing", [False, True])
async def test_a_danger_sign_of_a_moderator_in_public_is_answered_in_private_and_reaches_another(
    text: str, tmp_path: Path, *, writing: bool
) -> None:
    async with open_rig(tmp_path, "other") as house:
        await house.says("patient", DANGER)
        if writing:
            await house.presses("keeper", "reply")
        said = await publicly(house, "keeper", text)
        assert "emergency-number" in next(message.rules for message in said if message.account.id == "keeper")
        assert any(text in words for words in to("other", said))
        assert to("patient", said) == []


async def test_a_doubt_of_a_moderator_in_public_is_asked_about_in_private(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        said = await publicly(house, "keeper", "what's the point of going on")
        assert [(message.account.id, "gentle-check" in message.rules) for message in said] == [("keeper", True)]


# --- Where it was said ---

LINK = "https://discord.com/channels/1/2/3"


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("I want to kill myself tonight", "en", f"Written where others read: {LINK}"),
        ("je veux mourir ce soir", "fr", f"Écrit où d'autres lisent : {LINK}"),
    ],
)
async def test_moderators_are_shown_where_a_sign_stands_for_others_to_read_and_find_it_in_the_history(
    text: str, language: str, shown: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("patient", language=language)
        await house.settle("keeper", role="moderator", language=language, on_duty=True)
        await house.house.conversation.hear(replace(house.message("patient", text), public=True, where=LINK))
        (card,) = [each.message for each in house.sender.delivered if each.message.account.id == "keeper"]
        assert card.text.endswith(shown)
        private = [each.message.text for each in house.sender.delivered if each.message.account.id == "patient"]
        assert private
        assert all(LINK not in words for words in private)
        history = await house.says("keeper", "history 1" if language == "en" else "historique 1")
        assert any(LINK in page.text for page in history)


async def test_of_words_said_in_private_no_link_is_shown(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        (card, *_) = to("keeper", await house.says("patient", DANGER))
        assert card
        assert "Written where" not in card


@pytest.mark.parametrize("text", ["suffocation 9/10", "étouffement 8/10"])
async def test_a_danger_that_only_the_understanding_finds_is_found_in_public_too(text: str, tmp_path: Path) -> None:
    private, moderator = await said_in_public(tmp_path, text, "en")
    assert "emergency-number" in private[0].rules
    assert moderator[0].kind == "case"


async def test_a_doubt_said_in_public_and_confirmed_in_private_shows_moderators_where_it_was_said(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.house.conversation.hear(replace(house.message("patient", "what's the point of going on"), public=True, where=LINK))
        (card, *_) = to("keeper", await house.says("patient", "yes"))
        assert card.endswith(f"Written where others read: {LINK}")
