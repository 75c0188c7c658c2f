"""The whole assistant on Discord: real conversation, real store, discord.py itself, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.adapters.story import VirtualClock
from bot.app import House, open_house
from bot.knowledge.discord import COMMANDS, option_ids, words_of_all
from bot.knowledge.wording import wording
from bot.settings import Settings
from tests.discord.lines import Stage, adapter, keep_step, labels, the_last, the_response
from tests.ears import START
from tests.houses import minds, settings_in

PLAN_EN = "four dose plan from today, bedtime 10pm"


@dataclass
class Line:
    """One assistant on the stand-in, and the short words that tests speak."""

    stage: Stage
    house: House
    clock: VirtualClock

    async def says(self, person: Any, text: str) -> list[str]:
        """Somebody writes in private; what the assistant wrote to them since."""
        before = len(self.stage.seen(person))
        await person.send_dm(text)
        return self.stage.texts(person)[before:]

    async def presses(self, person: Any, label: str) -> list[str]:
        """Somebody presses the newest button that is so labelled; what the assistant wrote to them since."""
        before = len(self.stage.seen(person))
        message = next(m for m in reversed(self.stage.seen(person)) if label in labels(m))
        await person.click(message, label=label)
        return self.stage.texts(person)[before:]

    async def until(self, moment: Any) -> None:
        """Time passes, from one due time to the next."""
        while (due := await self.house.store.run(lambda unit: unit.timers.next_due())) is not None and due <= moment:
            self.clock.move(due)
            await self.house.conversation.tick()
        self.clock.move(moment)
        keep_step(self.stage.env, self.clock)
        await self.house.conversation.tick()
        await self.stage.env.settle()


@asynccontextmanager
async def line(settings: Settings, clock: VirtualClock | None = None, staged: Stage | None = None, **more: Any) -> AsyncIterator[Line]:
    """Start the assistant on the settings' database."""
    time, held = clock or VirtualClock(START), staged or Stage()
    ours = adapter(clock=time, language=settings.language, **more)
    async with (
        open_house(settings, clock=time, senders=[ours], minds=minds()) as house,
        held.playing(ours, house.conversation.hear),
    ):
        keep_step(held.env, time)
        yield Line(held, house, time)


async def arrive(talk: Line, name: str, *, french: bool = False) -> Any:
    """Somebody starts, agrees, and says where they live."""
    person = talk.stage.join(name, locale="fr" if french else "en-GB")
    await person.slash("start")
    await talk.presses(person, "J'ai 18 ans ou plus et je suis d'accord" if french else "I am 18 or over and I agree")
    await talk.presses(person, "France" if french else "United Kingdom")
    return person


