"""The identity card reader on its wire: a pseudo-terminal behind a stable symlink, at the pace of 115200 baud."""

import contextlib
import os
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from hardware_sim.devices.sam_machine import (
    READS,
    PlacedCard,
    ReaderFault,
    SamMachine,
    command_of,
    next_frame,
    spoiled,
)

BITS_PER_BYTE = 10  # 8N1
CHIP_READING_S = 0.35  # the antenna takes the files out before the first byte goes over the wire


class SamReader:
    """Serves a `SamMachine` at `link` until `stop`. All methods may be called from any thread."""

    def __init__(self, link: Path, *, pace: bool = True, baud: int = 115_200, late_by_s: float = 2.6) -> None:
        self._link = link
        self._byte_s = BITS_PER_BYTE / baud if pace else 0.0
        self._chip_s = CHIP_READING_S if pace else 0.0
        self._late_by_s = late_by_s
        self._machine = SamMachine()
        self._guard = threading.Lock()
        self._wires: _Wires | None = None

    def start(self) -> None:
        self.plug()

    def stop(self) -> None:
        self.unplug()

    def plug(self) -> None:
        """Put the plug in: a new pseudo-terminal, the link pointing to it. Nothing when it is in."""
        if self._wires is None:
            self._wires = _Wires(self._link, self._serve)

    def unplug(self) -> None:
        """Pull the plug: whoever has the line open gets an error. Nothing when it is out."""
        if self._wires is not None:
            self._wires.close()
            self._wires = None

    def insert(self, card: PlacedCard) -> None:
        with self._guard:
            self._machine.insert(card)

    def lift(self) -> None:
        with self._guard:
            self._machine.lift()

    def set_fault(self, fault: ReaderFault | None) -> None:
        with self._guard:
            self._machine.fault = fault

    def state(self) -> dict[str, object]:
        """For the control socket: plugged, what the antenna knows, the fault."""
        with self._guard:
            fault = self._machine.fault
            return {
                "plugged": self._wires is not None,
                "field": self._machine.field.name.lower(),
                "fault": fault.value if fault else None,
            }

    def _serve(self, wires: "_Wires") -> None:
        received = bytearray()
        while (octets := wires.read()) is not None:
            received += octets
            while (request := next_frame(received)) is not None:
                if not self._reply(wires, request):
                    return

    def _reply(self, wires: "_Wires", request: bytes) -> bool:
        """False when the plug was pulled meanwhile."""
        thinking_s = len(request) * self._byte_s + (self._chip_s if command_of(request) in READS else 0.0)
        if self._machine.fault is ReaderFault.LATE_REPLY:
            thinking_s += self._late_by_s
        if wires.pulled_within(thinking_s):
            return False
        with self._guard:
            answer = spoiled(self._machine.answer(request), self._machine.fault)
        return wires.write(answer, self._byte_s)


class _Wires:
    """One pseudo-terminal and the thread that serves it.

    The slave side stays open here too: else the master fails whenever no driver has the line open.
    """

    def __init__(self, link: Path, serve: "Callable[[_Wires], None]") -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._pulled = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self._link = link
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(link)
        self._thread = threading.Thread(target=serve, args=(self,), name="simulated identity card reader")
        self._thread.start()

    def close(self) -> None:
        self._pulled.set()
        os.write(self._wake_write, b"x")
        self._thread.join()
        with contextlib.suppress(FileNotFoundError):
            self._link.unlink()
        for descriptor in (self._master, self._slave, self._wake_read, self._wake_write):
            os.close(descriptor)

    def read(self) -> bytes | None:
        """What the host wrote, as soon as there is something; `None` when the plug was pulled."""
        readable, _, _ = select.select([self._master, self._wake_read], [], [])
        return None if self._wake_read in readable else os.read(self._master, 4096)

    def pulled_within(self, within_s: float) -> bool:
        return self._pulled.wait(within_s) if within_s > 0 else self._pulled.is_set()

    def write(self, octets: bytes, byte_s: float) -> bool:
        """Send at the pace of the line; false when the plug was pulled meanwhile."""
        began, chunk = time.monotonic(), 32 if byte_s else 1024
        for start in range(0, len(octets), chunk):
            part = octets[start : start + chunk]
            if self.pulled_within(began + (start + len(part)) * byte_s - time.monotonic()):
                return False
            while part:
                select.select([self._wake_read], [self._master], [])
                if self._pulled.is_set():
                    return False
                part = part[os.write(self._master, part) :]
        return True
