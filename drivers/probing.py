"""What a technician sees of one device: `python -m drivers.<kind>.<name> --probe`, one line a finding."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from drivers.traces.protocols import WireProtocol
from drivers.traces.recording import Tape
from drivers.traces.replaying import DialogueDiffers
from drivers.traces.trace_file import DamagedTrace
from drivers.transport import LossLog
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status

QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` False means that the device cannot be used."""

    name: str
    value: str
    good: bool = True


class Device(Protocol):
    """What each port has."""

    def status(self) -> Status: ...


def patient_status(device: Device) -> Status:
    """For who asks once only. One that does not work is asked again: with `baud=auto` each question tries another
    speed."""
    for _ in range(QUESTIONS - 1):
        if isinstance(status := device.status(), Ready | Degraded):
            return status
    return device.status()


def tell_why_wires_are_lost() -> None:
    """On standard error: a port says that a device is away, and not that nobody may open its wire."""
    log = logging.getLogger(LossLog.__module__)
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())


def status_finding(status: Status) -> Finding:
    """A port's status in one line."""
    match status:
        case Ready():
            return Finding("status", "ready")
        case Degraded(reasons):
            return Finding("status", "degraded: " + ", ".join(f"{r.code} ({r.who_acts.value})" for r in reasons))
        case NeedsAttention(fault):
            return Finding("status", f"needs attention: {fault.code} ({fault.who_acts.value})", good=False)
        case Disconnected(fault):
            return Finding("status", f"disconnected: {fault.code} ({fault.who_acts.value})", good=False)
        case Starting():
            return Finding("status", "starting", good=False)


def probe_main(
    probe: Callable[[argparse.Namespace], Iterable[Finding]],
    *,
    program: str,
    address_example: str,
    arguments: Sequence[str] | None = None,
    extend: Callable[[argparse.ArgumentParser], None] = lambda _: None,
) -> int:
    """Parses the command line, prints the findings as they come; 0 when all are good, else 1."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description="Look at one device and say how it is.")
    parser.add_argument("--probe", action="store_true", required=True, help="ask the device now")
    parser.add_argument("--address", required=True, help=f"for example {address_example}")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write down what is said, without personal data")
    extend(parser)
    chosen = parser.parse_args(arguments)
    chosen.tape = None
    tell_why_wires_are_lost()
    good = True
    for finding in _with_its_trace(probe, chosen):
        good = good and finding.good
        line = f"{'ok ' if finding.good else 'BAD'} {finding.name}: {finding.value}"
        print(json.dumps(asdict(finding), ensure_ascii=False) if chosen.json else line, file=sys.stdout, flush=True)
    return 0 if good else 1


def tape_of(chosen: argparse.Namespace, device: str, driver: str, protocol: WireProtocol) -> Tape | None:
    """The tape that `--trace` asks for. What was said last is on it when the probe is over."""
    if getattr(chosen, "trace", None) is None:
        return None
    chosen.tape = tape = Tape(chosen.trace, device, driver, protocol)
    return tape


def _with_its_trace(
    probe: Callable[[argparse.Namespace], Iterable[Finding]], chosen: argparse.Namespace
) -> Iterable[Finding]:
    """A trace that cannot be read or written, or that went otherwise, is a finding too."""
    try:
        yield from probe(chosen)
        if chosen.tape is not None:
            chosen.tape.flush()
        elif chosen.trace is not None:
            yield Finding("trace", "what this driver says cannot be written down", good=False)
    except (DamagedTrace, DialogueDiffers) as trouble:
        yield Finding("trace", str(trouble), good=False)
    except OSError as error:
        if error.filename is None or Path(error.filename) != chosen.trace:
            raise
        yield Finding("trace", f"{chosen.trace} cannot be written: {error.strerror}", good=False)
