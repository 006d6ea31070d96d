"""A scan engine on its two wires, a pseudo-terminal behind a stable link and TCP, at the pace of 9600 baud, and what
is held in front of its window.
"""

import random
import threading
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock
from hardware_sim.devices.reader_wires import Conversation, Plug
from hardware_sim.devices.scan_engine_machine import TERMINATORS, ScanEngineMachine, spoiled
from hardware_sim.faults import FaultBook, Value
from hardware_sim.wire_log import Tap, untapped

BITS_PER_BYTE = 10  # 8N1
DECODING_S = 0.06
MUTE, SLOW, UNPLUGGED = "scanner.no-answer", "scanner.slow", "scanner.unplugged"
FAULTS = ("scanner.double-fire", "scanner.half-code", "scanner.noise", "scanner.hostile", MUTE, SLOW, UNPLUGGED)


class ScanEngine:
    """Serves at `link` and at `port` of this computer from `start` until `stop`. Any thread may call.

    Faults hold until they are cleared; with `on="next-code"` for the next code alone. `terminator`: none, cr, lf, crlf.
    """

    def __init__(
        self,
        link: Path,
        *,
        pace: bool = True,
        baud: int = 9600,
        port: int = 0,
        terminator: str = "cr",
        clock: Clock | None = None,
        seed: int = 0,
        log: Tap = untapped,
    ) -> None:
        self._log = log
        self._byte_s = BITS_PER_BYTE / baud if pace else 0.0
        self._decoding_s = DECODING_S if pace else 0.0
        self._terminator = TERMINATORS[terminator]
        self._clock = clock or RealClock()
        self._chance = random.Random(f"{seed}-scanner")
        self._guard = threading.Lock()
        self._shown: bytes | None = None
        self._codes = 0
        self._faults = FaultBook()
        self._hosts: dict[Bell, ScanEngineMachine] = {}
        self._plug = Plug(link, port, self._serve, device="scan engine", clock=self._clock, baud=baud)

    @property
    def port(self) -> int:
        return self._plug.port

    def start(self) -> None:
        self._plug.start()

    def stop(self) -> None:
        self._plug.stop()

    def plug(self) -> None:
        self._plug.plug()

    def unplug(self) -> None:
        self._plug.unplug()

    def show(self, payload: bytes) -> None:
        """Hold a code in front of the window until `hide`. Every trigger reads it once."""
        self._hold_in_front(payload)

    def hide(self) -> None:
        self._hold_in_front(None)

    def state(self) -> dict[str, object]:
        """`lit`: a host has asked for a code and waits. `codes`: how many were sent."""
        with self._guard:
            return {
                "plugged": self._plug.plugged,
                "shown": None if self._shown is None else self._shown.hex(),
                "lit": any(machine.lit for machine in self._hosts.values()),
                "codes": self._codes,
            }

    def set_fault(self, name: str, **parameters: Value) -> None:
        """`parameters`: all that the registry names. Raises ValueError for a fault that no scan engine has."""
        if name not in FAULTS:
            raise ValueError(f"no fault of a scan engine: {name}")
        with self._guard:
            self._faults.set(name, **parameters)  # type: ignore[arg-type]  # `on` is a word
            out_s = self._faults.amount(UNPLUGGED, "for_s") if name == UNPLUGGED and name in self._faults else None
        if out_s is not None:
            self._plug.unplug(for_s=out_s)

    def clear_fault(self, name: str | None = None) -> None:
        with self._guard:
            cleared = self._faults.clear(name)
        if UNPLUGGED in cleared:
            self._plug.plug()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            if self._plug.plugged and UNPLUGGED in self._faults:
                self._faults.clear(UNPLUGGED)  # its time is over
            return self._faults.listed()

    def _hold_in_front(self, payload: bytes | None) -> None:
        with self._guard:
            self._shown = payload
            for bell in self._hosts:
                bell.ring()

    def _serve(self, host: Conversation) -> None:
        host.log = self._log
        bell, machine = Bell(), ScanEngineMachine()
        with self._guard:
            self._hosts[bell] = machine
        try:
            self._converse(host, machine, bell)
        finally:
            with self._guard:
                del self._hosts[bell]
            bell.close()

    def _converse(self, host: Conversation, machine: ScanEngineMachine, bell: Bell) -> None:
        while True:
            within_s = machine.deadline_s - self._clock.now() if machine.lit else None
            octets = host.read(within_s=within_s, bell=bell)
            if octets is None or not self._reply(host, machine, octets):
                return

    def _reply(self, host: Conversation, machine: ScanEngineMachine, octets: bytes) -> bool:
        """False when the plug was pulled or the host hung up meanwhile."""
        if host.pulled_within(len(octets) * self._pace()):
            return False
        with self._guard:
            answer = machine.receive(octets, self._clock.now())
            code = machine.look(self._shown, self._clock.now())
            begun = [] if code is None else self._faults.begin(*FAULTS)
            byte_s, mute = self._pace(), MUTE in self._faults
            sent = b"" if code is None else spoiled(code, self._faults.listed(), self._terminator, self._chance)
            pulled_for_s = self._faults.amount(UNPLUGGED, "for_s") if UNPLUGGED in begun else None
            self._faults.end(begun)
            self._codes += bool(sent) and not mute
        if mute:
            return True
        if not host.write(answer, byte_s):
            return False
        if pulled_for_s is not None:
            self._plug.unplug_soon(for_s=pulled_for_s)
            sent = sent[: len(sent) // 2]
        if sent and host.pulled_within(self._decoding_s):
            return False
        return host.write(sent, byte_s)

    def _pace(self) -> float:
        return BITS_PER_BYTE / self._faults.amount(SLOW, "baud") if SLOW in self._faults else self._byte_s
