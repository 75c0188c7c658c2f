"""What the fuzzer runs is run here without it, on what its search begins with; and every law is shown to bite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.core.flags import Flag, Screening
from bot.core.levels import Level
from bot.core.meaning import Act, Meaning
from bot.messages import Account
from bot.ports import Outgoing
from tests.fuzzing.conversing import check_reply
from tests.fuzzing.doors import DOORS, seeds
from tests.fuzzing.draw import LONGEST, Draw
from tests.fuzzing.reading import TooSlow, check_doses, check_meaning, check_screening, in_time
from tests.fuzzing.words import LANGUAGES, messages, plans, talks, words

MOST_OF_THE_TIME = 8
ODD = [b"", b"\0", b"\xff" * 40, bytes(range(256)), b"\0\0\0\xed\xa0\x80 20 mg \xff", b"\7\7\7\xff\1x 20 mg\n\7\7\7\xff\1x", b"\n" * 30]
NOW = datetime.fromisoformat("2026-03-18T15:20:00+01:00")
INTAKE = Meaning(language="en", acts=(Act("log_intake", {"dose_mg": 20, "at": "2026-03-18T14:00"}),), confidence="sure")


@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_what_its_search_begins_with(door: str) -> None:
    begun = list(seeds(door))
    assert len(begun) > 100
    for data in begun[:: len(begun) // MOST_OF_THE_TIME]:
        DOORS[door](data)


@pytest.mark.parametrize("data", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_what_nobody_writes(door: str, data: bytes) -> None:
    DOORS[door](data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_knows_words_messages_plans_and_stories(language: str) -> None:
    assert len(words(language)) > 3000
    assert {"20 mg", "½"} <= set(words(language))
    assert len(messages(language)) > 1000
    assert len(plans(language)) > 4
    assert len(talks(language)) > 10


def test_the_same_bytes_are_the_same_message_and_none_is_too_long() -> None:
    texts = {
        bytes([how, 255, size]): Draw(bytes([how, 255, size]) + b"took 20 mg").message(words("en")) for how in range(8) for size in (0, 1)
    }
    assert texts == {begun: Draw(begun + b"took 20 mg").message(words("en")) for begun in texts}
    assert max(map(len, texts.values())) == LONGEST


def test_an_answer_that_takes_too_long_is_seen() -> None:
    with pytest.raises(TooSlow), in_time(0):
        sum(range(100_000))


WRONGLY_READ: Mapping[str, Meaning] = {
    "nothing": replace(INTAKE, acts=()),
    "an intent that nobody knows": replace(INTAKE, acts=(Act("double_the_dose"),)),
    "a set, which no line can tell": replace(INTAKE, acts=(Act("log_drink", {"drinks": {1}}),)),
    "an intake to come": replace(INTAKE, acts=(Act("log_intake", {"dose_mg": 20, "at": "2026-03-18T18:00"}),)),
    "more than was said": replace(INTAKE, acts=(Act("log_intake", {"dose_mg": 6000}),)),
    "too many offers": replace(INTAKE, confidence="ask", candidates=("undo",) * 4),
}


@pytest.mark.parametrize("why", WRONGLY_READ)
def test_a_wrong_reading_is_seen(why: str) -> None:
    check_meaning(INTAKE, "took 20 mg at 2pm", NOW)
    with pytest.raises((AssertionError, TypeError, ValueError)):
        check_meaning(WRONGLY_READ[why], "took 20 mg at 2pm", NOW)


def test_an_intake_that_is_asked_about_or_read_on_a_wrong_clock_is_seen() -> None:
    for text, local in (("took 20 mg at 2pm?", NOW), ("took 20 mg at 2pm", None)):
        with pytest.raises(AssertionError):
            check_meaning(INTAKE, text, local)


@pytest.mark.parametrize("doses", [[{"mg": float("nan")}], [{"mg": -5}], [{"tablets": 1, "at": "8"}]])
def test_a_dose_that_cannot_be_is_seen(doses: list[dict[str, Any]]) -> None:
    check_doses([{"mg": 20, "at": "08:00"}, {"tablets": 0.5}])
    with pytest.raises(AssertionError):
        check_doses(doses)


def test_a_sign_outside_the_words_is_seen() -> None:
    check_screening(Screening("en", (Flag("seizure", Level.emergency, 0, 4, "fits"),)), "fits")
    with pytest.raises(AssertionError):
        check_screening(Screening("en", (Flag("seizure", Level.emergency, 0, 5, "fits"),)), "fits")


REPLY = Outgoing(key="k", account=Account("story", "patient"), text="It is 8:00. Your plan has: 20 mg.", kind="reply", level="none")
WRONGLY_SAID = {
    "nothing": replace(REPLY, text=" \n"),
    "more than was planned": replace(REPLY, text="It is 8:00. Your plan has: 50 mg."),
    "an amount of nobody's": replace(REPLY, text="Take 20 mg."),
    "an amount in an emergency": replace(REPLY, level="emergency"),
}


@pytest.mark.parametrize("why", WRONGLY_SAID)
def test_a_wrong_reply_is_seen(why: str) -> None:
    check_reply(REPLY, "en", 40)
    with pytest.raises(AssertionError):
        check_reply(WRONGLY_SAID[why], "en", 40)