async def test_a_newcomer_is_met_in_their_own_language(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ana, ben = talk.stage.join("ana", locale="fr"), talk.stage.join("ben", locale="en-GB")
        french = await ana.slash("start")
        english = await ben.slash("start")
    assert "18 ans" in the_response(french).content
    assert "18 or over" in the_response(english).content
    assert not the_response(french).ephemeral


async def test_free_words_in_private_are_answered_in_their_language_without_any_locale(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ana, ben = talk.stage.join("ana"), talk.stage.join("ben")
        (french,) = await talk.says(ana, "bonjour, je voudrais suivre mon traitement")
        (english,) = await talk.says(ben, "hello, I would like to follow my treatment")
    assert "18 ans" in french
    assert "18 or over" in english


async def test_a_plan_is_given_by_its_form_and_reminded_of(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ben = await arrive(talk, "ben")
        form = await ben.slash("new-plan")
        read_back = await ben.submit_modal(form, {"doses": "5 mg at 9:00, 5 mg at 13:00, 5 mg at 20:00", "start": "today"})
        assert "5 mg" in the_response(read_back).content
        await ben.click(the_response(read_back).message, label="Yes, that is it")
        await talk.until(START + timedelta(hours=2))
    assert "Your plan has: 5 mg." in talk.stage.texts(ben)[-1]


async def test_an_effect_is_noted_by_its_form_in_both_languages(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ana = await arrive(talk, "ana", french=True)
        ben = await arrive(talk, "ben")
        for person, effect in ((ana, "vertiges"), (ben, "dizziness")):
            form = await person.slash("effect")
            answer = await person.submit_modal(form, {"effect": effect, "severity": "4"})
            assert effect in the_response(answer).content.lower()


async def test_two_people_at_once_are_never_mixed_up(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        ana, ben = await arrive(talk, "ana", french=True), await arrive(talk, "ben")
        for number in range(4):
            await talk.says(ana, f"envie {number}/10")
            await talk.says(ben, f"craving {number + 5}/10")
        assert [f"{number}/10" in text for number, text in enumerate(talk.stage.texts(ana)[-4:])] == [True] * 4
        assert [f"{number + 5}/10" in text for number, text in enumerate(talk.stage.texts(ben)[-4:])] == [True] * 4


async def test_a_form_and_its_buttons_go_on_after_the_process_was_started_again(tmp_path: Path) -> None:
    settings, clock = settings_in(tmp_path), VirtualClock(START)
    async with line(settings, clock) as talk:
        ben = await arrive(talk, "ben")
        await talk.says(ben, PLAN_EN)
        again = adapter(clock=clock, language=settings.language)
        async with open_house(settings, clock=clock, senders=[again], minds=minds()) as house:
            await talk.stage.again(again, house.conversation.hear)
            said = await talk.presses(ben, "Yes, that is it")
    assert any("I will remind you" in text for text in said)


async def test_the_reminder_of_whoever_closed_their_messages_reaches_a_human_instead(tmp_path: Path) -> None:
    staged = Stage()
    keeper = staged.join("keeper", locale="fr")
    async with line(settings_in(tmp_path), staged=staged, moderators={keeper.id}) as talk:
        ben = await arrive(talk, "ben")
        await talk.says(keeper, "de garde")
        await talk.says(ben, PLAN_EN)
        await talk.presses(ben, "Yes, that is it")
        talk.stage.close_messages(ben)
        await talk.until(START + timedelta(minutes=45))
    assert "n'a pas pu être" in talk.stage.texts(keeper)[-1]


async def test_an_alert_reaches_the_moderators_channel_and_is_handled_from_there(tmp_path: Path) -> None:
    staged = Stage()
    guild = staged.env.create_guild()
    channel = guild.create_text_channel("keepers")
    user = staged.join("keeper", locale="fr")
    keeper = guild.add_member(user, roles=[guild.create_role("admin", permissions=discord.Permissions(administrator=True))])
    async with line(settings_in(tmp_path), staged=staged, moderators={user.id}, moderators_channel=channel.id) as talk:
        ben = await arrive(talk, "ben")
        (words, *_) = await talk.says(ben, "I want to die")
        card = the_last(channel)
        claimed = await keeper.click(card, label="Prendre")
        await keeper.slash(channel, "reply", case=1, text="je suis là")
    assert "999" in words
    assert "URGENCE" in card.content.upper()
    assert "ben" not in card.content.lower()
    assert any("est à vous" in each.content for each in claimed.followups)
    assert all(each.ephemeral for each in claimed.followups)
    assert any("✓ Prendre" in text for text in staged.said_in(channel))
    assert any("je suis là" in text for text in staged.texts(ben))


async def test_danger_said_in_a_server_is_answered_in_private(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        guild = talk.stage.env.create_guild()
        channel = guild.create_text_channel("general")
        ben = await arrive(talk, "ben")
        before = len(talk.stage.seen(ben))
        message = await guild.add_member(ben).send(channel, f"{talk.stage.me()} I want to die")
        said = talk.stage.texts(ben)[before:]
        public = talk.stage.said_in(channel)
        links = await talk.house.store.run(lambda unit: [event.note for event in unit.cases.history(1) if event.what == "in-public"])
    assert links == [f"https://discord.com/channels/{guild.id}/{channel.id}/{message.id}"]
    assert any("999" in text for text in said)
    assert len(public) == 1
    assert not any("die" in text or "999" in text for text in public)


async def test_emergency_words_reach_whoever_closed_their_messages_where_they_asked(tmp_path: Path) -> None:
    async with line(settings_in(tmp_path)) as talk:
        guild = talk.stage.env.create_guild()
        channel = guild.create_text_channel("general")
        ben = await arrive(talk, "ben")
        talk.stage.close_messages(ben)
        answer = await guild.add_member(ben).slash(channel, "someone", words="I want to die")
    said = [answer.response, *answer.followups]
    assert any("999" in each.content for each in said if each)
    assert all(each.ephemeral for each in said if each)


@pytest.mark.parametrize("urgent", [False, True])
async def test_an_answer_in_a_server_is_seen_by_that_person_alone(tmp_path: Path, *, urgent: bool) -> None:
    async with line(settings_in(tmp_path)) as talk:
        guild = talk.stage.env.create_guild()
        channel = guild.create_text_channel("general")
        ben = await arrive(talk, "ben")
        before = len(talk.stage.seen(ben))
        answer = await guild.add_member(ben).slash(channel, "someone", words="I want to die" if urgent else "a question")
        assert the_response(answer).ephemeral
        assert (len(talk.stage.seen(ben)) > before) == urgent
        assert "die" not in the_response(answer).content


GIVEN: dict[str, dict[str, Any]] = {
    "human": {"text": "it is about my plan"},
    "my-history": {"days": 14},
    "taken": {"mg": 5, "time": "8:00"},
    "missed": {"time": "8:00"},
    "effect": {"effect": "dizziness", "severity": 4},
    "craving": {"strength": 7},
    "drink": {"count": 2, "what": "beer"},
    "mix": {"substance": "tramadol"},
    "ask": {"text": "what helped you in the evening?"},
    "mentor": {"do": "find"},
    "link": {"code": "ABCD-2345"},
}


@pytest.mark.parametrize("french", [False, True])
async def test_every_command_is_served_by_the_whole_house(tmp_path: Path, *, french: bool) -> None:
    language = "fr" if french else "en"
    lost = [wording(language)[key][:24] for key in ("not-understood", "did-you-mean", "check.gentle.open", "error.not-kept")]
    async with line(settings_in(tmp_path)) as talk:
        ben = await arrive(talk, "ben", french=french)
        await talk.says(ben, "plan de quatre prises à partir d'aujourd'hui, coucher 22h" if french else PLAN_EN)
        await talk.presses(ben, wording(language)["choice.confirm"])
        await talk.until(START + timedelta(hours=2))
        answers: dict[str, list[str]] = {}
        for name in COMMANDS:
            words, names = words_of_all("en")[name].name, {each: shown for shown, each in option_ids(name).items()}
            if name == "new-plan":
                continue  # a form of its own
            before = len(talk.stage.seen(ben))
            answer = await ben.slash(words, **{names[each]: value for each, value in GIVEN.get(name, {}).items()})
            said = [answer.response.content if answer.response else "", *(each.content for each in answer.followups)]
            answers[name] = [text for text in (*said, *talk.stage.texts(ben)[before:]) if text]
    assert {name: said for name, said in answers.items() if not said or any(text.startswith(tuple(lost)) for text in said)} == {}
