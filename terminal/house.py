"""A whole terminal with its devices and its platform, for a program that is not ours: `python -m terminal.house`.

It says one JSON line when everything is up; with `--progress` one before each thing that it begins. Then each JSON
line on its input is done and answered with one. When the input ends everything ends.

    {"do": "start", "what": "terminal", "stop_at": "terminal.printed"}    {"do": "end", "what": "terminal"}
    {"do": "start", "what": "terminal", "without": ["smart_card_reader"]}    which it is not told of
    {"do": "end", "what": "gateway"}        {"do": "start", "what": "gateway"}
    {"do": "await stop", "within_s": 30}    until it has come to its step and stands there
    {"do": "kill", "what": "terminal"}      {"do": "received"}    {"do": "devices"}
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kiosk.submission import Json
from sync.outbox.overview import NoStore, overview
from sync.outbox.schema import StoreTrouble
from terminal.supervisor import House, NotStarted
from ui.texts import texts_of

MOST_MB = 4000
LOOK_EVERY_S = 0.02


class Servant:
    """Does what the lines say."""

    def __init__(self, house: House, directory: Path, devices: Mapping[str, Any]) -> None:
        self._house = house
        self._told_devices = devices
        self._stop_file = directory / "stopped-at"
        self._texts = texts_of("zh_hans")

    def do(self, request: dict[str, Any]) -> Any:
        """Raises NotStarted, and KeyError or ValueError for what nobody here understands."""
        match request["do"]:
            case "start" if request["what"] == "terminal":
                self._stop_file.unlink(missing_ok=True)
                without = request.get("without", ())
                self._house.write_configuration(
                    {name: told for name, told in self._told_devices.items() if name not in without}
                )
                step = request.get("stop_at")
                stop = {"HALL_STOP_AT": step, "HALL_STOP_FILE": str(self._stop_file)} if step else {}
                return self._house.start_terminal(**stop)
            case "start" if request["what"] == "gateway":
                return self._house.start_gateway()
            case "end":
                return self._house.end(request["what"])
            case "kill":
                return self._house.kill(request["what"])
            case "await stop":
                return self._await_stop(float(request["within_s"]))
            case "received":
                return self._house.received()
            case "devices":
                return self._devices()
        raise ValueError(f"nothing here is called {request['do']!r}")

    def _devices(self) -> Json:
        """As `kiosk-provision status` tells them, each fault with what it says to the technician."""
        try:
            told = overview(self._house.directory / "store", datetime.now(UTC), budget_mb=MOST_MB)
        except StoreTrouble as trouble:
            raise ValueError(f"the store does not open: {trouble}") from trouble
        devices: Any = {} if isinstance(told, NoStore) else told.as_json()["devices"]
        for device in devices.values():
            for fault in device["faults"]:
                fault["says"] = self._texts(f"fault.{fault['code']}.technician")
        return devices

    def _await_stop(self, within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while not self._stop_file.exists():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_EVERY_S)
        return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m terminal.house", description=(__doc__ or "").partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument("--directory", type=Path, required=True, help="a new one, for all that the processes leave")
    parser.add_argument("--landscape", action="store_true")
    parser.add_argument("--window", action="store_true", help="on this machine's screen, not offscreen")
    parser.add_argument("--pace", action="store_true", help="wires, chips and paper take their real time")
    parser.add_argument("--progress", action="store_true", help="say what is begun until everything is up")
    parser.add_argument(
        "--times", type=json.loads, default={}, metavar="JSON", help="the configuration's table `times`"
    )
    parser.add_argument("devices", nargs="*", metavar="-- WORD", help="further words for `kiosk-sim up`")
    options = parser.parse_args(arguments)
    directory = options.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    environment = {"QML_NO_TOUCH_COMPRESSION": "1"}  # each move of a finger counts, however fast they come
    if not options.window:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        with House(
            directory, environment=environment, landscape=options.landscape, times=options.times, pace=options.pace
        ) as house:
            progress = (lambda what: _say({"begins": what})) if options.progress else lambda _: None
            progress("gateway")
            house.start_gateway()
            progress("devices")
            devices = house.start_devices(*options.devices)
            house.write_configuration(devices)
            progress("agent")
            house.start_agent()
            _say({"automation": str(house.automation_socket), "devices": str(house.sim_directory)})
            servant = Servant(house, directory, devices)
            for line in sys.stdin:
                _say(_answer(servant, line))
    except NotStarted as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


def _answer(servant: Servant, line: str) -> dict[str, Any]:
    try:
        return {"answer": servant.do(json.loads(line))}
    except (NotStarted, ValueError, KeyError) as trouble:
        return {"refused": str(trouble)}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
