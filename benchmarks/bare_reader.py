"""The identity card reader asked with pyserial alone: find until found, select, read, count bytes. The peer of ours."""

import threading
import time
from types import TracebackType
from typing import Self

import serial

FIND, SELECT, READ = (bytes.fromhex(f"AAAAAA96690003{tail}") for tail in ("200122", "200221", "300132"))
NOT_FOUND_BYTES, FOUND_BYTES, SELECTED_BYTES, READ_BYTES = 11, 15, 19, 1295
ANSWER_WITHIN_S = 5.0


class BareReader:
    """`url` as pyserial takes it: a path, or `socket://host:port`."""

    def __init__(self, url: str) -> None:
        self._line = serial.serial_for_url(url, baudrate=115200, timeout=ANSWER_WITHIN_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def reading(self) -> "Reading":
        """Begins to look for a card, in a thread of its own, and has looked once when this returns."""
        return Reading(self._line)


class Reading:
    def __init__(self, line: serial.SerialBase) -> None:
        self._line = line
        self._looked = threading.Event()
        self._ended = 0.0
        self._thread = threading.Thread(target=self._run, name="bare reading")
        self._thread.start()
        self._looked.wait()

    def ended(self) -> float:
        """When the last byte of the card was there, on the clock of `time.perf_counter`. Waits for it."""
        self._thread.join()
        if not self._ended:
            raise RuntimeError("the bare dialogue was not answered")
        return self._ended

    def _run(self) -> None:
        try:
            while not self._found():
                self._looked.set()
            if len(self._asked(SELECT, SELECTED_BYTES)) == SELECTED_BYTES:
                read = self._asked(READ, READ_BYTES)
                self._ended = time.perf_counter() if len(read) == READ_BYTES else 0.0
        finally:
            self._looked.set()

    def _found(self) -> bool:
        answer = self._asked(FIND, NOT_FOUND_BYTES)
        if len(answer) < NOT_FOUND_BYTES:
            raise RuntimeError("the reader is silent")
        if answer[9] != 0x9F:
            return False
        self._line.read(FOUND_BYTES - NOT_FOUND_BYTES)
        return True

    def _asked(self, request: bytes, length: int) -> bytes:
        self._line.write(request)
        return bytes(self._line.read(length))
