"""The Telegram adapter, over real HTTP, against a strict stand-in for the Bot API."""
