"""A foreign library in a process of its own: started, asked, waited for no longer than allowed, ended.

A library may crash, hang, or write where it should not. `child_side.py` is what runs there.
"""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

LENGTH_BYTES = 4
_SIDE = Path(__file__).with_name("child_side.py")
_log = logging.getLogger(__name__)


class NoAnswer(Enum):
    NOT_YET = auto()  # it works on it, or hangs: whoever waits no longer ends it
    ENDED = auto()  # it crashed, does not start, or wrote what is no answer; nothing of it is left


class ChildProcess:
    """Runs `script`, whose `serve(wire, *arguments)` takes requests and gives answers (`child_side.Wire`). For one
    thread.

    It is started by the first request and by the first after it has ended. `longest`: bytes of an answer, at most.
    `with_packages`: the script imports installed packages; without them it starts faster. `left_alone_s`: how long
    after the first, second... failure in a row `left_alone` is true.
    """

    def __init__(
        self,
        script: Path,
        *arguments: str,
        longest: int,
        with_packages: bool = True,
        left_alone_s: Sequence[float] = (0.0,),
    ) -> None:
        without = () if with_packages else ("-S",)
        self._command = [sys.executable, "-I", *without, str(_SIDE), str(script), *arguments]
        self._script = script
        self._longest = longest
        self._left_alone_s = left_alone_s
        self._left_alone_until = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._greeted = False
        self._arrived = bytearray()
        self.failures = 0  # in a row; `worked` ends the row

    @property
    def running(self) -> bool:
        """Whether one was started and not ended by us; it may have died meanwhile."""
        return self._process is not None

    @property
    def left_alone(self) -> bool:
        """Whether it failed just now. Whoever asks all the same starts it."""
        return time.monotonic() < self._left_alone_until

    def start(self, *, within_s: float) -> bool:
        """Have it running with all that its script imports, so that a request's time is the request's own."""
        if not self.running and not self._started():
            return False
        if not self._greeted and self._answer(time.monotonic() + within_s, greeting=True) != b"":
            self.close()
            return False
        return True

    def send(self, request: bytes) -> bool:
        """Hand over up to 60 kB and wait for nothing; False: it does not start, has died, or takes nothing any more."""
        if not self.running and not self._started():
            return False
        assert self._process is not None
        assert self._process.stdin is not None
        framed = len(request).to_bytes(LENGTH_BYTES, "big") + request
        try:
            if self._process.stdin.write(framed) == len(framed):
                return True
        except OSError:
            pass
        self.close()
        return False

    def receive(self, *, until: float) -> bytes | NoAnswer:
        """The next answer; `until` is a moment of `time.monotonic`. What arrived in part is kept for the next call."""
        if not self.running:
            return NoAnswer.ENDED
        if not self._greeted and isinstance(greeting := self._answer(until, greeting=True), NoAnswer):
            return greeting
        return self._answer(until)

    def worked(self) -> None:
        """What it did was right: the row of failures is over."""
        self.failures = 0
        self._left_alone_until = 0.0

    def failed(self, how: str) -> None:
        """End it and leave it alone, the longer the more often it failed in a row. What it means, the driver tells."""
        self.close()
        left_alone_s = self._left_alone_s[min(self.failures, len(self._left_alone_s) - 1)]
        self.failures += 1
        self._left_alone_until = time.monotonic() + left_alone_s
        _log.info("%s %s; left alone for %g s", self._script.stem, how, left_alone_s)

    def close(self) -> None:
        """End it; the next request starts another."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)  # with what the library has started; it was not waited for yet
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            process.wait()
        self._greeted = False
        self._arrived.clear()

    def _started(self) -> bool:
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,  # what ends the terminal by its keyboard leaves the child to us
            )
        except OSError:
            return False
        assert self._process.stdin is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        return True

    def _answer(self, until: float, *, greeting: bool = False) -> bytes | NoAnswer:
        if not self._arrived_up_to(LENGTH_BYTES, until):
            return self._missing()
        length = int.from_bytes(self._arrived[:LENGTH_BYTES], "big")
        if length > (0 if greeting else self._longest):
            self.close()
            return NoAnswer.ENDED
        if not self._arrived_up_to(LENGTH_BYTES + length, until):
            return self._missing()
        answer = bytes(self._arrived[LENGTH_BYTES : LENGTH_BYTES + length])
        del self._arrived[: LENGTH_BYTES + length]
        self._greeted = True
        return answer

    def _missing(self) -> NoAnswer:
        return NoAnswer.NOT_YET if self.running else NoAnswer.ENDED

    def _arrived_up_to(self, count: int, until: float) -> bool:
        """Whether so many bytes are there by then. Not a byte more is taken: an answer is copied once."""
        while (lacking := count - len(self._arrived)) > 0:
            assert self._process is not None
            assert self._process.stdout is not None
            if not select.select([self._process.stdout], [], [], max(until - time.monotonic(), 0))[0]:
                return False
            piece = os.read(self._process.stdout.fileno(), lacking)
            if not piece:
                self.close()
                return False
            self._arrived += piece
        return True
