"""The terminal: a choice is made by its number, and whatever is typed instead of one is words."""

from __future__ import annotations

import io

import pytest

from bot.adapters.console import Console
from bot.messages import Account, Incoming
from tests.ears import StillClock, rendered

ME = Account("console", "ana")


async def typed(line: str) -> Incoming:
    """What is heard of a line, when "yes" and "no" were offered."""
    heard: list[Incoming] = []

    async def hear(incoming: Incoming) -> None:
        heard.append(incoming)

    console = Console(clock=StillClock(), source=io.StringIO(f"{line}\n"), out=io.StringIO(), name="ana", role="patient", interactive=False)
    await console.send(rendered(ME, "Is that right?", (("yes", "Yes"), ("no", "No"))))
    await console.run(hear)
    (incoming,) = heard
    return incoming


async def test_a_choice_is_made_by_its_number() -> None:
    made = (await typed("#2")).press
    assert made is not None
    assert made.choice == "no"


@pytest.mark.parametrize("line", ["#²", "#0", "#3", "#" + "9" * 5000, "#-1", "#"])
async def test_what_is_no_number_of_a_choice_is_words(line: str) -> None:
    incoming = await typed(line)
    assert (incoming.press, incoming.text) == (None, line)
