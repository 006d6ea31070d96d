"""tus 1.0, the client's side: creation, one PATCH for all that is left, and after a cut on at the server's offset.

Works with any server of the protocol. Ours also syncs its disk at every `Hall-Sync-Unit` bytes of a PATCH, so a cut
costs one unit at most; the unit follows the line. Source: https://tus.io/protocols/resumable-upload
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, assert_never

from sync.agent.exchange import PIECE_BYTES, TUS_HEADER, Again, Answer, Exchange, Gone
from sync.agent.schedule import Trouble
from sync.steps import reached

TUS = {TUS_HEADER: "1.0.0"}
CHECKSUM_MISMATCH = 460  # tus 1.0, checksum extension
SYNC_UNIT = "Hall-Sync-Unit"
SMALLEST_UNIT_BYTES, FIRST_UNIT_BYTES, LARGEST_UNIT_BYTES = 16_384, 256_000, 4_000_000
READ_BYTES = 256_000
CHECKSUMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}


class Content(Protocol):
    """What is uploaded."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, size: int) -> bytes:
        """At most `size` bytes, at least one before the end."""
        ...


@dataclass(frozen=True, slots=True)
class UploadAt:
    """An upload and how many of its bytes the server has on disk."""

    path: str
    offset: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The server has every byte."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The server refuses to begin: it does not know what this belongs to."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """`advanced`: more bytes than before are there nevertheless."""

    why: Again
    advanced: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The server's offset is another one: ask for it."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """413: less in one PATCH."""


