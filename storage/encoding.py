"""Plans and replies to JSON values and back, field by field, so that renaming a class never changes what is stored.

Both carry a format number. A number that this version does not know is refused with ValueError: a plan half understood is worse
than a plan that cannot be read.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any, TypeAlias, cast, get_args

from bot.core.levels import Level
from bot.core.plan import Dose, Hold, Plan, Step, TopUp
from bot.messages import Address, Attachment, AttachmentKind, Choice, Group, Kind, Reply, Urgency, Words

FORMAT = 1

Encoded: TypeAlias = dict[str, Any]


def plan_to_json(plan: Plan) -> Encoded:
    """A plan as a JSON value: ISO dates and local hours, amounts in mg."""
    return {
        "format": FORMAT,
        "scheme": plan.scheme,
        "start": plan.start.isoformat(),
        "steps": [_step_to_json(step) for step in plan.steps],
        "holds": [_hold_to_json(hold) for hold in plan.holds],
        "tablet_mg": plan.tablet_mg,
        "max_single_mg": plan.max_single_mg,
        "top_up": None if plan.top_up is None else {"mg": plan.top_up.mg, "max_per_day": plan.top_up.max_per_day},
        "step_back_rule": plan.step_back_rule,
    }


def plan_from_json(body: Encoded) -> Plan:
    """The plan that `plan_to_json` wrote. Raises ValueError, KeyError or TypeError on anything else."""
    _known_format(body)
    top_up = body["top_up"]
    return Plan(
        scheme=body["scheme"],
        start=date.fromisoformat(body["start"]),
        steps=tuple(_step_from_json(step) for step in body["steps"]),
        holds=tuple(_hold_from_json(hold) for hold in body["holds"]),
        tablet_mg=body["tablet_mg"],
        max_single_mg=body["max_single_mg"],
        top_up=None if top_up is None else TopUp(mg=top_up["mg"], max_per_day=top_up["max_per_day"]),
        step_back_rule=body["step_back_rule"],
    )


def _step_to_json(step: Step) -> Encoded:
    return {
        "total_mg": step.total_mg,
        "days": step.days,
        "doses": [{"at": dose.at.isoformat(), "mg": dose.mg} for dose in step.doses],
    }


def _step_from_json(body: Encoded) -> Step:
    doses = tuple(Dose(at=time.fromisoformat(dose["at"]), mg=dose["mg"]) for dose in body["doses"])
    return Step(total_mg=body["total_mg"], days=body["days"], doses=doses)


def _hold_to_json(hold: Hold) -> Encoded:
    return {"since": hold.since.isoformat(), "until": None if hold.until is None else hold.until.isoformat(), "why": hold.why}


def _hold_from_json(body: Encoded) -> Hold:
    until = body["until"]
    return Hold(
        since=date.fromisoformat(body["since"]),
        until=None if until is None else date.fromisoformat(until),
        why=body["why"],
    )


def reply_to_json(reply: Reply) -> Encoded:
    """A reply as a JSON value: ids, wording keys and values, never a rendered text."""
    return {
        "format": FORMAT,
        "to": _address_to_json(reply.to),
        "words": [{"key": words.key, "values": dict(words.values)} for words in reply.words],
        "kind": reply.kind,
        "level": reply.level.name,
        "choices": [{"id": choice.id, "about": choice.about} for choice in reply.choices],
        "attachments": [_attachment_to_json(attachment) for attachment in reply.attachments],
        "rules": list(reply.rules),
        "urgency": reply.urgency.name,
        "key": reply.key,
    }


def reply_from_json(body: Encoded) -> Reply:
    """The reply that `reply_to_json` wrote. Raises ValueError, KeyError or TypeError on anything else."""
    _known_format(body)
    return Reply(
        to=_address_from_json(body["to"]),
        words=tuple(Words(words["key"], words["values"]) for words in body["words"]),
        kind=cast(Kind, _one_of(Kind, body["kind"])),
        level=Level[body["level"]],
        choices=tuple(Choice(choice["id"], choice["about"]) for choice in body["choices"]),
        attachments=tuple(_attachment_from_json(attachment) for attachment in body["attachments"]),
        rules=tuple(body["rules"]),
        urgency=Urgency[body["urgency"]],
        key=body["key"],
    )


def _address_to_json(address: Address) -> int | Encoded:
    return {"group": address.name} if isinstance(address, Group) else address


def _address_from_json(body: int | Encoded) -> Address:
    return body if isinstance(body, int) else Group[body["group"]]


def _attachment_to_json(attachment: Attachment) -> Encoded:
    return {"kind": attachment.kind, "name": attachment.name, "source": attachment.source, "values": dict(attachment.values)}


def _attachment_from_json(body: Encoded) -> Attachment:
    kind = cast(AttachmentKind, _one_of(AttachmentKind, body["kind"]))
    return Attachment(kind=kind, name=body["name"], source=body["source"], values=body["values"])


def _one_of(allowed: Any, word: str) -> str:
    if word not in get_args(allowed):
        raise ValueError(f"{word!r} is none of {', '.join(get_args(allowed))}")
    return word


def _known_format(body: Encoded) -> None:
    if body["format"] != FORMAT:
        raise ValueError(f"format {body['format']!r} is not known here, only {FORMAT}")
