"""The former name of `sync.outbox.keys`."""

from sync.outbox.keys import StoreRefused, sync_directory

__all__ = ["StoreRefused", "sync_directory"]
