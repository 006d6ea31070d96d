"""What the city reports of cases: late, twice, of the wrong person, of nobody, lying about the time."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.submission import SealedSubmission
from sync.gateway.city import CaseTaken, City, WrongSignature
from sync.gateway.connectors.webhook import city_signature
from sync.gateway.outcomes import Faulty, SomethingElse, Unknown
from tests.gateway_bench import GatewayBench, gateway

MakeSubmission = Callable[..., SealedSubmission]
KEY = b"a key that city and gateway share"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        yield opened


class Reporting:
    """The city's side, about one submission."""

    def __init__(self, bench: GatewayBench, submission: SealedSubmission) -> None:
        self._city = City(bench.storage, KEY, now=bench.clock)
        self._storage = bench.storage
        self._about = {"sid": submission.sid, "fingerprint": submission.fingerprint}

    def says(self, number: int, state: str, **members: object) -> object:
        value = {
            "format": "hall-city/case/1",
            "id": f"event-{number}",
            **self._about,
            "number": number,
            "state": state,
            "case_number": None,
            "at": "2026-11-24T09:00:00Z",
            **members,
        }
        content = json.dumps(value).encode()
        return self._city.case(content, city_signature(content, KEY))

    def state(self) -> tuple[str, str | None]:
        (row,) = self._storage.cases("CZ03", 0, 10).rows
        return row.state, row.case_number


@pytest.fixture
def reporting(bench: GatewayBench, make_submission: MakeSubmission) -> Reporting:
    submission = make_submission()
    bench.send(submission)
    return Reporting(bench, submission)


def test_a_case_moves_and_its_terminal_hears_of_it(reporting: Reporting, bench: GatewayBench) -> None:
    assert reporting.state() == ("received", None)
    before = json.loads(bench.reception.cases(bench.terminal, 0))["cursor"]
    assert reporting.says(1, "pre-examination") == CaseTaken(new=True)
    assert reporting.says(2, "accepted", case_number="20261124000001") == CaseTaken(new=True)
    page = json.loads(bench.reception.cases(bench.terminal, before))
    assert [(row["state"], row["case_number"]) for row in page["rows"]] == [("accepted", "20261124000001")]
    assert json.loads(bench.reception.cases(bench.terminal, page["cursor"]))["rows"] == []


def test_a_report_that_comes_late_changes_nothing_any_more(reporting: Reporting) -> None:
    reporting.says(3, "decided", case_number="20261124000001")
    assert reporting.says(2, "accepted") == CaseTaken(new=True)
    assert reporting.state() == ("decided", "20261124000001")


def test_a_report_that_comes_twice_is_one(reporting: Reporting) -> None:
    reporting.says(1, "accepted")
    assert reporting.says(1, "accepted") == CaseTaken(new=False)
    assert reporting.says(1, "decided") == SomethingElse()
    assert reporting.state() == ("accepted", None)


def test_the_time_that_a_report_claims_decides_nothing(reporting: Reporting) -> None:
    reporting.says(1, "accepted", at="2099-01-01T00:00:00Z")
    reporting.says(2, "decided", at="1970-01-01T00:00:00Z")
    assert reporting.state()[0] == "decided"


def test_a_report_of_another_persons_submission_is_refused_and_journalled(
    reporting: Reporting, bench: GatewayBench
) -> None:
    assert reporting.says(1, "decided", fingerprint="sha256:" + "0" * 64) == SomethingElse()
    assert reporting.state() == ("received", None)
    assert [row.event for row in bench.storage.own_journal()] == ["gateway.case_refused"]


def test_a_report_of_a_submission_that_is_not_here_is_unknown(
    bench: GatewayBench, make_submission: MakeSubmission
) -> None:
    never, uncommitted = make_submission(), make_submission()
    bench.announce(uncommitted)
    for submission in (never, uncommitted):
        assert Reporting(bench, submission).says(1, "accepted") == Unknown()


def test_only_the_shared_key_is_believed(reporting: Reporting, bench: GatewayBench) -> None:
    content = b'{"format":"hall-city/case/1"}'
    city = City(bench.storage, KEY, now=bench.clock)
    for signature in (None, "", "sha256=", "sha256=é", city_signature(content, KEY + b"x")):
        assert city.case(content, signature) == WrongSignature()
    assert isinstance(city.case(content, city_signature(content, KEY)), Faulty)
    nobody = City(bench.storage, None, now=bench.clock)
    assert nobody.case(content, city_signature(content, KEY)) == WrongSignature()
    assert not nobody.may_fetch("/v1/city/blobs/sha256:0", city_signature(b"/v1/city/blobs/sha256:0", KEY))
    assert city.may_fetch("/v1/city/blobs/sha256:0", city_signature(b"/v1/city/blobs/sha256:0", KEY))
    assert not city.may_fetch("/v1/city/blobs/sha256:1", city_signature(b"/v1/city/blobs/sha256:0", KEY))


def test_every_fault_of_a_report_is_named(reporting: Reporting) -> None:
    outcome = reporting.says(0, "lost", format="x", id="\ud800", sid="x", fingerprint=1, case_number="", at="whenever")
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == [
        "/format",
        "/id",
        "/sid",
        "/fingerprint",
        "/number",
        "/state",
        "/case_number",
    ]


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.booleans() | st.text(max_size=9), st.lists).map(
        lambda value: json.dumps({"id": value, "number": value, "state": value, "sid": value}).encode()
    )
)
def test_any_signed_bytes_are_judged(content: bytes) -> None:
    city = City(None, KEY, now=None)  # type: ignore[arg-type]  # refused before anything is asked
    assert isinstance(city.case(content, city_signature(content, KEY)), Faulty)
