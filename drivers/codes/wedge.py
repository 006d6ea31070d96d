"""Keyboard-wedge scanner: a keyboard to the system, grabbed so that what it types never reaches the screen.

`python -m drivers.codes.wedge --probe --address /dev/input/by-id/...` asks one on its own; `--address name:...` finds
it by the name that it tells.
"""

import argparse
import logging
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from drivers.codes.code_traces import WEDGE, ReplayedKeys, packed
from drivers.codes.content import text_of
from drivers.codes.hold_off import HoldOff
from drivers.codes.wedge_keys import Keys, Spoilt, Typed
from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.traces.recording import Tape
from drivers.traces.replaying import replay_at
from kiosk.codes import CodeSource, Symbology
from kiosk.faults import CODE_READER_NOT_WORKING, CODE_READER_UNPLUGGED
from kiosk.ports import CodeRead, Disconnected, NeedsAttention, NoCode, Ready

TESTED_AGAINST = "a simulated scanner on a kernel's input layer (uinput); never run against a real device"
LOOK_WITHIN_S = 0.55
QUIET_S = 0.3  # scanners type a key every few milliseconds; a torn code would be told as a whole one


class Wedge:
    """Satisfies `kiosk.ports.CodeReader`.

    `address`: a path under `/dev/input`, `name:` and the device's name, or a trace. The device is taken at the first
    call and kept: what is typed while nobody looks is thrown away, and is never a key press on the screen. Any way in
    which the device can be lost ends here as an outcome; the next call looks for it again.
    """

    def __init__(self, address: str, *, tape: Tape | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._tape = tape
        self._replay = replay_at(address) if address.startswith("trace:") else None
        self._clock = clock
        self._hold_off = HoldOff(clock)
        self._device: Any = None
        self._keys = Keys()
        self._last_key_at = 0.0
        self._pending: list[Typed | Spoilt] = []
        self._looking = False
        logging.getLogger(__name__).info("wedge: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        refused = self._take()
        if refused is not None:
            return refused
        return self._lost() if gone(self._device.fd) else Ready()

    def look(self) -> CodeRead | NoCode | NeedsAttention | Disconnected:
        refused = self._take()
        if refused is not None:
            return refused
        deadline = self._clock() + LOOK_WITHIN_S
        try:
            if not self._looking:
                self._throw_away()
                self._looking = True
            while not self._pending and (left := deadline - self._clock()) > 0:
                self._read(within_s=min(left, QUIET_S))
        except OSError:
            return self._lost()
        ended = self._pending.pop(0) if self._pending else None
        if not isinstance(ended, Typed):
            return NoCode()
        code = CodeRead(ended.payload, text_of(ended.payload), Symbology.NOT_TOLD, CodeSource.WEDGE)
        return code if self._hold_off.is_new(code) else NoCode()

    def rest(self) -> None:
        """The device stays grabbed. What is typed from now on is thrown away at the next look."""
        self._hold_off.forget()
        self._forget_keys()
        self._looking = False

    def close(self) -> None:
        """Gives the keyboard back to the system."""
        if self._device is not None:
            self._device.close()
            self._device = None

    def _throw_away(self) -> None:
        """What was typed while nobody looked; a code of which only the end is still to come is spoilt."""
        while not isinstance(self._device, ReplayedKeys) and self._read(within_s=0):
            pass
        self._pending, self._keys.spoilt = [], bool(self._keys.typed) or self._keys.spoilt

    def _read(self, *, within_s: float) -> bool:
        """Takes what was typed, at most one read; silence ends a code. OSError when the device is gone."""
        if select.select([self._device.fd], [], [], within_s)[0]:
            events = [(event.type, event.code, event.value) for event in self._device.read()]
            if self._tape is not None and self._looking:
                self._tape.received(packed(events))
            for event in events:
                self._keep(self._keys.take(event))
            self._last_key_at = self._clock()
            return True
        if self._clock() - self._last_key_at >= QUIET_S:
            self._keep(self._keys.end())
            if self._tape is not None:
                self._tape.flush()
        return False

    def _keep(self, ended: Typed | Spoilt | None) -> None:
        if ended is not None and len(self._pending) < 2:  # whoever scans faster than is asked loses codes
            self._pending.append(ended)

    def _take(self) -> NeedsAttention | Disconnected | None:
        if self._device is not None:
            return None
        if self._replay is not None:
            self._device = ReplayedKeys(self._replay)
            return None
        import evdev

        path = self._path(evdev)
        if path is None:
            return Disconnected(CODE_READER_UNPLUGGED)
        try:
            device = evdev.InputDevice(path)
        except FileNotFoundError:
            return Disconnected(CODE_READER_UNPLUGGED)
        except OSError:  # not allowed, or no input device
            return NeedsAttention(CODE_READER_NOT_WORKING)
        try:
            device.grab()
        except OSError:  # somebody else has it: what is scanned would be typed there
            device.close()
            return NeedsAttention(CODE_READER_NOT_WORKING)
        self._device = device
        self._forget_keys()
        return None

    def _path(self, evdev: Any) -> str | None:
        kind, _, name = self._address.partition(":")
        if kind != "name":
            return self._address if Path(self._address).exists() else None
        for path in evdev.list_devices():
            try:
                device = evdev.InputDevice(path)
            except OSError:  # gone between the two
                continue
            found = device.name == name
            device.close()
            if found:
                return str(path)
        return None

    def _forget_keys(self) -> None:
        self._keys, self._pending = Keys(), []

    def _lost(self) -> Disconnected:
        if self._tape is not None:
            self._tape.lost("device")
        try:
            self.close()
        except OSError:
            self._device = None
        self._forget_keys()
        return Disconnected(CODE_READER_UNPLUGGED)


def gone(fd: int) -> bool:
    """Whether what was opened is no longer there, as the kernel tells without reading from it."""
    asked = select.poll()
    asked.register(fd, 0)
    return bool(asked.poll(0))


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    wedge = Wedge(chosen.address, tape=tape_of(chosen, "code_reader", "wedge", WEDGE))
    yield Finding("tested against", TESTED_AGAINST)
    status = wedge.status()
    yield status_finding(status)
    if isinstance(status, Ready):
        looked = wedge.look()
        code = f"{len(looked.payload)} bytes: {looked.payload[:64].hex()}" if isinstance(looked, CodeRead) else "none"
        yield Finding("code", code)
    wedge.close()


if __name__ == "__main__":
    sys.exit(
        probe_main(
            _probe,
            program="drivers.codes.wedge",
            address_example="/dev/input/by-id/usb-Scanner-event-kbd or name:Scanner",
        )
    )
