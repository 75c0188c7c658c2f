"""What a case says to moderators: the person's words, the passage that matters of a long one, its whole history.

It imports no use case; nothing here changes a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.case import Case
from bot.handlers.turn import Moment, instant, nested, say
from bot.messages import Json, Words
from bot.ports import CaseEvent

QUOTE_AT_MOST = 1500
"""Characters of a message shown on a card: the rest stays in the case's history."""

BEFORE_THE_SIGN = 500
"""Characters shown before the sign of a long message; most of what is shown comes from the sign on."""

LINES_AT_MOST = 12
"""Lines of the person shown to whoever claims a case; the others are in its history."""

PAGES_AT_MOST = 10
"""Messages that a history may take; the oldest lines are left out, and that is said."""

SIGN, SAID, PASSAGE, PRESSED, REPORTED = "sign", "said", "passage", "pressed-", "reported"
"""What the person did, as the history keeps it. A passage is what a card shows of a sign too long for it; `pressed-` names
the button; what they reported is somebody else's message, never too long for a card."""

IN_PUBLIC = "in-public"
"""Where the sign stands for others to read: the link to it."""

SAYS_SAFE = "says-safe"
"""The person answered that they are safe."""

CHECK_IN = "check-in"
"""The person was asked how they are while the case is open."""

PRESSES = frozenset({"safe", "not-safe", "talk-to-human"})
"""The buttons whose pressing is part of a case."""

# Every line that a history may hold; each has words of its own (held by a test).
EVENTS = frozenset(
    {
        SIGN,
        SAID,
        REPORTED,
        IN_PUBLIC,
        SAYS_SAFE,
        "opened",
        "claimed",
        "released",
        "reply",
        "note",
        "paged-again",
        CHECK_IN,
        "owner-reminded",
        "handed-back",
        "level-raised",
        "level-lowered",
        "resolved-safe",
        "resolved-referred",
        "resolved-false-alarm",
        "reopened",
    }
)


def excerpt(text: str, *, at: int = 0, room: int = QUOTE_AT_MOST) -> str:
    """What fits a card of a message whose sign starts at `at`; dots stand for what does not."""
    if len(text) <= room:
        return text
    room -= 4
    start = 0 if at + BEFORE_THE_SIGN <= room else min(at - BEFORE_THE_SIGN, len(text) - room)
    end = start + room
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def quoted(text: str, *, at: int = 0) -> Json:
    """A message as a card quotes it; dots for one without words."""
    return excerpt(text, at=at) or "…"


def pressed(choice: str) -> Json:
    """A button that was pressed, by its words, in the reader's language."""
    return nested("case.pressed", button=nested(f"choice.{choice}"))


def reported(note: str) -> Json:
    """Somebody else's message, with why it was reported and where it stands, as a case keeps them."""
    link, reason, words = (*note.split("\n", 2), "", "")[:3]
    why: Json = nested("case.report-reason", reason=reason) if reason else ""
    return nested("case.reported", quote=words or "…", reason=why, link=link or "…")


def words_of(history: Sequence[CaseEvent]) -> list[CaseEvent]:
    """The lines by which the person spoke since the case was opened, or reopened. Of a long sign, the passage."""
    reopened = max((number for number, event in enumerate(history) if event.what == "reopened"), default=0)
    spoken: list[CaseEvent] = []
    for event in history[reopened:]:
        if spoken and (event.what == PASSAGE or (event.what == SIGN and _is_heard_too(event, spoken[-1]))):
            spoken[-1] = event
        elif event.what in (SIGN, SAID, PASSAGE, REPORTED) or event.what.startswith(PRESSED):
            spoken.append(event)
    return spoken


def _is_heard_too(sign: CaseEvent, before: CaseEvent) -> bool:
    """A sign in an open case is heard as words of the person as well: one line of theirs, not two."""
    return (before.what, before.at, before.note) == (SAID, sign.at, sign.note)


def check_ins_without_a_word(history: Sequence[CaseEvent]) -> int:
    """How many times in a row the person was asked how they are, up to now, and neither wrote nor pressed anything."""
    asked = 0
    for event in history:
        if event.what == CHECK_IN:
            asked += 1
        elif event.what in (SIGN, SAID, REPORTED) or event.what.startswith(PRESSED):
            asked = 0
    return asked


