"""Pictures where people see them: a photo on Telegram, a file on Discord, a place on the disk at a terminal, a file of the command line."""

from __future__ import annotations

import io
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.console import Console
from bot.knowledge.discord import discord_words
from bot.knowledge.files import LANGUAGES
from bot.knowledge.telegram import telegram_words
from bot.messages import Account
from bot.ports import File, Outgoing
from tests.core.command import palier
from tests.discord.lines import outgoing as on_discord
from tests.discord.lines import stage, the_response
from tests.discord.test_house import arrive as arrive_on_discord
from tests.discord.test_house import line as line_on_discord
from tests.ears import StillClock
from tests.houses import settings_in
from tests.telegram.fake_bot_api import FakeBotApi, refusal
from tests.telegram.fake_people import buttons
from tests.telegram.lines import adapter, outgoing
from tests.telegram.test_house import ANA, BEN, KEEPER, arrive, line

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + (1080).to_bytes(4) + (1350).to_bytes(4) + b" and a picture"
PICTURE = File(kind="png", name="day.png", content=PNG)
LONG = "\n\n".join(f"line {number} " + "word " * 60 for number in range(5))
NOT_A_PHOTO = refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
NOT_A_FILE = refusal(400, "Bad Request: something about the file")


@pytest.fixture
async def fake() -> AsyncIterator[FakeBotApi]:
    """A strict Bot API with Ana and Ben, patients, and a keeper."""
    api = FakeBotApi()
    await api.start()
    api.people.join(ANA, "Ana", language="fr")
    api.people.join(BEN, "Ben", language="en")
    api.people.join(KEEPER, "Keeper", language="en")
    yield api
    await api.stop()


# --- Telegram ---


SAID = {
    ANA: ("plan quatre prises à partir d'aujourd'hui, coucher 22h", "oui", "j'ai pris 5 mg à 8h"),
    BEN: ("four dose plan from today, bedtime 10pm", "yes", "I took 5 mg at 7:10"),
}


@pytest.mark.parametrize(
    ("person", "commands"),
    [(ANA, ("/courbe", "/historique")), (BEN, ("/curve", "/history")), (BEN, ("/courbe", "/historique"))],
)
async def test_the_menu_brings_photos_that_cannot_be_passed_on(
    fake: FakeBotApi, tmp_path: Path, person: int, commands: tuple[str, str]
) -> None:
    async with line(fake, settings_in(tmp_path)) as talk:
        await arrive(talk, person)
        for text in SAID[person]:
            await talk.says(person, text)
        before = len(fake.people.seen(person))
        for command in commands:
            await talk.says(person, command)
    photos = fake.people.seen(person)[before:]
    assert [("photo" in message, message.get("has_protected_content")) for message in photos] == [(True, True), (True, True)]
    assert all(0 < len(message["caption"]) <= 1024 for message in photos)
    sizes = [(message["photo"][-1]["width"], message["photo"][-1]["height"]) for message in photos]
    assert all(width == 1080 and 400 < height < 2000 for width, height in sizes)
    assert (person, "upload_photo") in fake.world.actions


async def test_a_moderators_history_of_a_case_is_still_typed_as_before(fake: FakeBotApi, tmp_path: Path) -> None:
    async with line(fake, settings_in(tmp_path), moderators=[KEEPER]) as talk:
        await talk.says(KEEPER, "/onduty")
        await arrive(talk, BEN)
        await talk.says(BEN, "talk to someone")
        told = [await talk.says(KEEPER, typed) for typed in ("/history 1", "/case 1", "/historique 1")]
    assert [text.startswith("Case 1") for (text,) in told] == [True, True, True]


async def test_words_that_no_caption_holds_follow_the_photo_with_their_buttons(fake: FakeBotApi) -> None:
    telegram = adapter(fake)
    await telegram.send(outgoing(ANA, LONG, ("undo", "Undo"), files=(PICTURE,)))
    await telegram.close()
    photo, words = fake.people.seen(ANA)
    assert ("photo" in photo, photo.get("caption"), photo["has_protected_content"], buttons(photo)) == (True, None, True, [])
    assert (words["text"], len(buttons(words))) == (LONG.strip(), 1)


@pytest.mark.parametrize("text", ["in words", LONG])
async def test_a_photo_that_telegram_refuses_in_every_way_costs_no_words(fake: FakeBotApi, text: str) -> None:
    telegram = adapter(fake)
    fake.fail("sendPhoto", NOT_A_PHOTO)
    fake.fail("sendDocument", NOT_A_FILE)
    await telegram.send(outgoing(ANA, text, ("undo", "Undo"), files=(PICTURE,)))
    await telegram.close()
    (words,) = fake.people.seen(ANA)
    assert (words["text"], len(buttons(words))) == (text.strip(), 1)


