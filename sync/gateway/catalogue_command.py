"""`kiosk-gateway catalogue`: sign a folder of items, make a signed catalogue the current one, write it out."""

import argparse
import sys
from pathlib import Path

from kiosk.submission import Json
from sync.catalogue import read_catalogue
from sync.gateway.catalogues import CatalogueFault, Catalogues
from sync.gateway.command_line import Commands, add_command, now, parts_of, say
from sync.gateway.private_file import write_private
from sync.gateway.records import KeptCatalogue, Signed

FOUND = 1


def add_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    catalogue = commands.add_parser("catalogue", help="which items terminals offer").add_subparsers(required=True)
    signing = add_command(catalogue, "sign", "check every item of a folder and sign them as one catalogue")
    signing.add_argument("folder", type=Path, metavar="FOLDER", help="items as TOML files")
    signing.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE and FILE.sig are written")
    signing.set_defaults(run=_sign)
    importing = add_command(catalogue, "import", "make a signed catalogue the current one")
    importing.add_argument("file", type=Path, metavar="FILE", help="with FILE.sig beside it")
    importing.set_defaults(run=_import)
    exporting = add_command(catalogue, "export", "write out the current catalogue")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE", help="FILE and FILE.sig are written")
    exporting.set_defaults(run=_export)


def _sign(options: argparse.Namespace) -> int:
    items = read_catalogue(options.folder)
    with parts_of(options, may_be_new=True) as parts:
        signed = Catalogues(parts.storage, parts.signing).sign(items, at=now())
    _write(options.out, signed)
    told: dict[str, Json] = {"file": str(options.out), "items": [item.id for item in items.items]}
    say(options, told, f"{options.out}: {len(items.items)} items, signed; `catalogue import` makes it the current one")
    return 0


def _import(options: argparse.Namespace) -> int:
    signed = Signed(options.file.read_bytes(), _beside(options.file).read_text(encoding="ascii").strip())
    with parts_of(options, may_be_new=True) as parts:
        taken = Catalogues(parts.storage, parts.signing).take(signed)
        if isinstance(taken, CatalogueFault):
            return _found(options, taken.why)
        parts.storage.note("gateway.catalogue_imported", {"version": taken.version, "cursor": taken.cursor}, now())
    _tell(options, taken)
    return 0


def _export(options: argparse.Namespace) -> int:
    with parts_of(options) as parts:
        current = parts.storage.catalogue()
    if current is None:
        return _found(options, "no catalogue was imported")
    _write(options.out, current.signed)
    _tell(options, current)
    return 0


def _tell(options: argparse.Namespace, catalogue: KeptCatalogue) -> None:
    told: dict[str, Json] = {"snapshot": catalogue.snapshot, "cursor": catalogue.cursor, "version": catalogue.version}
    say(options, told, f"version {catalogue.version}, {catalogue.snapshot}:{catalogue.cursor}")


def _found(options: argparse.Namespace, why: str) -> int:
    print(f"kiosk-gateway: {why}", file=sys.stderr)
    if options.json:
        say(options, {"fault": why}, why)
    return FOUND


def _write(path: Path, signed: Signed) -> None:
    write_private(path, signed.content)
    write_private(_beside(path), signed.signature.encode())


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.sig")
