"""The receipt printer on its wires, TCP and serial, its tray, and the faults that it can be given."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware_sim.clock import Bell, Clock, RealClock, Source
from hardware_sim.devices.printer_faults import PrinterFaults
from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from hardware_sim.devices.printer_wires import READ_BYTES, PrinterWires
from hardware_sim.devices.slip_picture import slip_picture
from hardware_sim.faults import Value
from hardware_sim.wire_log import FROM_DEVICE, TO_DEVICE, Tap, untapped
from hardware_sim.wire_words import CONNECTED

PAPER_MM_PER_S = 150.0
MOST_WAITING = 4_000  # commands and strips; with more the serial line is told to wait
KEEP_AGAIN_S = 5.0  # so often room is looked for in a tray that is full
BITS_A_BYTE = 10


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt that lies in the tray."""

    number: int
    text: str
    ended_by: str
    text_path: Path
    picture_path: Path


Keep = Callable[[Receipt, Path, int], KeptReceipt]


def keep_slip(receipt: Receipt, tray: Path, number: int) -> KeptReceipt:
    """As a photograph and as text with marks for what is no text."""
    text_path = tray / f"{number:04d}.txt"
    picture_path = text_path.with_suffix(".png")
    text = "\n".join(receipt.lines) + "\n"
    slip_picture(receipt).save(picture_path, compress_level=3)  # 20 ms; optimising takes half a second
    text_path.write_text(text, "utf-8")
    return KeptReceipt(number, text, receipt.ended_by.value, text_path, picture_path)


