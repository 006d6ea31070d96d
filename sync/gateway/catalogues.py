"""The catalogue as terminals get it: a signed whole, and signed deltas from each version that was current before.

A snapshot is a line of versions that follow one another; `cursor` counts them. `version` is proved by the content.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from kiosk.items import Catalogue, Item
from kiosk.submission import Json, canonical
from sync.catalogue import parse_catalogue
from sync.gateway.ports import Documents
from sync.gateway.records import KeptCatalogue, Signed
from sync.gateway.signing import Signing
from sync.strict_toml import Findings

WHOLE = "hall-terminal/catalogue/1"
DELTA = "hall-terminal/catalogue-delta/1"


@dataclass(frozen=True, slots=True)
class Offered:
    """`etag` says which version the answer leads to."""

    answer: Signed
    etag: str


@dataclass(frozen=True, slots=True)
class NoCatalogue:
    """None was imported."""


@dataclass(frozen=True, slots=True)
class OtherSnapshot:
    """No delta leads from there to the current one."""


@dataclass(frozen=True, slots=True)
class CatalogueFault:
    """Why a signed catalogue is not taken, in a sentence."""

    why: str


class Catalogues:
    """What was imported last is current."""

    def __init__(self, storage: Documents, signing: Signing) -> None:
        self._storage = storage
        self._signing = signing

    def current_version(self) -> str | None:
        return self._storage.catalogue_version()

    def answer(self, snapshot: str | None, cursor: int | None) -> Offered | OtherSnapshot | NoCatalogue:
        """The whole, or with both parameters the delta from there."""
        current = self._storage.catalogue()
        if current is None:
            return NoCatalogue()
        # With the version: a gateway that was restored may give the same cursor to other items.
        etag = f"{current.snapshot}:{current.cursor}:{current.version}"
        if snapshot is None or cursor is None:
            return Offered(current.signed, etag)
        before = self._storage.catalogue_at(snapshot, cursor) if snapshot == current.snapshot else None
        if before is None:
            return OtherSnapshot()
        return Offered(self._signing.sign(_delta(before.signed.content, current.signed.content)), etag)

    def sign(self, catalogue: Catalogue, *, at: datetime) -> Signed:
        """A whole that follows the current one, or begins a snapshot where there is none."""
        current = self._storage.catalogue()
        items: list[Json] = [{"id": item.id, "content": item_content(item)} for item in catalogue.items]
        return self._signing.document(
            {
                "format": WHOLE,
                "snapshot": secrets.token_hex(8) if current is None else current.snapshot,
                "cursor": 1 if current is None else current.cursor + 1,
                "version": version_of([item_content(item) for item in catalogue.items]),
                "at": at.isoformat(timespec="seconds"),
                "items": items,
            }
        )

    def take(self, signed: Signed) -> KeptCatalogue | CatalogueFault:
        """Make it the current one, if it is ours, whole, and newer than the current one."""
        if not self._signing.is_ours(signed):
            return CatalogueFault("it is not signed by a key of this gateway, or was changed afterwards")
        read = read_whole(signed)
        if isinstance(read, CatalogueFault):
            return read
        current = self._storage.catalogue()
        if current is not None and current.snapshot == read.snapshot and current.cursor >= read.cursor:
            if current.signed == signed:
                return current
            return CatalogueFault(f"version {current.cursor} is current, this is version {read.cursor}: sign it again")
        self._storage.keep_catalogue(read)
        return read


def item_content(item: Item) -> dict[str, Json]:
    """An item as JSON; what it leaves at its default is not said, so that an older program can read it."""
    content: dict[str, Json] = json.loads(item.model_dump_json(exclude_defaults=True))
    return content


def version_of(contents: Sequence[Mapping[str, Json]]) -> str:
    """Of the items in order: what a terminal proves after applying a delta."""
    return hashlib.sha256(canonical({"items": [dict(content) for content in contents]})).hexdigest()[:12]


def read_whole(signed: Signed) -> KeptCatalogue | CatalogueFault:
    """What a verified document says. Every item must be one that a terminal understands."""
    catalogue = parse_catalogue(signed.content)
    if isinstance(catalogue, Findings):
        return CatalogueFault("; ".join(catalogue.sentences))
    value = json.loads(signed.content)
    snapshot, cursor = value.get("snapshot"), value.get("cursor")
    if not isinstance(snapshot, str) or not snapshot.isalnum():
        return CatalogueFault("it names no snapshot")
    if not isinstance(cursor, int) or isinstance(cursor, bool) or not 1 <= cursor < 2**53:
        return CatalogueFault("it has no cursor")
    if [one.get("id") for one in value["items"]] != [item.id for item in catalogue.items]:
        return CatalogueFault("its items do not stand under their own ids")
    return KeptCatalogue(snapshot, cursor, catalogue.version, signed)


@lru_cache(maxsize=16)
def _delta(before: bytes, after: bytes) -> bytes:
    old, new = json.loads(before), json.loads(after)
    had = {one["id"]: one["content"] for one in old["items"]}
    order = [one["id"] for one in new["items"]]
    return canonical(
        {
            "format": DELTA,
            "snapshot": new["snapshot"],
            "from": old["cursor"],
            "cursor": new["cursor"],
            "version": new["version"],
            "at": new["at"],
            "changed": [one for one in new["items"] if had.get(one["id"]) != one["content"]],
            "removed": [one_id for one_id in had if one_id not in order],
            "order": order,
        }
    )
