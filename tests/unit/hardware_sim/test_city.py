"""The city against a small gateway of the test's own, over real HTTP: what it takes, and how each hostile mode acts."""

import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim import cli
from hardware_sim.city.cases import NEXT
from hardware_sim.city.front import serving
from hardware_sim.city.hand_on import Wrong, checked_hand_on, signature_of
from hardware_sim.city.hostility import MEANING, Mode
from hardware_sim.city.platform import City
from hardware_sim.control import Part, Refused, ask
from hardware_sim.control_server import answering
from hardware_sim.wire_services import city_service
from sync.gateway.authority import LocalAuthority

KEY = b"shared between the gateway and the city"
PHOTO = bytes(range(256)) * 64
CHEN, LIN = "01970000-0000-7000-8000-000000000001", "01970000-0000-7000-8000-000000000002"


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Gateway(ThreadingHTTPServer):
    """Serves one photo, and takes reports as the contract says: by signature, fingerprint and id."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.photo = PHOTO
        self.fingerprints: dict[str, str] = {}
        self.reports: list[dict[str, Any]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Exchange(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        signed = self._is_signed(self.path.encode())
        self._say(200 if signed else 403, self.server.photo if signed else b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        report = json.loads(body)
        status = 200
        if not self._is_signed(body):
            status = 403
        elif report["sid"] not in self.server.fingerprints:
            status = 404
        elif self.server.fingerprints[report["sid"]] != report["fingerprint"]:
            status = 409
        else:
            self.server.reports.append(report)
        self.server.answers.append(status)
        self._say(status, b"{}")

    def _is_signed(self, content: bytes) -> bool:
        meant = "sha256=" + hmac.new(KEY, content, "sha256").hexdigest()
        return self.headers.get("Hall-City-Signature") == meant

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing."""


@dataclass
class Hall:
    gateway: Gateway
    city: City
    webhook: str

    def hand_on(self, sid: str = CHEN, **other: Any) -> requests.Response:
        body, key = hand_on_of(sid, **other)
        self.gateway.fingerprints.setdefault(sid, digest(json.loads(body)["manifest"].encode()))
        return self.post(body, key=key)

    def post(self, body: bytes, *, key: str = CHEN, signature: str | None = None) -> requests.Response:
        headers = {"Idempotency-Key": key, "Hall-City-Signature": signature or signature_of(body, KEY)}
        return requests.post(self.webhook, data=body, headers=headers, timeout=5)

    def all_reported(self) -> dict[str, Any]:
        return self.city.wait_until(lambda now: all(event["delivery"] != "waiting" for event in now["events"]))

    def states(self, sid: str = CHEN) -> list[str]:
        self.all_reported()
        return [report["state"] for report in self.gateway.reports if report["sid"] == sid]


def hand_on_of(sid: str = CHEN, **other: Any) -> tuple[bytes, str]:
    """Body and idempotency key; `other` replaces members."""
    manifest = json.dumps({"format": "hall-terminal/submission/1", "sid": sid})
    fingerprint = digest(manifest.encode())
    said = {
        "format": "hall-terminal/hand-on/1",
        "kind": "submission",
        "sid": sid,
        "fingerprint": fingerprint,
        "slip_code": "CZ03-7K4M-2Q9W",
        "manifest": manifest,
        "manifest_signature": None,
        "acknowledgement": json.dumps({"sid": sid, "fingerprint": fingerprint}),
        "parked": None,
        "attachments": [
            {"name": "photo.jpg", "sha256": digest(PHOTO), "size": len(PHOTO), "url": f"/v1/city/blobs/{digest(PHOTO)}"}
        ],
    } | other
    return json.dumps(said).encode(), f"{sid}:rating" if said["kind"] == "rating" else sid


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.01,))
        thread.start()
        yield gateway
        gateway.shutdown()
        thread.join()


@pytest.fixture
def hall(gateway: Gateway) -> Iterator[Hall]:
    city = City(gateway=gateway.url, key=KEY + b"\n")
    with serving(city) as webhook:
        yield Hall(gateway, city, webhook)


