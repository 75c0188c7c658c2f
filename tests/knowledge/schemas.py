"""The JSON Schemas of the knowledge files, for editors: generated from the models that the loaders use.

`python -m tests.knowledge.schemas` writes them to docs/schemas; `test_schemas.py` says when they are out of date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, RootModel

from bot.knowledge import (
    conflicts,
    countries,
    drinks,
    facts,
    findings,
    places,
    pseudonyms,
    questions,
    rules,
    sayings,
    schemes,
    signs,
    silences,
    sources,
    substances,
    word_classes,
)
from bot.knowledge.commands import Commands
from bot.knowledge.consent import Consent
from bot.knowledge.danger import Concepts, TriggersFile, WordsFile
from bot.knowledge.discord import DiscordWords
from bot.knowledge.language import Amounts, Examples, Terms, Times, Understanding
from bot.knowledge.telegram import TelegramWords
from bot.knowledge.wording import Calendar

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"


class Wording(RootModel[dict[str, str]]):
    """Texts by their wording key."""


FOR_ALL: Mapping[str, type[BaseModel]] = {
    "conflicts": conflicts._File,
    "consent": Consent,
    "countries": countries._File,
    "danger": Concepts,
    "documents": sources._File,
    "drinks": drinks._File,
    "facts": facts._File,
    "findings": findings._File,
    "places": places._File,
    "rules": rules._File,
    "schemes": schemes._File,
    "silences": silences._File,
    "substances": substances._File,
}
"""Files that stand once, by name."""

PER_LANGUAGE: Mapping[str, type[BaseModel]] = {
    "amounts": Amounts,
    "calendar": Calendar,
    "commands": Commands,
    "countries": countries._Words,
    "danger_body": TriggersFile,
    "danger_care": TriggersFile,
    "danger_mind": TriggersFile,
    "danger_words": WordsFile,
    "discord": DiscordWords,
    "examples": Examples,
    "facts": facts._WordsFile,
    "findings": findings._WordsFile,
    "pseudonyms": pseudonyms._File,
    "subjects": signs._Subjects,
    "substances": substances._WordsFile,
    "telegram": TelegramWords,
    "terms": Terms,
    "times": Times,
    "understanding": Understanding,
    "wording": Wording,
    "word_classes": word_classes._File,
}
"""Files that stand in every language, by name."""

BY_AUTHOR: Mapping[str, type[BaseModel]] = {"questions": questions._File, "sayings": sayings._File, "signs": signs._File}
"""The folders of example messages in each language: one file an author, all of one shape."""


def schemas() -> dict[str, str]:
    """The text of every schema by its file name: `rules.json`; `language.wording.json` for what stands in each language."""
    named = {f"{name}.json": (f"{name}.yaml", model) for name, model in FOR_ALL.items()}
    named |= {f"language.{name}.json": (f"LANGUAGE/{name}.yaml", model) for name, model in PER_LANGUAGE.items()}
    named |= {f"language.{name}.json": (f"LANGUAGE/{name}/AUTHOR.yaml", model) for name, model in BY_AUTHOR.items()}
    return {file: _text(title, model) for file, (title, model) in named.items()}


def _text(title: str, model: type[BaseModel]) -> str:
    schema: dict[str, Any] = model.model_json_schema(mode="validation")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"bot/knowledge/{title}"}
    return json.dumps({**schema, **head}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in schemas().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
