"""The schemas published for editors are fresh, cover every knowledge file, and refuse what the loaders refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.knowledge.files import LANGUAGES, read, root
from tests.knowledge.schemas import BY_AUTHOR, FOLDER, FOR_ALL, PER_LANGUAGE, schemas

HERE = Path(str(root()))
FILES = {f"{name}.yaml": model for name, model in FOR_ALL.items()} | {
    f"{language}/{name}.yaml": model for name, model in PER_LANGUAGE.items() for language in LANGUAGES
}


def test_every_published_schema_is_fresh() -> None:
    published = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert published.keys() == schemas().keys()
    assert [name for name, text in schemas().items() if published[name] != text] == []


def test_every_knowledge_file_has_a_schema_and_every_schema_a_file() -> None:
    found = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*.yaml")}
    spoken = {path for path in found if path.count("/") == 2 and path.split("/")[1] in BY_AUTHOR}
    assert found - spoken == FILES.keys()
    assert {path.split("/")[0] for path in spoken} == set(LANGUAGES)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every description of an object with named keys, wherever it stands."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_an_editor_is_told_of_unknown_keys(name: str) -> None:
    assert [thing for thing in objects(json.loads(schemas()[name])) if thing.get("additionalProperties") is not False] == []


def needed(schema: dict[str, Any], thing: dict[str, Any]) -> Iterator[str]:
    """The keys that an object description asks for."""
    place = thing.get("$ref", "").rpartition("/")[2]
    yield from schema["$defs"][place].get("required", ())


@pytest.mark.parametrize("name", ["rules", "conflicts", "documents", "schemes", "facts", "findings", "substances", "silences"])
def test_what_an_editor_asks_for_is_what_the_file_holds(name: str) -> None:
    schema = json.loads(schemas()[f"{name}.json"])
    asked = set(needed(schema, schema["additionalProperties"]))
    entries = read(f"{name}.yaml")
    assert asked
    assert [key for key, entry in entries.items() if not asked <= entry.keys()] == []


@pytest.mark.parametrize("path", sorted(FILES))
def test_the_model_behind_a_schema_reads_its_file_and_refuses_another_shape(path: str) -> None:
    model = FILES[path]
    model.model_validate(read(path))
    with pytest.raises(ValidationError):
        model.model_validate(["not", "a", "mapping"])
