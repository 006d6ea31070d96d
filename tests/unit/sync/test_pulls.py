"""What the agent fetches: taken whole when our gateway signed it and it makes sense; else the old one stays."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import FunctionType
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from kiosk.configuration import Agent
from kiosk.submission import Json, canonical
from sync.agent.enrolment import Refused, Renewed, Why
from sync.agent.exchange import Exchange
from sync.agent.lane import Lane, LaneName
from sync.agent.note import AgentNote
from sync.agent.platform_client import PlatformClient
from sync.agent.pulls import Around, Pulls, Whereabouts
from sync.agent.schedule import Schedule
from sync.agent.submitting import Submitting
from sync.catalogue import read_catalogue
from sync.gateway.catalogues import item_content, version_of
from sync.outbox.drain import Drain
from sync.outbox.pulled import Pulled, PulledDocument
from sync.wire.signatures import HEADER, SigningKey, is_signed, parse_signature

GATEWAY, TERMINAL, STRANGER = SigningKey(b"g" * 32), SigningKey(b"t" * 32), SigningKey(b"s" * 32)
ITEMS = [item_content(item) for item in read_catalogue(Path(__file__).parents[3] / "content" / "items").items]
AT = "2026-11-23T09:00:00+00:00"
Document = dict[str, Json]


class VirtualClock:
    def __init__(self) -> None:
        self.passed_s = 1000.0

    def monotonic_s(self) -> float:
        return self.passed_s

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(seconds=self.passed_s)


@dataclass
class Gateway(BaseAdapter):
    """Answers by path; a path that is not there is 404 of ours. Documents go out signed by `key`, and a bytearray."""

    answers: dict[
        str, Document | bytes | bytearray | int | tuple[int, bytes] | Callable[[requests.PreparedRequest], Document]
    ] = field(default_factory=dict)
    key: SigningKey = GATEWAY
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        path = str(request.path_url)
        answer = self.answers.get(path, self.answers.get(path.partition("?")[0]))
        response = requests.Response()
        response.request, response.headers = request, CaseInsensitiveDict()
        response.status_code, body = 200, b""
        match answer:
            case None:
                response.status_code, body = 404, b'{"reason":"unknown"}'
            case int():
                response.status_code = answer
            case bytes():
                body = answer
            case bytearray():
                body = bytes(answer)
                response.headers[HEADER] = self.key.sign(body).line
            case (int(status), bytes(content)):
                response.status_code, body = status, content
            case FunctionType():
                body = canonical(answer(request))
            case dict():
                body = canonical(answer)
                response.headers[HEADER] = self.key.sign(body).line
        response.raw = HTTPResponse(body=io.BytesIO(body), status=response.status_code, preload_content=False)
        return response

    def close(self) -> None:
        pass

    def paths(self) -> list[str]:
        return [str(request.path_url) for request in self.asked]


@dataclass
class Bench:
    drain: Drain
    gateway: Gateway
    clock: VirtualClock
    lane: Lane
    note: AgentNote
    taken: list[str] = field(default_factory=list)
    faults: tuple[str, ...] = ()
    renewal: Renewed | Refused | None = None
    renewed: list[str] = field(default_factory=list)

    def run(self) -> float | None:
        return self.lane.run_due(self.clock.monotonic_s())

    def later(self, seconds: float) -> None:
        self.clock.passed_s += seconds
        self.run()

    def configuration(self) -> Document:
        kept = self.drain.pulled(Pulled.CONFIGURATION)
        assert kept is not None
        return dict(json.loads(kept.content))

    def catalogue(self) -> PulledDocument:
        kept = self.drain.pulled(Pulled.CATALOGUE)
        assert kept is not None
        return kept

    def journalled(self, event: str) -> list[Mapping[str, Any]]:
        """Those the gateway got, and those it will get."""
        sent = [json.loads(str(one.body, "utf-8")) for one in self.gateway.asked if one.path_url == "/v1/audit"]  # type: ignore[arg-type]
        rows = {row["seq"]: row for body in sent for row in body["rows"]}
        rows |= {row.seq: row.as_json() for row in self.drain.journal_unsent(1000).rows}
        return [row["fields"] for row in rows.values() if row["event"] == event]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock, gateway = VirtualClock(), Gateway()
    session = requests.Session()
    session.mount("http://", gateway)
    drain, note = Drain(tmp_path, now=clock.now), AgentNote(clock)
    client = PlatformClient(
        Exchange(session, "http://127.0.0.1", clock=clock),
        signing=TERMINAL,
        gateway_keys={GATEWAY.key_id: GATEWAY.public},
    )

    def renew() -> Renewed | Refused:
        assert made.renewal is not None
        return made.renewal

    around = Around(
        judge_configuration=lambda _: made.faults,
        configuration_taken=lambda: made.taken.append("configuration"),
        telemetry=lambda: {"aside": 0, "free_bytes": 1, "version": "1"},
        whereabouts=Whereabouts("instance", "boot", "machine"),
        renewal_due=lambda _: made.renewal is not None,
        renew=renew,
        renewed=lambda: made.renewed.append("certificate"),
    )
    pulls = Pulls(
        drain, client, terminal="CZ03", intervals=Agent(), around=around, clock=clock, note=note, random=Random(1)
    )
    lane = Lane(LaneName.SMALL, Submitting(drain, client, pulls), Schedule(Random(1)), clock=clock, note=note)
    made = Bench(drain, gateway, clock, lane, note)
    gateway.answers["/v1/audit"] = audited
    gateway.answers |= {"/v1/telemetry": 204, "/v1/cases": canonical({"cursor": 0, "more": False, "rows": []})}
    yield made
    drain.close()


def audited(request: requests.PreparedRequest, *findings: Json) -> Document:
    assert isinstance(request.body, bytes)
    return {"seq": json.loads(request.body)["rows"][-1]["seq"], "digest": "sha256:0", "findings": list(findings)}


def settings(serial: int) -> Document:
    return {
        "format": "hall-terminal/configuration/1",
        "terminal": "CZ03",
        "serial": serial,
        "at": AT,
        "settings": {},
    }


def feed(cursor: int, rows: list[Json] | None = None, *, after: int = 0, **members: Json) -> Document:
    """`history`: what the gateway says of all rows up to a cursor."""
    page: Document = {"format": "hall-terminal/acknowledgements/1", "terminal": "CZ03", "epoch": "e1", "cursor": cursor}
    return (
        page
        | {
            "history_before": f"h{after}",
            "history": f"h{cursor}",
            "durable_until": cursor,
            "rows": rows or [],
            "more": False,
            "at": AT,
        }
        | members
    )


def whole(contents: list[Document], *, cursor: int = 1, at: str = AT, snapshot: str = "s1") -> Document:
    items: list[Json] = [{"id": content["id"], "content": content} for content in contents]
    head: Document = {"format": "hall-terminal/catalogue/1", "snapshot": snapshot, "cursor": cursor}
    return head | {"version": version_of(contents), "at": at, "items": items}


def delta(before: int, contents: list[Document], changed: list[Document], removed: list[Json]) -> Document:
    listed: list[Json] = [{"id": content["id"], "content": content} for content in changed]
    head: Document = {
        "format": "hall-terminal/catalogue-delta/1",
        "snapshot": "s1",
        "from": before,
        "cursor": before + 1,
    }
    order: list[Json] = [content["id"] for content in contents]
    return head | {"version": version_of(contents), "at": AT, "changed": listed, "removed": removed, "order": order}


def test_everything_is_asked_for_at_the_start_and_again_at_its_own_interval(bench: Bench) -> None:
    bench.gateway.answers |= {"/v1/config": 304, "/v1/acknowledgements": feed(0), "/v1/catalogue": whole(ITEMS)}
    due_s = bench.run()
    assert {path.partition("?")[0] for path in bench.gateway.paths()} >= {
        "/v1/config", "/v1/acknowledgements", "/v1/catalogue", "/v1/cases", "/v1/telemetry",
    }  # fmt: skip
    assert due_s is not None
    assert due_s - bench.clock.passed_s == 30, "what was journalled meanwhile"
    bench.gateway.asked.clear()
    bench.later(30)
    assert bench.gateway.paths() == ["/v1/audit"]
    bench.later(200)
    assert bench.gateway.paths() == ["/v1/audit"]


def test_a_configuration_is_taken_and_told_of(bench: Bench) -> None:
    bench.gateway.answers["/v1/config"] = settings(5)
    bench.run()
    assert bench.configuration()["serial"] == 5
    assert bench.taken == ["configuration"]
    assert bench.drain.floor() == datetime.fromisoformat(AT)


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (settings(4), "older"),
        (settings(6) | {"terminal": "CZ04"}, "not-ours"),
        (settings(6) | {"serial": True}, "not-ours"),
        (settings(6) | {"at": "today"}, "not-ours"),
        (settings(6) | {"format": "hall-terminal/catalogue/1"}, "signature"),
        (canonical(settings(6)), "signature"),
    ],
)
def test_a_configuration_that_is_not_what_it_should_be_is_refused_and_the_old_one_stays(
    bench: Bench, answer: Document | bytes, cause: str
) -> None:
    bench.gateway.answers["/v1/config"] = settings(5)
    bench.run()
    bench.gateway.answers["/v1/config"] = answer
    bench.later(700)
    bench.later(700)
    assert bench.configuration()["serial"] == 5
    assert bench.journalled("configuration.refused") == [{"cause": cause}], "once, although it came twice"
    assert bench.taken == ["configuration"]


@pytest.mark.expects_warnings
def test_a_configuration_that_would_not_do_is_refused_whole(bench: Bench) -> None:
    bench.faults = ("times.idle_timeout_s: must be greater than 0",)
    bench.gateway.answers["/v1/config"] = settings(5)
    bench.run()
    assert bench.drain.pulled(Pulled.CONFIGURATION) is None
    assert bench.journalled("configuration.refused") == [{"cause": "faulty"}]


@pytest.mark.expects_warnings
def test_what_a_stranger_signed_is_refused(bench: Bench) -> None:
    bench.gateway.key = STRANGER
    bench.gateway.answers |= {"/v1/config": settings(5), "/v1/catalogue": whole(ITEMS), "/v1/acknowledgements": feed(9)}
    bench.run()
    assert bench.drain.pulled(Pulled.CONFIGURATION) is None
    assert bench.drain.pulled(Pulled.CATALOGUE) is None
    assert bench.drain.feed().epoch is None
    assert bench.drain.floor() is None


def test_a_portals_page_is_no_answer_to_anything(bench: Bench) -> None:
    page = b"<html>Please log in</html>"
    bench.gateway.answers |= dict.fromkeys(
        ("/v1/config", "/v1/catalogue", "/v1/acknowledgements", "/v1/cases", "/v1/audit", "/v1/telemetry"), page
    )
    bench.run()
    assert bench.note.document()["reachable"] is False
    assert bench.journalled("configuration.refused") == []


def test_a_change_of_the_catalogue_is_laid_over_what_is_kept_and_proved(bench: Bench) -> None:
    bench.gateway.answers["/v1/catalogue"] = whole(ITEMS)
    bench.run()
    changed: Document = {**ITEMS[0], "version": 99}
    after: list[Document] = [*ITEMS[1:], changed]
    bench.gateway.answers["/v1/catalogue"] = delta(1, after, [changed], [])
    bench.later(700)
    assert json.loads(bench.catalogue().content)["items"] == whole(after)["items"]
    assert (bench.catalogue().cursor, bench.catalogue().version) == (2, version_of(after))
    assert bench.gateway.paths().count("/v1/catalogue?snapshot=s1&cursor=1") == 1


def test_a_change_over_something_else_is_not_laid_on_and_the_whole_is_fetched(bench: Bench) -> None:
    bench.gateway.answers["/v1/catalogue"] = whole(ITEMS)
    bench.run()
    bench.gateway.answers |= {
        "/v1/catalogue?snapshot=s1&cursor=1": delta(7, ITEMS, [], []),
        "/v1/catalogue": whole(ITEMS[1:], cursor=8),
    }
    bench.later(700)
    assert bench.catalogue().cursor == 8
    assert bench.journalled("catalogue.refused") == []


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda document: document | {"version": "0" * 12}, "not-proved"),
        (lambda document: document | {"items": document["items"][:-1]}, "not-proved"),
        (lambda document: document | {"items": document["items"] * 2}, "malformed"),
        (lambda document: document | {"cursor": "2"}, "malformed"),
        (lambda document: document | {"at": "2026-11-22T09:00:00+00:00"}, "older"),
        (lambda _: whole([{**ITEMS[0], "fee_in_gold": 1}]), "not-proved"),
    ],
)
def test_a_catalogue_that_does_not_prove_itself_is_refused_and_the_old_one_stays(
    bench: Bench, spoil: Callable[[Any], Document], cause: str
) -> None:
    bench.gateway.answers["/v1/catalogue"] = whole(ITEMS)
    bench.run()
    bench.gateway.answers["/v1/catalogue"] = spoil(whole(ITEMS, cursor=2))
    bench.later(700)
    assert bench.catalogue().cursor == 1
    assert bench.journalled("catalogue.refused") == [{"cause": cause}]


def test_the_feed_is_read_page_by_page_and_looked_at_again_soon_while_something_is_not_durable(bench: Bench) -> None:
    bench.gateway.answers |= {
        "/v1/acknowledgements?after=0": feed(2, more=True, durable_until=1),
        "/v1/acknowledgements?after=2": feed(4, after=2, durable_until=1),
        "/v1/acknowledgements?after=4": feed(4, after=4, durable_until=4),
    }
    bench.run()
    assert bench.drain.feed().cursor == 4
    bench.later(61)
    assert bench.drain.feed().durable_until == 4
    bench.gateway.asked.clear()
    bench.later(400)
    assert "/v1/acknowledgements?after=4" not in bench.gateway.paths()


def test_another_terminals_feed_is_not_ours(bench: Bench) -> None:
    bench.gateway.answers["/v1/acknowledgements"] = feed(9, terminal="CZ04")
    bench.run()
    assert bench.drain.feed().cursor == 0


@pytest.mark.expects_warnings
def test_the_journal_goes_out_signed_and_a_clone_is_told_of_once(bench: Bench) -> None:
    bench.drain.journal("clock.right")
    last = bench.drain.journal_unsent(10).rows[-1].seq
    bench.gateway.answers["/v1/audit"] = lambda request: audited(request, "clone")
    bench.run()
    bench.later(400)
    (sent,) = [request for request in bench.gateway.asked if request.path_url == "/v1/audit"][:1]
    signature = parse_signature(sent.headers[HEADER])
    assert isinstance(sent.body, bytes)
    assert signature is not None
    assert is_signed(sent.body, signature, {TERMINAL.key_id: TERMINAL.public})
    body = json.loads(sent.body)
    assert (body["terminal"], body["instance"], body["boot"], body["machine"]) == (
        "CZ03",
        "instance",
        "boot",
        "machine",
    )
    assert [row["seq"] for row in body["rows"]] == list(range(1, last + 1))
    assert bench.note.document()["clone"] == "clone"
    assert bench.journalled("clone.noticed") == [{"finding": "clone"}]
    assert not bench.drain.journal_unsent(10).rows, "the row that tells of the clone went out too"


def test_a_new_certificate_is_asked_for_when_it_is_due(bench: Bench) -> None:
    bench.drain.raise_floor(datetime(2026, 11, 23, tzinfo=UTC))
    bench.renewal = Renewed(datetime(2027, 2, 21, tzinfo=UTC))
    bench.run()
    assert bench.renewed == ["certificate"]
    assert len(bench.journalled("certificate.renewed")) == 1


@pytest.mark.expects_warnings
@pytest.mark.parametrize("reason", ["certificate-ran-out", "unknown-certificate"])
def test_a_new_certificate_is_asked_for_when_the_gateway_does_not_take_ours_and_never_by_our_clock(
    bench: Bench, reason: str
) -> None:
    bench.renewal = Renewed(datetime(2027, 2, 21, tzinfo=UTC))
    bench.run()
    assert bench.drain.floor() is None
    assert bench.renewed == []
    bench.gateway.answers["/v1/cases"] = (401, f'{{"reason":"{reason}"}}'.encode())
    bench.later(700)
    assert "certificate" in bench.renewed


@pytest.mark.expects_warnings
def test_a_renewal_that_is_refused_is_journalled_once_and_asked_for_again(bench: Bench) -> None:
    bench.drain.raise_floor(datetime(2026, 11, 23, tzinfo=UTC))
    bench.renewal = Refused(Why.REVOKED)
    for _ in range(5):
        bench.later(300)
    assert bench.journalled("certificate.refused") == [{"cause": "revoked"}]
    assert (bench.note.document()["renewal"], bench.note.document()["reachable"]) == ("revoked", True)
    bench.renewal = Refused(Why.NO_NETWORK)
    bench.later(300)
    assert len(bench.journalled("certificate.refused")) == 1
    assert bench.note.document()["renewal"] == "revoked"
    bench.renewal = Renewed(datetime(2027, 2, 21, tzinfo=UTC))
    bench.later(300)
    assert bench.note.document()["renewal"] is None


@pytest.mark.expects_warnings
def test_a_renewal_that_is_refused_hides_no_trouble_of_identity(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """It is asked for without the certificate: an answer says nothing of whether that is believed."""
    bench.drain.raise_floor(datetime(2026, 11, 23, tzinfo=UTC))
    for path in (*ANSWERS, "/v1/telemetry"):
        bench.gateway.answers[path] = 403, b'{"reason":"revoked"}'
    bench.run()
    bench.renewal = Refused(Why.REVOKED)
    with caplog.at_level("INFO"):
        for _ in range(30):
            bench.later(300)
    assert bench.note.document()["renewal"] == "revoked"
    assert "renewal: revoked" in caplog.text
    assert "the gateway is reached" not in caplog.text


@pytest.mark.expects_warnings
def test_what_is_refused_is_noted_until_what_is_kept_is_what_the_gateway_has(bench: Bench) -> None:
    bench.gateway.answers |= {"/v1/config": settings(5), "/v1/catalogue": whole(ITEMS)}
    bench.run()
    assert bench.note.document()["refused"] == {}
    bench.gateway.answers |= {"/v1/config": settings(4), "/v1/catalogue": canonical(whole(ITEMS))}
    bench.later(700)
    assert bench.note.document()["refused"] == {"configuration": "older", "catalogue": "signature"}
    bench.gateway.answers |= {"/v1/config": 304, "/v1/catalogue": 304}
    bench.later(700)
    assert bench.note.document()["refused"] == {}


def test_our_clock_is_measured_by_what_was_signed_just_now(bench: Bench) -> None:
    """A configuration keeps the time at which it was signed first."""
    bench.gateway.answers["/v1/config"] = settings(5) | {"at": "2026-10-01T00:00:00+00:00"}
    bench.run()
    assert bench.note.document()["clock_offset_ms"] is None
    bench.gateway.answers["/v1/acknowledgements"] = feed(0, at=bench.clock.now().isoformat())
    bench.later(700)
    assert bench.note.document()["clock_offset_ms"] == -700_000


ANSWERS: Mapping[str, tuple[Document, bool]] = {  # and whether it is signed
    "/v1/config": (settings(5), True),
    "/v1/acknowledgements": (feed(3, ["sid"]), True),
    "/v1/catalogue": (whole(ITEMS), True),
    "/v1/cases": ({"cursor": 1, "more": False, "rows": [{"sid": "s", "state": "gone", "case_number": None}]}, False),
    "/v1/audit": ({"seq": 1, "digest": "sha256:0", "findings": []}, False),
}
NONSENSE = [
    "1" + 30 * "0",
    "-1" + 30 * "0",
    "1e400",
    "NaN",
    '"\\ud800"',
    600 * "[" + 600 * "]",
    '"9999-12-31T23:59:59-14:00"',
]


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("path", "member"), [(path, member) for path, (answer, _) in ANSWERS.items() for member in answer]
)
def test_no_answer_is_so_strange_that_it_ends_the_agent(bench: Bench, path: str, member: str) -> None:
    answer, signed = ANSWERS[path]
    inner = [{"id": "a", "content": {"id": "here"}}, "here"] if isinstance(answer[member], list) else "here"
    for nonsense in NONSENSE:
        body = json.dumps(answer | {member: inner}).replace('"here"', nonsense).encode()
        bench.gateway.answers[path] = bytearray(body) if signed else body
        bench.gateway.asked.clear()
        bench.later(700)
        assert "/v1/telemetry" in bench.gateway.paths(), "it goes on with the next"


@pytest.mark.parametrize(
    ("reason", "told"),
    [("disk", " (disk)"), (r"\ud800", ""), (r"\n", ""), ("陈桂兰", ""), ("x" * 41, ""), (r"a\nb", "")],
)
def test_only_a_word_of_the_gateways_is_repeated(bench: Bench, reason: str, told: str) -> None:
    for path in (*ANSWERS, "/v1/telemetry"):
        bench.gateway.answers[path] = 503, f'{{"reason":"{reason}"}}'.encode()
    bench.run()
    assert bench.note.document()["reason"] == f"status 503{told}"


@pytest.mark.expects_warnings
@pytest.mark.parametrize("reason", ["[]", "{}", "null", "1"])
def test_a_refusal_whose_reason_is_no_word_is_one_all_the_same(bench: Bench, reason: str) -> None:
    for path in (*ANSWERS, "/v1/telemetry"):
        bench.gateway.answers[path] = 401, f'{{"reason":{reason}}}'.encode()
    bench.run()
    assert bench.note.document()["identity"] == "status 401"
