"""How the adapter begins and ends: the network, the token, the menu, the webhook, and what the logs may hold."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress

import aiohttp
import pytest

from bot.adapters.telegram import TokenRefused, Webhook
from bot.app import read_settings, set_up_logging
from bot.messages import Incoming
from tests.ears import Ear
from tests.telegram.fake_bot_api import TOKEN, FakeBotApi, flood, refusal
from tests.telegram.lines import adapter, outgoing, running, until

ANA, KEEPER, KEEPERS = 41, 43, -100777
PUBLIC, SECRET = "https://palier.example/telegram", "a-secret_of-the-door"


async def test_a_network_that_is_down_at_the_start_is_waited_for(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    update = await fake.people.say(ANA, "anybody?")
    await fake.stop()
    ear = Ear()
    async with running(adapter(fake), ear.hear) as task:
        await asyncio.sleep(0.1)
        assert not task.done()
        await fake.start(port=fake.port)
        await fake.world.acknowledged(update)
    assert ear.texts == ["anybody?"]


async def test_a_network_that_goes_down_later_is_waited_for(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    ear = Ear()
    async with running(adapter(fake), ear.hear):
        await fake.world.acknowledged(await fake.people.say(ANA, "before"))
        await fake.stop()
        update = await fake.people.say(ANA, "meanwhile")
        await asyncio.sleep(0.1)
        await fake.start(port=fake.port)
        await fake.world.acknowledged(update)
    assert ear.texts == ["before", "meanwhile"]


@pytest.mark.parametrize("code", [500, 502, 409])
async def test_polling_goes_on_after_trouble(fake: FakeBotApi, code: int) -> None:
    fake.people.join(ANA)
    fake.fail("getUpdates", refusal(code, "trouble"), times=2)
    fake.fail("getUpdates", flood(2))
    ear, update = Ear(), await fake.people.say(ANA, "hello")
    async with running(adapter(fake), ear.hear):
        await fake.world.acknowledged(update)
    assert ear.texts == ["hello"]


async def test_a_wrong_token_stops_the_start_and_is_not_told(fake: FakeBotApi) -> None:
    with pytest.raises(TokenRefused) as refused:
        await adapter(fake, token="42:wrong-token").run(Ear().hear)
    assert "wrong-token" not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_told_to_stop_we_finish_what_is_being_heard_and_acknowledge_it(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    begun, gate = asyncio.Event(), asyncio.Event()

    async def wait(_: Incoming) -> None:
        begun.set()
        await gate.wait()

    ear = Ear(then=wait)
    task = asyncio.create_task(adapter(fake).run(ear.hear))
    update = await fake.people.say(ANA, "last words")
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0.05)
    gate.set()
    with suppress(asyncio.CancelledError):
        await task
    assert ear.texts == ["last words"]
    await fake.world.acknowledged(update, within=0.1)


async def test_the_menu_speaks_each_language_and_differs_by_place(fake: FakeBotApi) -> None:
    fake.people.join(KEEPER)
    fake.people.group(KEEPERS)
    async with running(adapter(fake, language="fr", moderators={KEEPER}, moderators_chat=KEEPERS), Ear().hear):
        await until(lambda: len(fake.called("getMyName")) == 3)
    menus = {
        (json.loads(scope)["type"], json.loads(scope).get("chat_id"), language): menu for (scope, language), menu in _menus(fake).items()
    }
    assert [entry["command"] for entry in menus["all_group_chats", None, "fr"]] == ["aide"]
    assert {entry["command"] for entry in menus["all_private_chats", None, "en"]} >= {"start", "help", "privacy", "settings", "human"}
    assert menus["all_private_chats", None, ""] == menus["all_private_chats", None, "fr"]
    assert "cas" in {entry["command"] for entry in menus["chat", KEEPERS, "fr"]}
    assert {"cases", "help"} <= {entry["command"] for entry in menus["chat", KEEPER, "en"]}
    assert "prescripteur" in fake.world.texts["description", "fr"]


def _menus(fake: FakeBotApi) -> dict[tuple[str, str], list[dict[str, str]]]:
    return fake.world.commands


async def show_menu_once(fake: FakeBotApi) -> None:
    """One start, until all of the menu was looked at."""
    before = len(fake.called("getMyName"))
    async with running(adapter(fake), Ear().hear):
        await until(lambda: len(fake.called("getMyName")) == before + 3)


async def test_what_the_menu_already_says_is_not_set_again(fake: FakeBotApi) -> None:
    await show_menu_once(fake)
    await show_menu_once(fake)
    assert len(fake.called("setMyDescription")) == 3
    assert len(fake.called("setMyCommands")) == 6


async def test_without_its_menu_the_assistant_still_hears(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.fail("setMyCommands", flood(3600), times=99)
    fake.fail("getMyCommands", refusal(400, "Bad Request: something"), times=1)
    ear, update = Ear(), await fake.people.say(ANA, "hello")
    async with running(adapter(fake), ear.hear):
        await fake.world.acknowledged(update)
    assert ear.texts == ["hello"]


def hook(port: int = 0) -> Webhook:
    """A webhook behind a proxy."""
    return Webhook(url=PUBLIC, secret=SECRET, port=port)


async def test_a_webhook_hears_each_update_once_and_answers_afterwards(fake: FakeBotApi, unused_tcp_port: int) -> None:
    fake.people.join(ANA)
    fake.routes[PUBLIC] = f"http://127.0.0.1:{unused_tcp_port}/telegram"
    slow = asyncio.Event()

    async def wait(_: Incoming) -> None:
        await slow.wait()

    ear = Ear(then=wait)
    async with running(adapter(fake, webhook=hook(unused_tcp_port)), ear.hear):
        first, second = await fake.people.say(ANA, "one"), await fake.people.say(ANA, "two")
        await until(lambda: bool(fake.methods.webhook["url"]))
        await asyncio.sleep(0.1)
        assert len(fake.world.updates) == 2
        slow.set()
        await fake.world.acknowledged(first)
        await fake.world.acknowledged(second)
    assert ear.texts == ["one", "two"]


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 200), ("wrong", 403), ("", 403), ("é", 403)])
async def test_only_who_knows_the_secret_is_heard(fake: FakeBotApi, unused_tcp_port: int, secret: str, status: int) -> None:
    ear = Ear()
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": False, "first_name": "A"}}
    async with running(adapter(fake, webhook=hook(unused_tcp_port)), ear.hear), aiohttp.ClientSession() as session:
        await until(lambda: bool(fake.methods.webhook["url"]))
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        body = {"update_id": 1, "message": {**message, "text": "hello"}}
        async with session.post(f"http://127.0.0.1:{unused_tcp_port}/telegram", json=body, headers=headers) as answer:
            assert answer.status == status
    assert ear.texts == (["hello"] if status == 200 else [])


@pytest.mark.parametrize(("body", "status"), [(b"no json", 400), (b"[]", 200), (b"{}", 200), (b'{"update_id": 3, "message": 7}', 200)])
async def test_a_webhook_survives_what_makes_no_sense(fake: FakeBotApi, unused_tcp_port: int, body: bytes, status: int) -> None:
    async with running(adapter(fake, webhook=hook(unused_tcp_port)), Ear().hear), aiohttp.ClientSession() as session:
        await until(lambda: bool(fake.methods.webhook["url"]))
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with session.post(f"http://127.0.0.1:{unused_tcp_port}/telegram", data=body, headers=headers) as answer:
            assert answer.status == status


async def test_a_bot_that_had_a_webhook_polls_again_and_loses_nothing(fake: FakeBotApi) -> None:
    fake.people.join(ANA)
    fake.methods.webhook = {"url": PUBLIC, "secret": SECRET}
    ear, update = Ear(), await fake.people.say(ANA, "hello")
    async with running(adapter(fake), ear.hear):
        await fake.world.acknowledged(update)
    assert ear.texts == ["hello"]


async def test_no_log_holds_a_word_a_name_a_chat_or_the_token(
    fake: FakeBotApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    set_up_logging(read_settings())  # the lines go where this test looks, wherever they went before
    person = fake.people.join(987654321, "Anastasia")
    telegram = adapter(fake)

    async def fail(incoming: Incoming) -> None:
        raise RuntimeError(incoming.text)

    fake.fail("getUpdates", refusal(502, "Bad Gateway"))
    fake.fail("sendMessage", refusal(400, "Bad Request: BUTTON_DATA_INVALID"))
    await fake.world.post_raw({"message": {"text": "secret words", "date": "x"}})
    update = await fake.people.say(person, "secret words")
    async with running(telegram, Ear(then=fail).hear):
        await fake.world.acknowledged(update)
        await telegram.send(outgoing(person, "secret words", ("taken", "secret label")))
    logged = "".join(capsys.readouterr()) + "\n".join(f"{record.name} {record.getMessage()} {record.exc_info}" for record in caplog.records)
    assert "telegram.hearing-failed" in logged
    assert [word for word in ("secret", "Anastasia", "987654321", TOKEN, TOKEN.partition(":")[2]) if word in logged] == []
