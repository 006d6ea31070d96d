"""Serial scan engine of the GM65 class in its command mode, over any byte transport.

`python -m drivers.codes.scan_engine --probe --address serial:/dev/ttyS2?baud=9600` asks one on its own.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator

from drivers.codes.code_traces import SCAN_ENGINE
from drivers.codes.content import text_of
from drivers.codes.hold_off import HoldOff
from drivers.codes.scan_engine_frames import (
    ACKNOWLEDGED,
    MOST_BYTES,
    START_SCAN,
    STOP_SCAN,
    NotWhole,
    OnlyAcknowledged,
    Scanned,
    parse_burst,
)
from drivers.probing import Finding, probe_main, status_finding, tape_of
from drivers.traces.recording import recorded
from drivers.transport import Transport, TransportLost, open_transport
from kiosk.codes import CodeSource, Symbology
from kiosk.faults import CODE_READER_NOT_WORKING, CODE_READER_SILENT, CODE_READER_UNPLUGGED
from kiosk.ports import CodeRead, Disconnected, NeedsAttention, NoCode, Ready

TESTED_AGAINST = "scripted and simulated engines only; never run against a real device"
BAUD = 9600
LOOK_WITHIN_S = 0.55
ANSWER_WITHIN_S = 0.3
TRY_AGAIN_S = 0.1
QUIET_S = 0.08  # 75 bytes' time at 9600 baud: what comes later belongs to something else
MOST_ACKNOWLEDGEMENTS = 3  # an engine may keep one to itself


class ScanEngine:
    """Satisfies `kiosk.ports.CodeReader`. Each look triggers the engine once; a long code arrives over several looks.

    `terminated`: the engine is set to end each code with CR, LF or both, so that half a code is told from a whole
    one. Any device may send the bytes of its codes alone: their symbology is not told.
    """

    def __init__(
        self, transport: Transport, *, terminated: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._terminated = terminated
        self._clock = clock
        self._hold_off = HoldOff(clock)
        self._burst = b""
        self._last_byte_at = 0.0
        self._listening = False  # everything that arrives from here on belongs to a trigger of ours
        self._acknowledgements_due = 0  # of triggers, late ones of earlier looks among them
        self._answered = True  # the last trigger, by its acknowledgement or by a code
        logging.getLogger(__name__).info("scan engine: tested against %s", TESTED_AGAINST)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        """Asks with the command that puts the light out, unless a code is just arriving."""
        if self._code_arrives():
            return Ready()
        try:
            self._stop_listening()
            self._drain(within_s=ANSWER_WITHIN_S)
            self._transport.write(STOP_SCAN)
            answer = self._read_until(lambda received: ACKNOWLEDGED in received, within_s=ANSWER_WITHIN_S)
        except TransportLost:
            return self._lost()
        if ACKNOWLEDGED in answer:
            return Ready()
        return NeedsAttention(CODE_READER_NOT_WORKING) if answer else Disconnected(CODE_READER_SILENT)

    def look(self) -> CodeRead | NoCode | NeedsAttention | Disconnected:
        deadline = self._clock() + LOOK_WITHIN_S
        try:
            if not self._listening:
                if not self._drain(within_s=LOOK_WITHIN_S):
                    return NoCode()  # something is still being sent that nobody asked for
                self._listening = True
            if not self._burst:
                self._transport.write(START_SCAN)
                self._acknowledgements_due = min(self._acknowledgements_due + 1, MOST_ACKNOWLEDGEMENTS)
                self._answered = False
            return self._listen(deadline)
        except TransportLost:
            return self._lost()

    def rest(self) -> None:
        self._hold_off.forget()
        self._stop_listening()
        try:
            self._transport.write(STOP_SCAN)
        except TransportLost:
            self._lost()

    def _listen(self, deadline: float) -> CodeRead | NoCode | NeedsAttention | Disconnected:
        started = self._clock()
        while True:
            now = self._clock()
            if self._code_arrives() and now - self._last_byte_at >= QUIET_S:
                return self._ended()
            if not self._answered and not self._code_arrives() and now - started >= ANSWER_WITHIN_S:
                self._stop_listening()
                return Disconnected(CODE_READER_SILENT)
            if now >= deadline:
                return NoCode()
            arrived = self._transport.read(within_s=min(deadline - now, QUIET_S))
            if arrived:
                self._last_byte_at = self._clock()
                self._burst = (self._burst + arrived)[: MOST_BYTES + 64]  # longer than any code, and not longer
                self._take_acknowledgement()

    def _ended(self) -> CodeRead | NoCode | NeedsAttention:
        burst, self._burst = self._burst, b""
        due, self._answered = self._acknowledgements_due, True
        self._acknowledgements_due = max(0, due - burst.count(ACKNOWLEDGED))
        ended = parse_burst(burst, acknowledgement_due=due > 0, terminated=self._terminated)
        match ended:
            case Scanned(payload):
                code = CodeRead(payload, text_of(payload), Symbology.NOT_TOLD, CodeSource.SCAN_ENGINE)
                return code if self._hold_off.is_new(code) else NoCode()
            case NotWhole() if len(burst) > MOST_BYTES:
                return NeedsAttention(CODE_READER_NOT_WORKING)
            case OnlyAcknowledged() | NotWhole():
                return NoCode()

    def _code_arrives(self) -> bool:
        begun = self._listening and bool(self._burst)
        return begun and not (self._acknowledgements_due and ACKNOWLEDGED.startswith(self._burst))

    def _take_acknowledgement(self) -> None:
        while self._acknowledgements_due and self._burst.startswith(ACKNOWLEDGED):
            self._burst, self._answered = self._burst[len(ACKNOWLEDGED) :], True
            self._acknowledgements_due -= 1

    def _stop_listening(self) -> None:
        self._listening, self._burst = False, b""
        self._acknowledgements_due, self._answered = 0, True

    def _drain(self, *, within_s: float) -> bool:
        """Whether silence came: the rest of what was being sent must not be taken for a code."""
        deadline = self._clock() + within_s
        while self._transport.read(within_s=QUIET_S):
            if self._clock() >= deadline:
                return False
        return True

    def _read_until(self, enough: Callable[[bytes], bool], *, within_s: float) -> bytes:
        received, deadline = b"", self._clock() + within_s
        while not enough(received) and (left := deadline - self._clock()) > 0:
            received = (received + self._transport.read(within_s=left))[-MOST_BYTES:]
        return received

    def _lost(self) -> Disconnected:
        self._stop_listening()
        self._transport.close()
        return Disconnected(CODE_READER_UNPLUGGED)


def _probe(chosen: argparse.Namespace) -> Iterator[Finding]:
    tape = tape_of(chosen, "code_reader", "scan-engine", SCAN_ENGINE)
    transport = recorded(open_transport(chosen.address, default_baud=BAUD), tape)
    engine = ScanEngine(transport, terminated=not chosen.unterminated)
    yield Finding("tested against", TESTED_AGAINST)
    status = engine.status()
    yield status_finding(status)
    if chosen.read is not None:
        yield from _codes(engine, within_s=chosen.read)
    elif isinstance(status, Ready):
        looked = engine.look()
        code = f"{len(looked.payload)} bytes: {looked.payload[:64].hex()}" if isinstance(looked, CodeRead) else "none"
        yield Finding("code", code)
    engine.rest()
    transport.close()


def _codes(engine: ScanEngine, *, within_s: float) -> Iterator[Finding]:
    """Each code once: its text, or its bytes in hexadecimal digits where that is no text for a screen."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        match engine.look():
            case CodeRead(payload, text):
                yield Finding("code", text if text and text.isprintable() else payload.hex())
            case NoCode():
                pass
            case NeedsAttention() | Disconnected():
                time.sleep(TRY_AGAIN_S)


def _extend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read", type=float, metavar="SECONDS", help="read codes for so long, and say each")
    parser.add_argument("--unterminated", action="store_true", help="the engine is set to send codes without an end")


if __name__ == "__main__":
    sys.exit(
        probe_main(
            _probe,
            program="drivers.codes.scan_engine",
            address_example="serial:/dev/ttyS2?baud=9600",
            extend=_extend,
        )
    )
