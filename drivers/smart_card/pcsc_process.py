"""The PC/SC calls, in a process of their own that imports nothing of ours: what hangs in them can be ended from there.

`pcsc.py` starts it with a reader's name. A request is a JSON list; its answer a JSON object whose `code` is what
pcsc-lite returned. A context from before a restart of the service never works again: every failure but a card's own
ends the context, and the next call makes a fresh one.
"""

import json
import os
from typing import Any

from smartcard import scard

Answer = dict[str, Any]
PULLED_IS_NOTICED_WITHIN_MS = 600  # pcscd asks most readers every 400 ms
STATUS_WORD_BYTES = 2
OF_A_CARD = {
    scard.SCARD_S_SUCCESS,
    scard.SCARD_E_NO_SMARTCARD,
    scard.SCARD_E_NOT_TRANSACTED,
    scard.SCARD_E_PROTO_MISMATCH,
    scard.SCARD_E_SHARING_VIOLATION,
    scard.SCARD_W_REMOVED_CARD,
    scard.SCARD_W_RESET_CARD,
    scard.SCARD_W_UNPOWERED_CARD,
    scard.SCARD_W_UNRESPONSIVE_CARD,
    scard.SCARD_W_UNSUPPORTED_CARD,
}
GONE = scard.SCARD_STATE_IGNORE | scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE


class Calls:
    """One context, one reader, at most one card handle."""

    def __init__(self, name: str) -> None:
        self._name = name  # or how it begins
        self._context: int | None = None
        self._contexts = 0
        self._reader = ""
        self._handle: int | None = None
        self._protocol = 0

    def answer(self, request: list[str]) -> Answer:
        """Looking and connecting try a fresh context when one failed that was there before."""
        had_context = self._context is not None
        answer = self._called(request)
        if answer["code"] not in OF_A_CARD:
            self._release()
            if had_context and request in (["look"], ["connect"]) and (answer := self._called(request))["code"]:
                self._release()
        return answer

    def _called(self, request: list[str]) -> Answer:
        match request:
            case ["list"]:
                return self._list()
            case ["look"]:
                return self._look()
            case ["connect"]:
                return self._connect()
            case ["begin"]:
                return {"code": scard.SCardBeginTransaction(self._handle)}
            case ["transmit", apdu]:
                return self._transmit(bytes.fromhex(apdu))
            case ["disconnect"]:
                self._disconnect()
                return {"code": scard.SCARD_S_SUCCESS}
        raise ValueError(f"no request: {request}")

    def _list(self) -> Answer:
        if failed := self._make_context():
            return {"code": failed}
        code, readers = scard.SCardListReaders(self._context, [])
        return {"code": code, "readers": readers}

    def _look(self) -> Answer:
        if failed := self._find_reader():
            return {"code": failed}
        code, states = scard.SCardGetStatusChange(self._context, 0, [(self._reader, scard.SCARD_STATE_UNAWARE)])
        if code != scard.SCARD_S_SUCCESS:
            return {"code": code}
        _, state, atr = states[0]
        if state & GONE:
            return {"code": scard.SCARD_E_READER_UNAVAILABLE}
        return {"code": code, "state": state, "atr": bytes(atr).hex(), "context": f"{os.getpid()}-{self._contexts}"}

    def _connect(self) -> Answer:
        if failed := self._find_reader():
            return {"code": failed}
        self._disconnect()
        code, handle, protocol = scard.SCardConnect(
            self._context, self._reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if code == scard.SCARD_S_SUCCESS:
            self._handle = handle
            self._protocol = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        return {"code": code}

    def _transmit(self, apdu: bytes) -> Answer:
        """An answer without status word (vpcd: the card went meanwhile) and "not transacted" may be a card that was
        pulled, or one that is there and fails: the reader tells which, soon."""
        code, octets = scard.SCardTransmit(self._handle, self._protocol, list(apdu))
        if code == scard.SCARD_S_SUCCESS and len(octets) < STATUS_WORD_BYTES:
            code = scard.SCARD_E_NOT_TRANSACTED
        if code == scard.SCARD_E_NOT_TRANSACTED and self._leaves(self._look().get("state", 0)):
            code = scard.SCARD_W_REMOVED_CARD
        return {"code": code, "octets": bytes(octets).hex()}

    def _leaves(self, state: int) -> bool:
        """Whether the card with this state is gone, or goes soon."""
        if not state & scard.SCARD_STATE_PRESENT:
            return True
        code, _ = scard.SCardGetStatusChange(self._context, PULLED_IS_NOTICED_WITHIN_MS, [(self._reader, state)])
        return bool(code != scard.SCARD_E_TIMEOUT)

    def _make_context(self) -> int:
        """The code of what failed, or 0."""
        if self._context is None:
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            if code != scard.SCARD_S_SUCCESS:
                return int(code)
            self._context = context
            self._contexts += 1
        return 0

    def _find_reader(self) -> int:
        """The code of what failed, or 0."""
        if not self._reader:
            listed = self._list()
            if listed["code"] != scard.SCARD_S_SUCCESS:
                return int(listed["code"])
            self._reader = next((reader for reader in listed["readers"] if reader.startswith(self._name)), "")
        return 0 if self._reader else scard.SCARD_E_UNKNOWN_READER

    def _disconnect(self) -> None:
        if self._handle is not None:
            scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)
            self._handle = None

    def _release(self) -> None:
        self._disconnect()
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._context, self._reader = None, ""


def serve(wire: Any, name: str) -> None:
    calls = Calls(name)
    while (request := wire.receive()) is not None:
        wire.send(json.dumps(calls.answer(json.loads(request))).encode())
