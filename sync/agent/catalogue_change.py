"""The catalogue as the gateway sends it, whole or as what changed, put together and proved by its version. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.submission import Json, canonical
from sync.agent.platform_client import time_of
from sync.catalogue import FORMAT as WHOLE
from sync.catalogue import parse_catalogue
from sync.strict_toml import Findings

DELTA = "hall-terminal/catalogue-delta/1"


@dataclass(frozen=True, slots=True)
class Assembled:
    """A proved catalogue. `content`: the whole in its canonical form, to be kept, and to be changed later on."""

    content: bytes
    snapshot: str
    cursor: int
    version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotProved:
    """It is not taken. `cause` is a code for the journal."""

    cause: str


def assemble(document: Mapping[str, Json], before: bytes | None) -> Assembled | NotProved:
    """From a verified answer of either format; `before` is the whole that a change is laid over."""
    match document:
        case {
            "format": format_,
            "snapshot": str(snapshot),
            "cursor": int(cursor),
            "version": str(version),
            "at": written_at,
        }:
            pass
        case _:
            return NotProved("malformed")
    at, earlier = time_of(written_at), json.loads(before) if before is not None else None
    if at is None or cursor < 0:
        return NotProved("malformed")
    if earlier is not None and at < datetime.fromisoformat(earlier["at"]):
        return NotProved("older")
    items = _items(document.get("items")) if format_ == WHOLE else _changed(document, earlier)
    if isinstance(items, NotProved):
        return items
    listed: list[Json] = [{"id": item_id, "content": content} for item_id, content in items.items()]
    head: dict[str, Json] = {"format": WHOLE, "snapshot": snapshot, "cursor": cursor, "version": version}
    whole = canonical({**head, "at": written_at, "items": listed})
    if isinstance(parse_catalogue(whole), Findings):
        return NotProved("not-proved")
    return Assembled(whole, snapshot, cursor, version, at)


def _changed(document: Mapping[str, Json], earlier: Mapping[str, Json] | None) -> dict[str, Json] | NotProved:
    changed, removed, order = _items(document.get("changed")), document.get("removed"), document.get("order")
    if isinstance(changed, NotProved) or not isinstance(removed, list) or not isinstance(order, list):
        return NotProved("malformed")
    if earlier is None or (document["snapshot"], document.get("from")) != (earlier["snapshot"], earlier["cursor"]):
        return NotProved("other-base")
    kept = _items(earlier["items"])
    if isinstance(kept, NotProved):
        return kept
    items = {item_id: content for item_id, content in kept.items() if item_id not in removed} | changed
    if sorted(items) != sorted(str(item_id) for item_id in order):
        return NotProved("order")
    return {str(item_id): items[str(item_id)] for item_id in order}


def _items(listed: Json) -> dict[str, Json] | NotProved:
    items: dict[str, Json] = {}
    for one in listed if isinstance(listed, list) else [None]:
        match one:
            case {"id": str(item_id), "content": dict(content)} if item_id not in items:
                items[item_id] = content
            case _:
                return NotProved("malformed")
    return items
