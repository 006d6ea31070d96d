"""A scripted card on vpcd's wire, and a PC/SC service with a slot to put it into.

Written from vpcd's wire and the cards' published commands, apart from the driver and from the simulator.
"""

import os
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from drivers.smart_card.pcsc import Empty, Inserted, PcscWire
from hardware_sim.pcscd import PrivatePcscd, is_possible
from tests.system.waiting import until

ATR = bytes.fromhex("3B800181")  # T=1
ATR_ASKED = b"\x04"
SELECT_SOCIAL_SECURITY = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")

CardAnswers = Callable[[bytes], bytes | None]  # an APDU, and what the card says to it; None: nothing, ever


class VirtualCard:
    """In its reader from the beginning until `pull`. With `pull_after`, that many APDUs are answered, then it goes."""

    def __init__(self, port: int, answers: CardAnswers, *, atr: bytes = ATR, pull_after: int | None = None) -> None:
        self._answers = answers
        self._atr = atr
        self._left = pull_after
        self._wire = socket.create_connection(("127.0.0.1", port))
        self._thread = threading.Thread(target=self._serve, name="virtual card")
        self._thread.start()

    def pull(self) -> None:
        with suppress(OSError):  # the reader may have gone before
            self._wire.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        with self._wire:
            while (message := self._received()) is not None:
                if message == ATR_ASKED:
                    answer: bytes | None = self._atr
                elif len(message) == 1:
                    continue
                elif self._left == 0:
                    return
                else:
                    self._left = None if self._left is None else self._left - 1
                    answer = self._answers(message)
                if answer is not None and not self._sent(struct.pack(">H", len(answer)) + answer):
                    return

    def _sent(self, octets: bytes) -> bool:
        try:
            self._wire.sendall(octets)
        except OSError:
            return False
        return True

    def _received(self) -> bytes | None:
        head = self._exactly(2)
        return head and self._exactly(int.from_bytes(head, "big"))

    def _exactly(self, length: int) -> bytes | None:
        octets = b""
        while len(octets) < length:
            try:
                arrived = self._wire.recv(length - len(octets))
                self._wire.setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1
                )  # vpcd writes length and content apart
            except OSError:
                return None
            if not arrived:
                return None
            octets += arrived
        return octets


def social_security_answers(records: Mapping[str, Mapping[str, str]]) -> CardAnswers:
    """A card with the records of `tests/golden/social_security_cards.json`: T=0, one file selected at a time."""
    chosen: list[str] = []

    def answers(apdu: bytes) -> bytes:
        asked = apdu.hex()
        if apdu == SELECT_SOCIAL_SECURITY:
            return bytes.fromhex("611D")
        if asked.startswith("00c00000"):
            return bytes(apdu[4]) + bytes.fromhex("9000")
        if asked.startswith("00a4020002"):
            chosen[:] = [asked[10:]]
            return bytes.fromhex("9000" if asked[10:] in records else "6A82")
        if asked.startswith("00b2") and asked[6:8] == "00" and chosen:
            record = bytes.fromhex(records[chosen[0]].get(asked[4:6], ""))
            if not record:
                return bytes.fromhex("6A83")
            return record + bytes.fromhex("9000") if apdu[4] == len(record) else bytes((0x6C, len(record)))
        return bytes.fromhex("6D00")

    return answers


def storage_answers(chip: bytes, photo: bytes = bytes(1024)) -> CardAnswers:
    """A resident card as dual readers give it: blocks of 256 bytes, the last one short."""
    stream = bytes.fromhex("01000400") + chip + photo

    def answers(apdu: bytes) -> bytes:
        if apdu[:2] != b"\xff\xb0" or apdu[2] > 5:
            return bytes.fromhex("6A81")
        return stream[apdu[2] * 256 :][:256] + bytes.fromhex("9000")

    return answers


def contactless_answers(number: bytes) -> CardAnswers:
    return lambda apdu: number + b"\x90\x00" if apdu == bytes.fromhex("FFCA000000") else b"\x6e\x00"


def refuses_all(_: bytes) -> bytes:
    """Another kind of card."""
    return b"\x6a\x82"


class Slot:
    """Hands at the first reader of a private service; each returns once the service has noticed."""

    def __init__(self, service: PrivatePcscd) -> None:
        self._service = service
        self._card: VirtualCard | None = None
        self._eyes = PcscWire(self.reader)
        self.stop_service, self.start_service = service.stop, service.start
        self.restart_service = service.restart

    @property
    def reader(self) -> str:
        return self._service.readers[0].name

    @property
    def port(self) -> int:
        """Where a card connects."""
        return self._service.readers[0].port

    @property
    def service_process(self) -> int:
        directory = Path(self._service.environment["PCSCLITE_CSOCK_NAME"]).parent
        return int((directory / "pcscd.pid").read_text().rstrip("\n\0"))

    def insert(self, answers: CardAnswers, *, atr: bytes = ATR, pull_after: int | None = None) -> None:
        self.remove()
        self._card = VirtualCard(self.port, answers, atr=atr, pull_after=pull_after)
        self.until_a_card_is_there()

    def until_a_card_is_there(self) -> None:
        until(lambda: isinstance(self._eyes.look(), Inserted), "a card in the reader")

    def until_empty(self) -> None:
        until(lambda: self._eyes.look() == Empty(), "an empty reader")

    def remove(self) -> None:
        if self._card is not None:
            self._card.pull()
            self._card = None
            self.until_empty()

    def unplug(self) -> None:
        self._service.set_readers(plugged=False)

    def plug(self) -> None:
        self._service.set_readers(plugged=True)

    def close(self) -> None:
        if self._card is not None:
            self._card.pull()
        self._eyes.close()


@contextmanager
def private_service() -> Iterator[PrivatePcscd]:
    """A service of the test's own, which drivers made inside find by the environment."""
    why_not = is_possible()
    assert why_not is None, why_not
    name = "PCSCLITE_CSOCK_NAME"
    before = os.environ.get(name)
    with tempfile.TemporaryDirectory() as directory, PrivatePcscd(Path(directory)) as service:
        os.environ[name] = service.environment[name]
        try:
            yield service
        finally:
            os.environ.pop(name)
            if before is not None:
                os.environ[name] = before


@contextmanager
def virtual_slot() -> Iterator[Slot]:
    with private_service() as service:
        slot = Slot(service)
        try:
            yield slot
        finally:
            slot.close()
