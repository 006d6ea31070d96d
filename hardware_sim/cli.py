"""`kiosk-sim`: simulated devices, a weak line and a city from the command line.

Exit codes: 0 done, 1 not running (or, for `up`, running already), 2 not understood.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from hardware_sim import control, printer_alone
from hardware_sim.control import NotRunning, Part, Refused, Simulation, ask

Act = Callable[[Any, argparse.Namespace], Any]
Start = Callable[[Path, argparse.Namespace, threading.Event], AbstractContextManager[object]]
STARTED_BY = {Part.SIMULATION: "kiosk-sim up", Part.LINE: "kiosk-sim line up", Part.CITY: "kiosk-sim city up"}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if printer_alone.is_meant(words):
        return printer_alone.main(words[1:])
    chosen = _parser().parse_args(words)
    run_dir: Path = (chosen.run_dir or control.default_run_dir()).absolute()
    try:
        if chosen.start is not None:
            return _up(run_dir, chosen, words)
        hand = Simulation(run_dir) if chosen.part is Part.SIMULATION else partial(ask, run_dir, chosen.part)
        answer = chosen.act(hand, chosen)
    except Refused as refusal:
        print(f"kiosk-sim: {refusal}", file=sys.stderr)
        return 2
    except NotRunning as absence:
        print(f"kiosk-sim: {absence} (start one with: {STARTED_BY[chosen.part]})", file=sys.stderr)
        return 1
    _show(answer, chosen)
    return 0


def _up(run_dir: Path, chosen: argparse.Namespace, words: list[str]) -> int:
    with contextlib.suppress(NotRunning):
        ask(run_dir, chosen.part, "status")
        print(f"kiosk-sim: a {chosen.part} already runs in {run_dir}", file=sys.stderr)
        return 1
    if chosen.detach and chosen.ready_fd is None:
        return _up_detached(run_dir, chosen, words)
    return _up_here(run_dir, chosen)


def _up_here(run_dir: Path, chosen: argparse.Namespace) -> int:
    down = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: down.set())
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(chosen.start(run_dir, chosen, down))
        except OSError as error:  # a port that is taken, a file that is not there
            print(f"kiosk-sim: {error}", file=sys.stderr)
            return 2
        _show(ask(run_dir, chosen.part, "status"), chosen)
        sys.stdout.flush()
        if chosen.ready_fd is not None:
            os.write(chosen.ready_fd, b"ready\n")
            os.close(chosen.ready_fd)
        down.wait()
    return 0


def _up_detached(run_dir: Path, chosen: argparse.Namespace, words: list[str]) -> int:
    """Start a process of its own and return when it answers."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready_read, ready_write = os.pipe()
    command = [sys.executable, "-m", "hardware_sim.cli", *words, "--run-dir", str(run_dir)]
    command += ["--ready-fd", str(ready_write)]
    log_path = run_dir / f"{chosen.part}.log"
    with log_path.open("wb") as log:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(ready_write,),
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": _import_path()},
        )
    os.close(ready_write)
    with os.fdopen(ready_read, "rb") as ready:
        if not ready.readline():
            print(f"kiosk-sim: it did not start; see {log_path}", file=sys.stderr)
            return 1
    _show(ask(run_dir, chosen.part, "status"), chosen)
    return 0


def _start_simulation(run_dir: Path, chosen: argparse.Namespace, down: threading.Event) -> Any:
    from hardware_sim.simulation import serving

    return serving(run_dir, pace=not chosen.no_pace, down=down)


def _start_line(run_dir: Path, chosen: argparse.Namespace, down: threading.Event) -> Any:
    from hardware_sim.control_server import answering
    from hardware_sim.line_modes import parse_mode
    from hardware_sim.wire_services import line_service

    service = line_service(chosen.to, chosen.listen, parse_mode(chosen.mode.split()))
    return answering(run_dir, Part.LINE, service, down=down)


