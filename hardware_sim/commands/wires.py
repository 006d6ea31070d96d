"""The commands of the weak line and of the city."""

import argparse
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hardware_sim.commands.building import Family, word
from hardware_sim.control import Part


def add_line(commands: Any) -> None:
    line = Family(commands, Part.LINE).family("line", "a weak line between a terminal and a gateway")
    up = line.add_up("lay a line that listens and leads to a server", _start_line, _line_text)
    up.add_argument("--to", type=_address, required=True, metavar="HOST:PORT", help="where it leads")
    up.add_argument(
        "--listen", type=_listen, default="0", metavar="[HOST:]PORT", help="default: any port, this machine"
    )
    up.add_argument("--mode", default="clean", metavar="'MODE'", help="a mode and its values, quoted (default: clean)")
    line.add("down", "cut what is open and take the line away", lambda ask, _: ask("down"))
    line.add("status", "addresses, mode and counters", lambda ask, _: ask("status"), _line_text)
    line.add("cut", "reset all connections that are open now", lambda ask, _: ask("cut"))
    how: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _modes_text()}
    mode = line.add("mode", "what the line does from now on", lambda ask, c: ask("mode", words=c.words), **how)
    mode.add_argument("words", nargs="+", metavar=("MODE", "VALUE"), help="as below; values at the end may be left out")
    script = line.add("script", "what it does to the next connections, one by one", _line_script, **how)
    script.add_argument("modes", nargs="+", metavar="'MODE'", help="a mode and its values, quoted")


def add_city(commands: Any) -> None:
    city = Family(commands, Part.CITY).family("city", "the platform behind the gateway's webhook")
    up = city.add_up("start a city and print the address for the webhook", _start_city, _city_text)
    up.add_argument("--gateway", required=True, metavar="URL", help="where it reports, and fetches attachments")
    up.add_argument("--key", type=Path, required=True, metavar="FILE", help="the key shared with the gateway")
    up.add_argument("--authority", type=Path, metavar="FILE", help="whose certificates to trust, when the URL is https")
    up.add_argument(
        "--listen", type=_listen, default="0", metavar="[HOST:]PORT", help="default: any port, this machine"
    )
    up.add_argument("--auto", type=float, metavar="S", help="each open case moves one step every so many seconds")
    up.add_argument("--slow", type=float, default=5.0, metavar="S", help="how long `slow` waits (default: %(default)s)")
    up.add_argument("--file", type=Path, metavar="FILE", help="keep the cases there (default: in memory)")
    city.add("down", "stop the city", lambda ask, _: ask("down"))
    city.add("status", "modes, counts, and what was found wrong", lambda ask, _: ask("status"), _city_text)
    city.add("list", "the cases", lambda ask, _: ask("list"), _cases_text)
    advance = city.add("advance", "move a case to its next state, or to one you name", _city_advance)
    advance.add_argument("sid")
    advance.add_argument("state", nargs="?", help="pre-examination, correction, accepted, decided, gone")
    advance.add_argument("--wanted", action="append", metavar="TEXT", help="what a correction asks for; repeatable")
    forget = city.add("forget", "report a case as gone and know it no more", lambda ask, c: ask("forget", sid=c.sid))
    forget.add_argument("sid")
    city.add("deliver", "report again what the gateway refused", lambda ask, _: ask("deliver"))
    how: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _hostilities_text()}
    mode = city.add("mode", "be hostile, or no more", lambda ask, c: ask("mode", name=c.name, on=c.on == "on"), **how)
    mode.add_argument("name", metavar="MODE", help="as below; several may be on")
    mode.add_argument("on", choices=("on", "off"), help="off also reports again what the gateway refused")


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


def _line_text(status: dict[str, Any]) -> str:
    names = {"address": "listens on", "to": "leads to"}
    return "\n".join(f"{names.get(name, name).replace('_', ' '):<16}{word(value)}" for name, value in status.items())


def _city_text(status: dict[str, Any]) -> str:
    waiting = sum(event["delivery"] == "waiting" for event in status["events"])
    refused = sum(event["delivery"] == "refused" for event in status["events"])
    lines = [
        f"webhook         {status['webhook']}",
        f"modes           {word(status['modes'])}",
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
