"""The upload against a server that cuts, shrinks, forgets and spoils: at most one unit again, and always an end."""

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from sync.agent.exchange import Again, Exchange, Gone
from sync.agent.schedule import Trouble
from sync.agent.tus import LARGEST_UNIT_BYTES, SMALLEST_UNIT_BYTES, Interrupted, TusClient, Uploaded

BLOB = Random(8).randbytes(600_000)
TUS = {"Tus-Resumable": "1.0.0"}


class StillClock:
    def monotonic_s(self) -> float:
        return 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)


@dataclass
class Server(BaseAdapter):
    """tus 1.0 in memory. `cuts(offset)`: how many bytes of this PATCH arrive before the line dies; None: all.

    `unit`: whether it syncs, as ours does, at every unit that the client asks for; else at the end and at a cut.
    `limit`: of one PATCH. `spoils`: parts that arrive with a wrong byte. `checksums`: what it offers.
    """

    cuts: Callable[[int], int | None] = lambda _: None
    syncs: bool = False
    limit: int | None = None
    spoils: int = 0
    checksums: str = ""
    stored: bytearray = field(default_factory=bytearray)
    size: int = 0
    arrived: int = 0
    patches: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    gone: bool = False

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        match request.method:
            case "POST":
                self.size = int(request.headers["Upload-Length"])
                return self.answer(request, 201, {"Location": "http://127.0.0.1/v1/uploads/one"})
            case "HEAD" if self.gone:
                return self.answer(request, 404)
            case "HEAD":
                return self.answer(request, 200, {"Upload-Length": str(self.size)})
            case "OPTIONS":
                return self.answer(request, 204, {"Tus-Checksum-Algorithm": self.checksums})
        return self.patch(request)

    def patch(self, request: requests.PreparedRequest) -> requests.Response:
        if self.gone:
            return self.answer(request, 404)
        if int(request.headers["Upload-Offset"]) != len(self.stored):
            return self.answer(request, 409)
        if self.limit is not None and len(request.body) > self.limit:  # type: ignore[arg-type]
            return self.answer(request, 413)
        self.patches.append(len(request.body))  # type: ignore[arg-type]
        self.units.append(int(request.headers["Hall-Sync-Unit"]))
        most, part = self.cuts(len(self.stored)), bytearray()
        for piece in request.body or ():
            part += piece  # type: ignore[arg-type]
            if most is not None and len(part) >= most:
                del part[most:]
                break
        self.arrived += len(part)
        if self.spoils:
            self.spoils -= 1
            part[0] ^= 1
        checksum = request.headers.get("Upload-Checksum")
        if checksum is not None:
            name, _, digest = checksum.partition(" ")
            if most is not None:
                raise requests.ConnectionError("cut")
            if base64.b64encode(hashlib.new(name, part).digest()).decode() != digest:
                return self.answer(request, 460)
        if most is not None:
            kept = len(part) // self.units[-1] * self.units[-1] if self.syncs else len(part)
            self.stored += part[:kept]
            raise requests.ConnectionError("cut")
        self.stored += part
        return self.answer(request, 204)

    def answer(
        self, request: requests.PreparedRequest, status: int, headers: dict[str, str] | None = None
    ) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request = status, request
        response.headers = CaseInsensitiveDict({**TUS, "Upload-Offset": str(len(self.stored)), **(headers or {})})
        response.raw = HTTPResponse(body=io.BytesIO(), status=status, preload_content=False)
        return response

    def close(self) -> None:
        pass


@dataclass
class Bytes:
    content: bytes = BLOB

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


def client_of(server: Server, **options: Any) -> TusClient:
    session = requests.Session()
    session.mount("http://", server)
    return TusClient(Exchange(session, "http://127.0.0.1", clock=StillClock()), "v1/uploads", **options)


def test_one_patch_carries_the_whole_blob() -> None:
    server = Server()
    assert client_of(server).upload(Bytes(), metadata={"name": "a"}) == Uploaded()
    assert server.patches == [len(BLOB)]
    assert server.stored == BLOB


@given(st.integers(0, 2**32), st.sampled_from([0.2, 0.6]), st.booleans())
def test_a_line_that_cuts_again_and_again_costs_at_most_a_unit_each_time(seed: int, share: float, syncs: bool) -> None:
    random = Random(seed)
    server = Server(cuts=lambda _: random.randrange(1, len(BLOB)) if random.random() < share else None, syncs=syncs)
    client, path = client_of(server), None
    begun: list[str] = []
    for _ in range(400):
        outcome = client.upload(Bytes(), metadata={}, path=path, begun=begun.append)
        path = begun[0]
        if outcome == Uploaded():
            break
    assert server.stored == BLOB
    cut_units = server.units[:-1]
    assert server.arrived - len(BLOB) <= sum(cut_units) * (1 if syncs else 0)


