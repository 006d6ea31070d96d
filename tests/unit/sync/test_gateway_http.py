"""The gateway's answers over HTTP, in process: the right status and words, nothing personal, and never a stumble."""

import asyncio
import gzip
import json
import logging
import shutil
import stat
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.submission import Attachment, SealedSubmission
from sync.catalogue import read_catalogue
from sync.gateway.catalogues import Catalogues
from sync.gateway.logs import JsonLines
from sync.gateway.openapi import operations
from sync.gateway.opened import opened_parts
from sync.gateway.serve import OpenGateway, Serving, Webhook, opened_gateway
from sync.gateway.signing import is_signed_by
from sync.gateway.storage import DirectoryRefused
from tests.asgi_line import Answer, Application, ask, begin, running
from tests.enrolled import EnrolledTerminal, enrolled
from tests.system.waiting import until

MakeSubmission = Callable[..., SealedSubmission]
NAME, NUMBER = "陈桂兰", "100101194401010028"
ITEMS = Path(__file__).parents[3] / "content" / "items"
PAGE = Attachment("page.jpg", "image/jpeg", b"0123456789" * 10)
CZ03 = {"terminal": {"code": "CZ03"}}
SERVING = Serving(simulated=True, as_terminal="CZ03", admission_rate=100_000)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def terminal(tmp_path: Path) -> EnrolledTerminal:
    return enrolled(tmp_path / "data", "CZ03", files=tmp_path / "files")


@contextmanager
def gateway(directory: Path, serving: Serving = SERVING) -> Iterator[OpenGateway]:
    with opened_gateway(directory, serving) as opened:
        yield opened


