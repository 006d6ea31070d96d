"""Child processes on tape, and played back: their requests and answers are one dialogue, message by message."""

from collections.abc import Callable
from typing import Protocol

from drivers.child_process import ChildProcess, NoAnswer
from drivers.traces.recording import NOT_TAKEN, Tape
from drivers.traces.replaying import LostInTrace, Replay, replay_at

ENDED = "ended"


class Child(Protocol):
    """What a driver needs of `child_process.ChildProcess`."""

    @property
    def running(self) -> bool: ...

    @property
    def left_alone(self) -> bool: ...

    def start(self, *, within_s: float) -> bool: ...

    def send(self, request: bytes) -> bool: ...

    def receive(self, *, until: float) -> bytes | NoAnswer: ...

    def worked(self) -> None: ...

    def failed(self, how: str) -> None: ...

    def close(self) -> None: ...


def child_at(address: str, make: Callable[[], ChildProcess], tape: Tape | None) -> Child:
    """The child that a trace plays where the address is one, else the one that `make` gives, on tape where there is
    one. ValueError for a damaged trace."""
    if address.startswith("trace:"):
        return ReplayedChild(replay_at(address))
    child = make()
    return child if tape is None else RecordedChild(child, tape)


class RecordedChild:
    """Passes everything on, and requests and answers onto a tape."""

    def __init__(self, child: ChildProcess, tape: Tape) -> None:
        self._child = child
        self._tape = tape

    @property
    def running(self) -> bool:
        return self._child.running

    @property
    def left_alone(self) -> bool:
        return self._child.left_alone

    def start(self, *, within_s: float) -> bool:
        return self._child.start(within_s=within_s)

    def send(self, request: bytes) -> bool:
        self._tape.sent(request)
        taken = self._child.send(request)
        if not taken:
            self._tape.lost(NOT_TAKEN)
        return taken

    def receive(self, *, until: float) -> bytes | NoAnswer:
        answer = self._child.receive(until=until)
        if isinstance(answer, bytes):
            self._tape.answered(answer)
        elif answer is NoAnswer.ENDED:
            self._tape.lost(ENDED)
        return answer

    def worked(self) -> None:
        self._child.worked()

    def failed(self, how: str) -> None:
        self._child.failed(how)

    def close(self) -> None:
        self._tape.flush()
        self._child.close()


class ReplayedChild:
    """A child whose answers a trace gives."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._running = False
        self.left_alone = False

    @property
    def running(self) -> bool:
        return self._running

    def start(self, *, within_s: float) -> bool:
        self._running = True
        return True

    def send(self, request: bytes) -> bool:
        try:
            self._replay.send(request)
        except LostInTrace:
            self._running = False
            return False
        self._running = True
        return True

    def receive(self, *, until: float) -> bytes | NoAnswer:
        try:
            return self._replay.receive(within_s=self._replay.left_s(until)) or NoAnswer.NOT_YET
        except LostInTrace:
            self._running = False
            return NoAnswer.ENDED

    def worked(self) -> None:
        """A trace does not wear out."""

    def failed(self, how: str) -> None:
        self.close()

    def close(self) -> None:
        self._running = False
