"""Discord: gateway and REST as one of the platforms. The only home of the vendor `discord`."""

from bot.adapters.discord.adapter import Discord
from bot.adapters.discord.asking import recent_in, slots_in
from bot.adapters.discord.client import TokenRefused
from bot.adapters.discord.commands import sync_commands
from bot.adapters.discord.openly import Mind
from bot.adapters.discord.place import PLATFORM
from bot.adapters.discord.roles import Server
from bot.adapters.discord.warning import blind_in

__all__ = ["PLATFORM", "Discord", "Mind", "Server", "TokenRefused", "blind_in", "recent_in", "slots_in", "sync_commands"]
