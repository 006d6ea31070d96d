"""The command `kiosk`: the terminal, and the agent that drains its outbox."""

import argparse
import logging
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sync.configuration_file import read_configuration
from sync.strict_toml import FileFault, finding_at

if TYPE_CHECKING:
    from drivers.traces.recording import Recording

CONFIGURATION_EXIT = 78  # sysexits.h: configuration error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kiosk", description="The self-service terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="show the terminal on the screen")
    run.add_argument("--automation", metavar="SOCKET", help="be driven through this socket (simulated devices only)")
    run.add_argument("--window", action="store_true", help="in a window of the configured size, not the whole screen")
    run.add_argument(
        "--record", type=Path, metavar="DIR", help="write down what devices say, a file each, without personal data"
    )
    agent = commands.add_parser("agent", help="send what was sealed to the platform")
    for command in (run, agent):
        command.add_argument(
            "--config", type=Path, action="append", required=True, metavar="FILE", help="TOML; later ones lie on top"
        )
        command.add_argument("--verbose", action="store_true", help="log every step")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        return _run(options) if options.command == "run" else _agent(options)
    except FileFault as fault:
        print(fault, file=sys.stderr)
        return CONFIGURATION_EXIT


def _run(options: argparse.Namespace) -> int:
    from terminal.application import CONTENT, START_ANEW, Application, prepare_qt

    prepare_qt()
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        print("no display: start it in a desktop, or set QT_QPA_PLATFORM (eglfs, linuxfb, offscreen)", file=sys.stderr)
        return CONFIGURATION_EXIT

    from drivers.configured import Misconfigured
    from terminal.current import read_current
    from terminal.runner import CHINA
    from ui.texts import texts_of

    current = read_current(read_configuration(options.config), CONTENT / "items", at=datetime.now(CHINA))
    try:
        application = Application(
            current,
            texts_of("zh_hans"),
            full_screen=not options.window,
            automation=options.automation,
            recording=_recording(options.record),
        )
    except Misconfigured as mistake:
        raise FileFault([finding_at(options.config, mistake.place, str(mistake))]) from mistake
    except ValueError as refusal:
        print(refusal, file=sys.stderr)
        return CONFIGURATION_EXIT
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.end(0))
    status = application.run()
    if status == START_ANEW:
        logging.shutdown()
        os.execv(sys.executable, sys.orig_argv)
    return status


def _recording(folder: Path | None) -> "Recording | None":
    """ValueError when nothing can be written there."""
    from drivers.traces.recording import Recording

    if folder is None:
        return None
    try:
        recording = Recording(folder)
    except OSError as error:
        raise ValueError(f"--record {folder}: {error.strerror or error}") from error
    logging.getLogger(__name__).info("everything that devices say is written to %s, without personal data", folder)
    return recording


def _agent(options: argparse.Namespace) -> int:
    from sync.agent.exchange import AddressRefused
    from sync.agent.run import run_agent
    from sync.outbox.identity import NotEnrolled, read_identity
    from sync.outbox.keys import StoreRefused

    configuration = read_configuration(options.config)
    identity = read_identity(Path(configuration.store.directory))
    if isinstance(identity, NotEnrolled):
        print(f"this terminal is not enrolled: {identity.why}; run kiosk-provision enrol", file=sys.stderr)
        return CONFIGURATION_EXIT
    if identity.terminal != configuration.terminal.code:
        ours = configuration.terminal.code
        print(f"this terminal is enrolled as {identity.terminal}, and configured as {ours}", file=sys.stderr)
        return CONFIGURATION_EXIT
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run_agent(configuration, identity, stop)
    except (StoreRefused, AddressRefused) as refusal:
        print(refusal, file=sys.stderr)
        return CONFIGURATION_EXIT
    return 0


if __name__ == "__main__":
    sys.exit(main())
