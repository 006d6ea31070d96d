"""The catalogue of service items: from the files that ship, until a platform has sent one."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from kiosk.items import Catalogue, Item
from kiosk.strict_toml import messages_of
from kiosk.submission import canonical
from sync.strict_toml import FileFault, Finding, Findings, read_strict
from sync.wire.json_object import read_object

FORMAT = "hall-terminal/catalogue/1"


def read_catalogue(folder: Path) -> Catalogue:
    """Every `*.toml` of the folder, by name. Its version is a digest of them all. Raises FileFault with all faults."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise FileFault([Finding(folder, 1, "holds no item")])
    items: list[Item] = []
    findings: list[Finding] = []
    version = hashlib.sha256()
    for path in paths:
        try:
            item = read_strict(path, Item)
        except FileFault as fault:
            findings += fault.findings
            continue
        if item.id in {other.id for other in items}:
            findings.append(Finding(path, 1, f"the item {item.id} stands in another file too"))
        items.append(item)
        version.update(path.read_bytes())
    if findings:
        raise FileFault(findings)
    return Catalogue(version=version.hexdigest()[:12], items=tuple(items))


def parse_catalogue(content: bytes) -> Catalogue | Findings:
    """A platform's whole catalogue, once its signature is known to hold. Its version is proved by its items."""
    match read_object(content):
        case {"format": format_, "version": str(version), "items": list(rows)} if format_ == FORMAT:
            contents = [row.get("content") if isinstance(row, dict) else None for row in rows]
        case _:
            return Findings((f"it is no {FORMAT} with version and items",))
    if hashlib.sha256(canonical({"items": contents})).hexdigest()[:12] != version:
        return Findings((f"its items are not those of version {version}",))
    items: list[Item] = []
    sentences: list[str] = []
    for place, content_ in enumerate(contents):
        try:
            item = Item.model_validate_json(json.dumps(content_))
        except ValidationError as error:
            tree = content_ if isinstance(content_, dict) else {}
            sentences += [f"item {tree.get('id', place)}: {sentence}" for sentence in messages_of(error, tree, Item)]
            continue
        if item.id in {other.id for other in items}:
            sentences.append(f"the item {item.id} stands in it twice")
        items.append(item)
    if not items and not sentences:
        sentences.append("it holds no item")
    return Findings(tuple(sentences)) if sentences else Catalogue(version=version, items=tuple(items))