def _start_city(run_dir: Path, chosen: argparse.Namespace, down: threading.Event) -> Any:
    from hardware_sim.city.platform import City
    from hardware_sim.control_server import answering
    from hardware_sim.wire_services import city_service

    city = City(
        gateway=chosen.gateway,
        key=chosen.key.read_bytes(),
        authority=chosen.authority,
        auto_s=chosen.auto,
        slow_s=chosen.slow,
        file=chosen.file,
    )
    return answering(run_dir, Part.CITY, city_service(city, chosen.listen), down=down)


def _import_path() -> str:
    """Where the child finds this package, whatever folder it starts in."""
    return os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))


def _show(answer: Any, chosen: argparse.Namespace) -> None:
    if chosen.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    elif answer is not None:
        print(chosen.show(answer))


def _status_text(status: dict[str, Any]) -> str:
    lines = [f"run directory         {status['run_dir']}"]
    for device in ("identity_card_reader", "document_camera", "receipt_printer"):
        words = {key: value for key, value in status[device].items() if key != "address"}
        state = ", ".join(f"{key.replace('_', ' ')} {_word(value)}" for key, value in words.items())
        lines.append(f"{device.replace('_', ' '):<21} {status[device]['address']}\n{'':<21} {state}")
    return "\n".join(lines)


def _word(value: object) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None | []:
            return "none"
        case list():
            return "+".join(map(str, value))
        case _:
            return str(value)


def _line_text(status: dict[str, Any]) -> str:
    names = {"address": "listens on", "to": "leads to"}
    return "\n".join(f"{names.get(name, name).replace('_', ' '):<16}{_word(value)}" for name, value in status.items())


def _city_text(status: dict[str, Any]) -> str:
    waiting = sum(event["delivery"] == "waiting" for event in status["events"])
    refused = sum(event["delivery"] == "refused" for event in status["events"])
    lines = [
        f"webhook         {status['webhook']}",
        f"modes           {_word(status['modes'])}",
        f"hand-ons        {len(status['deliveries'])} taken, {status['repeats']} came again",
        f"cases           {len(status['cases'])}",
        f"reports         {len(status['events'])} made, {waiting} wait, {refused} refused",
        *(f"found wrong     {fault}" for fault in status["faults"]),
    ]
    return "\n".join(lines)


def _cases_text(cases: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{case['sid']}  {case['slip_code']:<15} {case['state']:<16} {case['case_number'] or '-':<15} "
        f"{'; '.join(case['corrections']) or case['parked'] or ''}".rstrip()
        for case in cases
    )


def _people_text(people: list[dict[str, Any]]) -> str:
    return "\n".join(f"{p['key']:<14} {p['layout']:<15} {p['number']:<19} {p['name']:<4} {p['note']}" for p in people)


