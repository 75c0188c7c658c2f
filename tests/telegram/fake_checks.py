"""What the Bot API refuses, and in which words. Limits: core.telegram.org/bots/api, beside the constants of python-telegram-bot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 64
MAX_CALLBACK_ANSWER = 200
MAX_BUTTONS = 100
MAX_BUTTONS_IN_ROW = 8
MAX_COMMANDS = 100
MAX_PHOTO = 10 * 1024 * 1024
MAX_PHOTO_SIDES, MAX_PHOTO_RATIO = 10_000, 20
MAX_NAME, MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION, MAX_COMMAND_DESCRIPTION = 64, 512, 120, 256

START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker"}
    | {"find_location", "record_video_note", "upload_video_note"}
)
_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote", "tg-emoji"}
)
_ACTS = ("callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat", "copy_text", "pay")


class ApiError(Exception):
    """An answer other than ok: its HTTP status, its words, and its parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> ApiError:
    """A refusal, as the Bot API words it."""
    return ApiError(400, f"Bad Request: {description}")


@dataclass(frozen=True)
class Params:
    """The parameters of one request, whichever way they came: JSON, a form, or several parts."""

    values: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; missing is refused unless there is a default."""
        value = self.values.get(name, default)
        if value is None:
            raise bad(f"parameter {name!r} is required")
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number, also when it came as text."""
        value = self.values.get(name, default)
        if value is None:
            raise bad(f"parameter {name!r} is required")
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """A truth value, false when missing."""
        return str(self.values.get(name, "false")).lower() in ("true", "1")

    def json(self, name: str) -> Any:
        """A nested value, parsed when it came as text; None when missing."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None


def units(text: str) -> int:
    """The length that Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def said_text(params: Params, name: str, limit: int, *, empty: str | None, long: str) -> str:
    """The text once its entities are parsed. Refused when empty (unless `empty` is None) or longer than the limit."""
    text = parsed(params.text(name, None if empty else ""), params.text("parse_mode", ""))
    if empty and not text.strip():
        raise bad(empty)
    if units(text) > limit:
        raise bad(long)
    return text


def parsed(text: str, mode: str) -> str:
    """The text without its marks. Raises for marks that do not close, as the Bot API does."""
    if mode in ("", "None"):
        return text
    if mode == "HTML":
        return _without_tags(text)
    if mode == "MarkdownV2":
        return _without_marks(text, reserved="_*[]()~`>#+-=|{}.!")
    if mode == "Markdown":
        return _without_marks(text, reserved="_*`[")
    raise bad("unsupported parse_mode")


def _without_tags(text: str) -> str:
    reader = _Tags()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag {reader.open[-1]}")
    return "".join(reader.said)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise bad(f'can\'t parse entities: Unmatched end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _without_marks(text: str, *, reserved: str) -> str:
    """Balanced `*` `_` `~` and backquotes are marks; any other reserved character must be escaped."""
    marks = set("*_~`") & set(reserved)
    said: list[str] = []
    opened: set[str] = set()
    for escaped, char in re.findall(r"\\(.)|(.)", text, re.DOTALL):
        if escaped or char not in reserved:
            said.append(escaped or char)
        elif char in marks:
            opened ^= {char}
        else:
            raise bad(f"can't parse entities: Character '{char}' is reserved and must be escaped with the preceding '\\'")
    if opened:
        raise bad("can't parse entities: Can't find end of the entity")
    return "".join(said)


def markup(params: Params) -> dict[str, Any] | None:
    """The reply markup, refused in whatever way it is malformed."""
    value = params.json("reply_markup")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in value:
        if not {"keyboard", "remove_keyboard", "force_reply"} & value.keys():
            raise bad("can't parse reply keyboard markup JSON object")
        return value
    return _inline(value["inline_keyboard"])


def _inline(rows: Any) -> dict[str, Any] | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_IN_ROW for row in rows):
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": [row for row in rows if row]} if buttons else None


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    acts = [act for act in _ACTS if act in button]
    if len(acts) != 1:
        raise bad("can't parse inline keyboard button: exactly one of the optional fields must be used")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= MAX_CALLBACK_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        check_url(str(button["url"]))


def check_url(url: str) -> None:
    """A link of a button; a deep link carries only what a start may carry."""
    if not re.match(r"(https?|tg)://\S+$", url):
        raise bad("BUTTON_URL_INVALID")
    payload = start_payload(url)
    if payload is not None and not START_PAYLOAD.fullmatch(payload):
        raise bad("START_PARAM_INVALID")


def start_payload(url: str) -> str | None:
    """What follows `?start=` in a link to a bot; None for any other link."""
    found = re.match(r"https://t\.me/\w+\?start(?:group)?=(.*)$", url)
    return found.group(1) if found else None


def check_commands(params: Params) -> list[dict[str, str]]:
    """A menu: at most a hundred commands, each with its name and its description."""
    value = params.json("commands")
    if not isinstance(value, list):
        raise bad("parameter 'commands' is required")
    if len(value) > MAX_COMMANDS:
        raise bad("too many commands specified")
    for entry in value:
        if not isinstance(entry, dict) or not COMMAND.fullmatch(str(entry.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(entry.get("description", ""))) <= MAX_COMMAND_DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return value


def check_photo(content: bytes) -> tuple[int, int]:
    """Width and height of a picture sent as one: at most 10 MB, both sides together at most 10000, one at most 20 times the other."""
    if len(content) > MAX_PHOTO:
        raise bad(f"file of size {len(content)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
    if content.startswith(b"\xff\xd8\xff"):
        return 1, 1  # our pictures are PNG: what stands inside other kinds is not read
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        raise bad("IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if not width or not height or width + height > MAX_PHOTO_SIDES or max(width, height) > MAX_PHOTO_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def entities(text: str) -> Iterator[dict[str, Any]]:
    """The commands and mentions of a text, where Telegram's clients mark them."""
    for found in re.finditer(r"(?<!\S)(?:(/[A-Za-z0-9_]{1,32}(?:@\w+)?)|(@\w{4,32}))", text):
        kind = "bot_command" if found.group(1) else "mention"
        yield {"type": kind, "offset": units(text[: found.start()]), "length": units(found.group())}
