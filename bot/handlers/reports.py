"""Somebody else's message, brought to the moderators by whoever worries about it: always a case, whoever reports and whatever it says.

The words reported are nobody's here: they are screened as another's, and whoever reports them is never answered as if they were theirs.
Shared by use cases and by the crash path; it imports no use case.
"""

from __future__ import annotations

from bot.core.case import REPORTED
from bot.core.flags import Flag, Screening
from bot.core.levels import Level
from bot.handlers import case_words, escalation
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.messages import LONGEST_REASON, REPORT, Incoming, Reply, Urgency


def is_report(incoming: Incoming) -> bool:
    """Whether a message of somebody else is reported."""
    return incoming.press is not None and incoming.press.choice == REPORT


def reason_of(incoming: Incoming) -> str:
    """Whoever reports says why, in their own words."""
    return "" if incoming.press is None else incoming.press.about.partition("\n")[2]


def note_of(incoming: Incoming, screening: Screening) -> str:
    """What a case keeps of a report: where the message stands, why it was reported, and of its words the passage that fits a card.

    The rest of what somebody else wrote stays where it was written, under the link.
    """
    link = "" if incoming.press is None else incoming.press.about.partition("\n")[0]
    reason = " ".join(reason_of(incoming).split())[:LONGEST_REASON]
    room = case_words.QUOTE_AT_MOST - len(link) - len(reason) - 2
    worst = max(filter(is_theirs, screening.flags), key=lambda flag: (flag.is_red, flag.level), default=None)
    return f"{link}\n{reason}\n{case_words.excerpt(incoming.text, at=worst.start if worst else 0, room=room)}"


def is_theirs(flag: Flag) -> bool:
    """Whether a sign stands in the words reported, rather than in what the one who reports them says."""
    return flag.status == "quoted"


def sign_of(turn: Turn) -> Sign:
    """What is escalated of a report: as serious as its words, and in the ordinary queue when they show nothing."""
    level = turn.screening.level if turn.screening.level >= Level.urgent else Level.consult
    note = note_of(turn.incoming, turn.screening)
    return Sign(level=level, red=turn.screening.is_red, codes=(REPORTED,), quote=note, what=case_words.REPORTED)


def report(turn: Turn) -> list[Reply]:
    """A case, and a short thank-you: what happens next, and whom to call. A sign in the reason may be about themselves: it is asked."""
    raised = escalation.raise_case(turn, sign_of(turn))
    emergency = emergency_of(turn.person.country)
    words = [say("report.thanks" if raised.someone_told else "report.nobody"), say("report.if-danger", emergency=emergency)]
    own = any(flag.level >= Level.check and not is_theirs(flag) for flag in turn.screening.flags)
    if own:
        words.append(say("report.if-yourself", **numbers_of(turn.person.country)))
    thanks = turn.reply(
        *words,
        offers=choices("not-safe", "talk-to-human") if own else (),
        rules=("emergency-number", *(("crisis-line",) if own else ()), *escalation.told_rules(raised)),
        level=Level.check if own else Level.none,
        urgency=Urgency.urgent,
    )
    return [thanks, *raised.replies]
