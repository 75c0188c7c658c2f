"""What goes wrong in a store, by name, so that callers need no vendor to tell it apart."""

from __future__ import annotations


class StorageUnavailable(Exception):
    """The database cannot be used now: full, read-only, damaged, locked for too long, or closed. Nothing was kept."""


class Missing(LookupError):
    """A row that the caller holds is not there any more, or is no longer the one to change."""
