"""What is said and heard over a printer's wire, in its dialect of status."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from drivers.receipt_printer.custom_status import FULL_STATUS, parse_full_status
from drivers.receipt_printer.escpos_status import (
    XOFF,
    Asked,
    Condition,
    Heard,
    condition_of,
    encode_question,
    parse_heard,
)
from drivers.transport import Transport

Answer = TypeVar("Answer")

ANSWER_WITHIN_S = 1.0
QUIET_S = 0.1
MOST_OTHERS = 4096  # bytes that are no status are kept so long
_PARSERS: dict[str, Callable[[bytes], Heard]] = {"escpos": parse_heard, "custom": parse_full_status}


class Conversation:
    """Every method may raise `TransportLost`. `confirmed` and `others` grow until `begin`.

    `paused`: it said XOFF last. `silent`: the last `listen` heard nothing. `until_s`: no answer is waited for beyond
    this monotonic time.
    """

    confirmed: set[bytes]
    others: bytes
    paused: bool
    silent: bool
    until_s: float = math.inf
    _rest: bytes

    def __init__(self, transport: Transport, dialect: Literal["escpos", "custom"]) -> None:
        self._transport = transport
        self._dialect = dialect
        self.parse = _PARSERS[dialect]
        self._forget()

    def begin(self) -> None:
        """What has arrived so far answers something older."""
        self._transport.discard_input()
        self._forget()

    def write(self, octets: bytes) -> None:
        self._transport.write(octets)

    def listen(self, *, within_s: float) -> Heard:
        """What came, at once when something comes."""
        arrived = self._transport.read(within_s=within_s)
        heard = self.parse(self._rest + arrived)
        self._rest = heard.rest
        self.confirmed |= set(heard.confirmed)
        self.others = (self.others + heard.others)[-MOST_OTHERS:]
        self.silent = not arrived
        if heard.flow is not None:
            self.paused = heard.flow == XOFF
        return heard

    def poll(self) -> None:
        """Ask for a word that says whether it is troubled, and do not wait for it."""
        self.write(FULL_STATUS if self._dialect == "custom" else encode_question(Asked.PRINTER))

    def ask(self) -> Condition | None:
        """How it is; None when it does not answer."""
        if self._dialect == "custom":
            self.write(FULL_STATUS)
            return self._first(lambda heard: heard.automatic)
        answers: list[tuple[Asked, int]] = []
        for asked in Asked:
            self.write(encode_question(asked))
            answer = self._first(lambda heard: heard.answers)
            if answer is None:
                return None
            answers.append((asked, answer))
        return condition_of(answers)

    def answer_to(self, question: bytes) -> bytes:
        """What comes after a question in its turn, such as `1D 49 n`, as it is, until nothing more comes."""
        self.write(question)
        deadline = self._deadline()
        answer = self._transport.read(within_s=max(deadline - time.monotonic(), 0))
        while answer and time.monotonic() < deadline and (more := self._transport.read(within_s=QUIET_S)):
            answer += more
        return answer

    def _first(self, wanted: Callable[[Heard], Sequence[Answer]]) -> Answer | None:
        deadline = self._deadline()
        while (left := deadline - time.monotonic()) > 0:
            if found := wanted(self.listen(within_s=left)):
                return found[0]
        return None

    def _deadline(self) -> float:
        return min(time.monotonic() + ANSWER_WITHIN_S, self.until_s)

    def _forget(self) -> None:
        self._rest = b""
        self.confirmed = set()
        self.others = b""
        self.paused = False
        self.silent = False
