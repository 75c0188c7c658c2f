"""Messages as what the conversation hears: each once, in order, and never with more than it must hold."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import discord
import pytest

from bot.adapters.story import Killed
from bot.messages import Account, Incoming, Press
from bot.ports import SendFailed
from tests.discord.lines import Stage, adapter, outgoing, stage
from tests.ears import Ear
from tests.log_reading import everything_logged, misshapen


async def test_words_are_handed_over_as_they_were_written() -> None:
    async with stage() as talk:
        ana = talk.join("ana", locale="fr")
        message = await ana.send_dm("pris 5 mg à 8h 🙂 مرحبا")
        (said,) = talk.ear.heard
    assert said.text == "pris 5 mg à 8h 🙂 مرحبا"
    assert said.account == Account("discord", str(ana.id))
    assert said.key == f"discord:{message.id}"
    assert (said.role, said.language_hint, said.quoted, said.public, said.press) == ("patient", "", False, False, None)


async def test_a_correction_names_the_message_that_it_corrects() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        message = await ana.send_dm("I took 10 mg")
        await talk.env.advance_time(5)
        await ana.edit(message, "I took 5 mg")
        first, corrected = talk.ear.heard
    assert (corrected.text, corrected.edits) == ("I took 5 mg", first.key)
    assert corrected.key != first.key


@pytest.mark.parametrize(
    ("name", "kind"), [("a.ogg", "voice"), ("a.png", "picture"), ("a.pdf", "document"), ("a.mp4", "picture"), ("a", "document")]
)
async def test_what_comes_instead_of_words_is_named(name: str, kind: str) -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        attachments = talk.env.backend.store_attachments(ana.dm_channel.id, [(name, b"x")])
        await ana.send_dm(attachments=attachments)
        (said,) = talk.ear.heard
    assert (said.text, said.unreadable) == ("", kind)


async def test_what_is_passed_on_is_not_the_persons_own_word() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        first = await ana.send_dm("I want to sleep")
        reference = {"type": 1, "channel_id": str(ana.dm_channel.id), "message_id": str(first.id)}
        await ana.send_dm("", reference=reference)
        assert [(said.text, said.quoted) for said in talk.ear.heard] == [("I want to sleep", False), ("I want to sleep", True)]


async def test_programs_are_not_heard_and_neither_is_what_we_say() -> None:
    async with stage() as talk:
        await talk.env.create_user("robot", bot=True).send_dm("hello")
        await talk.discord.send(outgoing(talk.join("ana"), "hello"))
        assert talk.ear.heard == []


async def test_one_person_is_heard_in_order_while_another_is_not_kept_waiting() -> None:
    gate = asyncio.Event()

    async def slow_for_ana(incoming: Incoming) -> None:
        if incoming.text == "one":
            await gate.wait()

    async with stage(Ear(then=slow_for_ana)) as talk:
        ana, ben = talk.join("ana"), talk.join("ben")
        hearing = talk.discord._hearing
        assert hearing is not None

        def saying(person: Any, text: str) -> asyncio.Task[None]:
            async def words() -> Incoming:
                return Incoming(key=text, account=Account("discord", str(person.id)), sent_at=talk.env.now(), text=text)

            return asyncio.create_task(hearing.hear(str(person.id), words))

        said = [saying(person, text) for person, text in ((ana, "one"), (ana, "two"), (ana, "three"), (ben, "me"))]
        await asyncio.wait_for(said[-1], 2)
        assert talk.ear.texts == ["me"]
        gate.set()
        await asyncio.gather(*said)
        assert talk.ear.texts == ["me", "one", "two", "three"]


async def test_a_hearing_that_fails_holds_up_nobody() -> None:
    async def fail(incoming: Incoming) -> None:
        if incoming.text == "one":
            raise ValueError(incoming.text)

    async with stage(Ear(then=fail)) as talk:
        ana = talk.join("ana")
        await ana.send_dm("one")
        await ana.send_dm("two")
        assert talk.ear.texts == ["two"]


async def test_what_ends_the_process_is_kept_for_whoever_runs_it() -> None:
    async def die(_: Incoming) -> None:
        raise Killed

    async with stage(Ear(then=die)) as talk:
        await talk.join("ana").send_dm("one")
        hearing = talk.discord._hearing
        assert hearing is not None
        with pytest.raises(Killed):
            hearing.death.result()


async def test_what_was_written_while_nobody_was_connected_is_read_back() -> None:
    recent: list[Account] = []

    async def known() -> list[Account]:
        return recent

    async def no_wait(_: float) -> None:
        await asyncio.sleep(0)

    async with stage() as talk:
        ana = talk.join("ana")
        recent.append(Account("discord", str(ana.id)))
        recent.append(Account("telegram", "7"))
        await ana.send_dm("heard before")
        await talk.discord.send(outgoing(ana, "our own words"))
        backend = talk.env.backend
        listeners, backend.subscribers[:] = list(backend.subscribers), []
        backend.create_message(ana.dm_channel.id, ana.id, "said while nobody listened")
        backend.subscribers[:] = listeners
        await talk.again(adapter(clock=Now(talk), sleep=no_wait), recent=known)
        await talk.env.settle()
    assert talk.ear.texts == ["heard before", "heard before", "said while nobody listened"]
    assert talk.ear.heard[0].key == talk.ear.heard[1].key


class Now:
    """The stand-in's own clock."""

    def __init__(self, talk: Stage) -> None:
        self._talk = talk

    def now(self) -> Any:
        """Its present."""
        return self._talk.env.now()


