"""What goes wrong in a store, by name, so that callers need no vendor to tell it apart."""

from __future__ import annotations

from bot.ports import StorageUnavailable

__all__ = ["KeysUnavailable", "Missing", "StorageUnavailable", "Unreadable"]


class KeysUnavailable(StorageUnavailable):
    """The keys are missing, cannot be read, or are not those of this database: one sentence that says which."""


class Missing(LookupError):
    """A row that the caller holds is not there any more, or is no longer the one to change."""


class Unreadable(Exception):
    """A sealed value that its key does not open: changed, cut, moved from another row, or the key was destroyed."""