def _receipts_text(slips: list[dict[str, Any]]) -> str:
    return "\n".join(f"── {s['number']:04d}, {s['ended_by']}, {s['picture_path']}\n{s['text']}" for s in slips)


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--run-dir", type=Path, metavar="DIR", help=f"default: {control.default_run_dir()}")
    common.add_argument("--json", action="store_true", help="answer in JSON")
    parser = argparse.ArgumentParser(
        prog="kiosk-sim", description="Simulated devices of a hall terminal, and its wire."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        words: Any, name: str, help_text: str, act: Act | None, show: Callable[[Any], str] = str, **details: Any
    ) -> Any:
        command = words.add_parser(name, parents=[common], help=help_text, description=help_text, **details)
        command.set_defaults(act=act, show=show, start=None, part=part)
        return command

    def add_up(words: Any, help_text: str, start: Start, show: Callable[[Any], str]) -> Any:
        up = add(words, "up", help_text, None, show)
        up.set_defaults(start=start)
        up.add_argument("--detach", action="store_true", help="return when it answers")
        up.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
        return up

    def family(name: str, help_text: str) -> Any:
        return commands.add_parser(name, help=help_text, description=help_text).add_subparsers(
            required=True, metavar="ACTION"
        )

    part = Part.SIMULATION
    up = add_up(commands, "start all devices and print their addresses", _start_simulation, _status_text)
    up.add_argument("--no-pace", action="store_true", help="no wire, chip or paper takes its real time")
    add(commands, "down", "stop all devices", lambda sim, _: sim.down())
    add(commands, "status", "addresses and state of the devices", lambda sim, _: sim.status(), _status_text)
    add(commands, "people", "the cast whose cards can be inserted", lambda sim, _: sim.people(), _people_text)
    receipts = add(commands, "receipts", "what was printed", _receipts, _receipts_text)
    receipts.add_argument("--at-least", type=int, default=0, metavar="N", help="wait until so many lie in the tray")
    receipts.add_argument("--within", type=float, default=20.0, metavar="S", help="wait at most so many seconds")

    card = family("card", "cards on the identity card reader")
    insert = add(card, "insert", "lay somebody's card on the reader", _card_insert)
    insert.add_argument("name", help="of the cast, or a stranger such as resident:17")
    insert.add_argument("--for-bytes", type=int, metavar="N", help="pull it away after N bytes of a read")
    add(card, "lift", "take the card away", lambda sim, _: sim.card_lift())

    page = family("page", "pages under the document camera")
    put = add(page, "put", "lay a page down, or take it away (none)", _page_put)
    put.add_argument("name", help="household-front, household-member, recent-photo, blank-sheet, none")
    put.add_argument("--person", default="chen-guilan", help="whose page (default: %(default)s)")
    for trouble in ("dark", "blurred", "half"):
        put.add_argument(f"--{trouble}", dest="troubles", action="append_const", const=trouble)

    paper = family("paper", "paper and cover of the receipt printer")
    load = add(paper, "load", "put a roll in", lambda sim, chosen: sim.paper_load(chosen.mm))
    load.add_argument("--mm", type=float, help="only so much is left on the roll")
    add(paper, "remove", "take the roll out", lambda sim, _: sim.paper_remove())
    cover = add(paper, "cover", "open or close the cover", _paper_cover)
    cover.add_argument("position", choices=("open", "close"))
    add(paper, "jam", "jam the cutter", lambda sim, _: sim.paper_jam())
    add(paper, "clear", "clear the jam and close the cover", lambda sim, _: sim.paper_clear())

    printer = family("printer", "the receipt printer's wire; by itself: printer --listen PORT --out DIR")
    silent = add(printer, "silent", "print and answer nothing", lambda sim, c: sim.printer_silent(c.on == "on"))
    silent.add_argument("on", choices=("on", "off"))
    reader = family("reader", "the identity card reader's wire")
    fault = add(reader, "fault", "give the reader a fault, or none", lambda sim, c: sim.reader_fault(c.name))
    fault.add_argument("name", help="broken-checksum, short-frame, late-reply, noise-before, silent, ... or none")
    camera = family("camera", "the document camera's wire")
    for words, plug in (
        (printer, Simulation.printer_plug),
        (reader, Simulation.reader_plug),
        (camera, Simulation.camera_plug),
    ):
        add(words, "unplug", "pull the plug", partial(_plug, plug, plugged=False))
        add(words, "plug", "put the plug in", partial(_plug, plug, plugged=True))

    part = Part.LINE
    line = family("line", "a weak line between a terminal and a gateway")
    up = add_up(line, "lay a line that listens and leads to a server", _start_line, _line_text)
    up.add_argument("--to", type=_address, required=True, metavar="HOST:PORT", help="where it leads")
    up.add_argument(
        "--listen", type=_listen, default="0", metavar="[HOST:]PORT", help="default: any port, this machine"
    )
    up.add_argument("--mode", default="clean", metavar="'MODE'", help="a mode and its values, quoted (default: clean)")
    add(line, "down", "cut what is open and take the line away", lambda ask, _: ask("down"))
    add(line, "status", "addresses, mode and counters", lambda ask, _: ask("status"), _line_text)
    add(line, "cut", "reset all connections that are open now", lambda ask, _: ask("cut"))
    how = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _modes_text()}
    mode = add(line, "mode", "what the line does from now on", lambda ask, c: ask("mode", words=c.words), **how)
    mode.add_argument("words", nargs="+", metavar=("MODE", "VALUE"), help="as below; values at the end may be left out")
    script = add(line, "script", "what it does to the next connections, one by one", _line_script, **how)
    script.add_argument("modes", nargs="+", metavar="'MODE'", help="a mode and its values, quoted")

    part = Part.CITY
    city = family("city", "the platform behind the gateway's webhook")
    up = add_up(city, "start a city and print the address for the webhook", _start_city, _city_text)
    up.add_argument("--gateway", required=True, metavar="URL", help="where it reports, and fetches attachments")
    up.add_argument("--key", type=Path, required=True, metavar="FILE", help="the key shared with the gateway")
    up.add_argument("--authority", type=Path, metavar="FILE", help="whose certificates to trust, when the URL is https")
    up.add_argument(
        "--listen", type=_listen, default="0", metavar="[HOST:]PORT", help="default: any port, this machine"
    )
    up.add_argument("--auto", type=float, metavar="S", help="each open case moves one step every so many seconds")
    up.add_argument("--slow", type=float, default=5.0, metavar="S", help="how long `slow` waits (default: %(default)s)")
    up.add_argument("--file", type=Path, metavar="FILE", help="keep the cases there (default: in memory)")
    add(city, "down", "stop the city", lambda ask, _: ask("down"))
    add(city, "status", "modes, counts, and what was found wrong", lambda ask, _: ask("status"), _city_text)
    add(city, "list", "the cases", lambda ask, _: ask("list"), _cases_text)
    advance = add(city, "advance", "move a case to its next state, or to one you name", _city_advance)
    advance.add_argument("sid")
    advance.add_argument("state", nargs="?", help="pre-examination, correction, accepted, decided, gone")
    advance.add_argument("--wanted", action="append", metavar="TEXT", help="what a correction asks for; repeatable")
    forget = add(city, "forget", "report a case as gone and know it no more", lambda ask, c: ask("forget", sid=c.sid))
    forget.add_argument("sid")
    add(city, "deliver", "report again what the gateway refused", lambda ask, _: ask("deliver"))
    how = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _hostilities_text()}
    mode = add(city, "mode", "be hostile, or no more", lambda ask, c: ask("mode", name=c.name, on=c.on == "on"), **how)
    mode.add_argument("name", metavar="MODE", help="as below; several may be on")
    mode.add_argument("on", choices=("on", "off"), help="off also reports again what the gateway refused")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not HOST:PORT")
    return host, int(port)