class ReceiptPrinter:
    """Serves a `PrinterMachine` on a port of this computer until `stop`. Any thread may call.

    `link`: where the serial line is to be found, `None` for none. `idle_s`: a host that says nothing for so long is
    hung up on when it left a receipt unfinished or another one waits.
    """

    def __init__(
        self,
        tray: Path,
        *,
        pace: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        link: Path | None = None,
        machine: PrinterMachine | None = None,
        keep: Keep = keep_slip,
        clock: Clock | None = None,
        idle_s: float | None = None,
        presenter: bool = False,
        seed: str = "0",
        log: Tap = untapped,
    ) -> None:
        self._log = log
        self._tray = tray
        self._mm_per_s = PAPER_MM_PER_S if pace else None
        self._host, self.port, self._link = host, port, link
        self._machine = machine or PrinterMachine(presenter=presenter, chance=random.Random(f"{seed}-receipt_printer"))
        self._keep = keep
        self._clock = clock or RealClock()
        self._idle_s = idle_s
        self._guard = threading.Condition()
        self._kept: list[KeptReceipt] = []
        self._bell = Bell()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._plugged, self._wanted = False, True
        self._plug_in_at_s: float | None = None
        self._faults = PrinterFaults(self._machine, self._pull, self._push)

    def start(self) -> None:
        self._tray.mkdir(exist_ok=True)
        kept = [path.stem for path in self._tray.iterdir() if path.suffix in (".txt", ".png", ".json")]
        self._next_number = 1 + max((int(stem) for stem in kept if stem.isascii() and stem.isdecimal()), default=0)
        wires = PrinterWires(self._host, self.port, self._link)
        self.port = wires.port
        self._plugged = True
        self._thread = threading.Thread(target=self._run, args=(wires,), name="simulated receipt printer")
        self._thread.start()
        self._clock.count_on(self._thread)

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._bell.ring()
            self._thread.join()
            self._thread = None
            self._bell.close()

    def plug(self) -> None:
        """On the network, at the same port as before. Nothing when it is there."""
        with self._guard:
            self._push()
            self._faults.replugged()
        self._wait_for_plug(plugged=True)

    def unplug(self) -> None:
        """Off the network; an open connection is closed. Nothing when it is off."""
        with self._guard:
            self._pull(0.0)
        self._wait_for_plug(plugged=False)

    def change(self, turn: Callable[[PrinterMachine], object]) -> None:
        """Let somebody's hand do something to the mechanism."""
        with self._guard:
            turn(self._machine)
        self._bell.ring()

    def take_slip(self) -> bool:
        """Somebody takes the ticket out of the mouth; false when there is none."""
        with self._guard:
            taken = self._machine.take_ticket()
        self._bell.ring()
        return taken

    def set_fault(self, name: str, **parameters: Value) -> None:
        with self._guard:
            self._machine.tell_time(self._clock.now())
            self._faults.set(name, dict(parameters))
        self._settle_plug()

    def clear_fault(self, name: str | None) -> None:
        with self._guard:
            self._faults.clear(name)
        self._settle_plug()

    def faults(self) -> dict[str, dict[str, Value]]:
        with self._guard:
            return self._faults.listed()

    def state(self) -> dict[str, object]:
        with self._guard:
            machine, how = self._machine, self._machine.mechanism
            return {
                "plugged": self._wanted,
                "online": machine.online,
                "paper": "out" if how.paper_out else "near-end" if how.near_end else "full",
                "paper_mm": round(machine.remaining_mm, 1),
                "cover_open": how.cover_open,
                "jammed": how.cutter_stuck or how.paper_jammed,
                "head_hot": how.head_hot,
                "silent": machine.silent,
                "waiting": bool(machine.waiting),
                "ticket_in_mouth": how.ticket_waiting,
                "retracted": machine.retracted,
                "receipts": len(self._kept),
                "not_kept": len(machine.receipts),
            }

    def receipts(self, *, at_least: int = 0, within_s: float = 0.0) -> list[KeptReceipt]:
        """What lies in the tray, oldest first, as soon as there are `at_least` so many or the time is over."""
        with self._guard:
            self._guard.wait_for(lambda: len(self._kept) >= at_least, within_s)
            return list(self._kept)

    # The plug. Called with the guard held.

    def _pull(self, for_s: float) -> None:
        self._wanted = False
        self._plug_in_at_s = self._clock.now() + for_s if for_s else None

    def _push(self) -> None:
        self._wanted, self._plug_in_at_s = True, None

    def _settle_plug(self) -> None:
        self._wait_for_plug(plugged=self._wanted)

    def _wait_for_plug(self, *, plugged: bool) -> None:
        self._bell.ring()
        with self._guard:
            self._guard.wait_for(lambda: self._plugged == plugged or self._thread is None)

    # The thread.

    def _run(self, wires: PrinterWires | None) -> None:
        while not self._stopping:
            if wires is not None:
                self._serve(wires)
                wires.close()
                wires = None
                self._say_plugged(False)
            elif self._wanted:
                wires = PrinterWires(self._host, self.port, self._link)
                self._say_plugged(True)
            else:
                wait_s = None if self._plug_in_at_s is None else max(0.0, self._plug_in_at_s - self._clock.now())
                self._clock.select([self._bell], within_s=wait_s)
                self._bell.hush()
                with self._guard:
                    if self._plug_in_at_s is not None and self._clock.now() >= self._plug_in_at_s:
                        self._push()
                        self._faults.replugged()
        if wires is not None:
            wires.close()
        self._say_plugged(False)

    def _say_plugged(self, plugged: bool) -> None:
        with self._guard:
            self._plugged = plugged
            self._guard.notify_all()

    def _serve(self, wires: PrinterWires) -> None:
        """Until the plug is pulled."""
        due_s = heard_s = self._clock.now()
        ready_s, serial = due_s, False
        while self._wanted and not self._stopping:
            wait_s, printing_s = self._advance(due_s)
            due_s = self._clock.now() + (printing_s or 0.0)
            if not self._answer(wires, serial=serial):
                self._hang_up(wires)
            slow_s = ready_s - self._clock.now()
            idle_s = self._idle_left_s(wires, heard_s)
            if idle_s is not None and idle_s <= 0:
                self._hang_up(wires)
                continue
            sources: list[Source] = [self._bell]
            if slow_s <= 0:
                sources += wires.sources(others=self._idle_s is not None and idle_s is None)
            kept_s = KEEP_AGAIN_S if self._machine.receipts else None
            waits = [one for one in (wait_s, slow_s if slow_s > 0 else None, idle_s, kept_s) if one is not None]
            for source in self._clock.select(sources, within_s=min(waits, default=None)):
                if source is self._bell:
                    self._bell.hush()
                elif wires.is_listener(source):
                    if wires.connected:
                        continue  # the next one: from now on the silence of this one counts
                    wires.accept()
                    heard_s, serial = self._clock.now(), False
                    self._log(TO_DEVICE, CONNECTED)
                    self.change(lambda machine: machine.connected())
                else:
                    serial, heard_s = wires.is_serial(source), self._clock.now()
                    ready_s = heard_s + self._hear(wires, source)
        self._hang_up(wires)

    def _idle_left_s(self, wires: PrinterWires, heard_s: float) -> float | None:
        with self._guard:
            if self._idle_s is None or not wires.connected:
                return None
            if not (self._machine.unfinished or wires.somebody_waits()):
                return None
        return heard_s + self._idle_s - self._clock.now()

    def _advance(self, due_s: float) -> tuple[float | None, float | None]:
        """Print when it is time. Gives the seconds until something is to be done by itself, and those until the next
        strip; `None` when nothing is."""
        with self._guard:
            cools_s = self._machine.tell_time(self._clock.now())
            while (early_s := due_s - self._clock.now()) <= 0:
                began = self._machine.job_began
                moved_mm = self._machine.advance()
                if self._machine.job_began and not began:
                    self._faults.job_began()
                self._end_job()
                self._keep_receipts()
                if moved_mm is None:
                    return cools_s, None
                if self._mm_per_s is not None:
                    due_s = self._clock.now() + moved_mm / self._mm_per_s
            return early_s if cools_s is None else min(early_s, cools_s), early_s

    def _hang_up(self, wires: PrinterWires) -> None:
        if wires.connected:
            wires.hang_up()
            with self._guard:
                self._machine.disconnected()

    def _hear(self, wires: PrinterWires, source: object) -> float:
        """Gives the seconds for which the line is busy with what was heard."""
        baud = self._machine.baud
        octets = wires.hear(source, max(1, baud // BITS_A_BYTE // 10) if baud else READ_BYTES)
        if octets is None:
            self._hang_up(wires)
            return 0.0
        if octets:
            self._log(TO_DEVICE, octets)
        with self._guard:
            self._machine.receive(octets)
            self._end_job()
        return len(octets) * BITS_A_BYTE / baud if baud else 0.0

    def _end_job(self) -> None:
        if self._machine.job_ended:
            self._machine.job_ended = False
            self._faults.job_ended()

    def _answer(self, wires: PrinterWires, *, serial: bool) -> bool:
        with self._guard:
            answers = bytes(self._machine.answers)
            self._machine.answers.clear()
            wires.hold(stopped=self._machine.waiting > MOST_WAITING)
        if answers:
            self._log(FROM_DEVICE, answers)
        return not answers or wires.say(answers, serial=serial)

    def _keep_receipts(self) -> None:
        """A receipt for which the disk has no room waits until there is some."""
        while self._machine.receipts:
            try:
                kept = self._keep(self._machine.receipts[0], self._tray, self._next_number)
            except OSError:
                return
            self._machine.receipts.popleft()
            self._kept.append(kept)
            self._next_number += 1
            self._guard.notify_all()
