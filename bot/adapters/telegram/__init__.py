"""Telegram: the Bot API as one of the platforms. The only home of the vendor `telegram`."""

from bot.adapters.telegram.adapter import Telegram
from bot.adapters.telegram.client import TokenRefused
from bot.adapters.telegram.pacing import Pacemaker
from bot.adapters.telegram.reading import PLATFORM
from bot.adapters.telegram.webhook import Webhook

__all__ = ["PLATFORM", "Pacemaker", "Telegram", "TokenRefused", "Webhook"]
