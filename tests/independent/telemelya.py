"""A morning in French and one in English, on a stand-in for Telegram that we did not write.

    python -m tests.independent.telemelya --stand-in PATH/bin/python

The real `palier run` in a process of its own, by webhook, on a database that is thrown away. What is checked is what telemelya
says that it was told to show. Ends with 1 when anything is not as it should be. See docs/telegram.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.buttons import press_of
from tests.independent.stage import DIFFERENCES, LEFT, TOKEN, Json, Stage, stage

ANA, BEN, KEEPER = 1001, 1002, 1003
PATIENCE_S = 15.0


class NotAsExpected(Exception):
    """What somebody sees is not what they should see."""


@dataclass
class Screen:
    """A chat as its reader sees it: what telemelya was told, in order, each edit in its place."""

    messages: dict[int, Json] = field(default_factory=dict)
    answered: int = 0
    """How many presses were answered."""

    @classmethod
    def of(cls, told: list[Json]) -> Screen:
        """What is seen after all of this."""
        screen = cls()
        for each in told:
            if each["method"] == "answerCallbackQuery":
                screen.answered += 1
            elif each["method"].startswith("edit"):
                shown = {name: each.get(name) for name in ("text", "caption")}
                screen.messages[each["message_id"]].update(shown, reply_markup=each["raw"].get("reply_markup"))
            elif each["method"] in ("sendMessage", "sendPhoto"):
                screen.messages[each["message_id"]] = each
        return screen

    def texts(self, after: int = 0) -> list[str]:
        """The words of everything that came after a message, a caption being the words of its picture."""
        return [each.get("text") or each.get("caption") or "" for number, each in self.messages.items() if number > after]

    def button(self, choice: str) -> tuple[int, str]:
        """The newest button of a choice that is still there: its message and its data."""
        for number, message in reversed(self.messages.items()):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    press = press_of(button.get("callback_data", ""))
                    if press is not None and press.choice == choice:
                        return number, button["callback_data"]
        raise NotAsExpected(f"no button {choice} among {self.texts()[-3:]}")


@dataclass
class Somebody:
    """One who writes and reads."""

    stage: Stage
    number: int
    name: str
    language: str
    seen: int = 0
    checks: int = 0

    def __post_init__(self) -> None:
        self.stage.bridge.languages[self.number] = self.language

    async def says(self, text: str, *expected: str) -> None:
        """Write, and read all of this in what comes."""
        self.seen = max((await self.screen()).messages, default=0)
        await self._act(text=text)
        await self.reads(*expected)

    async def presses(self, choice: str, *expected: str) -> None:
        """Press a button; it is answered, its message shows the choice, and what comes holds all of this."""
        before = await self.screen()
        self.seen = max(before.messages, default=0)
        message, data = before.button(choice)
        await self._act(callback_data=data, callback_message_id=message)
        await self._until(lambda screen: screen.answered > before.answered, f"an answer to the press of {choice}")
        await self._until(lambda screen: "✓" in " ".join(screen.texts(message - 1)[:1]), f"{choice} under its message")
        await self.reads(*expected)

    async def reads(self, *expected: str) -> None:
        """See all of this in what came since they last did something."""
        for words in expected:
            await self._until(partial(self._is_told, words), repr(words))

    def _is_told(self, words: str, screen: Screen) -> bool:
        return any(words in text for text in screen.texts(self.seen))

    async def screen(self) -> Screen:
        """What they see now."""
        asked = {"session_id": self._scene}
        async with self.stage.session.get(f"{self.stage.api}/api/v1/test/responses", params=asked) as answer:
            return Screen.of((await answer.json())["responses"])

    @property
    def _scene(self) -> str:
        return f"chat-{self.number}"

    async def _act(self, **what: object) -> None:
        asked = {"chat_id": self.number, "from_user": {"id": self.number, "first_name": self.name}, **what}
        where = {"bot_token": TOKEN, "session_id": self._scene}
        async with self.stage.session.post(f"{self.stage.api}/api/v1/test/send_update", params=where, json=asked) as answer:
            said = await answer.json()
        if answer.status != 200 or said["delivery"]["status_code"] != 200:
            raise NotAsExpected(f"{self.name} was not heard: {said}")

    async def _until(self, true: Callable[[Screen], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not true(await self.screen()):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotAsExpected(f"{self.name} does not see {what} in {(await self.screen()).texts(self.seen)}") from None
        self.checks += 1


FRENCH = {
    "welcome": "18 ans",
    "plan": "plan quatre prises à partir d'aujourd'hui, coucher 22h",
    "plan read": "10 mg",
    "plan kept": "rappel",
    "took": "je viens de prendre 5 mg",
    "noted": "5 mg",
    "curve": "/courbe",
    "curve read": "pas une mesure",
    "asks": "c'est quand la prochaine prise ?",
    "answer": "prise",
    "feels": "somnolence",
    "felt": "somnolence",
    "danger": "je veux mourir",
    "number": "3114",
    "claimed": "modérateur",
}
ENGLISH = {
    "welcome": "18 or over",
    "plan": "four dose plan from today, bedtime 10pm",
    "plan read": "10 mg",
    "plan kept": "remind",
    "took": "I just took 5 mg",
    "noted": "5 mg",
    "curve": "/curve",
    "curve read": "no measure of your body",
    "asks": "when is my next dose?",
    "answer": "intake",
    "feels": "drowsiness",
    "felt": "drowsiness",
    "danger": "I want to die",
    "number": "999",
    "claimed": "moderator",
}


async def morning(patient: Somebody, keeper: Somebody, country: str, words: Mapping[str, str]) -> None:
    """From the first word to a danger sign that a human has taken in hand and closed."""
    await patient.says("/start", words["welcome"])
    await patient.presses("consent-yes")
    await patient.presses(country)
    await patient.says(words["plan"], words["plan read"])
    await patient.presses("confirm", words["plan kept"])
    await patient.says(words["took"], words["noted"])
    await patient.says(words["curve"], words["curve read"])
    await patient.says(words["asks"], words["answer"])
    await patient.says(words["feels"], words["felt"])
    await patient.presses("severity-4", "4/10")
    keeper.seen = max((await keeper.screen()).messages, default=0)
    await patient.says(words["danger"], words["number"])
    await keeper.reads(words["danger"])
    await keeper.presses("claim", "est à vous")
    await patient.reads(words["claimed"])
    await keeper.presses("reply")
    await keeper.says("Bonjour, je suis là.")
    await patient.reads("je suis là")
    await keeper.presses("resolve-safe")


async def play(stand_in: str, folder: Path) -> None:
    """Both mornings, in one house with one moderator. Raises NotAsExpected."""
    async with stage(stand_in, folder, moderators=[KEEPER]) as scene:
        keeper = Somebody(scene, KEEPER, "Keeper", "fr")
        await keeper.says("/start")
        await keeper.says("de garde", "garde")
        ana, ben = Somebody(scene, ANA, "Ana", "fr"), Somebody(scene, BEN, "Ben", "en")
        await morning(ana, keeper, "country-fr", FRENCH)
        await morning(ben, keeper, "country-gb", ENGLISH)
        await protected(keeper)
        if len(scene.pictures) < 2:
            raise NotAsExpected(f"two pictures were asked for, and {len(scene.pictures)} came")
        say(f"{ana.checks + ben.checks + keeper.checks} things were seen as they should be; methods asked for, with their answers:")
        for method, status in sorted(set(scene.bridge.asked)):
            say(f"  {method}: {status}")


async def protected(keeper: Somebody) -> None:
    """The cards of a moderator cannot be passed on."""
    cards = [each for each in (await keeper.screen()).messages.values() if "je veux mourir" in each.get("text", "")]
    open_to_all = [each["text"] for each in cards if not each["raw"].get("protect_content")]
    if not cards or open_to_all:
        raise NotAsExpected(f"{len(cards)} cards, of which these may be passed on: {open_to_all}")


def main() -> int:
    """Play, and say what was stepped round."""
    parser = argparse.ArgumentParser(prog="python -m tests.independent.telemelya", description=__doc__)
    parser.add_argument("--stand-in", required=True, help="the Python of an environment with telemelya 0.2.2 and fakeredis")
    parser.add_argument("--folder", type=Path, help="keep the logs there instead of in a folder that is thrown away")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="palier-independent-")))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            asyncio.run(play(asked.stand_in, folder.resolve()))
        except (NotAsExpected, TimeoutError, ChildProcessError) as fault:
            say(f"NOT AS EXPECTED: {fault}")
            return 1
    say("Stepped round:")
    for name, what in DIFFERENCES.items():
        say(f"  {name}: {what}")
    say("Not confirmed by this:")
    for what in LEFT:
        say(f"  {what}")
    return 0


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