def _listen(text: str) -> tuple[str, int]:
    return _address(text if ":" in text else f"127.0.0.1:{text}")


def _modes_text() -> str:
    from hardware_sim.line_modes import MODES, usage

    return "modes:\n" + "\n".join(
        f"  {usage(name)}\n      {' '.join((mode.__doc__ or '').split())}" for name, mode in MODES.items()
    )


def _hostilities_text() -> str:
    from hardware_sim.city.hostility import MEANING

    return "modes:\n" + "\n".join(f"  {mode:<17}{meaning}" for mode, meaning in MEANING.items())


def _line_script(ask_line: Callable[..., Any], chosen: argparse.Namespace) -> None:
    ask_line("script", modes=[mode.split() for mode in chosen.modes])


def _city_advance(ask_city: Callable[..., Any], chosen: argparse.Namespace) -> None:
    ask_city("advance", sid=chosen.sid, state=chosen.state, corrections=chosen.wanted)


def _card_insert(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.card_insert(chosen.name, for_bytes=chosen.for_bytes)


def _page_put(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.page_put(chosen.name, person=chosen.person, troubles=tuple(chosen.troubles or ()))


def _plug(plug: Callable[..., None], simulation: Simulation, _: argparse.Namespace, *, plugged: bool) -> None:
    plug(simulation, plugged=plugged)


def _paper_cover(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.paper_cover(opened=chosen.position == "open")


def _receipts(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    within_s = chosen.within if chosen.at_least else 0.0
    return simulation.ask("receipts", at_least=chosen.at_least, within_s=within_s)


if __name__ == "__main__":
    sys.exit(main())
