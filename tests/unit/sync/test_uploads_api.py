"""Attachments over HTTP: an answer says only what is on disk, and no two of one upload get in each other's way."""

import asyncio
import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from kiosk.submission import Attachment, SealedSubmission, digest_of
from sync.gateway.admission import Admission
from sync.gateway.disk import Disk
from sync.gateway.gate import Gate, Heard
from sync.gateway.metrics import Metrics
from sync.gateway.objects import ObjectDirectory
from sync.gateway.peers import Peers
from sync.gateway.records import Attached, Manifest
from sync.gateway.storage import EmbeddedStorage
from sync.gateway.uploads import Uploads
from sync.gateway.uploads_api import UploadRoutes
from tests.asgi_line import PATIENCE_S, Answer, ask, begin
from tests.system.waiting import until

MakeSubmission = Callable[..., SealedSubmission]
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
UNIT = {"Hall-Sync-Unit": "16384"}
CONTENT = Random(4).randbytes(100_000)
PAGE = Attachment("page.jpg", "image/jpeg", CONTENT)
PIECE = 10_000


class SlowDisk(Disk):
    """A disk that can be held up, and tells of each write that it has finished."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.holds_up = ""
        self.fails = False

    def append(self, path: Path, content: bytes) -> None:
        if self.holds_up and path.name.startswith(self.holds_up):
            assert self.free.wait(PATIENCE_S)
        if self.fails:
            raise OSError(28, "No space left on device")
        super().append(path, content)


class Bench:
    """The routes of uploads over a real store, as terminal CZ03."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.disk = SlowDisk()
        self.storage = EmbeddedStorage(directory)
        soon = datetime.now(UTC) + timedelta(hours=1)
        for code in ("CZ03", "CZ04"):
            self.storage.add_terminal(code, hall="h", number="03", secret_hash="-", expires_at=soon)
        self.objects = ObjectDirectory(directory, self.disk)
        self.app = self.application("CZ03")

    def application(self, terminal: str) -> Starlette:
        heard = Heard(self.storage, lambda: datetime.now(UTC))
        metrics = Metrics(self.storage, self.objects, now=lambda: datetime.now(UTC), heard_lately=heard.lately)
        gate = Gate(
            Peers(self.storage, now=lambda: datetime.now(UTC), as_terminal=terminal),
            Admission(100_000, time.monotonic),
            metrics,
            heard,
        )
        self.routes = UploadRoutes(Uploads(self.storage, self.objects), metrics)
        return Starlette(routes=[gate.route(one) for one in self.routes.messages])

    def announce(self, submission: SealedSubmission) -> None:
        attachments = tuple(Attached(one.name, one.digest, len(one.content)) for one in submission.attachments)
        self.storage.keep_manifest(
            Manifest(
                submission.sid,
                submission.slip_code,
                submission.manifest,
                submission.fingerprint,
                attachments,
                terminal="CZ03",
                signature="-",
            )
        )

    async def created(self, submission: SealedSubmission, blob: Attachment = PAGE) -> str:
        answer = await ask(self.app, "POST", "/v1/uploads", creation(submission.sid, blob))
        assert answer.status == 201, answer
        return answer.headers["location"]

    async def offset(self, path: str) -> int:
        answer = await ask(self.app, "HEAD", path, TUS)
        assert answer.status == 200, answer
        return int(answer.headers["upload-offset"])

    def on_disk(self, path: str) -> int:
        part = self.directory / "parts" / path.rpartition("/")[2]
        return part.stat().st_size if part.exists() else 0

    async def until_on_disk(self, path: str, size: int) -> None:
        await asyncio.to_thread(until, lambda: self.on_disk(path) >= size, f"{size} bytes on disk")

    def blob(self, digest: str) -> bytes:
        return b"".join(self.objects.pieces(digest))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.storage.close()