async def test_a_private_message_of_our_name_alone_is_answered_as_one_without_words() -> None:
    async with stage() as talk:
        await talk.join("ana").send_dm(talk.me())
        assert [(said.text, said.unreadable) for said in talk.ear.heard] == [("", "other")]


async def test_whoever_could_not_be_heard_is_told_so_and_whom_to_call() -> None:
    async def fail(incoming: Incoming) -> None:
        raise RuntimeError(incoming.text)

    async with stage(Ear(then=fail)) as talk:
        ana = talk.join("ana")
        await ana.send_dm("I took 20 at 8")
        (told,) = talk.texts(ana)
        assert "please ask me again. In danger, call your emergency number first." in told
        await ana.send_dm("j'ai pris 20 mg à 8h ce matin")
        assert "En danger, appelez d'abord votre numéro d'urgence." in talk.texts(ana)[-1]


async def test_no_log_holds_a_word_a_name_or_an_id() -> None:
    async def fail(incoming: Incoming) -> None:
        raise RuntimeError(incoming.text)

    logging.getLogger("discord").setLevel(logging.DEBUG)
    with everything_logged(statements=False) as book:
        async with stage(Ear(then=fail)) as talk:
            ana = talk.join("xanthippe-987654321")
            await ana.send_dm("zirkonium at quokkafell")
            await ana.slash("someone", words="zirkonium at quokkafell")
            talk.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=2)
            with pytest.raises(SendFailed):
                await talk.discord.send(outgoing(ana, "zirkonium at quokkafell", ("taken", "zirkonium at quokkafell")))
            await talk.discord.client.on_error("on_message", ana)
            ids = (str(ana.id), str(ana.dm_channel.id))
    assert {"discord.hearing-failed", "discord.buttons-refused", "discord.event-failed"} <= book.events()
    assert [word for word in (*ids, "zirkonium", "quokkafell", "xanthippe", "simcord.fake.token") if word in book.everything] == []
    assert [fault for each in book.lines for fault in misshapen(each)] == []


async def test_a_press_of_a_button_sent_before_a_restart_is_heard() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        await talk.discord.send(outgoing(ana, "Taken?", ("taken", "Taken")))
        await talk.again(adapter())
        await ana.click(talk.seen(ana)[-1], label="Taken")
        assert [said.press for said in talk.ear.heard] == [Press("taken", "about")]


def test_no_more_is_asked_of_discord_than_is_needed() -> None:
    plain, watching = adapter().client.intents, adapter(watched={1}).client.intents
    wanted = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    assert plain.value == wanted.value
    assert watching.value == wanted.value | discord.Intents(message_content=True).value
