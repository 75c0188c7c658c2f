"""What drinks usually hold: `drinks.yaml`, with who says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.core.drinks import Measures
from bot.knowledge.files import KnowledgeError, Strict
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Day, Text

PATH = "drinks.yaml"

Amount = Annotated[float, Field(gt=0)]


class _Source(Strict):
    says: Text
    source: Text
    read: Day


class _File(Strict):
    grams: Amount
    unit_grams: Amount
    density: Amount
    percent: dict[str, Amount]
    served: tuple[Text, ...]
    centilitres: dict[str, dict[str, Amount]]
    usual: dict[str, str]
    sources: Annotated[tuple[_Source, ...], Field(min_length=1)]


@cache
def measures(folder: Path | None = None) -> Measures:
    """The installed ones when `folder` is None. Raises KnowledgeError for a kind without a strength, or a usual one without a size."""
    file = load_from(PATH, _File, folder)
    strengthless = {kind for held in file.centilitres.values() for kind in held} - file.percent.keys()
    sizeless = {unit for unit, kind in file.usual.items() if kind not in file.centilitres.get(unit, {})}
    if strengthless or sizeless:
        raise KnowledgeError(f"{PATH}: no strength for {sorted(strengthless)}, no size for {sorted(sizeless)}")
    return Measures(
        grams=file.grams,
        unit_grams=file.unit_grams,
        density=file.density,
        percent=file.percent,
        served=frozenset(file.served),
        centilitres=file.centilitres,
        usual=file.usual,
    )