def test_a_case_moves_from_pre_examination_to_decision_and_each_step_is_reported(hall: Hall) -> None:
    assert hall.hand_on().json() == {"sid": CHEN, "repeated": False}
    hall.city.advance(CHEN, "correction", ("户口簿首页缺页",))
    for _ in NEXT:
        hall.city.advance(CHEN)
    assert hall.states() == ["pre-examination", "correction", "pre-examination", "accepted", "decided"]
    reports = hall.gateway.reports
    assert [report["number"] for report in reports] == [1, 2, 3, 4, 5]
    assert [report.get("corrections") for report in reports] == [None, ["户口簿首页缺页"], None, None, None]
    assert [report["case_number"] is None for report in reports] == [True, True, True, False, False]
    assert reports[3]["case_number"] == reports[4]["case_number"]
    assert len({report["id"] for report in reports}) == 5
    with pytest.raises(Refused, match="nothing follows"):
        hall.city.advance(CHEN)


def test_what_comes_again_has_one_effect_and_is_counted(hall: Hall) -> None:
    hall.hand_on()
    assert hall.hand_on().json()["repeated"]
    assert hall.hand_on(kind="rating", rating={"stars": 5}).ok
    status = hall.all_reported()
    assert (len(status["cases"]), status["repeats"], hall.states()) == (1, 1, ["pre-examination"])
    assert status["cases"][0]["rating"] == {"stars": 5}
    assert status["deliveries"] == {CHEN: 2, f"{CHEN}:rating": 1}


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"fingerprint": digest(b"another")}, 422),
        ({"acknowledgement": json.dumps({"sid": LIN, "fingerprint": "x"})}, 422),
        ({"format": "hall-terminal/hand-on/9"}, 422),
        ({"kind": "gift"}, 422),
        ({"attachments": [{"name": "x"}]}, 422),
        ({"attachments": [{"name": "x", "sha256": digest(b"x"), "size": 1, "url": "/v1/city/blobs/x"}]}, 502),
    ],
)
def test_what_is_not_right_is_not_taken(hall: Hall, other: dict[str, Any], status: int) -> None:
    assert hall.hand_on(**other).status_code == status
    seen = hall.city.status()
    assert (seen["cases"], len(seen["faults"])) == ([], 1)


def test_a_key_that_is_not_the_submissions_and_a_foreign_signature_are_not_taken(hall: Hall) -> None:
    body, _ = hand_on_of()
    assert hall.post(body, key=LIN).status_code == 422
    assert hall.post(body, signature=signature_of(body, b"other")).status_code == 403
    assert hall.post(body, signature="sha256=ü").status_code == 403
    assert hall.city.status()["cases"] == []


def test_the_same_key_with_another_manifest_is_a_conflict(hall: Hall) -> None:
    assert hall.hand_on().ok
    manifest = json.dumps({"sid": CHEN, "more": 1})
    fingerprint = digest(manifest.encode())
    acknowledgement = json.dumps({"sid": CHEN, "fingerprint": fingerprint})
    again = hall.hand_on(manifest=manifest, fingerprint=fingerprint, acknowledgement=acknowledgement)
    assert again.status_code == 409


def test_an_attachment_whose_bytes_differ_is_not_taken_until_they_are_right(hall: Hall) -> None:
    hall.gateway.photo = PHOTO[:-1] + b"?"
    assert hall.hand_on().status_code == 502
    hall.gateway.photo = PHOTO
    assert hall.hand_on().json() == {"sid": CHEN, "repeated": False}


def test_late_reports_come_newest_first_when_it_is_over(hall: Hall) -> None:
    hall.city.set_mode("late", on=True)
    hall.hand_on()
    hall.city.advance(CHEN)
    hall.city.advance(CHEN)
    assert hall.gateway.reports == []
    hall.city.set_mode("late", on=False)
    assert hall.states() == ["decided", "accepted", "pre-examination"]
    assert [report["number"] for report in hall.gateway.reports] == [3, 2, 1]