class TusClient:
    """Uploads to the creation address `path` of `exchange`, one upload at a time.

    `pace(n)` is called before every n bytes, and may wait. `went_back(path, had, has)`: a server that had acknowledged
    `had` bytes says it `has` fewer; it is believed.
    """

    def __init__(
        self,
        exchange: Exchange,
        path: str,
        *,
        pace: Callable[[int], None] = lambda _: None,
        went_back: Callable[[str, int, int], None] = lambda *_: None,
    ) -> None:
        self._exchange = exchange
        self._path = path
        self._pace = pace
        self._went_back = went_back
        self.unit_bytes = FIRST_UNIT_BYTES
        self._limit_bytes: int | None = None  # of one PATCH, once one was too large
        self._checksum: str | None = None
        self._asked_options = False
        self._acknowledged: dict[str, int] = {}

    def upload(
        self,
        content: Content,
        *,
        metadata: Mapping[str, str],
        path: str | None = None,
        begun: Callable[[str], None] = lambda _: None,
    ) -> Uploaded | Gone | NotKnown | Interrupted:
        """Send what the server lacks. `path`: of the upload, when it was begun before; `begun` is told a new one."""
        where = self.begin(content.size, metadata) if path is None else self.where(path, content.size)
        if path is None and isinstance(where, UploadAt):
            begun(where.path)
        if path is None and isinstance(where, Gone):
            return NotKnown()
        advanced = False
        while isinstance(where, UploadAt) and where.offset < content.size:
            before, where = where, self._onward(where, content)
            if isinstance(where, UploadAt) and where.offset > before.offset:
                advanced = True
            elif isinstance(where, UploadAt) and (where.offset == before.offset or advanced):
                where = Again("the server's offset does not go on", Trouble.CASE)
        match where:
            case UploadAt(there):
                self._acknowledged.pop(there, None)
                return Uploaded()
            case Again():
                return Interrupted(where, advanced)
            case Gone():
                self._acknowledged.pop(path or "", None)
                return where
        assert_never(where)

    def _onward(self, where: UploadAt, content: Content) -> UploadAt | Gone | Again:
        """Where it stands after one PATCH, or after the smaller one that the server takes. A cut that carried something
        is no failure."""
        outcome = self.send(where, content)
        while isinstance(outcome, TooLarge):
            outcome = self.send(where, content)
        lost = isinstance(outcome, Again) and outcome.trouble is Trouble.UNREACHABLE
        if not lost and not isinstance(outcome, Elsewhere):
            return outcome
        told = self.where(where.path, content.size)
        return outcome if isinstance(outcome, Again) and told == where else told

    def begin(self, size: int, metadata: Mapping[str, str]) -> UploadAt | Gone | Again:
        """A new upload of `size` bytes. `Gone`: the server does not know what it belongs to."""
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = {"Upload-Length": str(size), **TUS} | ({"Upload-Metadata": pairs} if pairs else {})
        answer = self._exchange.ask("POST", self._path, headers=headers)
        if isinstance(answer, Again):
            return answer
        location = answer.headers.get("Location")
        if answer.status == 201 and TUS_HEADER in answer.headers and location is not None:
            path = self._exchange.own_path(location)
            offset = _number(answer.headers.get("Upload-Offset", "0"))
            if path is None or offset is None or offset > size:
                return Again("not our gateway (another's address)", Trouble.UNREACHABLE)
            return self._noted(UploadAt(path, offset))
        return _gone_or_again(answer)

    def where(self, path: str, size: int) -> UploadAt | Gone | Again:
        """Where an upload of `size` bytes stands."""
        answer = self._exchange.ask("HEAD", path, headers=TUS)
        if isinstance(answer, Again):
            return answer
        if answer.status in (200, 204) and answer.headers.get("Upload-Length") == str(size):
            return self._at(path, answer, size)
        return _gone_or_again(answer)

    def send(self, where: UploadAt, content: Content) -> UploadAt | Gone | Again | Elsewhere | TooLarge:
        """One PATCH from there on: all that is left, or as much as the server takes in one."""
        size = content.size - where.offset
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(where.offset),
            SYNC_UNIT: str(self.unit_bytes),
            **TUS,
        }
        body: _Pieces | _Whole
        if self._limit_bytes is not None:
            size = min(size, self._limit_bytes, self.unit_bytes)
            headers |= self._checksum_of(part := _read(content, where.offset, size))
            body = _Whole(part, self._sent)
        else:
            body = _Pieces(content, where.offset, size, self._sent)
        reached("agent.before_chunk")
        answer = self._exchange.ask("PATCH", where.path, body=body, headers=headers)
        reached("agent.chunk_sent")
        if isinstance(answer, Again):
            if answer.trouble is Trouble.UNREACHABLE:
                self.unit_bytes = max(SMALLEST_UNIT_BYTES, self.unit_bytes // 2)
            return answer
        if answer.status == 204:
            there = self._at(where.path, answer, where.offset + size)
            if isinstance(there, UploadAt):
                self.unit_bytes = min(LARGEST_UNIT_BYTES, self.unit_bytes * 2)
            return there
        if answer.status == 413:
            if size <= SMALLEST_UNIT_BYTES:
                return Again("the server takes nothing this small", Trouble.CASE)
            self._limit_bytes = max(SMALLEST_UNIT_BYTES, min(size, LARGEST_UNIT_BYTES * 2) // 2)
            return TooLarge()
        if answer.status == 409 and TUS_HEADER in answer.headers:
            return Elsewhere()
        if answer.status == CHECKSUM_MISMATCH and "Upload-Checksum" in headers:
            told = self.where(where.path, content.size)  # only this part was spoilt, or the whole is not what it was
            return Again("a part was spoilt on the way", Trouble.CASE) if isinstance(told, UploadAt) else told
        return _gone_or_again(answer)

    def _sent(self, size: int) -> None:
        self._pace(size)
        self._exchange.deadline.progress()

    def _checksum_of(self, part: bytes) -> Mapping[str, str]:
        """The header of the checksum extension, when the server has it."""
        if not self._asked_options:
            answer = self._exchange.ask("OPTIONS", self._path)
            if isinstance(answer, Answer) and answer.status in (200, 204):
                self._asked_options = True
                offered = {one.strip() for one in answer.headers.get("Tus-Checksum-Algorithm", "").split(",")}
                self._checksum = next((one for one in CHECKSUMS if one in offered), None)
        if self._checksum is None:
            return {}
        digest = CHECKSUMS[self._checksum](part).digest()
        return {"Upload-Checksum": f"{self._checksum} {base64.b64encode(digest).decode()}"}

    def _at(self, path: str, answer: Answer, most: int) -> UploadAt | Again:
        offset = _number(answer.headers.get("Upload-Offset", ""))
        if TUS_HEADER not in answer.headers or offset is None or offset > most:
            return Again(f"not our gateway (status {answer.status})", Trouble.UNREACHABLE)
        return self._noted(UploadAt(path, offset))

    def _noted(self, where: UploadAt) -> UploadAt:
        had = self._acknowledged.get(where.path, 0)
        self._acknowledged[where.path] = where.offset
        if where.offset < had:
            self._went_back(where.path, had, where.offset)
        return where


class _Pieces:
    """The body of a PATCH, read while it is sent."""

    def __init__(self, content: Content, offset: int, size: int, sent: Callable[[int], None]) -> None:
        self._content = content
        self._offset = offset
        self._size = size
        self._sent = sent

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        at, end = self._offset, self._offset + self._size
        while at < end:
            part = self._content.read(at, min(READ_BYTES, end - at))
            yield from _Whole(part, self._sent)
            at += len(part)


class _Whole:
    """The same of bytes that are there."""

    def __init__(self, content: bytes, sent: Callable[[int], None]) -> None:
        self._content = content
        self._sent = sent

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._content), PIECE_BYTES):
            piece = self._content[at : at + PIECE_BYTES]
            self._sent(len(piece))
            yield piece


def _read(content: Content, offset: int, size: int) -> bytes:
    part = bytearray()
    while len(part) < size:
        part += content.read(offset + len(part), size - len(part))
    return bytes(part)


def _gone_or_again(answer: Answer) -> Gone | Again:
    ours = TUS_HEADER in answer.headers
    return Gone() if ours and answer.status in (404, 410, CHECKSUM_MISMATCH) else answer.again()


def _number(field: str) -> int | None:
    return int(field) if field.isascii() and field.isdigit() and len(field) <= 15 else None
