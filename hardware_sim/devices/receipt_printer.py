"""The receipt printer on its wire: one TCP connection at a time, as network mechanisms have it, and its tray."""

import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware_sim.devices.printer_machine import PrinterMachine
from hardware_sim.devices.slip_picture import slip_picture

PAPER_MM_PER_S = 150.0


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that lies in the tray."""

    number: int
    text: str
    ended_by: str
    text_path: Path
    picture_path: Path


class ReceiptPrinter:
    """Serves a `PrinterMachine` on a port of this computer until `stop`. Any thread may call."""

    def __init__(self, tray: Path, *, pace: bool = True, port: int = 0) -> None:
        self._tray = tray
        self._mm_per_s = PAPER_MM_PER_S if pace else None
        self.port = port
        self._machine = PrinterMachine()
        self._guard = threading.Condition()
        self._kept: list[KeptReceipt] = []
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._wake_near, self._wake_far = socket.socketpair()

    def start(self) -> None:
        self._tray.mkdir(exist_ok=True)
        self._next_number = 1 + max((int(path.stem) for path in self._tray.glob("[0-9]*.txt")), default=0)
        self.plug()

    def stop(self) -> None:
        self.unplug()
        self._wake_near.close()
        self._wake_far.close()

    def plug(self) -> None:
        """On the network, at the same port as before. Nothing when it is there."""
        if self._thread is not None:
            return
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="simulated receipt printer")
        self._thread.start()

    def unplug(self) -> None:
        """Off the network; an open connection is closed. Nothing when it is off."""
        if self._thread is not None:
            self._stopping = True
            self._wake()
            self._thread.join()
            self._thread = None

    def change(self, turn: Callable[[PrinterMachine], None]) -> None:
        """Let somebody's hand do something to the mechanism."""
        with self._guard:
            turn(self._machine)
        self._wake()

    def state(self) -> dict[str, object]:
        with self._guard:
            machine = self._machine
            return {
                "plugged": self._thread is not None,
                "online": machine.online,
                "paper": "out" if machine.paper_out else "near-end" if machine.near_end else "full",
                "paper_mm": round(machine.remaining_mm, 1),
                "cover_open": machine.cover_open,
                "jammed": machine.jammed,
                "silent": machine.silent,
                "waiting": machine.waiting,
                "receipts": len(self._kept),
            }

    def receipts(self, *, at_least: int = 0, within_s: float = 0.0) -> list[KeptReceipt]:
        """What lies in the tray, oldest first, as soon as there are `at_least` so many or the time is over."""
        with self._guard:
            self._guard.wait_for(lambda: len(self._kept) >= at_least, within_s)
            return list(self._kept)

    def _wake(self) -> None:
        self._wake_near.send(b"x")

    def _serve(self, listener: socket.socket) -> None:
        connection: socket.socket | None = None
        due = time.monotonic()
        with listener:
            while not self._stopping:
                wait_s = self._advance(due)
                if wait_s is not None:
                    due = time.monotonic() + wait_s
                if connection is not None and not self._answer(connection):
                    self._hang_up(connection)
                    connection = None
                sources = [self._wake_far, connection or listener]
                readable, _, _ = select.select(sources, [], [], wait_s)
                if self._wake_far in readable:
                    self._wake_far.recv(4096)
                elif listener in readable:
                    connection = self._pick_up(listener)
                elif connection in readable and connection is not None and not self._hear(connection):
                    self._hang_up(connection)
                    connection = None
            if connection is not None:
                self._hang_up(connection)

    def _advance(self, due: float) -> float | None:
        """Print when it is time. Gives the seconds until the next strip, `None` when nothing waits."""
        with self._guard:
            while (early_s := due - time.monotonic()) <= 0:
                moved_mm = self._machine.advance()
                self._keep_receipts()
                if moved_mm is None:
                    return None
                if self._mm_per_s is not None:
                    due = time.monotonic() + moved_mm / self._mm_per_s
            return early_s

    def _pick_up(self, listener: socket.socket) -> socket.socket:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._guard:
            self._machine.connected()
        return connection

    def _hang_up(self, connection: socket.socket) -> None:
        connection.close()
        with self._guard:
            self._machine.disconnected()

    def _hear(self, connection: socket.socket) -> bool:
        try:
            octets = connection.recv(65536)
        except OSError:
            return False
        with self._guard:
            self._machine.receive(octets)
        return bool(octets)

    def _answer(self, connection: socket.socket) -> bool:
        with self._guard:
            answers = bytes(self._machine.answers)
            self._machine.answers.clear()
        try:
            connection.sendall(answers)
        except OSError:
            return False
        return True

    def _keep_receipts(self) -> None:
        while self._machine.receipts:
            receipt = self._machine.receipts.popleft()
            text_path = self._tray / f"{self._next_number:04d}.txt"
            picture_path = text_path.with_suffix(".png")
            text = "\n".join(receipt.lines) + "\n"
            slip_picture(receipt).save(picture_path, optimize=True)
            text_path.write_text(text, "utf-8")
            self._kept.append(KeptReceipt(self._next_number, text, receipt.ended_by.value, text_path, picture_path))
            self._next_number += 1
            self._guard.notify_all()