def test_twice_each_report_comes_twice_and_the_first_answer_to_each_hand_on_is_lost(hall: Hall) -> None:
    hall.city.set_mode("twice", on=True)
    with pytest.raises(requests.ConnectionError):
        hall.hand_on()
    assert hall.hand_on().json()["repeated"]
    assert hall.states() == ["pre-examination"] * 2
    assert hall.gateway.reports[0] == hall.gateway.reports[1]


def test_wrong_person_reports_carry_anothers_fingerprint_until_it_is_over(hall: Hall) -> None:
    hall.hand_on()
    hall.hand_on(LIN)
    hall.all_reported()
    hall.city.set_mode("wrong-person", on=True)
    hall.city.advance(CHEN)
    assert hall.all_reported()["events"][-1]["delivery"] == "refused"
    assert hall.gateway.answers[-1] == 409
    hall.city.set_mode("wrong-person", on=False)
    assert hall.states() == ["pre-examination", "accepted"]


def test_gone_and_refuse_take_nothing_for_a_while(hall: Hall) -> None:
    hall.city.set_mode("gone", on=True)
    assert [hall.hand_on().status_code for _ in range(3)] == [404, 410, 404]
    hall.city.set_mode("gone", on=False)
    hall.city.set_mode("refuse", on=True)
    assert hall.hand_on().status_code == 500
    hall.city.set_mode("refuse", on=False)
    assert hall.hand_on().ok


def test_a_forgotten_case_is_reported_gone_and_counts_from_one_when_it_comes_again(hall: Hall) -> None:
    hall.hand_on()
    hall.city.advance(CHEN)
    hall.city.forget(CHEN)
    with pytest.raises(Refused, match="no case"):
        hall.city.advance(CHEN)
    assert not hall.hand_on().json()["repeated"]
    assert hall.states() == ["pre-examination", "accepted", "gone", "pre-examination"]
    assert [report["number"] for report in hall.gateway.reports] == [1, 2, 3, 1]


def test_time_lies_are_years_off_and_run_backwards(hall: Hall) -> None:
    hall.city.set_mode("time-lie", on=True)
    hall.hand_on()
    hall.city.advance(CHEN)
    hall.city.advance(CHEN)
    hall.all_reported()
    years = [int(report["at"][:4]) for report in hall.gateway.reports]
    assert years[0] > years[1] > years[2]


def test_with_the_wrong_signature_no_attachment_comes_and_no_report_is_taken(hall: Hall) -> None:
    assert hall.hand_on().ok
    hall.all_reported()
    hall.city.set_mode("wrong-signature", on=True)
    assert hall.hand_on(LIN).status_code == 502
    hall.city.advance(CHEN)
    assert hall.all_reported()["events"][-1]["answers"] == [403]


def test_slow_waits_until_it_is_switched_off(hall: Hall) -> None:
    hall.city.set_mode("slow", on=True)
    body, key = hand_on_of()
    with pytest.raises(requests.ReadTimeout):
        requests.post(hall.webhook, data=body, headers={"Idempotency-Key": key}, timeout=0.1)
    hall.city.set_mode("slow", on=False)
    assert hall.hand_on().ok


def test_a_report_that_is_refused_can_be_made_again(hall: Hall) -> None:
    hall.hand_on()
    hall.all_reported()
    known = hall.gateway.fingerprints.pop(CHEN)
    hall.city.advance(CHEN)
    assert hall.all_reported()["events"][-1]["answers"] == [404]
    hall.gateway.fingerprints[CHEN] = known
    hall.city.deliver()
    assert hall.states() == ["pre-examination", "accepted"]


