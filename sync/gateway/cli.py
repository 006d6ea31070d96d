"""`kiosk-gateway`: serve a data directory, and everything an operator does with one."""

import argparse
import sys
from collections.abc import Sequence

from sync.gateway import (
    backup_command,
    catalogue_command,
    listing_command,
    serve_command,
    terminals_command,
)
from sync.gateway.connectors.webhook import KeyRefused
from sync.gateway.serve import AddressRefused
from sync.gateway.storage import DirectoryRefused
from sync.strict_toml import FileFault

REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 when something was found that does not hold; 2 when what was asked for is refused."""
    parser = argparse.ArgumentParser(prog="kiosk-gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for family in (serve_command, listing_command, terminals_command, catalogue_command, backup_command):
        family.add_commands(commands)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except (AddressRefused, DirectoryRefused, FileFault, KeyRefused, OSError) as refusal:
        print(f"kiosk-gateway: {refusal}", file=sys.stderr)
        return REFUSED
    return code


if __name__ == "__main__":
    raise SystemExit(main())
