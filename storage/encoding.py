"""Replies to JSON values and back, field by field, so that renaming a class never changes what is stored.

They carry a format number; one that this version does not know is refused with ValueError. Plans: `bot.core.plan_json`.
"""

from __future__ import annotations

from typing import Any, TypeAlias, cast, get_args

from bot.core.levels import Level
from bot.messages import Address, Attachment, AttachmentKind, Choice, Group, Kind, Reply, Urgency, Words

FORMAT = 1

Encoded: TypeAlias = dict[str, Any]


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
