"""Updates as incoming messages: each heard once, in order, and acknowledged only afterwards."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.story import Killed
from bot.messages import Account, Incoming, Press
from tests.ears import START, Ear
from tests.telegram.fake_bot_api import BOT_ID, FakeBotApi, refusal
from tests.telegram.lines import adapter, outgoing, running, until

ANA, BEN, GROUP, KEEPERS = 41, 42, -100555, -100777


async def heard(fake: FakeBotApi, *updates: int, ear: Ear, **settings: object) -> list[Incoming]:
    """What is handed over of the updates that wait."""
    async with running(adapter(fake, **settings), ear.hear):
        for update in updates:
            await fake.world.acknowledged(update)
    return ear.heard


async def test_words_are_handed_over_as_they_were_written(fake: FakeBotApi) -> None:
    fake.people.join(ANA, language="fr")
    update = await fake.people.say(ANA, "pris 5 mg à 8h 🙂 مرحبا")
    (said,) = await heard(fake, update, ear=Ear())
    assert said.text == "pris 5 mg à 8h 🙂 مرحبا"
    assert said.account == Account("telegram", str(ANA))
    assert said.key == f"telegram:{BOT_ID}:{ANA}:1"
    assert said.sent_at == START
    assert (said.role, said.language_hint, said.quoted, said.public, said.press) == ("patient", "fr", False, False, None)


async def test_nothing_is_acknowledged_before_it_was_heard(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    gate = asyncio.Event()

    async def wait(_: Incoming) -> None:
        await gate.wait()

    ear = Ear(then=wait)
    update = await fake.people.say(ANA, "hello")
    async with running(adapter(fake), ear.hear):
        await asyncio.sleep(1.3)  # longer than one look at what is still being heard
        assert [waiting["update_id"] for waiting in fake.world.updates] == [update]
        gate.set()
        await fake.world.acknowledged(update)
    assert ear.texts == ["hello"]


async def test_one_person_is_heard_in_order_while_another_is_not_kept_waiting(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.join(BEN)
    gate = asyncio.Event()

    async def slow_for_ana(incoming: Incoming) -> None:
        if incoming.text == "one":
            await gate.wait()

    ear = Ear(then=slow_for_ana)
    async with running(adapter(fake), ear.hear):
        for text in ("one", "two", "three"):
            await fake.people.say(ANA, text)
        last = await fake.people.say(BEN, "me")
        await until(lambda: ear.texts == ["me"])
        gate.set()
        await fake.world.acknowledged(last)
    assert ear.texts == ["me", "one", "two", "three"]


async def test_what_a_dying_process_was_hearing_is_heard_again_under_the_same_key(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    keys: list[str] = []

    async def die(incoming: Incoming) -> None:
        keys.append(incoming.key)
        raise Killed

    update = await fake.people.say(ANA, "do not lose this")
    with pytest.raises(Killed):
        await adapter(fake).run(die)
    (said,) = await heard(fake, update, ear=Ear())
    assert said.text == "do not lose this"
    assert keys == [said.key]


async def test_a_hearing_that_fails_is_told_and_holds_up_nobody(fake: FakeBotApi) -> None:
    fake.people.join(ANA)

    async def fail(incoming: Incoming) -> None:
        if incoming.text == "one":
            raise ValueError(incoming.text)

    first, second = await fake.people.say(ANA, "one"), await fake.people.say(ANA, "two")
    assert [said.text for said in await heard(fake, first, second, ear=Ear(then=fail))] == ["two"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"message": {"message_id": "x"}},
        {"message": {"message_id": 1, "date": 1}},
        {"message": "a text"},
        {"message": {"message_id": 1, "date": 10**20, "chat": {"id": 1, "type": "private"}, "text": "far future"}},
        {"callback_query": {"id": "1"}},
        {"callback_query": {"id": "1", "from": {"id": 5, "is_bot": False, "first_name": "A"}, "chat_instance": "1", "data": "no bar"}},
        {"something_of_next_year": {"x": 1}},
        {},
    ],
    ids=lambda nonsense: str(nonsense)[:40],
)
async def test_an_update_that_makes_no_sense_is_passed_over(fake: FakeBotApi, nonsense: dict[str, object]) -> None:
    fake.people.join(ANA)
    strange = await fake.world.post_raw(nonsense)
    update = await fake.people.say(ANA, "and I am heard")
    assert [said.text for said in await heard(fake, strange, update, ear=Ear())] == ["and I am heard"]


async def test_a_correction_names_the_message_that_it_corrects(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    first = await fake.people.say(ANA, "took 5 mg")
    second = await fake.people.edit(ANA, 1, "took 10 mg")
    said, corrected = await heard(fake, first, second, ear=Ear())

    assert (corrected.text, corrected.edits) == ("took 10 mg", said.key)
    assert corrected.key != said.key


async def test_what_is_passed_on_is_marked_as_quoted(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    (said,) = await heard(fake, await fake.people.forward(ANA, "I want to die"), ear=Ear())
    assert said.quoted


@pytest.mark.parametrize(
    ("kind", "unreadable"),
    [
        ("voice", "voice"),
        ("audio", "voice"),
        ("video_note", "voice"),
        ("photo", "picture"),
        ("sticker", "picture"),
        ("video", "picture"),
        ("document", "document"),
        ("location", "place"),
        ("contact", "other"),
        ("dice", "other"),
    ],
)
async def test_what_is_no_words_says_what_it_is(fake: FakeBotApi, kind: str, unreadable: str) -> None:
    fake.people.join(ANA)
    (said,) = await heard(fake, await fake.people.show(ANA, kind), ear=Ear())

    assert (said.text, said.unreadable) == ("", unreadable)


async def test_the_words_under_a_picture_are_words(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    (said,) = await heard(fake, await fake.people.show(ANA, "photo", caption="I feel drowsy 4/10"), ear=Ear())
    assert said.text == "I feel drowsy 4/10"


async def test_an_album_is_one_picture(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    first = await fake.people.show(ANA, "photo", caption="my prescription", album="7")
    updates = [first, *[await fake.people.show(ANA, "photo", album=album) for album in ("7", "7", "8", "8")]]
    said = await heard(fake, *updates, ear=Ear())
    assert [each.text for each in said] == ["my prescription", ""]


@pytest.mark.parametrize(
    ("typed", "language", "sentence"),
    [
        ("/start", "en", "hello"),
        ("/start", "fr", "bonjour"),
        ("/start group", "en", "hello"),
        ("/aide", "fr", "aide"),
        ("/help@palier_test_bot", "de", "help"),
        ("/help", "fr", "help"),
        ("/HELP", "en", "help"),
        ("/start", "de", "hello"),
        ("/claim 3", "en", "claim 3"),
        ("/repondre 3 : courage", "fr", "répondre 3 : courage"),
        ("/nothing of ours", "en", "/nothing of ours"),
    ],
)
async def test_a_command_is_heard_as_the_sentence_it_stands_for(fake: FakeBotApi, typed: str, language: str, sentence: str) -> None:
    fake.people.join(ANA, language=language)
    (said,) = await heard(fake, await fake.people.say(ANA, typed), ear=Ear())
    assert said.text == sentence


async def test_a_press_is_a_choice_with_what_it_is_about(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    telegram = adapter(fake)
    await telegram.send(outgoing(ANA, "Taken?", ("taken", "Yes, taken")))
    ear = Ear()
    async with running(telegram, ear.hear):
        await fake.world.acknowledged(await fake.people.press(ANA, "Yes, taken"))
    assert [said.press for said in ear.heard] == [Press("taken", "about")]


async def test_a_forged_press_is_nothing(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    telegram = adapter(fake)
    await telegram.send(outgoing(ANA, "Taken?", ("taken", "Taken")))
    ear = Ear()
    async with running(telegram, ear.hear):
        await fake.world.acknowledged(await fake.people.press(ANA, "Taken", data="../../etc"))
    assert ear.heard == []


async def test_listed_persons_are_moderators_and_nobody_else_is(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.join(BEN)
    updates = [await fake.people.say(ANA, "cases"), await fake.people.say(BEN, "cases")]
    roles = {said.account.id: said.role for said in await heard(fake, *updates, ear=Ear(), moderators={ANA})}
    assert roles == {str(ANA): "moderator", str(BEN): "patient"}


async def test_the_administrators_of_the_moderators_group_are_moderators_everywhere(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.join(BEN)
    fake.people.group(KEEPERS, members={ANA: "administrator", BEN: "member"})
    ear = Ear()
    updates = [await fake.people.say(ANA, "cases"), await fake.people.say(BEN, "cases")]
    said = {each.account.id: each.role for each in await heard(fake, *updates, ear=ear, moderators_chat=KEEPERS)}
    assert said == {str(ANA): "moderator", str(BEN): "patient", str(KEEPERS): "moderator"}


async def test_the_moderators_group_is_public_to_all_but_moderators_and_every_other_group_to_them_too(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.join(BEN)
    fake.people.group(KEEPERS, members={ANA: "administrator", BEN: "member"})
    fake.people.group(GROUP, members={ANA: "member"})
    where = ((ANA, KEEPERS), (ANA, GROUP), (BEN, KEEPERS))
    updates = [await fake.people.say(person, "@palier_test_bot cases", chat=chat) for person, chat in where]
    said = [each.public for each in await heard(fake, *updates, ear=Ear(), moderators_chat=KEEPERS) if each.text == "cases"]
    assert said == [False, True, True]


async def test_the_moderators_group_is_put_on_duty_as_an_account_of_its_own(fake: FakeBotApi) -> None:
    fake.people.group(KEEPERS)
    ear = Ear()
    async with running(adapter(fake, moderators_chat=KEEPERS), ear.hear):
        await until(lambda: bool(ear.heard))
    (said,) = ear.heard
    assert (said.account.id, said.role, said.text) == (str(KEEPERS), "moderator", "on duty")
    assert said.key == f"telegram:{BOT_ID}:on-duty:{KEEPERS}"


async def test_in_a_group_only_what_is_addressed_to_us_is_looked_at(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.group(GROUP, members={ANA: "member"})
    updates = [
        await fake.people.say(ANA, "just talking", chat=GROUP),
        await fake.people.say(ANA, "/help@another_bot", chat=GROUP),
        await fake.people.say(ANA, "@palier_test_bot what is baclofen?", chat=GROUP),
        await fake.people.say(ANA, "/help", chat=GROUP),
    ]
    said = await heard(fake, *updates, ear=Ear())
    assert [(each.text, each.public) for each in said] == [("what is baclofen?", True), ("help", True)]


async def test_in_a_group_we_say_where_to_write_and_nothing_else(fake: FakeBotApi) -> None:
    fake.people.join(ANA, language="fr")
    fake.people.group(GROUP, members={ANA: "member"})
    ear = Ear()
    async with running(adapter(fake), ear.hear):
        await fake.world.acknowledged(await fake.people.say(ANA, "/aide", chat=GROUP))
        await until(lambda: bool(fake.people.seen(GROUP)))
    (message,) = fake.people.seen(GROUP)
    assert "privé" in message["text"]
    (link,) = [button["url"] for row in message["reply_markup"]["inline_keyboard"] for button in row]
    assert link == "https://t.me/palier_test_bot?start=group"
    await fake.people.follow(ANA, link)


async def test_a_member_of_the_moderators_group_who_leads_nothing_cannot_press_there(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.people.join(BEN)
    fake.people.group(KEEPERS, members={ANA: "creator", BEN: "member"})
    telegram = adapter(fake, moderators_chat=KEEPERS)
    await telegram.send(outgoing(KEEPERS, "Case 3", ("claim", "Claim"), ("history", "History"), kind="case"))
    ear = Ear()
    async with running(telegram, ear.hear):
        await fake.world.acknowledged(await fake.people.press(BEN, "Claim", chat=KEEPERS))
        await fake.world.acknowledged(await fake.people.press(ANA, "Claim", chat=KEEPERS))
    assert [(said.account.id, said.press) for said in ear.heard if said.press] == [(str(ANA), Press("claim", "about"))]
    toasts = [answer["text"] for callback in fake.world.callbacks.values() for answer in callback.answers]
    assert toasts == ["Only moderators can do that.", "Answered in our private chat."]


async def test_a_second_process_with_the_same_token_is_waited_out(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.fail("getUpdates", refusal(409, "Conflict: terminated by other getUpdates request"), times=3)
    update = await fake.people.say(ANA, "still here")
    assert [said.text for said in await heard(fake, update, ear=Ear())] == ["still here"]
