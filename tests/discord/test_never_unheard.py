"""A sign of danger is heard whatever it came in, and whatever fails around it: commands, forms, mentions, edits, words of an outage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
import yaml

from bot.adapters.discord import Mind, Server
from bot.adapters.discord.catching_up import catch_up
from bot.adapters.discord.roles import Roles
from bot.core.levels import Level
from bot.knowledge.discord import discord_words, sentence
from bot.knowledge.files import LANGUAGES
from bot.messages import REPORT, Account, Incoming
from bot.screening import screened, sign_finder
from tests.discord.lines import adapter, stage, the_response
from tests.discord.test_servers import Watched
from tests.ears import START, StillClock
from tests.houses import minds

CASES = Path(__file__).parents[1] / "understanding" / "danger_cases"
SIGN = "I want to kill myself tonight"
WATCHED_FOR = "I want to die"
MIND = Mind(is_sign=lambda text: "kill" in text)


def fails(text: str) -> Any:
    """A defect that any words set off."""
    raise IndexError(text)


def alarming(language: str) -> list[str]:
    """Every third of the sentences of the regression tables that need a human today."""
    found = yaml.safe_load((CASES / f"{language}.yaml").read_text("utf-8"))
    tables = [table for table in found.values() if isinstance(table, dict)]
    said = [line.strip() for table in tables for wanted in ("emergency", "urgent") for line in table.get(wanted, "").splitlines()]
    return [words for words in said if words][::3]


def level(text: str, *said: str) -> Level:
    """How serious words are taken to be; `said`: those of a person's own in them."""
    heard = Incoming(key="k", account=Account("discord", "1"), sent_at=START, text=text, said=said)
    return screened(minds().triage, heard, language="en").level


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("command", "option"), [("mix", "substance"), ("human", "text"), ("effect", "effect")])
def test_no_sentence_around_somebodys_words_makes_a_sign_of_danger_look_calmer(language: str, command: str, option: str) -> None:
    says = discord_words(language).commands[command].says
    calmer = {words for words in alarming(language) if level(sentence(says, {option: words}), words) < level(words)}
    assert calmer == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nor_does_a_form(language: str) -> None:
    says = discord_words(language).forms["plan"].says
    calmer = {
        words for words in alarming(language) if level(sentence(says, {"doses": "5", "start": "1", "more": words}), words) < level(words)
    }
    assert calmer == set()


async def test_what_somebody_typed_into_a_command_or_a_form_is_heard_beside_the_sentence() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        await ana.slash("someone", words="my child swallowed my pills")
        shown: Any = await ana.slash("new-plan")
        await ana.submit_modal(shown, {"doses": "5 mg at 8:00", "start": "today", "more": SIGN})
        assert [said.said for said in talk.ear.heard] == [("my child swallowed my pills",), ("5 mg at 8:00", "today", SIGN)]


async def test_a_mention_is_heard_though_what_answers_it_openly_fails() -> None:
    async with stage(mind=Mind(is_sign=fails, general=fails)) as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(talk.join("ana")).send(channel, f"{talk.me()} {SIGN}")
        assert talk.ear.texts == [SIGN]
        assert len(talk.said_in(channel)) == 1


@dataclass
class Broken:
    """A client whose line breaks whenever it asks for a member."""

    @property
    def http(self) -> Broken:
        """Likewise."""
        return self

    async def get_member(self, guild: int, member: int) -> Any:
        """Break."""
        raise OSError(guild, member)


async def test_a_role_that_cannot_be_asked_for_keeps_no_words() -> None:
    roles = Roles(lambda: cast("Any", Broken()), listed=(), server=Server(guild=1, moderator_role=2))
    assert (await roles.of(cast("Any", SimpleNamespace(id=5)))).role is None


async def test_a_notice_that_is_deleted_ends_the_watch() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        await place.leader.send(place.channel, WATCHED_FOR)
        (notice,) = place.channel.pinned_messages()
        await place.leader.delete(notice)
        await place.leader.send(place.channel, WATCHED_FOR)
        assert talk.ear.texts == [WATCHED_FOR]


async def test_the_title_of_a_thread_in_a_watched_channel_is_read_like_any_words_there() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        await place.leader.slash(place.channel, "watch", state="on")
        talk.env.backend.create_thread(place.channel.id, WATCHED_FOR, place.leader.id)
        await talk.env.settle()
        assert talk.ear.texts == [WATCHED_FOR]


