"""What is shown on Discord beside the answers, per language: commands, forms, and the words of the platform alone.

What a command takes is the same in every language and stands here; its names, and the sentence that it stands for, are data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict
from bot.knowledge.shelf import load_from
from bot.knowledge.wording import placeholders

BASE = "en"
"""The language whose names a command is registered and called under; the others are shown beside."""

Source = Literal["effects", "substances", "slots"]
"""What is suggested while somebody types."""

WORDS = {
    "chosen": frozenset({"label"}),
    "choose": frozenset[str](),
    "in-private": frozenset[str](),
    "general-only": frozenset[str](),
    "open-private": frozenset[str](),
    "channels": frozenset({"abstinent", "drinking"}),
    "answered-in-private": frozenset[str](),
    "not-answered-yet": frozenset[str](),
    "not-known": frozenset[str](),
    "private-closed": frozenset[str](),
    "moderators-only": frozenset[str](),
    "administrators-only": frozenset[str](),
    "watch-notice": frozenset[str](),
    "watch-on": frozenset[str](),
    "watch-off": frozenset[str](),
    "watch-not-listed": frozenset({"channel"}),
    "watch-no-words": frozenset[str](),
    "watch-cannot": frozenset[str](),
}
"""The words that the adapter says itself, and what fills them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What one option of a command takes: a text, or a whole number from `least` to `most`."""

    kind: Literal["text", "number"] = "text"
    required: bool = False
    least: int = 0
    most: int = 1000
    suggests: Source | None = None
    choices: tuple[str, ...] = ()


CASE = Takes(kind="number", required=True, least=1, most=10**9)

COMMANDS: Mapping[str, Mapping[str, Takes]] = {
    "start": {},
    "help": {},
    "human": {"text": Takes()},
    "next": {},
    "today": {},
    "curve": {},
    "my-history": {"days": Takes(kind="number", least=7, most=60)},
    "plan": {},
    "new-plan": {},
    "taken": {"mg": Takes(kind="number", least=1), "time": Takes(suggests="slots")},
    "missed": {"time": Takes(suggests="slots", required=True)},
    "effect": {"effect": Takes(suggests="effects"), "severity": Takes(kind="number", most=10)},
    "craving": {"strength": Takes(kind="number", most=10, required=True)},
    "drink": {"count": Takes(kind="number", least=1, most=50, required=True), "what": Takes(choices=("glass", "beer", "wine"))},
    "mix": {"substance": Takes(suggests="substances", required=True)},
    "ask": {"text": Takes(required=True)},
    "mentor": {
        "do": Takes(required=True, choices=("find", "volunteer", "withdraw", "write", "end")),
        "pair": Takes(kind="number", least=1, most=10**9),
        "text": Takes(),
    },
    "report": {},
    "undo": {},
    "privacy": {},
    "link": {"code": Takes()},
    "settings": {},
    "cancel": {},
}
MODERATOR_COMMANDS: Mapping[str, Mapping[str, Takes]] = {
    "cases": {},
    "claim": {"case": CASE},
    "reply": {"case": CASE, "text": Takes(required=True)},
    "note": {"case": CASE, "text": Takes(required=True)},
    "release": {"case": CASE},
    "history": {"case": CASE},
    "pairs": {},
    "end-pair": {"pair": CASE},
    "duty-on": {},
    "duty-off": {},
}
WATCH: Mapping[str, Takes] = {"state": Takes(required=True, choices=("on", "off"))}
"""What the administrators' command takes."""

FORMS: Mapping[str, Mapping[str, bool]] = {
    "plan": {"doses": True, "start": True, "more": False},
    "effect": {"effect": True, "severity": False, "more": False},
    "report": {"message": False, "reason": False},
    "answer": {"text": True},
}
"""The forms, their fields in order, and whether each must be filled in."""

ANSWER_FORM = "answer"
"""The form under a question to the community."""

REPORT_FORM = "report"
"""The form on somebody else's message. Its words are no sentence of whoever reports it: they are carried as they are."""

FORM_OF = {"new-plan": "plan", "effect": "effect"}
"""Commands that open a form when its first field is not given with them."""

LIMITS = {"title": 45, "label": 45, "hint": 100}
"""Characters that Discord shows of a form (Discord: Modals, Components)."""

Name = Annotated[str, Field(pattern=r"^[-_a-z0-9à-ÿœ]{1,32}$")]
Shown = Annotated[str, Field(min_length=1, max_length=100)]
Sentence = Annotated[tuple[str, ...], Field(min_length=1)]


