"""What the commands of `kiosk-gateway` have in common: where the data is, and how they say what came out."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from kiosk.submission import Json
from sync.gateway.opened import Parts, opened_parts

Commands = argparse._SubParsersAction  # argparse has no public name for it


def add_command(commands: "Commands[argparse.ArgumentParser]", name: str, summary: str) -> argparse.ArgumentParser:
    """A command with `--json`, and `--data DIR` with what may lie outside of it."""
    command = commands.add_parser(name, help=summary, description=summary)
    command.add_argument("--json", action="store_true", help="say it in JSON")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data directory")
    command.add_argument("--storage", metavar="URL", help="metadata: sqlite:DIR (default: the data directory)")
    command.add_argument("--objects", metavar="URL", help="blobs: directory:DIR (default: the data directory)")
    return command


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def parts_of(options: argparse.Namespace, *, may_be_new: bool = False) -> Iterator[Parts]:
    """The data directory of the command line. Raises DirectoryRefused, OSError."""
    with opened_parts(
        options.data, storage_url=options.storage, objects_url=options.objects, now=now, as_it_is=not may_be_new
    ) as parts:
        yield parts


def say(options: argparse.Namespace, value: Mapping[str, Json] | Sequence[Mapping[str, Json]], text: str) -> None:
    """The outcome: `value` under `--json`, else `text`."""
    print(json.dumps(value, ensure_ascii=False) if options.json else text)
