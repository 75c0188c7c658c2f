"""Whether what was heard in a message that tells is all that it tells: what may be missed, mistaken or lost is asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.meaning import Act
from bot.understanding.clauses import Said
from bot.understanding.intents import LOGS, SOCIAL, Cues
from bot.understanding.scan import Scan

_AMOUNTS = ("MG", "TABS", "NXM", "NXT", "LIST", "DAILY", "NUM", "RATING")
_LONG_SENTENCE, _SHORT = 4, 5
_SOON_AFTER = timedelta(hours=2)
_HOUR_ALONE = re.compile(r"[^a-zA-Z]*TIME[^a-zA-Z]*")
_DOSE_TOLD = frozenset({"dose_mg", "tablets", "doses", "planned_at"})
"""What tells an intake apart from a dose that was missed in the same message."""
_NAMED = {
    "log_intake": frozenset({"dose_mg", "tablets", "doses"}),
    "log_drink": frozenset({"drinks"}),
    "log_side_effect": frozenset({"effects"}),
    "log_craving": frozenset({"craving"}),
    "set_plan": frozenset({"doses", "total_mg", "times"}),
}
_ONCE = frozenset({"log_drink", "log_craving"})
"""What is told once though it is said twice, first without its name; a second intake is another one."""
_WITHOUT_DRINKS = frozenset({"log_intake", "log_missed", "log_side_effect", *SOCIAL})
_WITHOUT_A_RATING = frozenset({"log_intake", "log_missed", "log_drink", *SOCIAL})


def is_doubtful(said: Sequence[Said], unheard: Sequence[Scan], cues: Cues) -> bool:
    """Whether what was heard may miss the point: an amount in a sentence that was not understood, politeness beside a long one,
    or an intake that may be another than it seems."""
    if any(sentence.has(*_AMOUNTS) for sentence in unheard):
        return True
    if any(one.act.intent in LOGS for one in said) and any(_takes_back(sentence, cues) for sentence in unheard):
        return True
    only_polite = all(one.act.intent in SOCIAL for one in said)
    if only_polite and any(len(sentence.masked.split()) >= _LONG_SENTENCE for sentence in unheard):
        return True
    return _is_taken_otherwise(said, unheard)


def _takes_back(sentence: Scan, cues: Cues) -> bool:
    """Whether a short sentence that was not understood may change what the others tell: "Or not.", "Yesterday.", "At noon too."."""
    is_short = len(sentence.masked.split()) <= _SHORT
    return is_short and (sentence.has("TIME") or bool(cues.cues["takes_back"].search(sentence.masked)))


def leaves_out(scan: Scan, said: Sequence[Said]) -> bool:
    """Whether something is told that nothing noted would hold: drinks or a rating beside a dose ("two beers, and forgot my 7 pm")."""
    told = {one.act.intent for one in said}
    if scan.has("MED") and "log_intake" in told:
        return True  # "took seresta 10 mg at 8, 10 mg at 1"
    drinks = any("count" in atom.value for atom in scan.of("DRINK"))
    return bool(told) and ((drinks and told <= _WITHOUT_DRINKS) or (scan.has("RATING") and told <= _WITHOUT_A_RATING))


def told_once(said: Sequence[Said]) -> list[Said]:
    """Without what names nothing beside another of its kind that does: "caved. 2 glasses of wine" tells of drinks once."""
    named = {one.act.intent for one in said if are_named([one.act])}
    return [one for one in said if one.act.intent not in _ONCE & named or are_named([one.act])]


def are_named(acts: Sequence[Act]) -> bool:
    """Whether what is told of stands in it by name."""
    return any(_NAMED.get(act.intent, frozenset()) & set(act.slots) for act in acts)


def is_plainly_of_the_diary(scan: Scan, cues: Cues) -> bool:
    """Whether nothing stands beside what was felt or drunk but where, how much and that it was ("bit sleepy again", "2 pints at the
    pub"): then nothing else can be meant, whatever it looks like."""
    rest = scan.masked
    if cues.cues["denies"].search(rest) or not scan.has("EFFECT", "DRINK"):
        return False
    for name in ("at_a_place", "beside_the_diary"):
        rest = cues.cues[name].sub(" ", rest)
    return not any(letter.islower() for letter in rest)


def _is_taken_otherwise(said: Sequence[Said], unheard: Sequence[Scan]) -> bool:
    """Whether an intake may be another than it seems: its hour stands apart, it may be the dose that was missed, it came up
    again, or it was taken back ("at 2, no, 3")."""
    taken = [one.act for one in said if one.act.intent == "log_intake"]
    if not taken:
        return False
    if not all(map(_has_its_hour, taken)) and any(_HOUR_ALONE.fullmatch(sentence.masked) for sentence in unheard):
        return True
    missed = [one.act for one in said if one.act.intent == "log_missed"]
    taken_back = any(one.act.intent == "decline" or "vomiting" in one.act.slots.get("effects", ()) for one in said)
    return taken_back or bool(missed and not _are_told_apart(taken, missed))


def _has_its_hour(taken: Act) -> bool:
    """Whether the hour of an intake was said; that of a planned one is only likely."""
    return "at" in taken.slots and "at" not in taken.slots.get("assumed", ())


def _are_told_apart(taken: Sequence[Act], missed: Sequence[Act]) -> bool:
    """Whether none of the doses taken may be one that was missed."""
    named = all(_DOSE_TOLD & set(act.slots) for act in taken) and all("planned_at" in act.slots for act in missed)
    return named and not any(_is_the_missed_one(due, one) for due in missed for one in taken)


def _is_the_missed_one(missed: Act, taken: Act) -> bool:
    """ "Forgot my 2 pm but had it at 3": an intake soon after the hour of a dose that was forgotten may be that dose."""
    due, at = str(missed.slots.get("planned_at", "")), str(taken.slots.get("at", ""))
    if "T" not in due or "T" not in at or "planned_at" in taken.slots:
        return False
    return timedelta() <= datetime.fromisoformat(at) - datetime.fromisoformat(due) <= _SOON_AFTER
