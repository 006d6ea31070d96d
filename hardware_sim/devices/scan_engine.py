"""A scan engine on its two wires, a pseudo-terminal behind a stable link and TCP, at the pace of 9600 baud, and what
is held in front of its window.
"""

import random
import threading
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock
from hardware_sim.devices.reader_wires import Conversation, Plug
from hardware_sim.devices.scan_engine_machine import TERMINATORS, ScanEngineMachine, spoiled

BITS_PER_BYTE = 10  # 8N1
DECODING_S = 0.06
FAULTS = (
    "scanner.double-fire",
    "scanner.no-answer",
    "scanner.half-code",
    "scanner.noise",
    "scanner.hostile",
    "scanner.slow",
    "scanner.unplugged",
)

Parameters = dict[str, int | float | str]


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
    ) -> None:
        self._byte_s = BITS_PER_BYTE / baud if pace else 0.0
        self._decoding_s = DECODING_S if pace else 0.0
        self._terminator = TERMINATORS[terminator]
        self._clock = clock or RealClock()
        self._chance = random.Random(f"{seed}-scanner")
        self._guard = threading.Lock()
        self._shown: bytes | None = None
        self._codes = 0
        self._faults: dict[str, Parameters] = {}
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

    def set_fault(self, name: str, **parameters: int | float | str) -> None:
        """Raises ValueError for a fault that no scan engine has."""
        if name not in FAULTS:
            raise ValueError(f"no fault of a scan engine: {name}")
        with self._guard:
            self._faults[name] = parameters
        if name == "scanner.unplugged" and "on" not in parameters:
            self._plug.unplug(for_s=float(parameters.get("for_s", 0)))

    def clear_fault(self, name: str | None = None) -> None:
        with self._guard:
            cleared = [fault for fault in self._faults if name in (None, fault)]
            for fault in cleared:
                del self._faults[fault]
        if "scanner.unplugged" in cleared:
            self._plug.plug()

    def faults(self) -> dict[str, Parameters]:
        with self._guard:
            if self._plug.plugged and "on" not in self._faults.get("scanner.unplugged", {"on": ""}):
                del self._faults["scanner.unplugged"]  # its time is over
            return dict(self._faults)

    def _hold_in_front(self, payload: bytes | None) -> None:
        with self._guard:
            self._shown = payload
            for bell in self._hosts:
                bell.ring()

    def _serve(self, host: Conversation) -> None:
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
        byte_s = self._pace()
        if host.pulled_within(len(octets) * byte_s):
            return False
        with self._guard:
            answer = machine.receive(octets, self._clock.now())
            code = machine.look(self._shown, self._clock.now())
            mute = "scanner.no-answer" in self._faults
            if mute and code is not None:
                self._spend(["scanner.no-answer"])
        if mute:
            return True
        if not host.write(answer, byte_s):
            return False
        if code is None:
            return True
        if host.pulled_within(self._decoding_s):
            return False
        return self._send(host, code, byte_s)

    def _send(self, host: Conversation, code: bytes, byte_s: float) -> bool:
        with self._guard:
            faults = dict(self._faults)
            sent = spoiled(code, faults, self._terminator, self._chance)
            self._codes += 1
            self._spend(list(faults))
        unplugged = faults.get("scanner.unplugged", {})
        if "on" in unplugged:
            self._plug.unplug_soon(for_s=float(unplugged.get("for_s", 0)))
            sent = sent[: len(sent) // 2]
        return host.write(sent, byte_s)

    def _pace(self) -> float:
        with self._guard:
            slow = self._faults.get("scanner.slow")
        return self._byte_s if slow is None else BITS_PER_BYTE / float(slow.get("baud", 1200))

    def _spend(self, names: list[str]) -> None:
        """Faults that were armed for one code have had it; a plug that is out stays out."""
        for name in names:
            if "on" in self._faults.get(name, {}):
                spent = self._faults.pop(name)
                if name == "scanner.unplugged":
                    self._faults[name] = {key: value for key, value in spent.items() if key != "on"}