def test_a_cut_that_carried_something_goes_on_at_once() -> None:
    cuts = iter([100_000, 100_000, None])
    server = Server(cuts=lambda _: next(cuts))
    assert client_of(server).upload(Bytes(), metadata={}) == Uploaded()
    assert server.patches == [600_000, 500_000, 400_000]


def test_a_cut_that_carried_nothing_is_a_failure_for_the_schedule() -> None:
    outcome = client_of(Server(cuts=lambda _: 0)).upload(Bytes(), metadata={})
    assert isinstance(outcome, Interrupted)
    assert outcome.why.trouble is Trouble.UNREACHABLE
    assert not outcome.advanced


def test_the_unit_halves_after_a_cut_and_doubles_after_a_whole_success() -> None:
    cuts = iter([50_000] * 8 + [None])
    server = Server(cuts=lambda _: next(cuts))
    client = client_of(server)
    client.upload(Bytes(), metadata={})
    assert server.units[:3] == [256_000, 128_000, 64_000]
    assert min(server.units) == SMALLEST_UNIT_BYTES
    for _ in range(12):
        server.stored.clear()
        server.cuts = lambda _: None
        client.upload(Bytes(), metadata={}, path="v1/uploads/one")
    assert client.unit_bytes == LARGEST_UNIT_BYTES


@pytest.mark.parametrize("limit", [400_000, 60_000, 16_384])
@pytest.mark.parametrize("checksums", ["", "sha1", "md5,sha256"])
def test_what_is_too_large_for_one_patch_goes_in_smaller_ones(limit: int, checksums: str) -> None:
    server = Server(limit=limit, checksums=checksums)
    assert client_of(server).upload(Bytes(), metadata={}) == Uploaded()
    assert server.stored == BLOB
    assert max(server.patches) <= limit


def test_a_server_that_takes_nothing_at_all_is_left_alone_for_a_while() -> None:
    outcome = client_of(Server(limit=1_000)).upload(Bytes(), metadata={})
    assert isinstance(outcome, Interrupted)
    assert outcome.why.trouble is Trouble.CASE


def test_a_part_spoilt_on_the_way_counts_for_nothing_and_is_sent_again() -> None:
    server = Server(limit=200_000, checksums="sha256", spoils=1)
    client = client_of(server)
    outcome = client.upload(Bytes(), metadata={})
    assert isinstance(outcome, Interrupted)
    assert client.upload(Bytes(), metadata={}, path="v1/uploads/one") == Uploaded()
    assert server.stored == BLOB


def test_an_upload_that_is_gone_is_said_so() -> None:
    assert client_of(Server(gone=True)).upload(Bytes(), metadata={}, path="v1/uploads/one") == Gone()


def test_a_server_that_lost_what_it_had_acknowledged_is_believed_and_told_of() -> None:
    told: list[tuple[str, int, int]] = []
    cuts: Iterator[int | None] = iter([300_000])
    server = Server(cuts=lambda _: next(cuts, None))
    client = client_of(server, went_back=lambda *what: told.append(what))

    def dies(_: int) -> int:
        server.cuts = lambda _: 0
        return 300_000

    server.cuts = dies
    assert isinstance(client.upload(Bytes(), metadata={}), Interrupted)
    del server.stored[100_000:]
    server.cuts = lambda _: None
    assert client.upload(Bytes(), metadata={}, path="v1/uploads/one") == Uploaded()
    assert told == [("v1/uploads/one", 300_000, 100_000)]
    assert server.stored == BLOB


def test_a_server_whose_offset_goes_to_and_fro_is_no_endless_loop() -> None:
    server = Server()

    def forgets(_: int) -> int | None:
        del server.stored[:]
        return 1_000

    server.cuts = forgets
    client = client_of(server)
    outcomes = [client.upload(Bytes(), metadata={}, path="v1/uploads/one") for _ in range(3)]
    assert all(isinstance(outcome, Interrupted | Again | Gone) for outcome in outcomes)


def test_every_piece_is_paced() -> None:
    sizes: list[int] = []
    client_of(Server(), pace=sizes.append).upload(Bytes(), metadata={})
    assert sum(sizes) == len(BLOB)
    assert max(sizes) <= 16_384