async def test_a_sign_that_cannot_be_shown_costs_no_picture(fake: FakeBotApi) -> None:
    telegram = adapter(fake)
    fake.fail("sendChatAction", refusal(500, "Internal Server Error"))
    await telegram.send(outgoing(ANA, "in words", files=(PICTURE,)))
    await telegram.close()
    assert ["photo" in message for message in fake.people.seen(ANA)] == [True]


def test_both_commands_are_in_every_menu() -> None:
    typed = {language: [telegram_words(language).commands[name].name for name in ("curve", "history")] for language in LANGUAGES}
    slashed = {language: [discord_words(language).commands[name].name for name in ("curve", "my-history")] for language in LANGUAGES}
    assert typed == slashed == {"fr": ["courbe", "historique"], "en": ["curve", "history"]}


# --- Discord ---


@pytest.mark.parametrize("french", [True, False])
async def test_the_commands_of_discord_bring_a_file_that_only_the_person_sees(tmp_path: Path, *, french: bool) -> None:
    async with line_on_discord(settings_in(tmp_path)) as talk:
        person = await arrive_on_discord(talk, "ana", french=french)
        await talk.says(person, "j'ai pris 5 mg à 8h" if french else "I took 5 mg at 7:10")
        guild = talk.stage.env.create_guild()
        channel = guild.create_text_channel("general")
        member = guild.add_member(person)
        answers = [await member.slash(channel, "curve"), await member.slash(channel, "history", days=14)]
        said_to_all = talk.stage.said_in(channel)
    responses = [the_response(answer) for answer in answers]
    assert [response.ephemeral for response in responses] == [True, True]
    assert [[file.filename[-4:] for file in response.message.attachments] for response in responses] == [[".png"], [".png"]]
    assert said_to_all == []


async def test_words_are_sent_without_the_picture_that_discord_refuses() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        talk.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=1)
        await talk.discord.send(on_discord(ana, "in words", ("undo", "Undo"), files=(PICTURE,)))
        (message,) = talk.seen(ana)
    assert (message.content, message.attachments, len(message.components)) == ("in words", [], 1)


# --- The terminal, and the command line ---


async def test_the_terminal_says_where_the_picture_is_and_nobody_else_may_read_it() -> None:
    out = io.StringIO()
    console = Console(clock=StillClock(), source=io.StringIO(), out=out, name="ana", role="patient", interactive=False)
    message = Outgoing(key="k", account=Account("console", "ana"), kind="reply", level="none", text="your day in words", files=(PICTURE,))
    await console.send(message)
    found = re.search(r"\[day\.png, (\d+) bytes: (.+)\]", out.getvalue())
    assert found
    place = Path(found.group(2))
    assert "your day in words" in out.getvalue()
    assert (place.read_bytes(), int(found.group(1))) == (PNG, len(PNG))
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    place.unlink()
    place.parent.rmdir()


@pytest.mark.parametrize("more", ["", " --steady", " --language fr", " --profile slow"])
def test_the_command_line_draws_the_band(tmp_path: Path, more: str) -> None:
    file = tmp_path / "curve.png"
    answer = palier(f"curve --doses 40@13:00,60@15:00,80@17:00 --png {file}{more}")
    assert (answer.exit_code, answer.out, answer.complaint) == (0, "", "")
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert palier(f"curve --doses 40@13:00,60@15:00,80@17:00 --png {file}{more}").exit_code == 0
    assert file.read_bytes() == content


def test_the_numbers_are_the_same_with_and_without_a_picture(tmp_path: Path) -> None:
    alone = palier("curve --doses 10@10:00 --json")
    both = palier(f"curve --doses 10@10:00 --json --png {tmp_path}/curve.png")
    assert both.lines == alone.lines
    assert (tmp_path / "curve.png").exists()


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("curve --doses 10@10:00", "--png FILE"),
        ("curve --doses 10@10:00 --png {folder}", "--png"),
        ("curve --doses 10@10:00 --png {folder}/nowhere/curve.png", "--png"),
        ("curve --doses 400@10:00 --png {folder}/curve.png", "ceiling-300"),
        ("curve --doses x@10:00 --png {folder}/curve.png", "x@10:00"),
        ("curve --doses 10@10:00 --png {folder}/curve.png --language de", "--language"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_one_line(tmp_path: Path, command: str, named: str) -> None:
    answer = palier(command.format(folder=tmp_path))
    assert (answer.exit_code, answer.out) == (2, "")
    assert named in answer.complaint
    assert len(answer.complaint.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