def was_claimed(moment: Moment, case: Case) -> bool:
    """Whether somebody has looked after the case before, since it was opened or reopened."""
    history = moment.unit.cases.history(case.id)
    reopened = max((number for number, event in enumerate(history) if event.what == "reopened"), default=0)
    return any(event.what == "claimed" for event in history[reopened:])


def has_a_human_written(moment: Moment, case: Case, *, since: datetime | None) -> bool:
    """Whether a moderator has written to the person after an instant."""
    return since is not None and any(event.what == "reply" and event.at >= since for event in moment.unit.cases.history(case.id))


def says_safe(moment: Moment, case: Case) -> bool:
    """Whether the person said or pressed that they are safe since the last sign of the case."""
    said = [event.what for event in moment.unit.cases.history(case.id) if event.what in (SIGN, SAYS_SAFE, PRESSED + "safe")]
    return bool(said) and said[-1] != SIGN


def last_words(moment: Moment, case: Case) -> Json:
    """What the person said last in this case, or since it was opened again; before that, if nothing since."""
    history = moment.unit.cases.history(case.id)
    spoken = words_of(history) or words_of([event for event in history if event.what != "reopened"])
    return _spoken(spoken[-1]) if spoken else "…"


def every_word(moment: Moment, case: Case) -> Words:
    """Every line of the person since the sign, the last ones where there are many: what whoever claims the case reads first."""
    spoken = words_of(moment.unit.cases.history(case.id))
    shown: list[Json] = [
        nested("case.line", at=_local(moment, event.at), quote=_spoken(event)) for event in _fitting(spoken[-LINES_AT_MOST:])
    ]
    if len(shown) < len(spoken):
        shown.insert(0, nested("case.earlier-lines", count=len(spoken) - len(shown), case=case.id))
    return say("moderator.their-words", lines={"lines": shown or ["…"]})


def _fitting(spoken: Sequence[CaseEvent]) -> list[CaseEvent]:
    """The last lines that fit one message, the very last one always."""
    kept: list[CaseEvent] = []
    room = QUOTE_AT_MOST
    for event in reversed(spoken):
        room -= len(excerpt(event.note))
        if kept and room < 0:
            break
        kept.insert(0, event)
    return kept


def _spoken(event: CaseEvent) -> Json:
    choice = event.what.removeprefix(PRESSED)
    if event.what == REPORTED:
        return reported(event.note)
    return pressed(choice) if choice in PRESSES else quoted(event.note)


def history_pages(moment: Moment, case: Case) -> list[Words]:
    """The whole history of a case, in messages of a size that every platform takes; nothing of a long line is cut away."""
    pages: list[list[Json]] = [[]]
    room = QUOTE_AT_MOST
    for event in moment.unit.cases.history(case.id):
        if event.what == PASSAGE:
            continue
        pieces = [event.note[start : start + QUOTE_AT_MOST] for start in range(0, len(event.note), QUOTE_AT_MOST)] or [""]
        for number, piece in enumerate(pieces):
            cost = len(piece) + 80
            if pages[-1] and cost > room:
                pages.append([])
                room = QUOTE_AT_MOST
            room -= cost
            pages[-1].append(_line(moment, event, piece, goes_on=number > 0))
    shown = pages[-PAGES_AT_MOST:]
    if len(shown) < len(pages):
        left_out = sum(len(page) for page in pages[:-PAGES_AT_MOST])
        shown[0].insert(0, nested("case.left-out", count=left_out))
    return [say("case.history", case=case.id, person=case.person_id, lines={"lines": page}) for page in shown]


def _line(moment: Moment, event: CaseEvent, piece: str, *, goes_on: bool) -> Json:
    if goes_on:
        return nested("case.history-more", quote=piece)
    by: Json = nested("case.history-by", moderator=event.actor_id) if event.actor_id else ""
    note: Json = nested("case.history-note", quote=piece) if piece else ""
    return nested("case.history-line", at=_local(moment, event.at), what=_event_words(event.what), by=by, note=note)


def _event_words(what: str) -> Json:
    if what.removeprefix(PRESSED) in PRESSES:
        return pressed(what.removeprefix(PRESSED))
    return nested(f"event.{what}" if what in EVENTS else "event.other")


def _local(moment: Moment, at: datetime) -> Json:
    return instant(at, moment.person.timezone)
