"""The people's side of the fake platform: what somebody does on their telephone, and what they see on it."""

from __future__ import annotations

from typing import Any

from tests.telegram.fake_checks import START_PAYLOAD, entities, start_payload
from tests.telegram.fake_store import Chat, Json, World


class People:
    """Everybody who uses the platform. Every act returns the id of the update that the bot hears of."""

    def __init__(self, world: World) -> None:
        self._world = world

    def join(self, person: int, name: str = "Somebody", *, language: str | None = "en", started: bool = True) -> int:
        """Somebody opens an account; `started`: they have opened the bot's private chat once."""
        user: Json = {"id": person, "is_bot": False, "first_name": name}
        if language:
            user["language_code"] = language
        self._world.users[person] = user
        self._world.chats[person] = Chat(id=person, type="private", title=name, started=started)
        return person

    def group(self, chat_id: int, title: str = "A group", *, members: dict[int, str] | None = None) -> int:
        """A group that the bot was added to, with its members by their status."""
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        joined = {self._world.bot["id"]: "member", **(members or {})}
        self._world.chats[chat_id] = Chat(id=chat_id, type=kind, title=title, members=joined)
        return chat_id

    def migrate(self, old: int, new: int) -> None:
        """A group becomes a supergroup under another id."""
        former = self._world.chats[old]
        self.group(new, former.title, members=dict(former.members))
        former.migrated_to = new

    def block(self, person: int, *, blocked: bool = True) -> None:
        """Somebody blocks the bot, or no longer."""
        self._world.chats[person].blocked = blocked

    async def say(self, person: int, text: str, *, chat: int | None = None, reply_to: int | None = None) -> int:
        """Words, in private or in a group."""
        return await self._say(person, {"text": text}, chat=chat, reply_to=reply_to)

    async def _say(self, person: int, content: Json, *, chat: int | None = None, reply_to: int | None = None) -> int:
        where = self._world.chats[chat or person]
        if where.type == "private":
            where.started = True
        marks = list(entities(content.get("text", "")))
        extras: Json = {"entities": marks} if marks else {}
        if reply_to is not None:
            extras["reply_to_message"] = where.messages[reply_to]
        return await self._world.post("message", self._world.put(where, person, {**content, **extras}))

    async def follow(self, person: int, link: str) -> int:
        """Somebody opens a link to the bot and presses Start."""
        payload = start_payload(link)
        if payload is None or not START_PAYLOAD.fullmatch(payload):
            raise ValueError(f"no link to a bot that a client would open: {link}")
        return await self.say(person, f"/start {payload}")

    async def edit(self, person: int, number: int, text: str, *, chat: int | None = None) -> int:
        """Somebody corrects a message of theirs."""
        message = self._world.chats[chat or person].messages[number]
        message |= {"text": text, "edit_date": int(self._world.now().timestamp())}
        return await self._world.post("edited_message", message)

    async def forward(self, person: int, text: str, *, author: str = "Another") -> int:
        """Somebody passes on what another wrote."""
        origin = {"type": "hidden_user", "sender_user_name": author, "date": int(self._world.now().timestamp())}
        return await self._say(person, {"text": text, "forward_origin": origin})

    async def show(self, person: int, kind: str, *, caption: str = "", album: str = "") -> int:
        """A voice message, a picture, a sticker, a place… anything that is no words."""
        content: Json = {kind: self._unreadable(kind), **({"media_group_id": album} if album else {})}
        return await self._say(person, {**content, **({"caption": caption} if caption else {})})

    def _unreadable(self, kind: str) -> Any:
        file = self._world.keep_file(kind, b"\x89PNG\r\n\x1a\n")
        return {
            "voice": {**file, "duration": 3},
            "audio": {**file, "duration": 3},
            "photo": [{**file, "width": 90, "height": 90}],
            "document": {**file, "file_name": "paper.pdf"},
            "video": {**file, "width": 90, "height": 90, "duration": 3},
            "video_note": {**file, "length": 90, "duration": 3},
            "sticker": {**file, "width": 90, "height": 90, "is_animated": False, "is_video": False, "type": "regular"},
            "location": {"latitude": 48.85, "longitude": 2.35},
            "contact": {"phone_number": "+10000000000", "first_name": "Another"},
            "dice": {"emoji": "🎲", "value": 3},
        }[kind]

    async def press(self, person: int, label: str, *, chat: int | None = None, number: int | None = None, data: str | None = None) -> int:
        """Somebody presses a button that they see: the newest that is so labelled, unless its message is named.

        `data`: what a forged client sends instead of what the button holds.
        """
        where = self._world.chats[chat or person]
        message, button = next(
            (
                (where.messages[at], button)
                for at in ([number] if number else sorted(where.messages, reverse=True))
                if at not in where.deleted
                for button in buttons(where.messages[at])
                if label in (button["text"], button.get("callback_data"))
            ),
            (None, None),
        )
        if message is None or button is None:
            raise LookupError(f"nobody sees a button {label!r} in chat {where.id}")
        return await self.press_button(person, message, data or button["callback_data"])

    async def press_button(self, person: int, message: Json, data: str) -> int:
        """A press of a message as it was, also when its button has gone since."""
        callback = self._world.new_callback()
        query = {"id": callback.id, "from": self._world.users[person], "chat_instance": "7", "message": message, "data": data}
        return await self._world.post("callback_query", query)

    def seen(self, chat: int) -> list[Json]:
        """Everything that the bot wrote in a chat and that is still there, oldest first."""
        where = self._world.chats[chat]
        return [
            message
            for number, message in sorted(where.messages.items())
            if message["from"]["id"] == self._world.bot["id"] and number not in where.deleted
        ]

    def texts(self, chat: int) -> list[str]:
        """The words of what the bot wrote in a chat."""
        return [message.get("text") or message.get("caption", "") for message in self.seen(chat)]


def buttons(message: Json) -> list[Json]:
    """The buttons under a message, row after row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]
