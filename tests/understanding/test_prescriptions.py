"""What a prescriber may write beside the doses, and what is said of a step or of days without: read alike in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.houses import minds

THURSDAY = datetime(2026, 1, 8, 9, 0, tzinfo=UTC)
DOSES = [{"mg": mg, "at": at} for mg, at in ((20, "08:00"), (15, "13:00"), (15, "18:00"), (20, "22:00"))]
FR, EN = "plan : 20/15/15/20 à 8h 13h 18h 22h, ", "plan: 20/15/15/20 at 8am 1pm 6pm 10pm, "
ONCE = {"top_up_mg": 10, "top_up_per_day": 1}
SAID: list[tuple[str, str, str, dict[str, Any]]] = [
    # a top-up, in any order of its parts
    ("fr", FR + "plus un comprimé de secours de 10 mg si craving fort, 1 par jour maximum", "set_plan", {"doses": DOSES, **ONCE}),
    (
        "fr",
        FR + "et un comprimé de secours de 10 mg, une fois par jour au plus, en cas d'envie forte",
        "set_plan",
        {"doses": DOSES, **ONCE},
    ),
    ("fr", FR + "plus 10 mg de secours si envie forte, max 2 par jour", "set_plan", {"top_up_mg": 10, "top_up_per_day": 2}),
    ("fr", FR + "un comprimé de secours si craving, 1/jour", "set_plan", {"top_up_tablets": 1, "top_up_per_day": 1}),
    ("en", EN + "one extra 10 mg tablet if the craving is strong, once a day", "set_plan", {"doses": DOSES, **ONCE}),
    ("en", EN + "plus a top-up of 10 mg for strong cravings, max 2 a day", "set_plan", {"top_up_mg": 10, "top_up_per_day": 2}),
    ("en", EN + "one extra 10 mg tablet if the craving is strong, twice a day", "set_plan", {"top_up_mg": 10, "top_up_per_day": 2}),
    ("en", EN + "one rescue tablet at most once a day if cravings hit", "set_plan", {"top_up_tablets": 1, "top_up_per_day": 1}),
    # the largest single dose
    ("fr", FR + "jamais plus de 40 mg à la fois", "set_plan", {"doses": DOSES, "max_single_mg": 40}),
    ("fr", FR + "40 mg par prise au maximum", "set_plan", {"doses": DOSES, "max_single_mg": 40}),
    ("en", EN + "never more than 40 mg at once", "set_plan", {"doses": DOSES, "max_single_mg": 40}),
    ("en", EN + "max 40 mg per dose", "set_plan", {"doses": DOSES, "max_single_mg": 40}),
    # strengths of tablets
    ("fr", "plan : 45 mg à 8h et 20 mg à 20h, comprimés de 10 et de 25", "set_plan", {"tablet_mg": 10, "tablets_mg": [10, 25]}),
    (
        "fr",
        "plan : 45 mg par jour, comprimés de 10 et de 25, 25 mg à 8h et 20 mg à 20h",
        "set_plan",
        {"tablets_mg": [10, 25], "total_mg": 45},
    ),
    ("en", "plan: 45 mg at 8am and 20 mg at 8pm, 10 and 25 mg tablets", "set_plan", {"tablet_mg": 10, "tablets_mg": [10, 25]}),
    ("en", "plan: 45 mg at 8am and 20 mg at 8pm, tablets of 10 and 25 mg", "set_plan", {"tablets_mg": [10, 25]}),
    # the extra tablet, asked for and taken
    ("fr", "je peux prendre mon comprimé de secours ?", "ask_safety", {"topic": "top_up"}),
    ("fr", "j'ai pris mon comprimé de secours", "log_intake", {"top_up": True}),
    ("en", "can I take my extra tablet?", "ask_safety", {"topic": "top_up"}),
    ("en", "took my extra tablet", "log_intake", {"top_up": True}),
    # a longer step
    ("fr", "prolonge ce palier de 3 jours", "set_plan", {"extend_days": 3}),
    ("fr", "allonge cette étape d'une semaine", "set_plan", {"extend_days": 7}),
    ("en", "extend this step by 3 days", "set_plan", {"extend_days": 3}),
    ("en", "stay on this step 3 more days", "set_plan", {"extend_days": 3}),
    # days without
    ("fr", "je n'en ai pas pris depuis lundi", "log_missed", {"since": "2026-01-05"}),
    ("fr", "3 jours sans baclofène", "ask_safety", {"topic": "days_missed", "since": "2026-01-05"}),
    ("en", "haven't taken any since Monday", "log_missed", {"since": "2026-01-05"}),
    ("en", "3 days without baclofen", "ask_safety", {"topic": "days_missed", "since": "2026-01-05"}),
]


@pytest.mark.parametrize(("language", "text", "intent", "slots"), SAID, ids=[row[1] for row in SAID])
def test_it_is_read_surely_and_with_every_part(language: str, text: str, intent: str, slots: dict[str, Any]) -> None:
    meaning = minds().reader.read(text, now=THURSDAY, timezone="Europe/London", language=language)
    assert (meaning.intent, meaning.confidence) == (intent, "sure")
    assert {name: meaning.slots.get(name) for name in slots} == slots


NOT_SAID = [
    ("fr", "plan 30 mg/j, un comprimé de plus tous les 3 jours, 8h 12h 16h 20h", "top_up_tablets"),
    ("en", "30mg/day, one extra tablet every 3 days, at 8am noon 4pm and 8pm", "top_up_tablets"),
    ("fr", "j'ai pris 2 comprimés de 10 à midi", "tablets_mg"),
    ("en", "took 2 tablets", "top_up"),
    ("fr", "30 mg/j, +10 tous les 3 jours, jusqu'à 120 mg, 8h 12h 16h 20h", "max_single_mg"),
]


@pytest.mark.parametrize(("language", "text", "slot"), NOT_SAID, ids=[row[1] for row in NOT_SAID])
def test_what_looks_like_it_is_not_read_as_it(language: str, text: str, slot: str) -> None:
    meaning = minds().reader.read(text, now=THURSDAY, timezone="Europe/London", language=language)
    assert slot not in meaning.slots


@pytest.mark.parametrize("text", ["plus un comprimé de secours si craving", "one extra tablet if the craving is strong"])
def test_how_often_is_never_filled_in(text: str) -> None:
    language = "fr" if "secours" in text else "en"
    doses = FR if language == "fr" else EN
    meaning = minds().reader.read(doses + text, now=THURSDAY, timezone="Europe/London", language=language)
    assert "top_up_per_day" not in meaning.slots
    assert "top_up_tablets" in meaning.slots
