"""A page printer that answers what a test says: IPP put together by hand (RFC 8010), or any bytes."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

INTEGER, BOOLEAN, ENUM, OCTETS, NAME, KEYWORD, MIME, COLLECTION = 0x21, 0x22, 0x23, 0x30, 0x42, 0x44, 0x49, 0x34
OPERATION_GROUP, JOB_GROUP, PRINTER_GROUP = 0x01, 0x02, 0x04
PRINT_JOB, CREATE_JOB, SEND_DOCUMENT, CANCEL_JOB = 0x0002, 0x0005, 0x0006, 0x0008
GET_JOB, GET_JOBS, GET_PRINTER = 0x0009, 0x000A, 0x000B

Attribute = tuple[int, str, tuple[int | str, ...]]
IDLE, PRINTS, STOPPED = 3, 4, 5


def answer(status: int = 0, *groups: tuple[int, tuple[Attribute, ...]]) -> bytes:
    octets = struct.pack(">BBHI", 2, 0, status, 1)
    charset: Attribute = (0x47, "attributes-charset", ("utf-8",))
    for tag, attributes in ((OPERATION_GROUP, (charset, (0x48, "attributes-natural-language", ("en",)))), *groups):
        octets += bytes([tag])
        for one in attributes:
            octets += _attribute(*one)
    return octets + b"\x03"


def printer(
    *reasons: str,
    state: int = IDLE,
    operations: tuple[int, ...] = (CREATE_JOB, SEND_DOCUMENT),
    more: tuple[Attribute, ...] = (),
) -> bytes:
    told: tuple[Attribute, ...] = (
        (ENUM, "printer-state", (state,)),
        (KEYWORD, "printer-state-reasons", reasons or ("none",)),
        (BOOLEAN, "printer-is-accepting-jobs", (1,)),
        (ENUM, "operations-supported", operations),
    )
    return answer(0, (PRINTER_GROUP, (*told, *more)))


def job(state: int, *, number: int = 7, name: str = "", more: tuple[Attribute, ...] = ()) -> bytes:
    return answer(0, (JOB_GROUP, job_attributes(state, number=number, name=name, more=more)))


def job_attributes(
    state: int, *, number: int = 7, name: str = "", more: tuple[Attribute, ...] = ()
) -> tuple[Attribute, ...]:
    named: tuple[Attribute, ...] = ((NAME, "job-name", (name,)),) if name else ()
    return ((INTEGER, "job-id", (number,)), *named, (ENUM, "job-state", (state,)), *more)


def _attribute(tag: int, name: str, values: tuple[int | str, ...]) -> bytes:
    octets = b""
    for value in values:
        packed = value.encode() if isinstance(value, str) else struct.pack(">b" if tag == BOOLEAN else ">i", value)
        octets += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(packed)) + packed
        name = ""
    return octets


def http(content: bytes, *, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/ipp\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class ScriptedPrinter:
    """`said` holds the operations that were asked, in order. An operation's script is a list: one answer each time, the
    last again and again. An answer is bytes as they go over the wire, or a function that is given the socket."""

    Answer = bytes | Callable[[socket.socket], None]

    def __init__(self) -> None:
        self.script: dict[int, list[ScriptedPrinter.Answer]] = {GET_PRINTER: [http(printer())]}
        self.said: list[int] = []
        self.documents: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="scripted page printer")
        self._thread.start()

    @property
    def address(self) -> str:
        return f"ipp://127.0.0.1:{self._server.getsockname()[1]}/ipp/print"

    def answers(self, operation: int, *answers: Answer) -> Self:
        self.script[operation] = list(answers)
        return self

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            with line, suppress(OSError):
                line.settimeout(5)
                self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        with line.makefile("rb") as lines:
            length = 0
            while (head := lines.readline()) not in (b"\r\n", b""):
                if head.lower().startswith(b"content-length:"):
                    length = int(head.split(b":")[1])
            body = lines.read(length)
        if len(body) < 4:
            return
        operation = int.from_bytes(body[2:4], "big")
        self.said.append(operation)
        if operation in (PRINT_JOB, SEND_DOCUMENT):
            self.documents.append(body[body.index(b"%PDF") :])
        script = self.script[operation]
        told = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(told, bytes):
            line.sendall(told)
        else:
            told(line)


@contextmanager
def scripted_printer() -> Iterator[ScriptedPrinter]:
    wire = ScriptedPrinter()
    try:
        yield wire
    finally:
        wire.close()
