"""Forms: shown by a command, sent back as fields, and heard as the sentence that their words make together.

A form that was open while the process was started again is still understood: its id says which one it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.community import LONGEST as A_MEMBERS
from bot.knowledge.discord import ANSWER_FORM, FORMS, REPORT_FORM, discord_words, sentence
from bot.messages import LONGEST_REASON

LIVES = 1800.0
"""Seconds for which the vendor keeps a form in mind; it is understood afterwards as well."""

MARK = "form"
LONGEST = 4000
"""UTF-16 code units that a field takes."""

SHORTER = {(ANSWER_FORM, "text"): A_MEMBERS, (REPORT_FORM, "reason"): LONGEST_REASON}
"""Fields that take fewer characters."""


def form(name: str, *, language: str, about: str = "", filled: Mapping[str, str] | None = None) -> discord.ui.Modal:
    """A form to show. `about` comes back with it; `filled`: what stands in its fields already."""
    words = discord_words(language).forms[name]
    modal = discord.ui.Modal(title=words.title, custom_id=f"{MARK}|{name}|{about}", timeout=LIVES)
    for field, required in FORMS[name].items():
        shown = words.fields[field]
        entry: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=field,
            style=discord.TextStyle.short if field in ("severity", "start") else discord.TextStyle.paragraph,
            placeholder=shown.hint or None,
            default=_fitting((filled or {}).get(field, "")) or None,
            required=required,
            max_length=SHORTER.get((name, field), LONGEST),
        )
        modal.add_item(discord.ui.Label(text=shown.label, component=entry))
    return modal


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: which one, what it says, its fields, and what it was about."""

    name: str
    text: str
    fields: Mapping[str, str]
    about: str


def sent(data: Mapping[str, Any], *, language: str) -> Sent | None:
    """What a form that was sent says; None for one that is not ours."""
    mark, _, rest = str(data.get("custom_id", "")).partition("|")
    name, _, about = rest.partition("|")
    if mark != MARK or name not in FORMS:
        return None
    fields = {field: value.strip() for field, value in _fields(data.get("components", ())) if field in FORMS[name]}
    said = sentence(discord_words(language).forms[name].says, fields)
    return Sent(name, said, fields, about)


def _fitting(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST].decode("utf-16-le", "ignore")


def _fields(components: Any) -> Iterator[tuple[str, str]]:
    for component in components:
        if "value" in component and "custom_id" in component:
            yield str(component["custom_id"]), str(component["value"] or "")
        yield from _fields(component.get("components", ()))
        if "component" in component:
            yield from _fields((component["component"],))
