"""The gateway's durable submissions a second, beside a bare handler that commits one row; and with many rows there."""

import base64
import http.client
import json
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from benchmarks.figures import Figure, paired_ratio
from kiosk.composing import slip_code, uuid7
from kiosk.submission import Json, canonical
from sync.gateway.database import DATABASE
from sync.outbox.identity import Draft, kept_draft
from sync.wire.enrolment_code import parse_code
from sync.wire.signatures import HEADER, SigningKey

CODE = "CZ03"
ROUNDS, A_ROUND, CLIENTS = 8, 160, 16
FEW, MANY = 1_000, 100_000
SHARE_GOAL, GROWTH_GOAL = 0.5, 1.2
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class _Signed:
    sid: str
    content: bytes
    line: str


class _Connection:
    """HTTP/1.1 with next to no work of its own, so that the server is what is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._socket.close()

    def ask(self, method: str, path: str, signed: _Signed | None, *, status: int) -> None:
        body = b"" if signed is None else signed.content
        signature = "" if signed is None else f"{HEADER}: {signed.line}\r\nContent-Type: application/json\r\n"
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{signature}Content-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        answer = bytearray()
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._received()
        length = re.search(rb"content-length: (\d+)", answer[:end].lower())
        while len(answer) < end + 4 + (0 if length is None else int(length[1])):
            answer += self._received()
        if int(answer[9:12]) != status:
            raise RuntimeError(f"{method} {path}: {bytes(answer)!r}")

    def _received(self) -> bytes:
        part = self._socket.recv(65_536)
        if not part:
            raise RuntimeError("the server hung up")
        return part


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="build") as folder:
        directory = Path(folder)
        with _gateway(directory / "few") as (few, key), _bare(directory, key) as bare:
            ours, peer = _in_turns(lambda: _received(few, key), lambda: _taken(bare, key))
            _fill(directory / "few", FEW)
            with _gateway(directory / "many") as (many, other):
                _fill(directory / "many", MANY)
                grown, small = _in_turns(lambda: _received(many, other), lambda: _received(few, key))
    share, growth = paired_ratio(peer, ours), paired_ratio(grown, small)
    return [
        Figure(
            "receiving a submission",
            f"{A_ROUND} submissions without attachments by {CLIENTS} connections at once over plain HTTP on loopback: "
            "manifest put, then committed, both durable before the answer, signed acknowledgement; the time for one. "
            "Beside it, in turns, a bare Starlette handler on the same server that judges the same manifest and "
            f"signature and commits one row; {ROUNDS} rounds of each",
            "ms",
            ours,
            "bare handler",
            peer,
            f"at least {SHARE_GOAL:.0%} of its throughput",
            share >= SHARE_GOAL,
            f"{share:.0%} of the bare handler's submissions a second ({1000 / min(ours):.0f} a second at best), with "
            "two durable steps to its one",
        ),
        Figure(
            "receiving among 100,000",
            f"the same at a gateway that has {MANY:,} submissions, in turns with one that has {FEW:,}",
            "ms",
            grown,
            f"among {FEW:,}",
            small,
            f"less than {GROWTH_GOAL} times",
            growth < GROWTH_GOAL,
            f"{growth:.2f} times, median of the pairs",
        ),
    ]


def _in_turns(one: Callable[[], float], other: Callable[[], float]) -> tuple[list[float], list[float]]:
    runs: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 1):
        first, second = one(), other()
        if turn:  # the first ones warm up
            runs[0].append(first)
            runs[1].append(second)
    return runs


def _received(port: int, key: SigningKey) -> float:
    """Milliseconds for one submission."""

    def one(line: _Connection, signed: _Signed) -> None:
        line.ask("PUT", f"/v1/submissions/{signed.sid}", signed, status=201)
        line.ask("POST", f"/v1/submissions/{signed.sid}/commit", None, status=200)

    return _timed(port, _manifests(key), one)


def _taken(port: int, key: SigningKey) -> float:
    def one(line: _Connection, signed: _Signed) -> None:
        line.ask("PUT", f"/{signed.sid}", signed, status=201)

    return _timed(port, _manifests(key), one)


def _timed(port: int, manifests: Sequence[_Signed], one: Callable[[_Connection, _Signed], None]) -> float:
    def client(share: Sequence[_Signed]) -> None:
        with closing(_Connection(port)) as line:
            for signed in share:
                one(line, signed)

    threads = [threading.Thread(target=client, args=(manifests[number::CLIENTS],)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - began) * 1000 / len(manifests)


def _manifests(key: SigningKey) -> list[_Signed]:
    return [_manifest(key) for _ in range(A_ROUND)]


def _manifest(key: SigningKey) -> _Signed:
    now = datetime.now(UTC)
    sid = uuid7(now, secrets.token_bytes(10))
    strokes: list[Json] = [[[x, 200, x * 10] for x in range(60)]]
    manifest: dict[str, Json] = {
        "format": "hall-terminal/submission/1",
        "sid": sid,
        "slip_code": slip_code(CODE, secrets.token_bytes(7)),
        "terminal": {"code": CODE, "hall": "湘桥区政务服务大厅"},
        "simulated": True,
        "submitted_at": now.isoformat(),
        "catalogue_version": "0" * 12,
        "item": {"id": "old-age-allowance"},
        "answers": [{"field": "phone", "value": "13800005678", "source": "typed"}],
        "attachments": [],
        "signature": {"method": "handwritten", "strokes": strokes},
    }
    content = canonical(manifest)
    return _Signed(sid, content, key.sign(content).line)


@contextmanager
def _gateway(directory: Path) -> Iterator[tuple[int, SigningKey]]:
    """Serves plain HTTP for one enrolled terminal; its port and that terminal's key."""
    command = [str(BIN / "kiosk-gateway"), "terminals", "add", CODE, "--hall", "h", "--data", str(directory), "--json"]
    code = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)["code"]
    serve = [str(BIN / "kiosk-gateway"), "serve", "--data", str(directory), "--port", "0", "--json", "--simulated"]
    serve += ["--as-terminal", CODE, "--admission-rate", "1000000"]
    with _running(serve) as line:
        port = int(json.loads(line)["listening"].rpartition(":")[2])
        draft = kept_draft(directory / "terminal", CODE)
        _enrol(port, draft, code)
        yield port, draft.signing