class OptionWords(Strict):
    """One option as it is shown; each of its choices is shown, and said, in these words."""

    name: Name
    shown: Shown
    choices: dict[str, Shown] = {}


class CommandWords(Strict):
    """One command as it is shown, and the pieces of the sentence that it stands for."""

    name: Name
    shown: Shown
    says: Sentence
    options: dict[str, OptionWords] = {}


class FieldWords(Strict):
    """One line of a form."""

    label: Annotated[str, Field(min_length=1, max_length=45)]
    hint: Annotated[str, Field(max_length=100)] = ""


class FormWords(Strict):
    """A form, and the pieces of the sentence that it makes, if it makes one."""

    title: Annotated[str, Field(min_length=1, max_length=45)]
    says: tuple[str, ...] = ()
    fields: dict[str, FieldWords]


class DiscordWords(Strict):
    """Everything of one language. Commands, forms and words are held by their ids, the same in every language."""

    commands: dict[str, CommandWords]
    moderator_commands: dict[str, CommandWords]
    watch: CommandWords
    report_menu: Annotated[str, Field(min_length=1, max_length=32)]
    forms: dict[str, FormWords]
    words: dict[str, str]


@cache
def discord_words(language: str, folder: Path | None = None) -> DiscordWords:
    """The words of a language. Raises KnowledgeError when something is missing, unknown, or filled with what is never given."""
    held = load_from(f"{language}/discord.yaml", DiscordWords, folder)
    for fault in _faults(held):
        raise KnowledgeError(f"{language}/discord.yaml: {fault}")
    return held


def _faults(held: DiscordWords) -> Iterator[str]:
    if {word: placeholders(text) for word, text in held.words.items()} != WORDS:
        yield f"words: expected {', '.join(sorted(WORDS))}, each with what fills it"
    for part, words, known in (
        ("commands", held.commands, COMMANDS),
        ("moderator_commands", held.moderator_commands, MODERATOR_COMMANDS),
        ("watch", {"watch": held.watch}, {"watch": WATCH}),
    ):
        if words.keys() != known.keys():
            yield f"{part}: expected {', '.join(sorted(known))}"
            return
        for name, takes in known.items():
            yield from _command_faults(f"{part}.{name}", words[name], takes)
    if {name: [*form.fields] for name, form in held.forms.items()} != {name: [*fields] for name, fields in FORMS.items()}:
        yield f"forms: expected {', '.join(sorted(FORMS))}, each with its fields in order"
    for name, form in held.forms.items():
        if _filled(form.says) != (set() if name == REPORT_FORM else set(form.fields)):
            yield f"forms.{name}.says: not filled with exactly its fields"
    names = [command.name for command in (*held.commands.values(), *held.moderator_commands.values(), held.watch)]
    if len(names) != len(set(names)):
        yield "two commands have the same name"


def _command_faults(where: str, words: CommandWords, takes: Mapping[str, Takes]) -> Iterator[str]:
    if words.options.keys() != takes.keys():
        yield f"{where}.options: expected {', '.join(sorted(takes)) or 'none'}"
        return
    for name, option in words.options.items():
        if tuple(option.choices) != takes[name].choices:
            yield f"{where}.options.{name}.choices: expected {', '.join(takes[name].choices) or 'none'}"
    if not _filled(words.says) <= set(takes):
        yield f"{where}.says: filled with what is no option"


def _filled(says: Sentence) -> set[str]:
    return {name for piece in says for name in placeholders(piece)}


def sentence(says: Sentence, given: Mapping[str, object]) -> str:
    """The pieces whose places are all filled, in order."""
    known = {name: value for name, value in given.items() if str(value).strip()}
    return "".join(piece.format(**known) for piece in says if placeholders(piece) <= known.keys()).strip()


@cache
def words_of_all(language: str) -> Mapping[str, CommandWords]:
    """Every command of every kind, by its id."""
    held = discord_words(language)
    return {**held.commands, **held.moderator_commands, "watch": held.watch}


@cache
def by_base_name() -> Mapping[str, str]:
    """The name that a command is called under, to its id."""
    return {words.name: name for name, words in words_of_all(BASE).items()}


@cache
def option_ids(command: str) -> Mapping[str, str]:
    """The names that the options of a command are called under, to their ids."""
    return {option.name: name for name, option in words_of_all(BASE)[command].options.items()}


def languages() -> tuple[str, ...]:
    """The languages that commands are shown in."""
    return LANGUAGES
