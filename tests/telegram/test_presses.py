"""Buttons that were pressed: answered at once, shown as chosen, and safe when they are old."""

from __future__ import annotations

import asyncio

from bot.messages import Incoming, Press
from tests.ears import Ear
from tests.telegram.fake_bot_api import FakeBotApi, flood, refusal
from tests.telegram.fake_people import buttons
from tests.telegram.fake_store import Json
from tests.telegram.lines import adapter, outgoing, running, until

ANA = 41
QUESTION = ("taken", "Taken"), ("skip", "Not taken"), ("talk-to-human", "Talk to someone")


async def pressed(fake: FakeBotApi, *labels: str, text: str = "Taken?") -> tuple[Json, Ear]:
    """The message after somebody pressed its buttons one after the other, and what was heard."""
    fake.people.join(ANA)
    telegram, ear = adapter(fake), Ear()
    await telegram.send(outgoing(ANA, text, *QUESTION))
    (message,) = fake.people.seen(ANA)
    before = dict(message)
    async with running(telegram, ear.hear):
        for label in labels:
            data = next(button["callback_data"] for button in buttons(before) if button["text"] == label)
            current = message if any(button["text"] == label for button in buttons(message)) else before
            await fake.world.acknowledged(await fake.people.press_button(ANA, dict(current), data))
    return message, ear


async def test_the_message_shows_what_was_chosen_and_loses_its_buttons(fake: FakeBotApi) -> None:
    message, ear = await pressed(fake, "Not taken")
    assert (message["text"], buttons(message)) == ("Taken?\n\n✓ Not taken", [])
    assert [said.press for said in ear.heard] == [Press("skip", "about")]
    assert len(fake.people.seen(ANA)) == 1


async def test_asking_for_a_human_leaves_the_question_open(fake: FakeBotApi) -> None:
    message, _ = await pressed(fake, "Talk to someone")
    assert message["text"] == "Taken?\n\n✓ Talk to someone"
    assert [button["text"] for button in buttons(message)] == ["Taken", "Not taken"]


async def test_a_second_tap_is_heard_and_changes_nothing_on_the_screen(fake: FakeBotApi) -> None:
    message, ear = await pressed(fake, "Taken", "Taken")
    assert message["text"] == "Taken?\n\n✓ Taken"
    assert len(ear.heard) == 2
    assert len({said.key for said in ear.heard}) == 2


async def test_a_message_too_long_for_one_more_line_only_loses_its_buttons(fake: FakeBotApi) -> None:
    message, _ = await pressed(fake, "Taken", text="x" * 4090)
    assert (message["text"], buttons(message)) == ("x" * 4090, [])


async def test_every_press_is_answered_even_while_the_person_is_being_heard(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    gate = asyncio.Event()

    async def wait(_: Incoming) -> None:
        await gate.wait()

    telegram, ear = adapter(fake), Ear(then=wait)
    await telegram.send(outgoing(ANA, "Taken?", *QUESTION))
    async with running(telegram, ear.hear):
        await fake.people.say(ANA, "something slow")
        update = await fake.people.press(ANA, "Taken")
        await until(lambda: all(callback.answers for callback in fake.world.callbacks.values()))
        assert ear.heard == []
        gate.set()
        await fake.world.acknowledged(update)


async def test_a_press_from_weeks_ago_is_still_heard(fake: FakeBotApi) -> None:
    """Telegram lets nobody answer such a press, and shows nothing of its message but where it stands."""
    fake.people.join(ANA)
    telegram, ear = adapter(fake), Ear()
    await telegram.send(outgoing(ANA, "Taken?", *QUESTION))
    fake.methods.callback_lives = -1
    (message,) = fake.people.seen(ANA)
    bare = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
    async with running(telegram, ear.hear):
        await fake.world.acknowledged(await fake.people.press_button(ANA, bare, "taken|2026-01-01T08:00"))
    assert [said.press for said in ear.heard] == [Press("taken", "2026-01-01T08:00")]
    assert buttons(message) == []
    assert [callback.answers for callback in fake.world.callbacks.values()] == [[]]


async def test_a_press_on_a_message_that_is_gone_is_heard(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    telegram, ear = adapter(fake), Ear()
    await telegram.send(outgoing(ANA, "Taken?", *QUESTION))
    (message,) = fake.people.seen(ANA)
    fake.world.chats[ANA].deleted.add(message["message_id"])
    async with running(telegram, ear.hear):
        await fake.world.acknowledged(await fake.people.press_button(ANA, dict(message), "skip|x"))
    assert len(ear.heard) == 1


async def test_a_screen_that_cannot_be_changed_now_keeps_nobody_from_being_heard(fake: FakeBotApi) -> None:
    fake.fail("editMessageText", flood(30))
    fake.fail("answerCallbackQuery", refusal(500, "Internal Server Error"))
    _, ear = await pressed(fake, "Taken")
    assert len(ear.heard) == 1


async def test_slow_work_shows_that_we_are_writing(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    gate = asyncio.Event()

    async def wait(_: Incoming) -> None:
        await gate.wait()

    update = await fake.people.say(ANA, "a long question")
    async with running(adapter(fake), Ear(then=wait).hear):
        await until(lambda: fake.world.actions == [(ANA, "typing")])
        gate.set()
        await fake.world.acknowledged(update)