@pytest.mark.parametrize(
    ("words", "is_sign"), [(SIGN, True), ("étouffement 8/10", True), ("suffocation 9/10", True), ("a lovely evening", False)]
)
def test_a_sign_where_a_channel_is_watched_is_one_by_its_words_or_once_it_is_understood(words: str, *, is_sign: bool) -> None:
    assert sign_finder(minds().triage, minds().reader, StillClock())(words) is is_sign


async def test_a_moderators_command_that_came_too_late_is_no_moderators_for_that() -> None:
    place = Watched()
    async with place.stage.playing(place.adapter()) as talk:
        talk.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, times=None)
        await place.leader.slash(place.other, "cases")
        assert talk.ear.texts == []


async def test_a_mention_that_is_changed_into_a_sign_is_heard_and_one_that_is_not_is_not() -> None:
    async with stage(mind=MIND) as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana = guild.add_member(talk.join("ana"))
        message = await ana.send(channel, f"{talk.me()} hello")
        await ana.edit(message, f"{talk.me()} hello again")
        await ana.edit(message, f"{talk.me()} {SIGN}")
        assert talk.ear.texts == ["hello", SIGN]


async def test_a_correction_speaks_of_the_hour_of_the_message_and_long_after_only_a_sign_is_heard() -> None:
    async with stage(mind=MIND) as talk:
        ana = talk.join("ana")
        message = await ana.send_dm("took 5 mg")
        first = talk.ear.heard[0].sent_at
        await talk.env.advance_time(timedelta(hours=12).total_seconds())
        await ana.edit(message, "took 10 mg")
        assert (talk.ear.heard[-1].text, talk.ear.heard[-1].sent_at) == ("took 10 mg", first)
        await talk.env.advance_time(timedelta(days=3).total_seconds())
        await ana.edit(message, "took 15 mg")
        assert talk.ear.texts == ["took 5 mg", "took 10 mg"]
        await ana.edit(message, SIGN)
        assert talk.ear.texts[-1] == SIGN


async def test_what_was_written_meanwhile_is_read_back_though_the_store_and_a_chat_fail_first() -> None:
    async with stage() as talk:
        ana, ben = talk.join("ana"), talk.join("ben")
        for person in (ana, ben):
            await person.send_dm(SIGN)
        taken: list[str] = []
        asked: list[int] = []

        async def recent() -> list[Account]:
            asked.append(1)
            if len(asked) < 3:
                raise OSError("the store is away")
            return [Account("discord", "not a number"), Account("discord", str(ana.id)), Account("discord", str(ben.id))]

        async def take(message: discord.Message) -> None:
            if message.author.id == ana.id:
                raise OSError(message.content)
            taken.append(message.content)

        async def sleep(seconds: float) -> None:
            assert seconds > 0

        await catch_up(talk.discord.client, recent, take, now=talk.env.now(), sleep=sleep)
        assert (len(asked), taken) == (3, [SIGN])


async def test_a_sign_in_a_command_that_one_may_not_give_is_heard() -> None:
    place = Watched()
    async with place.stage.playing(adapter(mind=MIND)) as talk:
        refused = the_response(await place.leader.slash(place.other, "reply", case=1, text="hello"))
        assert refused.content == "Only moderators can do that."
        await place.leader.slash(place.other, "reply", case=1, text=SIGN)
        assert talk.ear.texts == [SIGN]


async def test_a_report_whose_form_cannot_be_shown_is_a_report_all_the_same() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        ana, ben = guild.add_member(talk.join("ana")), guild.add_member(talk.join("ben"))
        message = await ben.send(channel, "words that worry")
        talk.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, times=None)
        await ana.context_menu(channel, "Report to the moderators", message)
        (said,) = talk.ear.heard
        link = f"https://discord.com/channels/{guild.id}/{channel.id}/{message.id}"
        assert said.press is not None
        assert (said.text, said.press.choice, said.press.about) == ("words that worry", REPORT, f"{link}\n")


@pytest.mark.parametrize(
    ("words", "language"), [("quelle est la dose maximale ?", "fr"), ("can I drink alcohol with it?", "en"), ("ok", "en")]
)
async def test_where_others_read_each_is_spoken_to_in_the_language_of_their_words(words: str, language: str) -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(talk.join("ana")).send(channel, f"{talk.me()} {words}")
        assert talk.said_in(channel) == [discord_words(language).words["in-private"]]