def test_by_itself_every_case_is_decided_one_by_way_of_a_correction(gateway: Gateway) -> None:
    city = City(gateway=gateway.url, key=KEY, auto_s=0.02)
    sids = [f"{CHEN[:-1]}{number}" for number in (1, 2, 3)]
    with serving(city) as webhook:
        hall = Hall(gateway, city, webhook)
        for sid in sids:
            assert hall.hand_on(sid).ok
        city.wait_until(lambda now: all(case["state"] == "decided" for case in now["cases"]))
        assert hall.states(sids[0])[-2:] == ["accepted", "decided"]
        assert sum(report["state"] == "correction" for report in gateway.reports) >= 1


def test_the_file_keeps_cases_reports_and_what_came(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "city.json"
    for repeated in (False, True):
        city = City(gateway=gateway.url, key=KEY, file=file)
        with serving(city) as webhook:
            hall = Hall(gateway, city, webhook)
            assert hall.hand_on().json()["repeated"] is repeated
            hall.city.advance(CHEN)
            hall.all_reported()
    assert [report["number"] for report in gateway.reports] == [1, 2, 3]
    assert len(gateway.reports) == len({report["id"] for report in gateway.reports})


def test_over_https_the_gateway_is_believed_for_its_own_authority_alone(gateway: Gateway, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    authority = LocalAuthority(tmp_path / "authority", now=now)
    (tmp_path / "authority.pem").write_text(authority.certificate)
    (tmp_path / "server.pem").write_text("".join(authority.for_server(["127.0.0.1"], now=now)))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    gateway.socket = tls.wrap_socket(gateway.socket, server_side=True)
    url = gateway.url.replace("http:", "https:")
    for trusted, status in ((None, 502), (tmp_path / "authority.pem", 200)):
        city = City(gateway=url, key=KEY, authority=trusted)
        with serving(city) as webhook:
            hall = Hall(gateway, city, webhook)
            assert hall.hand_on().status_code == status
            hall.all_reported()
    assert [report["state"] for report in gateway.reports] == ["pre-examination"]


def test_every_mode_says_what_it_means() -> None:
    assert list(MEANING) == list(Mode)


def test_hands_reach_the_city_by_command(gateway: Gateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = City(gateway=gateway.url, key=KEY)
    where = ["--run-dir", str(tmp_path)]
    with answering(tmp_path, Part.CITY, city_service(city, ("127.0.0.1", 0)), down=threading.Event()):
        hall = Hall(gateway, city, ask(tmp_path, Part.CITY, "status")["webhook"])
        assert cli.main(["city", "mode", "twice", "on", *where]) == 0
        assert cli.main(["city", "mode", "twice", "off", *where]) == 0
        assert hall.hand_on().ok
        assert cli.main(["city", "advance", CHEN, "correction", "--wanted", "照片", *where]) == 0
        capsys.readouterr()
        assert cli.main(["city", "list", "--json", *where]) == 0
        assert json.loads(capsys.readouterr().out)[0]["corrections"] == ["照片"]
        assert cli.main(["city", "list", *where]) == 0
        assert "correction" in capsys.readouterr().out
        hall.all_reported()
        assert cli.main(["city", "status", *where]) == 0
        assert "1 taken, 0 came again" in capsys.readouterr().out
        assert cli.main(["city", "advance", CHEN, "decide", *where]) == 2
        assert "did you mean decided?" in capsys.readouterr().err
    assert cli.main(["city", "list", *where]) == 1
    assert "kiosk-sim city up" in capsys.readouterr().err


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted(json.loads(hand_on_of()[0]))), value=JSON)
def test_any_member_may_be_anything_and_the_city_says_what_is_wrong(name: str, value: Any) -> None:
    said = json.loads(hand_on_of()[0]) | {name: value}
    body = json.dumps(said).encode()
    outcome = checked_hand_on(body, signature=signature_of(body, KEY), idempotency_key=CHEN, key=KEY)
    harmless = {
        "slip_code": isinstance(value, str),
        "parked": isinstance(value, str | None),
        "manifest_signature": True,
        "attachments": value == [],
    }
    assert isinstance(outcome, Wrong) != harmless.get(name, False)
