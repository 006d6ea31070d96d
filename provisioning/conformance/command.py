"""`kiosk-provision conform`: whether an adapter keeps the rules of its port."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from drivers.configured import OURS, Misconfigured
from drivers.installed import installed_names
from provisioning.conformance import trying
from provisioning.conformance.device_thread import DeviceThread
from provisioning.conformance.kits import KITS, Kit, package_bench
from provisioning.conformance.person import Person
from provisioning.conformance.report import Report, line_of
from provisioning.conformance.simulator import NotRunning, Simulator, default_run_dir
from provisioning.conformance.trying import Hands, Rule, Verdict, conform, name_of, sentence_of

HOLDS, FAILS, WRONG_COMMAND, NO_SIMULATION, BAD_SETTINGS, BROKEN_OFF = 0, 1, 2, 69, 78, 130


class _WrongCommand(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is tried, and by whose hands."""

    settings: Any
    hands: Hands


def conform_command(options: argparse.Namespace) -> int:
    """0: no rule failed, and some passed; 1: one failed, or none could be tried; 2: a wrong command; 69: no simulation;
    78: settings that name no device; 130: broken off, with a report of what was tried."""
    try:
        kit = _kit(options.port)
        rules = _chosen_rules(kit.rules, options.rule)
        if options.list:
            print("\n".join(f"{name_of(rule)}\n    {sentence_of(rule)}" for rule in rules))
            return HOLDS
        with ExitStack() as ends:
            chosen = _chosen(kit, options, ends)
            return _conform(kit, chosen, kit.connect(chosen.settings, ends), rules, options, ends)
    except _WrongCommand as wrong:
        return _said(str(wrong), WRONG_COMMAND)
    except NotRunning as absence:
        return _said(str(absence), NO_SIMULATION)
    except (Misconfigured, ValidationError, OSError) as error:
        return _said(str(error), BAD_SETTINGS)


def _said(why: str, status: int) -> int:
    print(f"kiosk-provision conform: {why}", file=sys.stderr)
    return status


def _conform(
    kit: Kit, chosen: _Chosen, adapter: object, rules: Sequence[Rule], options: argparse.Namespace, ends: ExitStack
) -> int:
    """The report is on the disk from the beginning, and says how far it came."""
    began_at, verdicts = datetime.now().astimezone(), list[Verdict]()

    def report(*, complete: bool) -> Report:
        settings, tested = chosen.settings, tested_against(adapter)
        made = Report(
            options.port,
            settings.driver,
            settings.address,
            options.device,
            tested,
            began_at,
            tuple(verdicts),
            complete,
        )
        if options.report:
            made.write(options.report)
        return made

    report(complete=False)
    print(f"{options.port}: {len(rules)} rules", file=sys.stderr, flush=True)
    complete = False
    with DeviceThread() as thread:
        with suppress(KeyboardInterrupt):
            for verdict in conform(
                _announced(rules), adapter, chosen.hands, port=kit.port, grace_s=trying.GRACE_S, thread=thread
            ):
                verdicts.append(verdict)
                report(complete=False)
                if not options.json:
                    print(line_of(verdict), flush=True)
            complete = True
        whole = report(complete=complete)
        print(whole.as_json if options.json else whole.summary, flush=True)
    if thread.hangs:
        ends.pop_all()  # to close what hangs would hang too
    if not complete:
        return BROKEN_OFF
    return HOLDS if whole.conforms else FAILS


def _announced(rules: Sequence[Rule]) -> Iterator[Rule]:
    """For who watches or stands at the device: what comes next."""
    for number, rule in enumerate(rules, 1):
        print(f"[{number}/{len(rules)}] {sentence_of(rule)}", file=sys.stderr, flush=True)
        yield rule


def tested_against(adapter: object) -> str:
    """What its module says of itself."""
    module = sys.modules[type(adapter).__module__]
    return str(getattr(module, "TESTED_AGAINST", "not said by the driver"))


def _kit(port: str) -> Kit:
    return KITS[_known(port, list(KITS), "port")]


def _chosen_rules(rules: Sequence[Rule], names: Sequence[str]) -> list[Rule]:
    """By their names, or how these begin."""
    by_name = {name_of(rule): rule for rule in rules}
    begun = [next((whole for whole in by_name if whole.startswith(name)), name) for name in names]
    return [by_name[_known(name, list(by_name), "rule")] for name in begun] or list(rules)


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name in names:
        return name
    nearest = get_close_matches(name, names, n=1, cutoff=0.0)
    raise _WrongCommand(f"no {what} is named {name!r}; the nearest known one is {nearest[0]}")


def _chosen(kit: Kit, options: argparse.Namespace, ends: ExitStack) -> _Chosen:
    driver = options.driver or next(iter(kit.simulated))
    _known(driver, [*OURS[options.port], *installed_names(options.port)], "driver")
    settings = dict(_pair(setting) for setting in options.setting) | {"driver": driver}
    if options.device == "real":
        if not options.address or not options.driver:
            raise _WrongCommand("a real device needs --driver and --address")
        return _Chosen(kit.settings(**settings, address=options.address), kit.persons_hands(Person()))
    if bench := package_bench(options.port, driver):
        where, hands = ends.enter_context(bench())
        return _Chosen(kit.settings(**settings, address=options.address or where), hands)
    simulation = Simulator(options.run_dir or default_run_dir())
    try:
        status = simulation.status()
    except NotRunning as absence:
        if driver in OURS[options.port]:
            raise
        raise NotRunning(f"no simulated device {options.port}.{driver} is installed, and {absence}") from absence
    if options.port not in status:
        raise _WrongCommand(f"the simulation has no {options.port} (see the options of kiosk-sim up)")
    os.environ.update(_environment(status[options.port]))
    simulated = kit.simulated_for(driver)
    address = options.address or simulated.address(status)
    return _Chosen(kit.settings(**settings, address=address), simulated.hands(simulation))


def _environment(device: Mapping[str, Any]) -> dict[str, str]:
    """What a process needs that is to see the simulated device."""
    return {name: str(value) for name, value in device.get("environment", {}).items()}


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise _WrongCommand(f"not a setting: {setting!r} (profile=58mm)")
    return name, value


def add_conform(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("port", metavar="PORT", type=lambda port: port.replace("-", "_"), help=", ".join(KITS))
    parser.add_argument("--driver", metavar="NAME", help="as in the configuration: ours, or one that a package brings")
    parser.add_argument("--address", help="as in the configuration; of a simulated device the simulation tells it")
    parser.add_argument("--device", choices=("simulated", "real"), default="simulated", help="real: your hands act")
    parser.add_argument("--setting", metavar="KEY=VALUE", action="append", default=[], help="profile=58mm")
    parser.add_argument(
        "--rule",
        metavar="NAME",
        action="append",
        default=[],
        help="only this one (how its name begins is enough); see --list",
    )
    parser.add_argument("--list", action="store_true", help="only say which rules there are")
    parser.add_argument("--run-dir", metavar="DIR", type=Path, help="of the simulation")
    parser.add_argument("--report", metavar="FILE", type=Path, help="JUnit XML for .xml, else JSON")
    parser.add_argument("--json", action="store_true", help="for programs")
