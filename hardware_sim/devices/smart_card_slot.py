"""The slot of a smart card reader: the card in it holds the wire to a virtual reader of pcscd as long as it is there.

A reader that is gone is looked for until it is back; then the card is in it again, as a card left in a slot is.
"""

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator
from typing import Protocol

from hardware_sim.clock import Bell, Clock, RealClock
from hardware_sim.devices.virtual_cards import Card
from hardware_sim.devices.vpcd_wire import answer_to_order, connected, framed, is_apdu, next_message, received_from
from hardware_sim.faults import NOW, FaultBook, Value
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE, Tap, untapped

LOOK_FOR_READER_S = 0.05  # of real time: the service is a process of this computer
READER_NOTICES_S = 1.0  # of real time: pcscd asks every 0.4 s
READER_GIVES_UP_S = 1.0  # work waiting time at WI=10 and 3.57 MHz
NO_ANSWER = framed(b"\0")  # no status word: vpcd has no other way to say that a card that is there was silent


class Service(Protocol):
    """The PC/SC service that the virtual reader belongs to (`pcscd.PrivatePcscd`)."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def restart(self) -> None: ...
    def set_readers(self, *, plugged: bool) -> None: ...


PULLED, MUTE, UNPLUGGED = "smartcard.pulled", "smartcard.mute", "smartcard.unplugged"
RESTART, DOWN = "smartcard.service-restart", "smartcard.service-down"
FAULTS = (PULLED, MUTE, UNPLUGGED, RESTART, DOWN)


class SmartCardSlot:
    """One slot at vpcd's `port`, from `start` until `stop`. Any thread may call.

    Faults begin at once, or with the next APDU when set with `on="next-read"`. `smartcard.pulled`: `after_apdus` are
    answered, the next finds no card. `smartcard.unplugged` ends by itself after `for_s`, if that is not 0.
    """

    def __init__(
        self, port: int, *, service: Service | None = None, clock: Clock | None = None, log: Tap = untapped
    ) -> None:
        self._log = log
        self._port = port
        self._service = service
        self._clock = clock or RealClock()
        self._guard = threading.RLock()
        self._at_service = threading.Lock()  # starting and stopping it takes a while
        self._bell = Bell()
        self._card: Card | None = None
        self._changes = 0  # of cards, by a hand
        self._in_reader = False
        self._faults = FaultBook()
        self._begun: list[str] = []  # with the read that goes on
        self._apdus = 0
        self._plugged_again_s = math.inf
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._serve, name="simulated smart card")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
        self._bell.close()

    def insert(self, card: Card) -> None:
        """Put a card in; one that was there is taken out first."""
        self._change(card)

    def remove(self) -> None:
        self._change(None)

    def state(self) -> dict[str, object]:
        """`in_reader`: whether the reader has noticed the card."""
        with self._guard:
            return {
                "card": self._card.name if self._card else None,
                "in_reader": self._in_reader,
                "plugged": UNPLUGGED not in self._faults,
                "service": DOWN not in self._faults,
            }

    def set_fault(self, name: str, *, on: str = NOW, **parameters: Value) -> None:
        """`parameters`: all that the registry names. Raises ValueError for a fault that a slot cannot have."""
        if name not in FAULTS:
            raise ValueError(f"no fault of a smart card reader: {name}")
        if name not in (PULLED, MUTE) and self._service is None:
            raise ValueError(f"{name} needs a PC/SC service of our own")
        with self._guard:
            self._faults.set(name, on=on, **parameters)
        if on == NOW:
            self._begin(name)

    def clear_fault(self, name: str | None = None) -> None:
        """End one, or all. A service that was down is up when this returns."""
        with self._guard:
            ended = self._faults.clear(name)
            if UNPLUGGED in ended:
                self._plugged_again_s = math.inf
        if self._service is not None:
            with self._at_service:
                if DOWN in ended:
                    self._service.start()
                if UNPLUGGED in ended:
                    self._service.set_readers(plugged=True)
        self._bell.ring()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            return self._faults.listed()

    def _begin(self, name: str) -> None:
        with self._guard:
            self._apdus = 0
            if name == UNPLUGGED and (for_s := self._faults.amount(UNPLUGGED, "for_s")) > 0:
                self._plugged_again_s = self._clock.now() + for_s
        if self._service is not None:
            with self._at_service:
                match name:
                    case "smartcard.service-restart":
                        self._service.restart()
                    case "smartcard.service-down":
                        self._service.stop()
                    case "smartcard.unplugged":
                        self._service.set_readers(plugged=False)
        with self._guard:
            self._faults.clear(RESTART)
        self._bell.ring()

    def _change(self, card: Card | None) -> None:
        with self._guard:
            self._card = card
            self._changes += 1
        self._bell.ring()

    def _serve(self) -> None:
        while True:
            self._bell.hush()  # before anything is looked at: what changes later rings again
            if self._stopping:
                return
            with self._guard:
                card, changes, waits_s = self._card, self._changes, self._plugged_again_s - self._clock.now()
            if waits_s <= 0:
                self.clear_fault(UNPLUGGED)
            elif card is None:
                self._clock.select([self._bell], within_s=None if waits_s == math.inf else waits_s)
            elif (wire := connected(self._port)) is None:
                RealClock().select([self._bell], within_s=LOOK_FOR_READER_S)
            else:
                with wire, self._noticed():
                    self._hold(card, wire, changes)
                    self._leave(wire)

    @contextlib.contextmanager
    def _noticed(self) -> Iterator[None]:
        with self._guard:
            self._in_reader = True
        yield
        with self._guard:
            self._in_reader = False

    def _hold(self, card: Card, wire: socket.socket, changes: int) -> None:
        """Until the card is taken out or the reader is gone. A mute card is given up, and stays in the reader."""
        card.reset()
        received = bytearray()
        gives_up_s: float | None = None
        while True:
            within_s = None if gives_up_s is None else gives_up_s - self._clock.now()
            ready = self._clock.select([wire, self._bell], within_s=within_s)
            self._bell.hush()
            if not ready:
                with self._guard:
                    self._faults.end(self._begun)
                gives_up_s = None
                with contextlib.suppress(ConnectionError):
                    wire.sendall(NO_ANSWER)
                continue
            if self._stopping or self._changes != changes:
                return
            if wire not in ready:
                continue
            if not (octets := received_from(wire)):
                return
            received += octets
            while (message := next_message(received)) is not None:
                self._log(TO_DEVICE, message)
                answer = self._answer(card, message)
                if answer is None:
                    return
                if answer:
                    self._log(FROM_DEVICE, answer[2:])
                if not answer and is_apdu(message):
                    gives_up_s = self._clock.now() + READER_GIVES_UP_S
                with contextlib.suppress(ConnectionError):  # seen at the next receive
                    wire.sendall(answer)

    def _leave(self, wire: socket.socket) -> None:
        """Until the reader has noticed: one that finds a card there again at its next look takes it for the same."""
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_WR)
        until_s = time.monotonic() + READER_NOTICES_S
        while not self._stopping and (left_s := until_s - time.monotonic()) > 0:
            ready = RealClock().select([wire, self._bell], within_s=left_s)
            self._bell.hush()
            if wire in ready and not received_from(wire):
                return

    def _answer(self, card: Card, message: bytes) -> bytes | None:
        """`None`: the card is gone, or the service under it."""
        if not is_apdu(message):
            return answer_to_order(card, message)
        if not self._fire():
            return None
        with self._guard:
            if PULLED in self._faults and self._apdus >= self._faults.amount(PULLED, "after_apdus"):
                self._faults.clear(PULLED)
                self._card = None
                return None
            self._apdus += 1
            if MUTE in self._faults:
                return b""
            return framed(card.answer(message))

    def _fire(self) -> bool:
        """Let what was armed begin with this APDU; false when the service went away with it."""
        with self._guard:
            begun = self._faults.begin(*FAULTS)
            self._begun += begun
        for name in begun:
            self._begin(name)
        return not {UNPLUGGED, RESTART, DOWN} & set(begun)
