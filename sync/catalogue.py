"""The catalogue of service items, from the files that ship until a platform sends one."""

import hashlib
from pathlib import Path

from kiosk.items import Catalogue, Item
from sync.strict_toml import FileFault, Finding, read_strict


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