@contextmanager
def _bare(directory: Path, key: SigningKey) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.bare_receiver", str(directory), CODE, key.public.hex()]
    with _running(command) as line:
        yield int(line)


@contextmanager
def _running(command: list[str]) -> Iterator[str]:
    """The first line that it prints."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.communicate()


def _enrol(port: int, draft: Draft, typed: str) -> None:
    code = parse_code(typed)
    body = canonical(
        {
            "terminal": CODE,
            "secret": code.secret,  # type: ignore[union-attr] # we were given it a moment ago
            "csr": draft.request,
            "signing_key": base64.b64encode(draft.signing.public).decode(),
        }
    )
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        line.request("POST", "/v1/enrolment", body=body, headers={"Content-Type": "application/json"})
        answer = line.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"not enrolled: {answer.status} {answer.read()!r}")


def _fill(directory: Path, rows: int) -> None:
    """So many submissions that were received and handed on a day ago."""
    began = datetime.now(UTC) - timedelta(days=1)
    sids = [uuid7(began + timedelta(milliseconds=place), secrets.token_bytes(10)) for place in range(rows)]
    with closing(apsw.Connection(str(directory / DATABASE))) as connection, connection:
        connection.set_busy_timeout(30_000)
        connection.executemany(
            "INSERT INTO submission (sid, slip_code, fingerprint, manifest, attachments, terminal, acknowledgement) "
            "VALUES (?, ?, ?, ?, '[]', ?, x'7b7d')",
            ((sid, f"CZ03-{place}", sid, bytes(1_500), CODE) for place, sid in enumerate(sids)),
        )
        connection.executemany(
            "INSERT INTO feed (terminal, sid, at) VALUES (?, ?, ?)", ((CODE, sid, began.isoformat()) for sid in sids)
        )
        connection.executemany("INSERT INTO hand_on (sid, done) VALUES (?, 1)", ((sid,) for sid in sids))
        connection.execute(
            "INSERT INTO case_state SELECT sid, terminal, (SELECT coalesce(max(cursor), 0) FROM case_state) + cursor, "
            "0, 'received', NULL FROM feed WHERE sid NOT IN (SELECT sid FROM case_state)"
        )
