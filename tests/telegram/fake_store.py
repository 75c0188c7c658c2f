"""What the fake platform remembers: its people, their chats and messages, files, menus, and the updates that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from tests.telegram.fake_checks import ApiError, bad

Json = dict[str, Any]
BY_DEFAULT = frozenset({"message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"})


@dataclass
class Chat:
    """One conversation, and everything that was said in it. Messages stay here also when they are deleted."""

    id: int
    type: str
    title: str
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def to_json(self) -> Json:
        """As messages carry it."""
        name = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        return {"id": self.id, "type": self.type, **name}


@dataclass
class Callback:
    """A press that waits for its answer."""

    id: str
    at: float
    answers: list[Json] = field(default_factory=list)


class World:
    """Everything the platform holds. `now` dates the messages; `stopwatch` ages the presses (seconds)."""

    def __init__(self, *, bot: Json, now: Callable[[], datetime], stopwatch: Callable[[], float]) -> None:
        self.bot = bot
        self.now = now
        self.stopwatch = stopwatch
        self.users: dict[int, Json] = {bot["id"]: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.callbacks: dict[str, Callback] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.actions: list[tuple[int, str]] = []
        self.updates: list[Json] = []
        self.allowed = BY_DEFAULT
        self.confirmed = 0
        self.sent: list[tuple[float, int, int]] = []
        """When (stopwatch), in which chat, and the id of each message that the bot sent."""
        self.changed = asyncio.Condition()
        self._update_ids = count(880_000_001)
        self._file_ids = count(1)
        self._callback_ids = count(4_400_000_000_000)

    def chat(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may write to it."""
        try:
            chat = self.chats.get(int(chat_id))
        except ValueError:
            chat = None
        if chat is None or (chat.type == "private" and not chat.started and not chat.blocked and chat.id not in self.users):
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat.type == "private" and not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.type != "private" and self.bot["id"] not in chat.members:
            raise ApiError(403, "Forbidden: bot was kicked from the group chat")
        return chat

    def put(self, chat: Chat, sender: int, content: Json) -> Json:
        """A new message in a chat."""
        number = next(chat.ids)
        message = {
            "message_id": number,
            "date": int(self.now().timestamp()),
            "chat": chat.to_json(),
            "from": self.users[sender],
            **content,
        }
        chat.messages[number] = message
        if sender == self.bot["id"]:
            self.sent.append((self.stopwatch(), chat.id, number))
        return message

    def message(self, chat: Chat, number: int, *, missing: str) -> Json:
        """A message that is still there."""
        if number not in chat.messages or number in chat.deleted:
            raise bad(missing)
        return chat.messages[number]

    def keep_file(self, name: str, content: bytes) -> Json:
        """A file by its new id."""
        file_id = f"file-{next(self._file_ids)}"
        self.files[file_id] = (name, content)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}

    def new_callback(self) -> Callback:
        """A press, known by its id until it is too old."""
        callback = Callback(id=str(next(self._callback_ids)), at=self.stopwatch())
        self.callbacks[callback.id] = callback
        return callback

    async def post(self, kind: str, content: Json) -> int:
        """Something happened: the bot hears of it, if it asked for this kind. The update's id."""
        number = next(self._update_ids)
        async with self.changed:
            if kind in self.allowed:
                self.updates.append({"update_id": number, kind: content})
            self.changed.notify_all()
        return number

    async def post_raw(self, content: Json) -> int:
        """An update exactly as given: for what no well-made platform would send."""
        number = next(self._update_ids)
        async with self.changed:
            self.updates.append({"update_id": number, **content})
            self.changed.notify_all()
        return number

    async def confirm(self, below: int) -> None:
        """Updates with a smaller id were received: they are not given again."""
        async with self.changed:
            self.confirmed = max(self.confirmed, below)
            self.updates = [update for update in self.updates if update["update_id"] >= below]
            self.changed.notify_all()

    async def acknowledged(self, number: int, *, within: float = 10.0) -> None:
        """Wait until the bot has acknowledged an update."""
        async with asyncio.timeout(within), self.changed:
            await self.changed.wait_for(lambda: all(update["update_id"] != number for update in self.updates))
