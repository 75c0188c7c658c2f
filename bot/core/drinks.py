"""What drinks come to in standard drinks, as far as that can be worked out from what was said of them.

An estimate, and told as one: glasses at home are often larger than those of a bar, and strengths differ (S: drinks.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ML_PER_CL = 10
STANDARD = "standard"
"""The unit of a drink that was counted in standard drinks already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is needed to work them out.

    `grams`: of alcohol in a standard drink; `unit_grams`: in a British unit; `density`: of alcohol, in g/ml. `percent`: of alcohol by
    volume, by kind. `served`: units that hold one standard drink, whatever it is. `centilitres`: what other units hold, by kind;
    `usual`: the kind that is meant by a unit when none was said.
    """

    grams: float
    unit_grams: float
    density: float
    percent: Mapping[str, float]
    served: frozenset[str]
    centilitres: Mapping[str, Mapping[str, float]]
    usual: Mapping[str, str]


def standard_drinks(said: Sequence[Mapping[str, Any]], measures: Measures) -> float | None:
    """The standard drinks of all that was said, to a tenth. None when one of them cannot be worked out: a part is not told as the whole."""
    each = [_standard(one, measures) for one in said]
    known = [one for one in each if one is not None]
    return round(sum(known), 1) if each and len(known) == len(each) else None


def _standard(one: Mapping[str, Any], measures: Measures) -> float | None:
    """Of one of them: {"count", "unit"?, "kind"?}."""
    unit = one.get("unit")
    grams = measures.grams if unit in (None, STANDARD) or unit in measures.served else _grams(str(unit), one.get("kind"), measures)
    return one["count"] * grams / measures.grams if "count" in one and grams is not None else None


def _grams(unit: str, kind: str | None, measures: Measures) -> float | None:
    """What one of a unit holds: centilitres x 10 x percent x density (sfalcoologie, le verre standard en France)."""
    if unit == "unit":
        return measures.unit_grams
    kind = kind or measures.usual.get(unit, "")
    holds = measures.centilitres.get(unit, {}).get(kind)
    return None if holds is None else holds * ML_PER_CL * measures.percent[kind] / 100 * measures.density
