"""What must hold of the log, the letters and the timers after any kill. Pure: what was seen and what the platform knows, in; words, out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from bot.counter import AT_ONCE, CROWD
from bot.delivery import BATCH
from tests.crash.journal import Ledger, Update, is_straight
from tests.crash.seen import Seen
from tests.crash.town import MODERATORS

IN_HAND = AT_ONCE
"""Letters that a killed process may have sent and not marked: those of so many accounts leave side by side."""

IN_HAND_WITHOUT_A_SERVER = CROWD + BATCH
"""The same when the database was gone before: it goes on with what it had claimed, and marks it when it can."""


def findings(seen: Seen, ledger: Ledger, *, settled: bool) -> list[str]:
    """Everything that is wrong. `settled`: all that was pending has been heard again, and what was due has been served."""
    found = [*_intakes(seen, ledger), *_signs(seen, ledger), *_answers(seen, ledger), *_letters(seen, ledger), *_timers(seen)]
    if settled:
        found += [f"the letter {each.letter.key} is left unsent" for each in seen.letters if each.waits]
        found += [f"{seen.name(t.person_id)}: {t.kind} {t.subject} is left unserved" for t in seen.timers if t.due_at <= ledger.now]
        found += [f"{update.key} was heard again and is still not acknowledged" for update in ledger.pending]
    return found


def _intakes(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """Acknowledged: there once. Not acknowledged: there once or not at all. Never without what was said of it."""
    kept = Counter((seen.name(each.person_id), each.mg) for each in seen.intakes)
    answered = _answered(seen)
    for update in ledger.updates.values():
        if update.mg is None:
            continue
        times = kept.pop((update.who, update.mg), 0)
        if times > 1:
            yield f"{update.key}: {update.text!r} is in the log {times} times"
        if not times and update.key in ledger.acknowledged and not ledger.was_refused(update):
            yield f"{update.key}: {update.text!r} was acknowledged and is lost"
        if bool(times) != (update.key in answered):
            yield f"{update.key}: {update.text!r} is half there: {times} in the log, {update.key in answered} in the outbox"
    for (who, mg), times in kept.items():
        yield f"{who}: an intake of {mg} mg that nobody reported, {times} times"


def _signs(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """An acknowledged danger sign is in a case once, and its page is in the outbox; or it went straight to the moderators."""
    noted = Counter(event.note for event in seen.events if event.what == "sign")
    moderators = {seen.ids[name] for name in MODERATORS}
    paged = {each.letter.cause for each in seen.letters if each.letter.reader in moderators}
    alerted = {key.partition("#")[0] for key in ledger.reached if "#alert@" in key}
    for update in (each for each in ledger.updates.values() if each.sign):
        times = noted[update.text]
        if times > 1:
            yield f"{update.key}: the sign {update.text!r} is in the histories {times} times"
        if bool(times) != (update.key in paged):
            yield f"{update.key}: the sign {update.text!r} is half there: {times} in a history, {update.key in paged} brought to moderators"
        if not times and update.key in ledger.acknowledged and update.key not in alerted:
            yield f"{update.key}: the sign {update.text!r} was acknowledged and nobody was told"


def _answers(seen: Seen, ledger: Ledger) -> Iterator[str]:
    answered = _answered(seen)
    for key in ledger.acknowledged:
        if key not in answered and not ledger.was_refused(ledger.updates[key]):
            yield f"{key}: {ledger.updates[key].text!r} was acknowledged and never answered"


def _letters(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """What is marked as sent has reached somebody; what was posted has not gone; nothing died, for every platform takes everything."""
    posted = {each.letter.key for each in seen.letters}
    for each in seen.letters:
        if each.sent and each.letter.key not in ledger.reached:
            yield f"the letter {each.letter.key} is marked as sent and reached nobody"
        if each.dead and not each.dropped:
            yield f"the letter {each.letter.key} was given up"
    for key in ledger.reached - posted:
        if not is_straight(key):
            yield f"the letter {key} reached somebody and is not in the outbox"
    for key, times in Counter(each.letter.key for each in seen.letters).items():
        if times > 1:
            yield f"the letter {key} is in the outbox {times} times"


def _timers(seen: Seen) -> Iterator[str]:
    """Every hour of a plan has its next reminder."""
    armed: defaultdict[int, list[str]] = defaultdict(list)
    for timer in seen.timers:
        if timer.kind == "intake":
            armed[timer.person_id].append(timer.subject)
    for who, hours in seen.hours.items():
        if not hours:
            yield f"{who} has no plan any more"
        if sorted(armed[seen.ids[who]]) != sorted(hours):
            yield f"{who} is reminded at {sorted(armed[seen.ids[who]])} of a plan at {hours}"


def unmarked(seen: Seen, ledger: Ledger) -> set[str]:
    """Letters that reached their readers and do not stand as sent: these, and no others, are sent once more."""
    return {each.letter.key for each in seen.letters if each.waits and each.letter.key in ledger.reached}


def too_many_unmarked(keys: set[str], *, without_a_server: bool) -> list[str]:
    """One letter is in hand when a process is killed."""
    most = IN_HAND_WITHOUT_A_SERVER if without_a_server else IN_HAND
    return [f"{len(keys)} letters were sent and not marked, where at most {most} can be in hand"] if len(keys) > most else []


def kept(seen: Seen, updates: list[Update]) -> int:
    """How many of these intakes are in the log."""
    there = {(seen.name(each.person_id), each.mg) for each in seen.intakes}
    return sum((update.who, update.mg) in there for update in updates)


def _answered(seen: Seen) -> set[str]:
    return {each.letter.cause for each in seen.letters}
