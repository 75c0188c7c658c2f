"""Replies written with the state change and sent after the commit. A key is said once, whatever is repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, null, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from bot.messages import Account, Choice, Reply
from bot.ports import Outbox, OutboxRow, Trace, Trail
from storage import tables
from storage.claims import LAST_ERROR, LETTER
from storage.concerned import about, others, people_in_letter
from storage.encoding import reply_from_json, reply_to_json
from storage.errors import Missing, Unreadable
from storage.ids import Ids
from storage.process import is_over, me
from storage.repositories.people import known_as
from storage.tables import UNSENT
from storage.vault import Seals

_outbox, _account = tables.outbox, tables.account
_instant = _outbox.c.next_at.type
# SQLAlchemy forgets how many rows an INSERT added, unless it is told to remember.
_POST = insert(_outbox).on_conflict_do_nothing(index_elements=["key"]).execution_options(preserve_rowcount=True)
# EXISTS and not a join: one row for a person of two accounts, and the order stays that of the index.
# Whoever has several accounts is answered where they last wrote; what that platform leaves lying, another takes.
_too_far = bindparam("too_far", type_=_instant)
_on_this = or_(_account.c.preferred, _outbox.c.created_at <= bindparam("left_lying", type_=_instant), _outbox.c.created_at > _too_far)
_reached = exists().where(
    _account.c.person_id == _outbox.c.person_id, _account.c.platform.in_(bindparam("platforms", expanding=True)), _on_this
)
_reached_at = _reached.where(tuple_(_account.c.platform, _account.c.known_as).in_(bindparam("accounts", expanding=True)))
_free = or_(_outbox.c.leased_until.is_(None), _outbox.c.leased_until <= bindparam("now"), _outbox.c.leased_until > _too_far)
_ready = or_(_outbox.c.next_at <= bindparam("now"), _outbox.c.next_at > _too_far)
_due = (
    select(_outbox)
    .where(UNSENT, _ready, _free)
    .order_by(_outbox.c.urgency.desc(), _outbox.c.created_at, _outbox.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(key_share=True, skip_locked=True, of=_outbox)
)
_DUE = _due.where(_reached)
_DUE_AT = _due.where(_reached_at)
_one = update(_outbox).where(_outbox.c.id == bindparam("which"))
_SENT = _one.where(_outbox.c.sent_at.is_(None)).values(sent_at=bindparam("now", type_=_instant))
_FREE: dict[str, Any] = {"leased_until": null(), "leased_by": null()}
_LEASE = (
    update(_outbox)
    .where(_outbox.c.id.in_(bindparam("which", expanding=True)))
    .values(leased_until=bindparam("until", type_=_instant), leased_by=bindparam("process"))
)
# By the instant at which it ends, so that nobody gives back what others have claimed since.
_RELEASE = _one.where(UNSENT, _outbox.c.leased_until == bindparam("until", type_=_instant)).values(**_FREE)
_leased = (UNSENT, _outbox.c.leased_until.is_not(None))
_HOLDERS = select(_outbox.c.leased_by).where(*_leased)
_TAKE_BACK = update(_outbox).where(*_leased, _outbox.c.leased_by.in_(bindparam("processes", expanding=True))).values(**_FREE)
_failed = _one.where(UNSENT).values(attempts=_outbox.c.attempts + 1, last_error=bindparam("reason"), **_FREE)
_RETRY = _failed.values(next_at=bindparam("at", type_=_instant))
# A dead letter is dated by the attempt that failed last.
_BURY = _failed.values(dead_at=_outbox.c.next_at)
# Not an attempt that failed: the instant is that at which it would have gone out.
_DROP = _one.where(UNSENT).values(dead_at=_outbox.c.next_at, last_error=bindparam("reason"), dropped=true())
_NEXT_RETRY = select(func.min(_outbox.c.next_at)).where(UNSENT, _outbox.c.attempts > 0)
_NEXT_RELEASE = select(func.min(_outbox.c.leased_until)).where(*_leased)
_SAID = select(_outbox).where(_outbox.c.person_id == bindparam("of_person"), _outbox.c.created_at >= bindparam("since"))
_SAID_AT_ALL = _SAID.with_only_columns(_outbox.c.id).limit(1)
_WHOSE = select(_outbox.c.person_id, _outbox.c.about).where(_outbox.c.id == bindparam("which"))
_REASON_MAX = 500

LEFT_LYING = timedelta(minutes=1)
"""After which a letter goes out on any account of its reader."""

FURTHEST = timedelta(minutes=15)
"""No letter is put off, and none is leased, for longer. An instant further ahead was written by a clock that has gone back since, or
by that of another machine: it counts as past, or the letter would wait for years."""


class SqlOutbox(Outbox):
    """The post office's counter."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids, trail: Trail) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids
        self._trail = trail

    def post(self, key: str, person_id: int, reply: Reply, now: datetime) -> bool:
        """Store a reply under a unique key; False when that key was already there. Raises Missing when there is no such person.

        Somebody else whom it is about finds in their trail that it was told to this reader.
        """
        made, body = self._ids.next(self._connection, _outbox), reply_to_json(reply)
        named = people_in_letter(self._connection, body, person_id)
        values = {
            "id": made,
            "key": self._seals.index("outbox", key),
            "person_id": person_id,
            "about": about(named),
            "urgency": reply.urgency.value,
            "letter": self._seals.seal(LETTER, made, {"key": key, "reply": body}, person_id, *named),
            "attempts": 0,
        }
        if self._connection.execute(_POST, {**values, "created_at": now, "next_at": now}).rowcount != 1:
            return False
        for each in named:
            self._trail.add(Trace(person_id=each, at=now, what="told", actor_id=person_id, note=reply.kind))
        return True

    def claim(
        self, now: datetime, until: datetime, *, platforms: Collection[str], accounts: Collection[Account] | None, limit: int
    ) -> Sequence[OutboxRow]:
        """Rows to send now, urgent first then oldest, whose person can be reached; nobody else is given them before `until`.

        A row that this version cannot read becomes a dead letter, so that it never stands before the others. Nothing lies further
        ahead than FURTHEST, `until` included.
        """
        asked: dict[str, Any] = {"now": now, "platforms": sorted(platforms), "at_most": limit}
        asked |= {"left_lying": now - LEFT_LYING, "too_far": now + FURTHEST}
        if accounts is None:
            rows = self._connection.execute(_DUE, asked).all()
        else:
            rows = self._connection.execute(
                _DUE_AT, {**asked, "accounts": [(each.platform, known_as(self._seals, each)) for each in accounts]}
            ).all()
        claimed = list(self._readable(rows, until))
        if claimed:
            self._connection.execute(_LEASE, {"which": [row.id for row in claimed], "until": until, "process": me()})
        return claimed

    def release(self, rows: Collection[OutboxRow]) -> None:
        """Give back what was claimed and will not be sent now. What somebody else has claimed since stays theirs."""
        if rows:
            self._connection.execute(_RELEASE, [{"which": row.id, "until": row.claimed_until} for row in rows])

    def take_back(self) -> None:
        """Free what processes that are over had claimed: those of this machine, and this one before it was started again."""
        over = [name for name in set(self._connection.execute(_HOLDERS).scalars()) if name and is_over(name)]
        if over:
            self._connection.execute(_TAKE_BACK, {"processes": over})

    def sent(self, row_id: int, now: datetime) -> None:
        """Mark it as sent. A row that was erased meanwhile is no error."""
        self._connection.execute(_SENT, {"which": row_id, "now": now})

    def failed(self, row_id: int, *, retry_at: datetime | None, reason: str) -> None:
        """Try again at `retry_at`; None makes it a dead letter."""
        asked = {"which": row_id, "reason": self._reason(row_id, reason)}
        if retry_at is None:
            self._connection.execute(_BURY, asked)
        else:
            self._connection.execute(_RETRY, {**asked, "at": retry_at})

    def drop(self, row_id: int, reason: str) -> None:
        """Never send it. The row stays in the person's export, with the reason. One sent or erased meanwhile stays as it is."""
        self._connection.execute(_DROP, {"which": row_id, "reason": self._reason(row_id, f"dropped: {reason}")})

    def next_retry(self) -> datetime | None:
        """The earliest instant at which something that failed before, or that a process claimed and did not send, is tried again."""
        instants: list[datetime | None] = [self._connection.execute(each).scalar() for each in (_NEXT_RETRY, _NEXT_RELEASE)]
        return min((instant for instant in instants if instant is not None), default=None)

    def offered(self, person_id: int, key_prefix: str, since: datetime) -> Sequence[Choice]:
        """The choices on the person's letters whose key starts with the prefix."""
        letters = [self._letter(row) for row in self._connection.execute(_SAID, {"of_person": person_id, "since": since}).all()]
        replies = [reply_from_json(letter["reply"]) for letter in letters if letter["key"].startswith(key_prefix)]
        return [choice for reply in replies for choice in reply.choices]

    def said_since(self, person_id: int, key_prefix: str, since: datetime) -> bool:
        """True when a reply whose key starts with the prefix was posted to the person at or after `since`."""
        asked = {"of_person": person_id, "since": since}
        if not key_prefix:
            return self._connection.execute(_SAID_AT_ALL, asked).first() is not None
        return any(self._letter(row)["key"].startswith(key_prefix) for row in self._connection.execute(_SAID, asked).all())

    def _readable(self, rows: Sequence[Row[Any]], until: datetime) -> Iterator[OutboxRow]:
        self._seals.load(whose for row in rows for whose in (row.person_id, *others(row.about)))
        for row in rows:
            try:
                letter = self._letter(row)
                key, reply = letter["key"], reply_from_json(letter["reply"])
            except (KeyError, TypeError, ValueError, Unreadable) as error:
                self.failed(row.id, retry_at=None, reason=f"unreadable: {error!r}")
                continue
            yield OutboxRow(
                id=row.id,
                key=key,
                person_id=row.person_id,
                reply=reply,
                created_at=row.created_at,
                attempts=row.attempts,
                claimed_until=until,
            )

    def _letter(self, row: Row[Any]) -> Any:
        return self._seals.unseal(LETTER, row.id, row.letter, row.person_id, *others(row.about))

    def _reason(self, row_id: int, reason: str) -> bytes | None:
        """The reason, sealed: platforms repeat ids and words in theirs. None for a row whose keys are gone."""
        row = self._connection.execute(_WHOSE, {"which": row_id}).first()
        if row is None:
            return None
        try:
            return self._seals.seal(LAST_ERROR, row_id, _ascii(reason), row.person_id, *others(row.about))
        except (Missing, Unreadable):
            return None


def _ascii(reason: str) -> str:
    return reason[:_REASON_MAX].encode("ascii", "backslashreplace").decode()
