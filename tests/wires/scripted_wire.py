"""A wire that follows a script: what it answers to each read, and everything that was written to it."""

from collections.abc import Iterable

from drivers.transport import TransportLost


class ScriptedWire:
    """Each read takes the next entry; `None` is a wire that was pulled, empty bytes are silence."""

    def __init__(self, answers: Iterable[bytes | None]) -> None:
        self._answers = iter(answers)
        self.sent: list[bytes] = []

    def discard_input(self) -> None:
        """Nothing of a script arrives unasked."""

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def read(self, *, within_s: float) -> bytes:
        answer = next(self._answers, b"")
        if answer is None:
            raise TransportLost("pulled")
        return answer

    def close(self) -> None:
        """Nothing is open."""
