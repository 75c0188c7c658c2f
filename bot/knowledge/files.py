"""The one place that reads knowledge files: YAML to typed values, refusing whatever is doubtful."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

LANGUAGES = ("fr", "en")

Model = TypeVar("Model", bound=BaseModel)


class KnowledgeError(Exception):
    """A knowledge file that cannot be trusted: the message names the file and what is wrong."""


class Strict(BaseModel):
    """Base of every knowledge model: unknown keys are refused and values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that refuses a key written twice, which YAML would silently let win."""


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    keys: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in keys:
            raise yaml.YAMLError(f"line {key_node.start_mark.line + 1}: the key {key!r} stands twice")
        keys.add(key)
    return dict(loader.construct_pairs(node, deep=True))


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, *, name: str) -> Any:
    """YAML text to plain values. Raises KnowledgeError on broken YAML or a key written twice."""
    try:
        return _UniqueKeys(text).get_single_data()
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{name}: {' '.join(str(error).split())}") from error


def root() -> Traversable:
    """The folder of the knowledge files, wherever the package is installed."""
    return files("bot.knowledge")


def read(path: str) -> Any:
    """Read one knowledge file, named relative to `bot/knowledge` (for instance `fr/wording.yaml`)."""
    try:
        text = (root() / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KnowledgeError(f"{path}: the file is missing") from None
    return parse(text, name=path)


def load(path: str, model: type[Model]) -> Model:
    """Read one knowledge file into its model. Raises KnowledgeError naming the file and the first fault."""
    try:
        return model.model_validate(read(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KnowledgeError(f"{path}: {where}: {first['msg']}") from error