@pytest.fixture
def announced(bench: Bench, make_submission: MakeSubmission) -> SealedSubmission:
    submission = make_submission([PAGE])
    bench.announce(submission)
    return submission


def creation(sid: str, blob: Attachment = PAGE, size: int | None = None) -> dict[str, str]:
    pairs = {"sid": sid, "name": blob.name, "sha256": blob.digest}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    return {**TUS, "Upload-Length": str(len(blob.content) if size is None else size), "Upload-Metadata": metadata}


def at(offset: int, **more: str) -> dict[str, str]:
    return {**BYTES, **UNIT, "Upload-Offset": str(offset), **more}


def pieces(content: bytes) -> list[bytes]:
    return [content[place : place + PIECE] for place in range(0, len(content), PIECE)]


def checksum(algorithm: str, content: bytes) -> dict[str, str]:
    digest = hashlib.new(algorithm, content).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


def test_one_patch_streams_a_whole_blob_and_each_unit_is_on_disk_as_it_comes(
    bench: Bench, announced: SealedSubmission
) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        patch = begin(bench.app, "PATCH", path, at(0))
        for place, piece in enumerate(pieces(CONTENT)[:-1], start=1):
            patch.piece(piece)
            await bench.until_on_disk(path, place * PIECE // 16_384 * 16_384)
        patch.piece(CONTENT[-PIECE:], more=False)
        answer = await patch.answer()
        assert (answer.status, answer.headers["upload-offset"]) == (204, "100000")
        assert await bench.offset(path) == 100_000

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT


def test_what_came_before_the_sender_went_away_counts(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        patch = begin(bench.app, "PATCH", path, at(0))
        patch.piece(CONTENT[:20_000])
        patch.goes_away()
        await patch.answer()
        assert bench.on_disk(path) == 20_000
        assert await bench.offset(path) == 20_000
        answer = await ask(bench.app, "PATCH", path, at(20_000), pieces(CONTENT[20_000:]))
        assert answer.status == 204

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT


@pytest.mark.parametrize("newcomer", ["HEAD", "PATCH"])
def test_a_newcomer_ends_a_stale_patch_and_only_then_reads_the_offset(
    bench: Bench, announced: SealedSubmission, newcomer: str
) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        stale = begin(bench.app, "PATCH", path, at(0))
        stale.piece(CONTENT[:20_000])
        await bench.until_on_disk(path, 16_384)
        if newcomer == "HEAD":
            assert await bench.offset(path) == 20_000
        else:
            answer = await ask(bench.app, "PATCH", path, at(16_384), CONTENT[16_384:])
            assert (answer.status, answer.headers["upload-offset"]) == (409, "20000")
        stale.piece(b"far too late", more=False)
        answer = await stale.answer()
        assert (answer.status, answer.headers["upload-offset"]) == (409, "20000")
        assert (await ask(bench.app, "PATCH", path, at(20_000), CONTENT[20_000:])).status == 204

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT


def test_of_many_at_once_each_byte_is_written_once(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        random = Random(11)

        async def one() -> None:
            for _ in range(20):
                offset = await bench.offset(path)
                if offset == len(CONTENT):
                    return
                end = random.randrange(offset, len(CONTENT)) + 1
                patch = begin(bench.app, "PATCH", path, at(offset))
                patch.piece(CONTENT[offset:end])
                patch.goes_away() if random.random() < 0.5 else patch.piece(b"", more=False)
                await patch.answer()

        await asyncio.gather(*(one() for _ in range(5)))
        offset = await bench.offset(path)
        await ask(bench.app, "PATCH", path, at(offset), CONTENT[offset:])

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT


def test_uploads_of_different_blobs_do_not_wait_for_one_another(bench: Bench, make_submission: MakeSubmission) -> None:
    other = Attachment("other.jpg", "image/jpeg", b"another" * 1000)
    submission = make_submission([PAGE, other])
    bench.announce(submission)

    async def conversation() -> None:
        held, free = await bench.created(submission), await bench.created(submission, other)
        bench.disk.holds_up = held.rpartition("/")[2]
        bench.disk.free.clear()
        waiting = begin(bench.app, "PATCH", held, at(0))
        waiting.piece(CONTENT, more=False)
        assert (await ask(bench.app, "PATCH", free, at(0), other.content)).status == 204
        bench.disk.free.set()
        assert (await waiting.answer()).status == 204

    asyncio.run(conversation())


def test_two_submissions_with_the_same_blob_both_get_it(bench: Bench, make_submission: MakeSubmission) -> None:
    first, second = make_submission([PAGE]), make_submission([replace(PAGE, name="the same.jpg"), PAGE])
    bench.announce(first)
    bench.announce(second)

    async def conversation() -> None:
        one, two = await bench.created(first), await bench.created(second)
        assert one != two
        both = [begin(bench.app, "PATCH", path, at(0)) for path in (one, two)]
        for piece in pieces(CONTENT)[:-1]:
            for patch in both:
                patch.piece(piece)
        for patch in both:
            patch.piece(CONTENT[-PIECE:], more=False)
        assert [(await patch.answer()).status for patch in both] == [204, 204]
        assert await bench.offset(one) == await bench.offset(two) == len(CONTENT)

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT
    assert list((bench.directory / "parts").iterdir()) == []


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_patch_with_a_checksum_counts_only_whole(bench: Bench, announced: SealedSubmission, algorithm: str) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        spoilt = await ask(bench.app, "PATCH", path, at(0, **checksum(algorithm, b"else")), pieces(CONTENT))
        assert spoilt.status == 460
        assert await bench.offset(path) == bench.on_disk(path) == 0
        torn = begin(bench.app, "PATCH", path, at(0, **checksum(algorithm, CONTENT)))
        torn.piece(CONTENT[:50_000])
        torn.goes_away()
        await torn.answer()
        assert await bench.offset(path) == bench.on_disk(path) == 0
        whole = await ask(bench.app, "PATCH", path, at(0, **checksum(algorithm, CONTENT)), pieces(CONTENT))
        assert (whole.status, whole.headers["upload-offset"]) == (204, "100000")

    asyncio.run(conversation())


def test_a_newcomer_ends_a_stale_patch_with_a_checksum_too(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        stale = begin(bench.app, "PATCH", path, at(0, **checksum("sha1", CONTENT)))
        stale.piece(CONTENT[:50_000])
        await asyncio.to_thread(until, lambda: stale.waits_for_more, "the patch to have its turn")
        assert await bench.offset(path) == 0
        assert (await stale.answer()).status == 409

    asyncio.run(conversation())


def test_a_blob_that_is_not_what_was_announced_is_thrown_away(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        assert (await ask(bench.app, "PATCH", path, at(0), bytes(100_000))).status == 460
        assert await bench.offset(path) == 0
        assert (await ask(bench.app, "PATCH", path, at(0), pieces(CONTENT))).status == 204

    asyncio.run(conversation())


def test_a_blob_may_come_with_its_creation(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        headers = {**creation(announced.sid), **BYTES, **UNIT}
        torn = begin(bench.app, "POST", "/v1/uploads", headers)
        torn.piece(CONTENT[:40_000])
        torn.goes_away()
        path = (await torn.answer()).headers["location"]
        again = await ask(bench.app, "POST", "/v1/uploads", headers, CONTENT)
        assert (again.status, again.headers["upload-offset"], again.headers["location"]) == (201, "40000", path)
        assert (await ask(bench.app, "PATCH", path, at(40_000), CONTENT[40_000:])).status == 204
        whole = await ask(bench.app, "POST", "/v1/uploads", creation(announced.sid))
        assert (whole.status, whole.headers["upload-offset"]) == (201, "100000")

    asyncio.run(conversation())


def test_too_much_is_refused_and_what_was_right_stays(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        assert (await ask(bench.app, "POST", "/v1/uploads", creation(announced.sid, size=99))).status == 413
        assert (await ask(bench.app, "POST", "/v1/uploads", creation(announced.sid, size=10**12))).status == 413
        told = at(0) | {"Content-Length": "100001"}
        assert (await ask(bench.app, "PATCH", path, told, b"")).status == 413
        assert (await ask(bench.app, "PATCH", path, at(0), [*pieces(CONTENT), b"!"])).status == 413
        offset = await bench.offset(path)
        assert offset % 16_384 == 0
        assert (await ask(bench.app, "PATCH", path, at(offset), CONTENT[offset:])).status == 204

    asyncio.run(conversation())


def test_an_upload_belongs_to_the_terminal_that_announced_it(bench: Bench, announced: SealedSubmission) -> None:
    other = bench.application("CZ04")

    async def conversation() -> None:
        path = await bench.created(announced)
        assert (await ask(other, "HEAD", path, TUS)).status == 404
        assert (await ask(other, "PATCH", path, at(0), CONTENT)).status == 404
        assert (await ask(other, "POST", "/v1/uploads", creation(announced.sid))).status == 404
        assert await bench.offset(path) == 0

    asyncio.run(conversation())


def test_tus_is_spoken_in_version_1_alone(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        offers = await ask(bench.app, "OPTIONS", "/v1/uploads")
        assert offers.status == 204
        assert offers.headers["tus-version"] == "1.0.0"
        assert offers.headers["tus-extension"] == "creation,creation-with-upload,checksum"
        assert offers.headers["tus-checksum-algorithm"] == "sha1,sha256"
        assert offers.headers["tus-max-size"] == "200000000"
        for method, target in (("HEAD", path), ("PATCH", path), ("POST", "/v1/uploads")):
            answer = await ask(bench.app, method, target, {"Tus-Resumable": "0.2.2"})
            assert (answer.status, answer.headers["tus-version"]) == (412, "1.0.0")
        assert (await ask(bench.app, "PATCH", path, TUS | {"Upload-Offset": "0"}, CONTENT)).status == 415
        assert (await ask(bench.app, "PATCH", path, BYTES, CONTENT)).status == 400
        unknown = at(0) | {"Upload-Checksum": "md5 AAAA"}
        assert (await ask(bench.app, "PATCH", path, unknown, CONTENT)).status == 400
        assert (await ask(bench.app, "POST", "/v1/uploads", TUS)).status == 400

    asyncio.run(conversation())


@pytest.mark.expects_warnings
def test_a_full_disk_is_said_and_nothing_advances(bench: Bench, announced: SealedSubmission) -> None:
    async def conversation() -> None:
        path = await bench.created(announced)
        await ask(bench.app, "PATCH", path, at(0), CONTENT[:20_000])
        bench.disk.fails = True
        answer = await ask(bench.app, "PATCH", path, at(20_000), CONTENT[20_000:])
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert json.loads(answer.body)["reason"] == "disk-trouble"
        bench.disk.fails = False
        assert await bench.offset(path) == 20_000
        assert (await ask(bench.app, "PATCH", path, at(20_000), CONTENT[20_000:])).status == 204

    asyncio.run(conversation())
    assert bench.blob(PAGE.digest) == CONTENT


def test_a_blob_of_no_bytes_arrives_too(bench: Bench, make_submission: MakeSubmission) -> None:
    empty = Attachment("empty.txt", "text/plain", b"")
    submission = make_submission([empty])
    bench.announce(submission)

    async def conversation() -> None:
        answer = await ask(bench.app, "POST", "/v1/uploads", creation(submission.sid, empty))
        assert (answer.status, answer.headers["upload-offset"]) == (201, "0")

    asyncio.run(conversation())
    assert bench.objects.has(digest_of(b""))


ANY_TEXT = st.text(max_size=60) | st.sampled_from(
    ["0", "-1", "1e3", "999999999999999999", "sid AA==,sha256 //8=", "\0"]
)


@settings(max_examples=150)
@given(
    method=st.sampled_from(["POST", "HEAD", "PATCH", "OPTIONS"]),
    upload=st.text(max_size=40) | st.just("0" * 32),
    headers=st.dictionaries(
        st.sampled_from(
            ["Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Checksum", "Hall-Sync-Unit", "Content-Length"]
        ),
        ANY_TEXT,
    ),
    body=st.binary(max_size=50),
)
def test_nothing_that_is_sent_makes_it_stumble(
    fuzzed: Bench, method: str, upload: str, headers: dict[str, str], body: bytes
) -> None:
    target = "/v1/uploads" if method in ("POST", "OPTIONS") else f"/v1/uploads/{upload}"
    sent = {**BYTES, **headers}

    async def conversation() -> Answer:
        return await ask(fuzzed.app, method, target, sent, body)

    assert asyncio.run(conversation()).status < 500


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("fuzzed"))
    yield made
    made.storage.close()


def test_a_sender_that_falls_silent_loses_its_turn_and_nothing_of_what_came(
    bench: Bench, announced: SealedSubmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.gateway.uploads_api.SILENCE_S", 0.05)

    async def conversation() -> None:
        path = await bench.created(announced)
        silent = begin(bench.app, "PATCH", path, at(0))
        silent.piece(CONTENT[:20_000])
        answer = await silent.answer()
        assert (answer.status, answer.headers["upload-offset"]) == (409, "20000")
        assert await bench.offset(path) == 20_000

    asyncio.run(conversation())


def test_what_nobody_goes_on_with_makes_room_and_may_begin_anew(bench: Bench, announced: SealedSubmission) -> None:
    async def talk() -> None:
        path, now = await bench.created(announced), datetime.now(UTC)
        bench.objects.append(path.rpartition("/")[2], CONTENT[:PIECE], last=False)
        bench.objects.append("0" * 32, b"of an upload that was lost in a restore", last=False)
        assert await bench.routes.clean_up(now) == 0
        assert await bench.routes.clean_up(now + timedelta(days=2)) == 1
        assert await bench.offset(path) == PIECE
        assert await bench.routes.clean_up(now + timedelta(days=31)) == 1
        assert await bench.offset(path) == 0
        assert (await ask(bench.app, "PATCH", path, at(0), pieces(CONTENT))).status == 204
        assert list((bench.directory / "parts").iterdir()) == []

    asyncio.run(talk())


def test_who_is_sending_loses_nothing_to_the_clean_up(bench: Bench, announced: SealedSubmission) -> None:
    async def talk() -> None:
        path = await bench.created(announced)
        sending = begin(bench.app, "PATCH", path, at(0))
        sending.piece(CONTENT[:50_000])
        await bench.until_on_disk(path, 16_384)
        assert await bench.routes.clean_up(datetime.now(UTC) + timedelta(days=31)) == 0
        sending.piece(CONTENT[50_000:], more=False)
        assert (await sending.answer()).status == 204

    asyncio.run(talk())


def test_half_a_blob_that_came_with_another_submission_makes_room(
    bench: Bench, make_submission: MakeSubmission
) -> None:
    first, second = make_submission([PAGE]), make_submission([PAGE])
    bench.announce(first)
    bench.announce(second)

    async def talk() -> None:
        half, whole = await bench.created(first), await bench.created(second)
        bench.objects.append(half.rpartition("/")[2], CONTENT[:PIECE], last=False)
        assert (await ask(bench.app, "PATCH", whole, at(0), pieces(CONTENT))).status == 204
        assert await bench.routes.clean_up(datetime.now(UTC) + timedelta(days=2)) == 1
        assert await bench.offset(half) == len(CONTENT)
        assert list((bench.directory / "parts").iterdir()) == []

    asyncio.run(talk())
