"""The stand-in itself, driven by the vendor's own bot over HTTP: it must refuse what Telegram refuses, in Telegram's words.

A stand-in that accepts everything would let every test of the adapter pass.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.adapters.telegram.client import Client, seconds_told
from tests.telegram.fake_bot_api import DROPPED_AFTER, DROPPED_BEFORE, TOKEN, FakeBotApi, flood, refusal

ANA, BEN, GROUP = 41, 42, -100555


def png(width: int, height: int, *, size: int = 0) -> bytes:
    """What a picture begins with, and as many more bytes as it takes."""
    begin = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + width.to_bytes(4) + height.to_bytes(4)
    return begin + bytes(max(0, size - len(begin)))


PNG = png(1080, 1350)
Act = Callable[[Bot], Awaitable[Any]]


@pytest.fixture
async def bot(fake: FakeBotApi) -> AsyncIterator[Client]:
    """The vendor's bot on the fake platform, with Ana and Ben there."""
    fake.people.join(ANA)
    fake.people.join(BEN, started=False)
    client = Client(token=TOKEN, base_url=fake.base_url)
    await client.begin()
    yield client
    await client.close_connections()


def button(**content: str) -> InlineKeyboardMarkup:
    """A keyboard of one button."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(content.pop("text", "A"), **content)]])  # type: ignore[arg-type]


REFUSED: dict[str, tuple[Act, str]] = {
    "an empty text": (lambda bot: bot.send_message(ANA, " \n"), "text is empty"),
    "a text too long": (lambda bot: bot.send_message(ANA, "x" * 4097), "message is too long"),
    "a text too long by its emoji": (lambda bot: bot.send_message(ANA, "🙂" * 2049), "message is too long"),
    "a caption too long": (lambda bot: bot.send_document(ANA, b"x", caption="x" * 1025), "caption is too long"),
    "an unknown chat": (lambda bot: bot.send_message(77, "x"), "chat not found"),
    "empty data": (lambda bot: bot.send_message(ANA, "x", reply_markup=button(callback_data="")), "BUTTON_DATA_INVALID"),
    "long data": (lambda bot: bot.send_message(ANA, "x", reply_markup=button(callback_data="é" * 33)), "BUTTON_DATA_INVALID"),
    "a button without a label": (lambda bot: bot.send_message(ANA, "x", reply_markup=button(text=" ", callback_data="a")), "Text buttons"),
    "a button without an act": (lambda bot: bot.send_message(ANA, "x", reply_markup=button()), "exactly one"),
    "a link that is none": (lambda bot: bot.send_message(ANA, "x", reply_markup=button(url="nowhere")), "BUTTON_URL_INVALID"),
    "a deep link with a space": (
        lambda bot: bot.send_message(ANA, "x", reply_markup=button(url="https://t.me/x_bot?start=a%20b")),
        "START_PARAM_INVALID",
    ),
    "a hundred and one buttons": (
        lambda bot: bot.send_message(ANA, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]] * 101)),
        "reply markup is too long",
    ),
    "an unclosed tag": (lambda bot: bot.send_message(ANA, "<b>x", parse_mode="HTML"), "can't parse entities"),
    "an unknown tag": (lambda bot: bot.send_message(ANA, "<h1>x</h1>", parse_mode="HTML"), "Unsupported start tag"),
    "an unescaped dot": (lambda bot: bot.send_message(ANA, "5.", parse_mode="MarkdownV2"), "is reserved"),
    "an open mark": (lambda bot: bot.send_message(ANA, "*x", parse_mode="Markdown"), "can't parse entities"),
    "no picture": (lambda bot: bot.send_photo(ANA, b"no picture"), "IMAGE_PROCESS_FAILED"),
    "a picture too large": (lambda bot: bot.send_photo(ANA, png(9000, 1001)), "PHOTO_INVALID_DIMENSIONS"),
    "a picture like a ribbon": (lambda bot: bot.send_photo(ANA, png(2100, 100)), "PHOTO_INVALID_DIMENSIONS"),
    "a picture too heavy": (lambda bot: bot.send_photo(ANA, png(10, 10, size=10 * 1024 * 1024 + 1)), "too big for a photo"),
    "an unknown file": (lambda bot: bot.send_document(ANA, "file-99"), "wrong file identifier"),
    "an edit of nothing": (lambda bot: bot.edit_message_text("x", ANA, 99), "message to edit not found"),
    "a deletion of nothing": (lambda bot: bot.delete_message(ANA, 99), "message to delete not found"),
    "an old press": (lambda bot: bot.answer_callback_query("1"), "query is too old"),
    "an unknown action": (lambda bot: bot.send_chat_action(ANA, "juggling"), "wrong parameter action"),
    "a command in capitals": (lambda bot: bot.set_my_commands([BotCommand("Help", "x")]), "BOT_COMMAND_INVALID"),
    "a command too long": (lambda bot: bot.set_my_commands([BotCommand("x" * 33, "x")]), "BOT_COMMAND_INVALID"),
    "a command without description": (lambda bot: bot.set_my_commands([BotCommand("help", "")]), "DESCRIPTION_INVALID"),
    "too many commands": (lambda bot: bot.set_my_commands([BotCommand(f"c{n}", "x") for n in range(101)]), "too many commands"),
    "a menu of nobody": (lambda bot: bot.set_my_commands([], BotCommandScopeChat(77)), "chat not found"),
    "a long description": (lambda bot: bot.set_my_description("x" * 513), "too long"),
    "a long short description": (lambda bot: bot.set_my_short_description("x" * 121), "too long"),
    "a long name": (lambda bot: bot.set_my_name("x" * 65), "too long"),
    "a language that is none": (lambda bot: bot.set_my_name("x", "fr-FR"), "language code"),
    "a webhook in clear": (lambda bot: bot.set_webhook("http://x.example/h"), "HTTPS"),
    "a webhook at another port": (lambda bot: bot.set_webhook("https://x.example:8080/h"), "ports"),
    "a secret with a space": (lambda bot: bot.set_webhook("https://x.example/h", secret_token="a b"), "secret token"),
    "administrators of a person": (lambda bot: bot.get_chat_administrators(ANA), "private chat"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_telegram_refuses_is_refused(bot: Client, case: str) -> None:
    act, words = REFUSED[case]
    with pytest.raises(BadRequest, match=f"(?i){re.escape(words)}"):
        await act(bot)


async def test_what_telegram_accepts_is_accepted(fake: FakeBotApi, bot: Client) -> None:
    assert (await bot.send_message(ANA, "🙂" * 2048)).text == "🙂" * 2048
    assert (await bot.send_message(ANA, "<b>5 &lt; 6</b>", parse_mode="HTML")).text == "5 < 6"
    assert (await bot.send_message(ANA, "*5*\\.", parse_mode="MarkdownV2")).text == "5."
    picture = await bot.send_photo(ANA, PNG, caption="x", protect_content=True)
    assert (picture.caption, picture.has_protected_content) == ("x", True)
    document = await bot.send_document(ANA, b"content", filename="a.json")
    assert document.document is not None
    again = await bot.send_document(ANA, document.document.file_id)
    assert again.document is not None
    assert bytes(await (await bot.get_file(again.document.file_id)).download_as_bytearray()) == b"content"
    await bot.delete_message(ANA, picture.message_id)
    assert len(fake.people.seen(ANA)) == 5


async def test_an_edit_that_changes_nothing_is_refused(fake: FakeBotApi, bot: Client) -> None:
    keyboard = button(callback_data="a")
    sent = await bot.send_message(ANA, "one", reply_markup=keyboard)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text("one", ANA, sent.message_id, reply_markup=keyboard)
    await bot.edit_message_text("two", ANA, sent.message_id, reply_markup=keyboard)
    await bot.edit_message_reply_markup(ANA, sent.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(ANA, sent.message_id)
    await fake.people.say(ANA, "mine")
    with pytest.raises(BadRequest, match=r"(?i)can't be edited"):
        await bot.edit_message_text("yours", ANA, sent.message_id + 1)


async def test_whom_the_bot_may_write_to(fake: FakeBotApi, bot: Client) -> None:
    with pytest.raises(Forbidden, match="can't initiate"):
        await bot.send_message(BEN, "x")
    await fake.people.say(BEN, "/start")
    await bot.send_message(BEN, "x")
    fake.people.block(BEN)
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(BEN, "x")
    fake.people.group(-900)
    fake.people.migrate(-900, GROUP)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-900, "x")
    assert moved.value.new_chat_id == GROUP


async def test_updates_are_kept_until_a_later_offset_is_asked_for(fake: FakeBotApi, bot: Client) -> None:
    first, second = await fake.people.say(ANA, "one"), await fake.people.say(ANA, "two")
    assert [update.update_id for update in await bot.get_updates()] == [first, second]
    assert [update.update_id for update in await bot.get_updates(limit=1)] == [first]
    assert [update.update_id for update in await bot.get_updates(offset=first + 1)] == [second]
    assert [update.update_id for update in await bot.get_updates(offset=-1)] == [second]
    assert await bot.get_updates(offset=second + 1) == ()


async def test_only_what_was_asked_for_is_told(fake: FakeBotApi, bot: Client) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await fake.people.say(ANA, "not asked for")
    await bot.get_updates()
    await fake.people.say(ANA, "still not")
    assert await bot.get_updates(allowed_updates=[]) == ()
    await fake.people.say(ANA, "now")
    assert len(await bot.get_updates()) == 1


async def test_a_poll_waits_for_something_and_yields_to_a_second_one(fake: FakeBotApi, bot: Client) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    await fake.people.say(ANA, "hello")
    (update,) = await asyncio.wait_for(waiting, 1)
    first = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(bot.get_updates(timeout=1))
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await first
    assert await second == ()


async def test_a_webhook_and_polling_exclude_each_other(fake: FakeBotApi, bot: Client) -> None:
    await bot.set_webhook("https://x.example/h")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).url == "https://x.example/h"
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_presses_are_answered_twice_and_not_too_late(fake: FakeBotApi, bot: Client) -> None:
    await bot.send_message(ANA, "x", reply_markup=button(text="Yes", callback_data="yes|"))
    await fake.people.press(ANA, "Yes")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert (query.data, query.chat_instance) == ("yes|", "7")
    assert await query.answer()
    assert await query.answer()
    fake.methods.callback_lives = -1
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await query.answer()


async def test_menus_are_kept_by_place_and_language(fake: FakeBotApi, bot: Client) -> None:
    await bot.set_my_commands([BotCommand("aide", "x")], language_code="fr")
    await bot.set_my_commands([BotCommand("help", "x")], BotCommandScopeChat(ANA))
    assert [command.command for command in await bot.get_my_commands(language_code="fr")] == ["aide"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="fr")
    assert await bot.get_my_commands(language_code="fr") == ()


async def test_who_leads_a_group(fake: FakeBotApi, bot: Client) -> None:
    fake.people.group(GROUP, members={ANA: "creator", BEN: "administrator"})
    assert {member.user.id for member in await bot.get_chat_administrators(GROUP)} == {ANA, BEN}
    assert (await bot.get_chat_member(GROUP, ANA)).status == "creator"


async def test_faults_strike_as_often_as_they_are_told_and_where(fake: FakeBotApi, bot: Client) -> None:
    await fake.people.say(BEN, "/start")
    fake.fail("sendMessage", flood(7), chat=ANA)
    await bot.send_message(BEN, "x")
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(ANA, "x")
    assert seconds_told(told.value) == 7
    await bot.send_message(ANA, "x")
    fake.fail("sendMessage", refusal(502, "Bad Gateway"))
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(ANA, "x")
    fake.fail("sendMessage", DROPPED_BEFORE)
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "lost")
    fake.fail("sendMessage", DROPPED_AFTER)
    with pytest.raises(NetworkError):
        await bot.send_message(ANA, "kept")
    assert fake.people.texts(ANA) == ["x", "kept"]


async def test_an_unknown_token_and_an_unknown_method_are_refused(fake: FakeBotApi, bot: Client) -> None:
    stranger = Client(token="9:x", base_url=fake.base_url)
    with pytest.raises(InvalidToken):
        await stranger.get_me()
    await stranger.close_connections()
    async with aiohttp.ClientSession() as session, session.post(f"{fake.base_url}/bot{TOKEN}/sendNothing") as answer:
        assert (answer.status, (await answer.json())["description"]) == (404, "Not Found")


@pytest.mark.parametrize("how", ["json", "data", "params"])
async def test_a_request_is_read_whichever_way_it_comes(fake: FakeBotApi, bot: Client, how: str) -> None:
    content: dict[str, Any] = {how: {"chat_id": str(ANA), "text": "hello"}}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{fake.base_url}/bot{TOKEN}/SENDMESSAGE", **content) as answer:
            assert (await answer.json())["result"]["text"] == "hello"
        async with session.post(f"{fake.base_url}/bot{TOKEN}/sendMessage", data={"text": "x"}) as answer:
            assert (answer.status, (await answer.json())["description"]) == (400, "Bad Request: parameter 'chat_id' is required")


async def test_nobody_presses_a_button_that_is_not_there(fake: FakeBotApi, bot: Client) -> None:
    with pytest.raises(LookupError):
        await fake.people.press(ANA, "Yes")


@pytest.mark.parametrize("link", ["https://t.me/palier_test_bot", "https://t.me/palier_test_bot?start=a%20b", "https://x.example/?start=a"])
async def test_only_a_link_that_a_client_would_open_starts_the_bot(fake: FakeBotApi, link: str) -> None:
    fake.people.join(ANA)
    with pytest.raises(ValueError, match="no link"):
        await fake.people.follow(ANA, link)
