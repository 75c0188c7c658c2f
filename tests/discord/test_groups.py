"""A chat between people who both installed the bot: it belongs to no server, and others read there all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.discord.lines import the_response
from tests.discord.test_house import arrive, line
from tests.houses import settings_in


def in_a_group(event: str, payload: Any) -> None:
    """Completes what the bot is told as Discord does for a chat of several people; the stand-in knows private chats with the bot only."""
    if event == "INTERACTION_CREATE":
        payload["context"] = 2
        payload["channel"]["type"] = 3


async def test_a_personal_answer_in_a_chat_of_several_people_is_seen_by_the_one_who_asked_alone(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ben = await arrive(talk, "ben")
        alone = await ben.slash("plan")
        talk.stage.env.backend.subscribers.insert(0, in_a_group)
        given = await ben.slash("plan")
        form = await ben.slash("effect")
        filled = await ben.submit_modal(form, {"effect": "dizziness", "severity": "4"})
        answers = [each for each in (the_response(given), the_response(filled), *given.followups, *filled.followups) if each]
    assert not the_response(alone).ephemeral
    assert [each.ephemeral for each in answers] == [True] * len(answers)
    assert any("dizziness" in each.content.lower() for each in answers)


async def test_what_is_urgent_goes_from_there_into_the_private_chat(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ben = await arrive(talk, "ben")
        talk.stage.env.backend.subscribers.insert(0, in_a_group)
        answer = await ben.slash("someone", words="I want to die")
        assert the_response(answer).ephemeral
        assert "999" not in the_response(answer).content
    assert any("999" in text for text in talk.stage.texts(ben))
