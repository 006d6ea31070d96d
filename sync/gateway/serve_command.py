"""`kiosk-gateway serve`: what is asked for on the command line, and the process that serves it."""

import argparse
import gc
import json
import logging
import signal
import threading
from pathlib import Path

from sync.gateway.connections import allow_many_connections
from sync.gateway.connectors.webhook import read_city_key
from sync.gateway.logs import log_to_stderr
from sync.gateway.peers import renew_certificate, tls_context
from sync.gateway.serve import (
    ADMISSION_RATE,
    AddressRefused,
    GatewayServer,
    Serving,
    Webhook,
    bind,
    city_url,
    opened_gateway,
)

GC_AFTER = 5_000  # objects; with 700 a submission costs a tenth more, with many more closed connections pile up
RENEW_CERTIFICATE_EVERY_S = 24 * 3600.0

log = logging.getLogger(__name__)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser("serve", help="receive submissions until SIGTERM or SIGINT")
    serve.set_defaults(run=_serve)
    serve.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data directory")
    serve.add_argument("--json", action="store_true", help="say it in JSON")
    serve.add_argument("--host", default="127.0.0.1", help="a numeric address (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8700, help="0 takes a free one (default: %(default)s)")
    serve.add_argument(
        "--tls",
        action="append",
        default=[],
        metavar="NAME",
        help="serve TLS under this name or address (repeatable); needed for any address but loopback",
    )
    serve.add_argument("--simulated", action="store_true", help="take simulated submissions; marks DIR for ever")
    serve.add_argument("--as-terminal", metavar="CODE", help="whom plain connections count as; only with --simulated")
    serve.add_argument(
        "--durability",
        choices=("backup", "local"),
        default="backup",
        help="what a terminal may erase after: a verified backup, or (local) the commit alone (default: %(default)s)",
    )
    serve.add_argument(
        "--admission-rate",
        type=_rate,
        default=ADMISSION_RATE,
        metavar="N",
        help="requests a second that reach the store (default: %(default)g)",
    )
    serve.add_argument("--storage", metavar="URL", help="metadata: sqlite:DIR (default: the data directory)")
    serve.add_argument("--objects", metavar="URL", help="attachments: directory:DIR (default: the data directory)")
    serve.add_argument("--webhook", metavar="URL", help="hand on to the city here, instead of to a folder")
    serve.add_argument("--webhook-key", type=Path, metavar="FILE", help="the key that the city shares")


def _rate(text: str) -> float:
    rate = float(text)
    if not 2 <= rate <= 1_000_000:
        raise argparse.ArgumentTypeError("must be 2 to 1000000")
    return rate


def _serve(options: argparse.Namespace) -> int:
    """0. Raises AddressRefused, DirectoryRefused, KeyRefused, OSError."""
    serving = _serving(options)
    log_to_stderr()
    allow_many_connections()

    def ready(url: str) -> None:
        print(json.dumps({"listening": url}) if options.json else f"listening on {url}", flush=True)

    # The server ends on these by itself, and then raises them again.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with bind(options.host, options.port, tls_names=options.tls) as bound, opened_gateway(options.data, serving) as it:
        if serving.simulated:
            log.warning("simulated submissions are taken: this directory can never hold real ones")
        if serving.durable_at_commit:
            log.warning("durability is local: terminals may erase what no backup holds")
        gc.freeze()  # what is there now stays, and what requests leave is nearly all freed by counting
        gc.set_threshold(GC_AFTER)
        if not options.tls:
            GatewayServer(it.app, bound, ready=ready).serve_bound()
            return 0
        context, ended = tls_context(it.authority, options.tls), threading.Event()

        def renew() -> None:
            while not ended.wait(RENEW_CERTIFICATE_EVERY_S):
                renew_certificate(context, it.authority, options.tls)

        renewing = threading.Thread(target=renew, name="server-certificate")
        renewing.start()
        try:
            GatewayServer(it.app, bound, ready=ready, tls=context).serve_bound()
        finally:
            ended.set()
            renewing.join()
    return 0


def _serving(options: argparse.Namespace) -> Serving:
    if options.as_terminal is not None and not options.simulated:
        raise AddressRefused("--as-terminal is for simulations: give --simulated too")
    if (options.webhook is None) != (options.webhook_key is None):
        raise AddressRefused("--webhook and --webhook-key go together")
    return Serving(
        simulated=options.simulated,
        as_terminal=options.as_terminal,
        admission_rate=options.admission_rate,
        durable_at_commit=options.durability == "local",
        storage=options.storage,
        objects=options.objects,
        webhook=None
        if options.webhook is None
        else Webhook(city_url(options.webhook), read_city_key(options.webhook_key)),
    )