def conversation(opened: OpenGateway, talk: Callable[[Application], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with running(opened.app):
            await talk(opened.app)

    asyncio.run(whole())


def said(answer: Answer) -> object:
    return json.loads(answer.body)


async def announced(app: Application, terminal: EnrolledTerminal, submission: SealedSubmission) -> Answer:
    headers = terminal.signed(submission.manifest)
    return await ask(app, "PUT", f"/v1/submissions/{submission.sid}", headers, submission.manifest)


def test_from_manifest_to_signed_acknowledgement_the_same_for_ever(
    terminal: EnrolledTerminal, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission(**CZ03)
    answers: list[Answer] = []

    async def talk(app: Application) -> None:
        first, again = [await announced(app, terminal, submission) for _ in range(2)]
        assert (first.status, again.status) == (201, 200)
        life = said(first)["life"]
        assert said(first) == {
            "sid": submission.sid,
            "fingerprint": submission.fingerprint,
            "missing": [],
            "life": life,
        }
        commit = f"/v1/submissions/{submission.sid}/commit"
        refused = await ask(app, "POST", commit, {"Hall-Life": "0" * 16})
        assert (refused.status, said(refused)["reason"]) == (409, "other-life")
        answers.append(await ask(app, "POST", commit, {"Hall-Life": str(life)}))
        for _ in range(2):
            answers.append(await ask(app, "POST", f"/v1/submissions/{submission.sid}/commit"))

    for _ in range(2):
        with gateway(tmp_path / "data") as opened:
            conversation(opened, talk) if not answers else conversation(opened, _committed(submission, answers))
    assert {answer.status for answer in answers} == {200}
    assert len({(answer.body, answer.headers["hall-signature"]) for answer in answers}) == 1
    with opened_parts(tmp_path / "data", now=now) as parts:
        assert is_signed_by(answers[0].body, answers[0].headers["hall-signature"], parts.signing.keys)


def _committed(submission: SealedSubmission, answers: list[Answer]) -> Callable[[Application], Awaitable[None]]:
    async def talk(app: Application) -> None:
        answers.append(await ask(app, "POST", f"/v1/submissions/{submission.sid}/commit"))

    return talk


def test_every_refusal_says_why(terminal: EnrolledTerminal, tmp_path: Path, make_submission: MakeSubmission) -> None:
    submission, whole = make_submission([PAGE], **CZ03), make_submission(**CZ03)
    other = enrolled(tmp_path / "data", "CZ04", files=tmp_path / "files")

    async def talk(app: Application) -> None:
        target = f"/v1/submissions/{submission.sid}"
        unsigned = await ask(app, "PUT", target, {}, submission.manifest)
        assert unsigned.status == 422
        assert said(unsigned)["sid"] == submission.sid  # type: ignore[index]
        foreign = await ask(app, "PUT", target, other.signed(submission.manifest), submission.manifest)
        assert (foreign.status, said(foreign)) == (401, {"sid": submission.sid, "reason": "unknown-key"})
        too_large = await ask(app, "PUT", target, {}, [b"x" * 900_000, b"x" * 900_000])
        assert (too_large.status, said(too_large)) == (
            413,
            {"sid": submission.sid, "limit": 1_000_000, "reason": "too-large"},
        )
        assert (await ask(app, "POST", f"{target}/commit")).status == 404
        await announced(app, terminal, submission)
        missing = await ask(app, "POST", f"{target}/commit")
        assert (missing.status, said(missing)) == (
            409,
            {"sid": submission.sid, "missing": [PAGE.digest], "reason": "missing"},
        )
        changed = whole.manifest.replace(whole.sid.encode(), submission.sid.encode())
        conflict = await ask(app, "PUT", target, terminal.signed(changed), changed)
        assert (conflict.status, said(conflict)) == (409, {"sid": submission.sid, "reason": "other-fingerprint"})
        assert said(await ask(app, "GET", "/v1/nothing")) == {"reason": "no-such-route"}
        assert said(await ask(app, "GET", target)) == {"reason": "no-such-method"}
        assert (await ask(app, "GET", "/v1/acknowledgements?after=-1")).status == 400
        assert (await ask(app, "GET", "/v1/catalogue?snapshot=x")).status == 400
        assert said(await ask(app, "GET", "/v1/catalogue")) == {"reason": "no-catalogue"}

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)


def test_what_another_terminal_announced_is_not_ours(
    terminal: EnrolledTerminal, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    other = enrolled(tmp_path / "data", "CZ04", files=tmp_path / "files")
    submission = make_submission([PAGE], **CZ03)
    theirs = make_submission([PAGE], terminal={"code": "CZ04"})
    content = theirs.manifest.replace(theirs.sid.encode(), submission.sid.encode())

    async def talk(app: Application) -> None:
        assert (await announced(app, terminal, submission)).status == 201
        target = f"/v1/submissions/{submission.sid}"
        answer = await ask(app, "PUT", target, other.signed(content), content, peer=other.der)
        assert (answer.status, said(answer)) == (403, {"sid": submission.sid, "reason": "other-terminal"})
        assert (await ask(app, "POST", f"{target}/commit", peer=other.der)).status == 404
        assert said(await ask(app, "GET", "/v1/cases", peer=b"nobody's")) == {"reason": "unknown-certificate"}

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)


def test_more_than_the_rate_are_asked_to_come_again_but_never_who_watches(
    terminal: EnrolledTerminal, tmp_path: Path
) -> None:
    async def talk(app: Application) -> None:
        answers = [await ask(app, "GET", "/v1/cases", peer=terminal.der) for _ in range(20)]
        refused = [answer for answer in answers if answer.status == 429]
        assert refused
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert said(refused[0]) == {"reason": "too-many"}
        assert (await ask(app, "GET", "/v1/health")).status == 200
        page = await ask(app, "GET", "/metrics", token(tmp_path / "data"))
        assert f'hall_admission_refused_total{{kind="small"}} {len(refused)}.0' in page.body.decode()

    with gateway(tmp_path / "data", Serving(admission_rate=2)) as opened:
        conversation(opened, talk)


@pytest.mark.parametrize("shared", ["storage", "objects"])
def test_what_lies_elsewhere_has_one_gateway_too(tmp_path: Path, shared: str) -> None:
    url = f"{'sqlite' if shared == 'storage' else 'directory'}:{tmp_path / 'elsewhere'}"
    serving = Serving(storage=url) if shared == "storage" else Serving(objects=url)
    with gateway(tmp_path / "one", serving), pytest.raises(DirectoryRefused, match="elsewhere is served by another"):
        gateway(tmp_path / "two", serving).__enter__()


@pytest.mark.expects_warnings
def test_health_says_when_a_thread_of_it_has_died(
    terminal: EnrolledTerminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(app: Application) -> None:
        assert (await ask(app, "GET", "/v1/health")).status == 200
        monkeypatch.setattr(threading, "excepthook", lambda _: None)
        monkeypatch.setattr(opened.worker, "hand_on_due", lambda **_: int("a bug"))
        opened.worker.start()
        await asyncio.to_thread(until, lambda: opened.worker.has_died, "the end of the thread")
        answer = await ask(app, "GET", "/v1/health")
        assert (answer.status, said(answer)) == (503, {"reason": "died", "parts": ["hand-on"]})

    with gateway(tmp_path / "data") as opened:
        asyncio.run(talk(opened.app))


def token(directory: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {(directory / 'admin.token').read_text()}"}


def test_metrics_are_for_who_shows_the_admin_token(
    terminal: EnrolledTerminal, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    data, submission = tmp_path / "data", make_submission(**CZ03)

    async def talk(app: Application) -> None:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "\udcff"}):
            assert (await ask(app, "GET", "/metrics", headers)).status == 401
        await announced(app, terminal, submission)
        await ask(app, "POST", f"/v1/submissions/{submission.sid}/commit")
        page = (await ask(app, "GET", "/metrics", token(data))).body.decode()
        assert 'hall_requests_total{method="PUT",route="/v1/submissions/{sid}",status="201"} 1.0' in page
        assert "hall_submissions_received_total 1.0" in page
        assert "hall_commits_answered_total 1.0" in page
        assert "hall_feed_not_durable_rows 1.0" in page
        assert "hall_terminals_heard 1.0" in page
        assert submission.sid not in page

    with gateway(data) as opened:
        conversation(opened, talk)
    assert stat.S_IMODE((data / "admin.token").stat().st_mode) == 0o600
    before = token(data)
    with gateway(data):
        assert token(data) == before


@pytest.mark.expects_warnings
def test_the_log_is_json_lines_with_nothing_personal(
    terminal: EnrolledTerminal, tmp_path: Path, make_submission: MakeSubmission, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    submission = make_submission(**CZ03)

    async def talk(app: Application) -> None:
        await announced(app, terminal, submission)
        await ask(app, "PUT", f"/v1/submissions/{NAME}", {}, submission.manifest)
        await ask(app, "GET", f"/v1/cases?after={NUMBER}")
        await ask(app, "GET", f"/v1/uploads/{NUMBER}", {"User-Agent": NAME})

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)
    lines = [JsonLines().format(record) for record in caplog.records]
    first = next(line for line in map(json.loads, lines) if line["event"] == "request")
    assert first.keys() >= {"at", "request", "ms"}
    assert {key: first[key] for key in ("route", "method", "status", "terminal", "sid", "level")} == {
        "route": "/v1/submissions/{sid}",
        "method": "PUT",
        "status": 201,
        "terminal": "CZ03",
        "sid": submission.sid,
        "level": "info",
    }
    for text in (*lines, caplog.text):
        assert NAME not in text
        assert NUMBER not in text
        assert json.dumps(NAME) not in text


def test_an_error_is_logged_by_its_place_and_not_its_words() -> None:
    try:
        int(NUMBER + "x")
    except ValueError as error:
        about = (type(error), error, error.__traceback__)
    line = JsonLines().format(logging.LogRecord("sync", logging.ERROR, "-", 1, "stumbled", None, about))
    assert NUMBER not in line
    assert json.loads(line)["error"] == "ValueError"
    assert "test_gateway_http.py" in json.loads(line)["stack"][0]


@pytest.mark.expects_warnings
def test_trouble_of_the_disk_is_said_and_passes(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    parts = tmp_path / "data" / "parts"

    async def talk(app: Application) -> None:
        shutil.move(parts, tmp_path / "away")
        answer = await ask(app, "GET", "/metrics", token(tmp_path / "data"))
        assert (answer.status, answer.headers["retry-after"], said(answer)) == (503, "30", {"reason": "disk-trouble"})
        shutil.move(tmp_path / "away", parts)
        assert (await ask(app, "GET", "/metrics", token(tmp_path / "data"))).status == 200

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)


def test_the_catalogue_comes_signed_packed_and_once(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    with opened_parts(tmp_path / "data", now=now) as parts:
        catalogues = Catalogues(parts.storage, parts.signing)
        catalogues.take(catalogues.sign(read_catalogue(ITEMS), at=now()))
        keys = parts.signing.keys

    async def talk(app: Application) -> None:
        plain = await ask(app, "GET", "/v1/catalogue")
        packed = await ask(app, "GET", "/v1/catalogue", {"Accept-Encoding": "gzip"})
        assert (plain.status, packed.status) == (200, 200)
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert is_signed_by(plain.body, packed.headers["hall-signature"], keys)
        etag = plain.headers["etag"]
        assert (await ask(app, "GET", "/v1/catalogue", {"If-None-Match": etag})).status == 304
        assert (await ask(app, "GET", "/v1/catalogue?snapshot=other&cursor=1")).status == 409
        configuration = await ask(app, "GET", "/v1/config")
        assert is_signed_by(configuration.body, configuration.headers["hall-signature"], keys)
        known = {"If-None-Match": configuration.headers["etag"]}
        assert (await ask(app, "GET", "/v1/config", known)).status == 304

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)


SURROGATE, NUL = "\\ud800", "\\u0000"


@pytest.mark.parametrize("odd", [SURROGATE, NUL])
def test_a_rating_with_what_is_no_text_is_refused_by_name(terminal: EnrolledTerminal, tmp_path: Path, odd: str) -> None:
    body = f'{{"rating_id":"{odd}","sid":"{odd}","level":1,"given_at":"{odd}","{odd}":"{odd}"}}'.encode()

    async def talk(app: Application) -> None:
        answer = await ask(app, "POST", "/v1/ratings", {}, body)
        assert answer.status == 422
        assert [fault["pointer"] for fault in said(answer)["faults"]] == ["/rating_id", "/sid", "/given_at"]  # type: ignore[index]

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)


TEXT = st.text(st.characters(), max_size=8) | st.just("\ud800\0")
MEMBERS = st.sampled_from(
    [
        *("format", "sid", "slip_code", "attachments", "terminal", "simulated", "rating_id", "level", "given_at"),
        *("instance", "boot", "machine", "after", "rows", "seq", "digest", "at", "event", "fields", "waiting"),
        *("oldest_at", "aside", "free_bytes", "secret", "csr", "signing_key", "id", "fingerprint", "number", "state"),
    ]
)
JSON_TEXT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.just("\ud800\0"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | MEMBERS, inner, max_size=6),
    max_leaves=12,
)
FORMATS = st.sampled_from(
    [
        *("hall-terminal/submission/1", "hall-terminal/journal/1", "hall-terminal/telemetry/1"),
        *("hall-terminal/renewal/1", "hall-city/case/1", "hall-terminal/acknowledgement/1"),
    ]
)
BODIES = st.binary(max_size=60) | st.builds(
    lambda members, form: json.dumps({**members, "format": form}).encode(),
    st.dictionaries(MEMBERS, JSON_TEXT, max_size=10),
    FORMATS,
)
ANY_HEADERS = st.dictionaries(
    st.sampled_from(
        ["Hall-Signature", "Hall-City-Signature", "Content-Length", "If-None-Match", "Accept-Encoding", "Authorization"]
    ),
    st.text(max_size=40) | st.just("ed25519-0123456789abcdef " + "A" * 86 + "=="),
)
PLACES = st.text(max_size=20) | st.sampled_from(["%ED%A0%80", "%00", "..", "%2e%2e%2f", "\ud800", "\0"])
QUERIES = st.text(max_size=20) | st.sampled_from(["after=%ED%A0%80", "after=1&after=\ud800", "snapshot=%00&cursor=0"])


def test_nothing_that_is_sent_to_any_route_makes_it_stumble(terminal: EnrolledTerminal, tmp_path: Path) -> None:
    serving = Serving(
        simulated=True, as_terminal="CZ03", admission_rate=100_000, webhook=Webhook("http://127.0.0.1:9/", b"k" * 16)
    )
    with gateway(tmp_path / "data", serving) as opened, asyncio.Runner() as runner:

        @settings(max_examples=400)
        @given(st.sampled_from(sorted(operations())), PLACES, QUERIES, ANY_HEADERS, BODIES, st.booleans())
        def stumbles_never(
            route: tuple[str, str], place: str, query: str, headers: dict[str, str], body: bytes, signs: bool
        ) -> None:
            method, template = route
            target = template.replace("{sid}", place).replace("{upload_id}", place).replace("{digest}", place)
            sent = headers | (terminal.signed(body) if signs else {})
            answer = runner.run(ask(opened.app, method, f"{target}?{query}", sent, body))
            assert answer.status < 500, (method, target, answer)

        stumbles_never()


def test_a_body_that_comes_too_slowly_is_not_waited_for(
    terminal: EnrolledTerminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.gateway.answers.BODY_WITHIN_S", 0.05)

    async def talk(app: Application) -> None:
        slow = begin(app, "POST", "/v1/ratings")
        slow.piece(b"{")
        answer = await slow.answer()
        assert (answer.status, said(answer)) == (408, {"reason": "too-slow"})

    with gateway(tmp_path / "data") as opened:
        conversation(opened, talk)
