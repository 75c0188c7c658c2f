"""The way out: every message in parts that Discord takes, and every refusal told apart."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.discord.buttons import view_of
from bot.messages import Account, Press
from bot.ports import File, Label, SendFailed
from tests.discord.lines import adapter, labels, outgoing, stage, the_last

PNG = File(kind="png", name="curve.png", content=b"\x89PNG")
PDF = File(kind="pdf", name="report.pdf", content=b"%PDF")


async def test_a_long_text_comes_in_parts_with_its_buttons_and_files_on_the_last() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        text = "\n\n".join(f"paragraph {number} " + "x" * 500 for number in range(8))
        await talk.discord.send(outgoing(ana, text, ("taken", "Taken"), files=(PNG, PDF)))
        seen = talk.seen(ana)
    assert len(seen) == 3
    assert " ".join(" ".join(m.content for m in seen).split()) == " ".join(text.split())
    assert [labels(message) for message in seen] == [[], [], ["Taken"]]
    assert [file.filename for file in seen[-1].attachments] == ["curve.png", "report.pdf"]


async def test_a_file_without_words_is_sent() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        await talk.discord.send(outgoing(ana, "", files=(PDF,)))
        (message,) = talk.seen(ana)
    assert [file.filename for file in message.attachments] == ["report.pdf"]


async def test_nobody_is_called_by_what_a_text_holds_and_no_link_is_unfolded() -> None:
    async with stage() as talk:
        await talk.discord.send(outgoing(talk.join("ana"), "@everyone https://example.org"))
        (request,) = [each for each in talk.env.http_requests if each.path.endswith("/messages")]
    sent: Any = request.json
    assert sent["allowed_mentions"] == {"parse": []}
    assert sent["flags"] & 4
    assert sent["enforce_nonce"] is True


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (403, 50007, True),
        (403, 50278, True),
        (404, 10003, True),
        (403, 50013, True),
        (403, 50001, True),
        (404, 10013, True),
        (400, 50035, True),
        (400, 40003, False),
        (401, 0, False),
    ],
)
async def test_every_refusal_says_whether_trying_again_can_help(status: int, code: int, *, permanent: bool) -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        talk.env.inject_error("POST", "/channels/*/messages", status=status, code=code)
        with pytest.raises(SendFailed) as failed:
            await talk.discord.send(outgoing(ana, "secret words"))
    assert failed.value.permanent is permanent
    assert "secret" not in failed.value.reason


async def test_words_are_sent_without_the_buttons_that_discord_refuses() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        talk.env.inject_error("POST", "/channels/*/messages", status=400, code=50035, times=1)
        await talk.discord.send(outgoing(ana, "Taken?", ("taken", "Taken")))
        assert [(message.content, labels(message)) for message in talk.seen(ana)] == [("Taken?", [])]


async def test_a_part_that_was_sent_is_not_sent_again() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        message = outgoing(ana, "a" * 1500 + "\n\n" + "b" * 1500)
        once = iter([True])

        def close_after_the_first(event: str, _: Any) -> None:
            if event == "MESSAGE_CREATE" and next(once, False):
                talk.env.backend.faults.append(
                    {"method": "POST", "path": "/channels/*", "status": 403, "code": 50007, "message": "", "times": 1}
                )

        talk.env.backend.subscribers.append(close_after_the_first)
        with pytest.raises(SendFailed):
            await talk.discord.send(message)
        await talk.discord.send(message)
        await talk.discord.send(outgoing(ana, "next", key="another"))
        assert [text[0] for text in talk.texts(ana)] == ["a", "b", "n"]


async def test_what_is_sent_before_discord_is_entered_waits() -> None:
    class Nobody:
        id = 7

    with pytest.raises(TimeoutError):
        await adapter().send(outgoing(Nobody(), "hello"))


async def test_the_moderators_channel_is_written_to_as_a_channel() -> None:
    async with stage(moderators_channel=0) as talk:
        channel = talk.env.create_guild().create_text_channel("keepers")
        await talk.again(adapter(moderators_channel=channel.id))
        card = outgoing(channel, "A case waits.", ("claim", "Claim"), kind="case", level="urgent")
        await talk.discord.send(card)
        assert the_last(channel).content == "A case waits."
        on_duty = [said for said in talk.ear.heard if said.account == Account("discord", str(channel.id))]
        assert [(said.text, said.role) for said in on_duty] == [("on duty", "moderator")]


async def test_a_moderators_channel_that_was_deleted_is_a_dead_letter() -> None:
    async with stage() as talk:
        await talk.again(adapter(moderators_channel=123))
        gone: Any = type("Gone", (), {"id": 123})
        with pytest.raises(SendFailed) as failed:
            await talk.discord.send(outgoing(gone, "A case waits.", kind="case"))
    assert failed.value.permanent


async def test_a_scale_stands_in_rows_of_its_own_and_many_choices_in_menus() -> None:
    scale = [Label(id=f"severity-{number}", about="1", text=str(number)) for number in range(11)]
    view = view_of([*scale, Label(id="cancel", about="1", text="Cancel")], choose="Choose")
    assert view is not None
    assert [len(row["components"]) for row in view.to_components()] == [5, 5, 1, 1]
    many = view_of(
        [Label(id=f"country-{number}", about="", text="A rather long name of a country") for number in range(30)], choose="Choose"
    )
    assert many is not None
    assert [len(row["components"][0]["options"]) for row in many.to_components()] == [25, 5]


async def test_a_choice_in_a_menu_is_heard_and_shown() -> None:
    async with stage() as talk:
        ana = talk.join("ana")
        choices = [(f"country-{number}", f"A rather long name of a country {number}") for number in range(30)]
        await talk.discord.send(outgoing(ana, "Which country?", *choices))
        (message,) = talk.seen(ana)
        await ana.select(message, ["country-27|about"], custom_id="?1")
        assert [said.press for said in talk.ear.heard] == [Press("country-27", "about")]
        assert talk.texts(ana) == ["Which country?\n\n✓ A rather long name of a country 27"]
