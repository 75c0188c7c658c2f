"""Where others read, a question is answered with what the sources say in general: the same words to everybody, whoever asks."""

from __future__ import annotations

import pytest

from bot.adapters.discord import Mind
from bot.general import IN_PRIVATE, answering
from bot.knowledge.discord import discord_words
from bot.knowledge.facts import fact, facts
from tests.discord.lines import adapter, stage
from tests.ears import StillClock
from tests.houses import minds

GENERAL = answering(minds().triage, minds().reader, StillClock(), language="en")


@pytest.mark.parametrize(
    ("asked", "topic", "language", "last"),
    [
        ("can I drink alcohol with it?", "alcohol", "en", "nobody else reads it there."),
        ("how long until it works?", "onset", "en", "nobody else reads it there."),
        ("peut-on conduire sous baclofène ?", "driving", "fr", "personne d'autre n'y lit."),
        ("quelle est la dose maximale ?", "ceiling", "fr", "personne d'autre n'y lit."),
        ("quels sont les effets secondaires ?", "side_effects", "fr", "personne d'autre n'y lit."),
    ],
)
async def test_a_question_is_answered_under_it_with_the_sources_in_its_language(asked: str, topic: str, language: str, last: str) -> None:
    async with stage(mind=Mind(general=GENERAL)) as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(talk.join("ana")).send(channel, f"{talk.me()} {asked}")
        (said,) = talk.said_in(channel)
        held = fact(topic, language)
        assert said.startswith(held.text)
        assert all(source in said for source in held.sources)
        assert said.endswith(last)
        assert (talk.ear.heard[-1].text, talk.ear.heard[-1].public) == (asked, True)


@pytest.mark.parametrize(
    "said",
    [
        "I took 20 at 8",
        "hello",
        "what is my next dose?",
        "how much baclofen kills you?",
        "I want to die, can I drink with it?",
        "j'ai bu hier, c'est une rechute ?",
        "may a child take it?",
        "how tall is the Eiffel tower?",
        "",
    ],
)
async def test_whatever_else_is_said_is_for_the_private_chat(said: str) -> None:
    async with stage(mind=Mind(general=GENERAL)) as talk:
        guild = talk.env.create_guild()
        channel = guild.create_text_channel("general")
        await guild.add_member(talk.join("ana")).send(channel, f"{talk.me()} {said}")
        assert talk.said_in(channel) == [discord_words("fr" if said.startswith("j'ai") else "en").words["in-private"]]


async def test_in_the_moderators_channel_nothing_is_answered_openly() -> None:
    async with stage() as talk:
        guild = talk.env.create_guild()
        keepers = guild.create_text_channel("keepers")
        keeper = guild.add_member(talk.join("keeper"))
        await talk.again(adapter(mind=Mind(general=GENERAL), moderators={keeper.id}, moderators_channel=keepers.id))
        await keeper.send(keepers, f"{talk.me()} can I drink alcohol with it?")
        assert talk.said_in(keepers) == []


def test_every_topic_has_an_answer_or_a_reason_to_be_talked_about_in_private() -> None:
    for topic, held in facts().items():
        assert held.sources or topic in IN_PRIVATE, topic
    assert set(facts()) >= IN_PRIVATE
