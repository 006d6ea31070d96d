"""`kiosk-gateway`: serve a data directory, or list what it received."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sync.gateway.serve import AddressRefused, GatewayServer, bind, opened_gateway
from sync.gateway.storage import DATABASE, DirectoryRefused, EmbeddedStorage

REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 when the data directory or the address is refused."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        return _serve(options) if options.command == "serve" else _list(options)
    except (AddressRefused, DirectoryRefused, OSError) as refusal:
        print(f"kiosk-gateway: {refusal}", file=sys.stderr)
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="receive submissions until SIGTERM or SIGINT")
    listing = commands.add_parser("list", help="what was received")
    for command in (serve, listing):
        command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data directory")
        command.add_argument("--json", action="store_true", help="say it in JSON")
    serve.add_argument("--simulated", action="store_true", help="take simulated submissions; marks DIR for ever")
    serve.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8700, help="0 takes a free one (default: %(default)s)")
    return parser


def _serve(options: argparse.Namespace) -> int:
    def ready(url: str) -> None:
        print(json.dumps({"listening": url}) if options.json else f"listening on {url}", flush=True)

    # The server ends on these by itself, and then raises them again.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with bind(options.host, options.port) as bound, opened_gateway(options.data, simulated=options.simulated) as app:
        if options.simulated:
            logging.warning("simulated submissions are taken: this directory can never hold real ones")
        GatewayServer(app, bound, ready=ready).serve_bound()
    return 0


def _list(options: argparse.Namespace) -> int:
    if not (options.data / DATABASE).exists():
        raise DirectoryRefused(f"{options.data} is not a gateway's data directory")
    storage = EmbeddedStorage(options.data)
    rows = storage.received()
    storage.close()
    if options.json:
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    for row in rows:
        print(f"{row.sid}  {row.slip_code}  {row.receipt_number or '-':16}  {row.level or '-'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
