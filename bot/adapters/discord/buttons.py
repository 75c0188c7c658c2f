"""Choices as buttons and menus, and presses back as choices.

The vendor makes the item anew from what it holds (`DynamicItem`): nothing is kept of a message that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.buttons import DATA, data_of, is_aside, is_scale
from bot.ports import Label

MAX_LABEL = 80
ROWS = 5
IN_ROW = 5
ROW_WIDTH = 60
"""Characters of the labels side by side; telephones wrap what is longer."""

IN_MENU = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice as it stands under a message: its words, and what it holds."""

    label: str
    data: str


class ChosenButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=DATA):
    """A button of ours, whenever it was sent."""

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /) -> ChosenButton:
        """As the vendor calls it when somebody presses."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press over."""
        await interaction.client.listener.pressed(interaction, self.custom_id)


class ChosenInMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"\?\d"):
    """A menu of ours: more choices than buttons have room for."""

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /) -> ChosenInMenu:
        """As the vendor calls it when somebody chooses."""
        if not isinstance(item, discord.ui.Select):
            raise TypeError
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice over."""
        if self.item.values:
            await interaction.client.listener.pressed(interaction, self.item.values[0])


def view_of(labels: Sequence[Label], *, choose: str) -> discord.ui.View | None:
    """What stands under a message; None when nothing does. `choose` is said on a menu."""
    return arranged([Shown(each.text[:MAX_LABEL], data_of(each)) for each in labels], choose=choose)


def arranged(choices: Sequence[Shown], *, choose: str) -> discord.ui.View | None:
    """Buttons in rows as long as they fit, menus beyond."""
    if not choices:
        return None
    view = discord.ui.View(timeout=None)
    laid = _rows(choices)
    if len(laid) <= ROWS:
        for number, row in enumerate(laid):
            for each in row:
                view.add_item(ChosenButton(discord.ui.Button(label=each.label, custom_id=each.data, style=_style(each.data), row=number)))
        return view
    for number in range(0, min(len(choices), ROWS * IN_MENU), IN_MENU):
        options = [discord.SelectOption(label=each.label, value=each.data) for each in choices[number : number + IN_MENU]]
        view.add_item(ChosenInMenu(discord.ui.Select(custom_id=f"?{number // IN_MENU}", placeholder=choose, options=options)))
    return view


def _rows(choices: Sequence[Shown]) -> list[list[Shown]]:
    laid: list[list[Shown]] = []
    for each in choices:
        if laid and _fits(laid[-1], each):
            laid[-1].append(each)
        else:
            laid.append([each])
    return laid


def _fits(row: Sequence[Shown], each: Shown) -> bool:
    scale = _is_scale(each.data)
    if scale != _is_scale(row[-1].data) or len(row) == IN_ROW:
        return False
    return scale or sum(len(other.label) for other in row) + len(each.label) <= ROW_WIDTH


def _is_scale(data: str) -> bool:
    return is_scale(data.partition("|")[0])


def _style(data: str) -> discord.ButtonStyle:
    """One colour for what confirms; nothing else is made to look like the better choice."""
    return discord.ButtonStyle.primary if data.partition("|")[0] in ("confirm", "taken") else discord.ButtonStyle.secondary


def choices_under(message: discord.Message) -> list[Shown]:
    """Everything that can be chosen under a message of ours."""
    return [shown for row in message.components for shown in _choices_in(row)]


def _choices_in(row: object) -> Iterator[Shown]:
    for item in row.children if isinstance(row, discord.ActionRow) else ():
        if isinstance(item, discord.Button) and item.custom_id:
            yield Shown(item.label or "", item.custom_id)
        elif isinstance(item, discord.SelectMenu):
            yield from (Shown(option.label, option.value) for option in item.options)


def without(choices: Sequence[Shown], data: str) -> tuple[str, list[Shown]]:
    """The label of what was chosen ("" when it is not there any more), and the choices that stay.

    A choice that answers a question takes all of them with it; an aside goes alone.
    """
    label = next((each.label for each in choices if each.data == data), "")
    if not label:
        return "", list(choices)
    if not is_aside(data):
        return label, []
    return label, [each for each in choices if each.data != data]
