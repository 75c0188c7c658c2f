"""Messages on their way out, and everything that can happen to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.telegram import Pacemaker, Telegram
from bot.adapters.telegram.pacing import Pace
from bot.ports import File, SendFailed
from tests.telegram.fake_bot_api import DROPPED_AFTER, DROPPED_BEFORE, FakeBotApi, Fault, flood, refusal
from tests.telegram.fake_people import buttons
from tests.telegram.lines import AT_ONCE, a_moment, adapter, outgoing

ANA, BEN, GROUP = 41, 42, -100555
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + (1080).to_bytes(4) + (1350).to_bytes(4) + b" and a picture"
LONG = "\n\n".join(f"{number}" + " word" * 300 for number in range(6))


@pytest.fixture
async def telegram(fake: FakeBotApi) -> AsyncIterator[Telegram]:
    """The adapter, with Ana and Ben on the platform."""
    fake.people.join(ANA)
    fake.people.join(BEN)
    sender = adapter(fake)
    yield sender
    await sender.close()


def file(kind: Any, name: str, content: bytes = b"content") -> File:
    """A made file."""
    return File(kind=kind, name=name, content=content)


async def test_a_message_arrives_with_its_buttons(fake: FakeBotApi, telegram: Telegram) -> None:
    await telegram.send(outgoing(ANA, "Pris ? 🙂 مرحبا <b>&", ("taken", "Pris"), ("skip", "Non pris")))
    (message,) = fake.people.seen(ANA)
    assert message["text"] == "Pris ? 🙂 مرحبا <b>&"
    assert [(button["text"], button["callback_data"]) for button in buttons(message)] == [
        ("Pris", "taken|about"),
        ("Non pris", "skip|about"),
    ]
    assert "has_protected_content" not in message


async def test_what_is_said_of_another_person_cannot_be_passed_on(fake: FakeBotApi, telegram: Telegram) -> None:
    await telegram.send(outgoing(ANA, "Case 3", kind="case", level="emergency"))
    (message,) = fake.people.seen(ANA)
    assert message["has_protected_content"]


async def test_no_answer_to_a_moderator_can_be_passed_on_and_an_export_still_can(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.group(GROUP)
    telegram = adapter(fake, moderators={ANA}, moderators_chat=GROUP)
    await telegram.send(outgoing(ANA, "Case 3 is yours. They wrote: ...", key="1"))
    await telegram.send(outgoing(ANA, "Your data", key="2", files=(file("json", "palier.json"),)))
    await telegram.send(outgoing(GROUP, "Case 3 is closed", key="3"))
    await telegram.close()
    told = [*fake.people.seen(ANA), *fake.people.seen(GROUP)]
    assert ["has_protected_content" in message for message in told] == [True, False, True]


async def test_a_picture_and_a_document_come_with_their_words_and_buttons(fake: FakeBotApi, telegram: Telegram) -> None:
    await telegram.send(outgoing(ANA, "Your day", ("export", "Export"), key="1", files=(file("png", "day.png", PNG),)))
    await telegram.send(outgoing(ANA, "Your data", key="2", files=(file("json", "palier.json"),)))
    picture, document = fake.people.seen(ANA)
    assert (picture["caption"], len(buttons(picture)), picture["has_protected_content"]) == ("Your day", 1, True)
    assert (document["caption"], document["document"]["file_name"]) == ("Your data", "palier.json")
    assert "has_protected_content" not in document
    assert fake.world.files[document["document"]["file_id"]] == ("palier.json", b"content")


async def test_several_files_follow_the_words_and_the_buttons_stay_with_the_words(fake: FakeBotApi, telegram: Telegram) -> None:
    files = (file("json", "a.json"), file("csv", "b.csv"))
    await telegram.send(outgoing(ANA, LONG, ("erase", "Erase"), files=files))
    seen = fake.people.seen(ANA)
    assert [bool(buttons(message)) for message in seen] == [False, False, True, False, False]
    assert [message["document"]["file_name"] for message in seen[3:]] == ["a.json", "b.csv"]


async def test_a_picture_that_telegram_cannot_show_is_sent_as_a_document(fake: FakeBotApi, telegram: Telegram) -> None:
    await telegram.send(outgoing(ANA, "Your day", files=(file("png", "day.png", b"no picture"),)))
    (message,) = fake.people.seen(ANA)
    assert message["document"]["file_name"] == "day.png"


async def test_a_long_text_is_split_between_paragraphs_and_its_buttons_come_last(fake: FakeBotApi, telegram: Telegram) -> None:
    await telegram.send(outgoing(ANA, LONG, ("yes", "Yes")))
    seen = fake.people.seen(ANA)
    assert [bool(buttons(message)) for message in seen] == [False, False, True]
    assert "\n\n".join(message["text"] for message in seen) == LONG


async def test_a_retry_repeats_no_part_that_was_sent(fake: FakeBotApi, telegram: Telegram) -> None:
    message = outgoing(ANA, LONG)
    fake.fail("sendMessage", Fault())
    fake.fail("sendMessage", refusal(500, "Internal Server Error"))
    with pytest.raises(SendFailed) as failure:
        await telegram.send(message)
    assert not failure.value.permanent
    await telegram.send(message)
    assert "\n\n".join(fake.people.texts(ANA)) == LONG


async def test_another_version_of_the_same_message_starts_from_its_beginning(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", Fault())
    fake.fail("sendMessage", refusal(500, "Internal Server Error"))
    with pytest.raises(SendFailed):
        await telegram.send(outgoing(ANA, LONG))
    await telegram.send(outgoing(ANA, "shorter now"))
    assert fake.people.texts(ANA)[-1] == "shorter now"


async def test_told_to_wait_a_little_we_wait_and_send_once(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", flood(2), times=2)
    await telegram.send(outgoing(ANA, "hello"))
    assert fake.people.texts(ANA) == ["hello"]


async def test_the_wait_that_we_are_told_is_really_made(fake: FakeBotApi, telegram: Telegram) -> None:
    patient = adapter(fake, pacemaker=Pacemaker(overall=AT_ONCE, private=AT_ONCE))
    fake.fail("sendMessage", flood(1), chat=ANA)
    await patient.send(outgoing(ANA, "hello"))
    await patient.close()
    refused, accepted = fake.called("sendMessage")
    assert accepted.at - refused.at >= 1.0


async def test_told_to_wait_long_the_message_goes_back_and_others_are_served(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", flood(35), chat=ANA)
    for _ in range(3):
        with pytest.raises(SendFailed) as failure:
            await telegram.send(outgoing(ANA, "hello"))
        assert not failure.value.permanent
    await telegram.send(outgoing(BEN, "hello you"))
    assert (len(fake.called("sendMessage")), fake.people.texts(BEN)) == (2, ["hello you"])


async def test_whoever_blocked_the_bot_is_not_tried_again(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.people.block(ANA)
    with pytest.raises(SendFailed) as failure:
        await telegram.send(outgoing(ANA, "hello"))
    assert failure.value.permanent
    assert len(fake.called("sendMessage")) == 1


@pytest.mark.parametrize("stranger", [77, GROUP])
async def test_a_chat_that_does_not_exist_is_not_tried_again(fake: FakeBotApi, telegram: Telegram, stranger: int) -> None:
    with pytest.raises(SendFailed) as failure:
        await telegram.send(outgoing(stranger, "hello", ("yes", "Yes")))
    assert failure.value.permanent
    assert len(fake.called("sendMessage")) == 1


async def test_a_text_that_is_refused_with_its_buttons_is_sent_without(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", refusal(400, "Bad Request: BUTTON_DATA_INVALID"))
    await telegram.send(outgoing(ANA, "Call 15.", ("safe", "I am safe"), level="emergency"))
    (message,) = fake.people.seen(ANA)
    assert (message["text"], buttons(message)) == ("Call 15.", [])


async def test_a_refusal_without_a_way_out_is_permanent(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", refusal(400, "Bad Request: something new"), times=9)
    with pytest.raises(SendFailed) as failure:
        await telegram.send(outgoing(ANA, "hello"))
    assert failure.value.permanent


async def test_a_group_that_became_a_supergroup_is_followed(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.people.group(-900, "Moderators")
    fake.people.migrate(-900, GROUP)
    await telegram.send(outgoing(-900, "Case 3", kind="case", key="1"))
    await telegram.send(outgoing(-900, "Case 4", kind="case", key="2"))
    assert fake.people.texts(GROUP) == ["Case 3", "Case 4"]
    assert len(fake.called("sendMessage")) == 3


@pytest.mark.parametrize("code", [500, 502, 504])
async def test_trouble_at_telegram_passes(fake: FakeBotApi, telegram: Telegram, code: int) -> None:
    fake.fail("sendMessage", refusal(code, "trouble"))
    with pytest.raises(SendFailed) as failure:
        await telegram.send(outgoing(ANA, "hello"))
    assert not failure.value.permanent


async def test_a_line_that_breaks_before_anything_was_accepted_gives_the_platform_a_pause(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", DROPPED_BEFORE)
    with pytest.raises(TimeoutError):
        await telegram.send(outgoing(ANA, "hello"))
    assert fake.people.texts(ANA) == []
    await telegram.send(outgoing(ANA, "hello"))
    assert fake.people.texts(ANA) == ["hello"]


async def test_what_may_have_been_accepted_is_sent_again_rather_than_lost(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", DROPPED_AFTER)
    with pytest.raises(TimeoutError):
        await telegram.send(outgoing(ANA, "ALERT", kind="alert"))
    await telegram.send(outgoing(ANA, "ALERT", kind="alert"))
    assert fake.people.texts(ANA) == ["ALERT", "ALERT"]


async def test_a_message_that_is_given_up_while_it_is_sent_keeps_its_progress(fake: FakeBotApi, telegram: Telegram) -> None:
    fake.fail("sendMessage", Fault())
    fake.fail("sendMessage", Fault(delay=5.0))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await telegram.send(outgoing(ANA, LONG))
    await telegram.send(outgoing(ANA, LONG))
    assert "\n\n".join(fake.people.texts(ANA)) == LONG


async def test_a_platform_that_is_not_there_is_no_answer(fake: FakeBotApi, telegram: Telegram) -> None:
    await fake.stop()
    with pytest.raises(TimeoutError):
        await telegram.send(outgoing(ANA, "hello"))
    await fake.start(port=fake.port)
    await telegram.send(outgoing(ANA, "hello"))
    assert fake.people.texts(ANA) == ["hello"]


async def test_a_refused_token_is_trouble_that_somebody_can_mend(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    stranger = adapter(fake, token="1:not-the-token")
    with pytest.raises(SendFailed) as failure:
        await stranger.send(outgoing(ANA, "hello"))
    await stranger.close()
    assert not failure.value.permanent


async def test_a_burst_to_one_chat_keeps_the_pace_on_the_wire(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    quick = Pacemaker(overall=AT_ONCE, private=Pace(every=0.1, burst=2))
    sender = adapter(fake, pacemaker=quick)
    for number in range(6):
        await sender.send(outgoing(ANA, str(number), key=str(number)))
    await sender.close()
    left = [at for at, _, _ in fake.world.sent]
    assert left[-1] - left[1] >= 0.35  # four turns after the burst
    assert fake.people.texts(ANA) == list("012345")


async def test_an_alert_overtakes_what_waits_for_its_turn(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    slow = Pacemaker(overall=AT_ONCE, private=Pace(every=0.3, burst=1))
    sender = adapter(fake, pacemaker=slow)
    await sender.send(outgoing(ANA, "first", key="1"))
    waiting = asyncio.create_task(sender.send(outgoing(ANA, "second", key="2")))
    await asyncio.sleep(0.02)
    await sender.send(outgoing(ANA, "ALERT", key="3", kind="alert", level="emergency"))
    await waiting
    await sender.close()
    assert fake.people.texts(ANA) == ["first", "ALERT", "second"]


def test_no_wait_in_these_tests_is_long() -> None:
    """The hurried pacemaker makes waits short; it does not take them away."""
    assert asyncio.run(asyncio.wait_for(a_moment(timedelta(days=1).total_seconds()), timeout=1)) is None
