""" "Report to the moderators", on the whole house: from the message to the card, for whoever reports, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.discord.lines import Stage, labels, the_response
from tests.discord.test_house import PLAN_EN, Line, arrive, line
from tests.houses import settings_in

WORDS = ["buy pills at my place", "va crever, sale ivrogne", "I took 40 mg at noon and 80 mg tonight", "je prends 300 mg, double ta dose"]
SIGNS = ["I want to kill myself tonight", "je vais me tuer ce soir"]
NOT_THEIRS = {"Je suis en sécurité", "I am safe", "Je ne suis pas en sécurité", "I am not safe"}
"""Buttons under words that take the reporter for whoever is in danger."""


@pytest.mark.parametrize("locale", ["fr", "en-GB"])
@pytest.mark.parametrize("who", ["patient", "stranger", "moderator"])
@pytest.mark.parametrize("words", [*WORDS, *SIGNS])
async def test_a_reported_message_reaches_the_moderators_and_the_reporter_is_thanked(
    words: str, who: str, locale: str, tmp_path: Path
) -> None:
    french, reason = locale == "fr", "j'ai peur" if locale == "fr" else "I am afraid"
    staged = Stage()
    guild = staged.env.create_guild()
    channel = guild.create_text_channel("general")
    keeper, colleague = staged.join("keeper", locale="en-GB"), staged.join("colleague", locale=locale)
    async with line(settings_in(tmp_path), staged=staged, moderators={keeper.id, colleague.id}) as talk:
        await keeper.slash("start")
        await talk.says(keeper, "on duty")
        reporter: Any = colleague if who == "moderator" else await arrive(talk, "ana", french=french) if who == "patient" else None
        reporter = reporter or staged.join("ana", locale=locale)
        author = guild.add_member(staged.join("ben"))
        message = await author.send(channel, words)
        before, cards = len(staged.seen(reporter)), len(staged.texts(keeper))
        member = guild.add_member(reporter)
        shown: Any = await member.context_menu(channel, "Report to the moderators", message)
        assert len(shown.modal["custom_id"]) <= 100
        field = shown.modal["components"][0]["component"]
        answer = await member.submit_modal(shown, {"message": field["value"], "reason": reason})
        (card,) = staged.texts(keeper)[cards:]
        answered = [*(each for each in (answer.response, *answer.followups) if each), *staged.seen(reporter)[before:]]
        told_to_author = staged.texts(author.user)
        public = staged.said_in(channel)
    link = f"https://discord.com/channels/{guild.id}/{channel.id}/{message.id}"
    assert all(part in card for part in (words, reason, link))
    assert ("URGEN" in card.upper() or "EMERGENCY" in card.upper()) or words in WORDS
    said = " ".join(each.content for each in answered)
    assert ("Merci de l'avoir signalé" if french else "Thank you for reporting") in said
    assert {"patient": "15 ou 112" if french else "999", "stranger": "112", "moderator": "112"}[who] in said
    assert NOT_THEIRS.isdisjoint(label for each in answered for label in labels(each))
    assert (told_to_author, public) == ([], [])


@asynccontextmanager
async def kept_place(folder: Path) -> AsyncIterator[tuple[Line, Any, Any, Any]]:
    """The assistant with a moderator on duty, a server and a channel of it; the moderator comes last."""
    staged = Stage()
    guild = staged.env.create_guild()
    channel = guild.create_text_channel("general")
    keeper = staged.join("keeper")
    async with line(settings_in(folder), staged=staged, moderators={keeper.id}) as talk:
        await talk.says(keeper, "on duty")
        yield talk, guild, channel, keeper


async def test_a_message_without_words_and_a_reason_left_out_are_reported_all_the_same(tmp_path: Path) -> None:
    async with kept_place(tmp_path) as (talk, guild, channel, keeper):
        staged = talk.stage
        ana, ben = await arrive(talk, "ana"), guild.add_member(staged.join("ben"))
        await talk.says(ana, PLAN_EN)
        message = await ben.send(channel, attachments=[("a.png", b"x")])
        cards = len(staged.texts(keeper))
        member = guild.add_member(ana)
        shown: Any = await member.context_menu(channel, "Report to the moderators", message)
        answer = await member.submit_modal(shown, {"message": "", "reason": ""})
        assert "Thank you for reporting" in the_response(answer).content
        assert any(f"/{channel.id}/{message.id}" in text for text in staged.texts(keeper)[cards:])
        assert any("I will remind you" in text for text in await talk.presses(ana, "Yes, that is it")), "what they were at goes on"


async def test_a_report_begun_before_a_restart_is_still_carried(tmp_path: Path) -> None:
    async with kept_place(tmp_path) as (talk, guild, channel, keeper):
        staged = talk.stage
        ana, ben = guild.add_member(staged.join("ana")), guild.add_member(staged.join("ben"))
        shown: Any = await ana.context_menu(channel, "Report to the moderators", await ben.send(channel, "x" * 2000))
        assert len(shown.modal["components"][0]["component"]["value"]) == 2000
        await staged.again(staged.discord, talk.house.conversation.hear)
        await ana.submit_modal(shown, {"message": "only this much", "reason": ""})
        assert any("only this much" in text for text in staged.texts(keeper))
