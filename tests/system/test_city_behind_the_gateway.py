"""The simulated city behind a real gateway: what one terminal handed in reaches it, and its word comes back."""

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from hardware_sim.city.front import serving
from hardware_sim.city.platform import City
from kiosk.check_digits import CROCKFORD, luhn
from kiosk.submission import FORMAT, canonical, digest_of
from sync.gateway.opened import opened_parts
from sync.gateway.records import Certificate
from sync.gateway.serve import GatewayServer, Serving, Webhook, bind, opened_gateway
from sync.wire.signatures import HEADER, SigningKey, new_seed
from tests.system.waiting import until

KEY = b"shared between the gateway and the city"
CONTENT = bytes(range(256)) * 500
PERSON = {"name": "陈桂兰", "number": "100101194401010028"}


@dataclass
class Hall:
    url: str
    city: City
    signing: SigningKey

    def hand_in(self, place: int) -> str:
        """Announce, upload, commit, as terminal CZ03; gives the sid."""
        sid, bare = f"019a0000-0000-7000-8000-{place:012x}", f"CZ03{place:07}"
        bare += luhn(bare, CROCKFORD)
        photo = {"name": "photo.jpg", "media_type": "image/jpeg", "sha256": digest_of(CONTENT), "size": len(CONTENT)}
        manifest = canonical(
            {
                "format": FORMAT,
                "sid": sid,
                "slip_code": f"{bare[:4]}-{bare[4:8]}-{bare[8:]}",
                "simulated": True,
                "terminal": {"code": "CZ03"},
                "applicant": dict(PERSON),
                "attachments": [photo],
            }
        )
        signed = {HEADER: self.signing.sign(manifest).line}
        announced = requests.put(f"{self.url}/v1/submissions/{sid}", data=manifest, headers=signed, timeout=10)
        assert announced.status_code == 201, announced.text
        if announced.json()["missing"]:
            self._upload(sid)
        committed = requests.post(f"{self.url}/v1/submissions/{sid}/commit", timeout=10)
        assert committed.status_code == 200, committed.text
        return sid

    def _upload(self, sid: str) -> None:
        words = {"sid": sid, "name": "photo.jpg", "sha256": digest_of(CONTENT)}
        said = ",".join(f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in words.items())
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(CONTENT)),
            "Upload-Metadata": said,
            "Content-Type": "application/offset+octet-stream",
        }
        answer = requests.post(f"{self.url}/v1/uploads", data=CONTENT, headers=headers, timeout=10)
        assert answer.status_code == 201, answer.text

    def case(self, sid: str) -> dict[str, Any]:
        rows = requests.get(f"{self.url}/v1/cases", params={"after": 0}, timeout=10).json()["rows"]
        return next((row for row in rows if row["sid"] == sid), {})

    def becomes(self, sid: str, state: str) -> dict[str, Any]:
        until(lambda: self.case(sid).get("state") == state, f"{sid} is {state}", within_s=10)
        return self.case(sid)

    def answers(self, sid: str) -> list[int]:
        """What the gateway said to the latest report of this case."""
        seen = self.city.wait_until(lambda now: all(event["delivery"] != "waiting" for event in now["events"]))
        return [event["answers"] for event in seen["events"] if event["sid"] == sid][-1]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    signing = SigningKey(new_seed())
    now = datetime.now(UTC)
    with opened_parts(tmp_path, now=lambda: now) as parts:
        soon = now + timedelta(hours=1)
        parts.storage.add_terminal("CZ03", hall="h", number="03", secret_hash="-", expires_at=soon)
        certificate = Certificate(digest="-", pem="-", request="-", not_before=now, not_after=soon)
        assert parts.storage.enrol(
            "CZ03", certificate, secret_hash="-", key_id=signing.key_id, public=signing.public, at=now
        )
    with bind("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        city = City(gateway=url, key=KEY)
        with serving(city) as webhook:
            how = Serving(simulated=True, as_terminal="CZ03", webhook=Webhook(webhook, KEY))
            with opened_gateway(tmp_path, how) as gateway:
                ready = threading.Event()
                server = GatewayServer(gateway.app, bound, ready=lambda _: ready.set())
                thread = threading.Thread(target=server.serve_bound, name="gateway")
                thread.start()
                try:
                    assert ready.wait(10)
                    yield Hall(url, city, signing)
                finally:
                    server.should_exit = True
                    thread.join()


def test_a_case_moves_in_the_city_and_the_terminal_can_ask_for_it(hall: Hall) -> None:
    sid = hall.hand_in(1)
    assert hall.becomes(sid, "pre-examination")["case_number"] is None
    hall.city.advance(sid, "correction", ("户口簿首页缺页",))
    hall.becomes(sid, "correction")
    hall.city.advance(sid)
    hall.city.advance(sid)
    number = hall.becomes(sid, "accepted")["case_number"]
    hall.city.advance(sid)
    assert hall.becomes(sid, "decided")["case_number"] == number != ""
    assert hall.city.status()["faults"] == []


def test_late_reports_and_lies_about_time_change_nothing_about_the_latest_state(hall: Hall) -> None:
    hall.city.set_mode("late", on=True)
    hall.city.set_mode("time-lie", on=True)
    sid = hall.hand_in(1)
    hall.city.wait_until(lambda now: now["cases"])
    hall.city.advance(sid)
    hall.city.advance(sid)
    hall.city.set_mode("late", on=False)
    assert hall.answers(sid) == [200]
    assert hall.becomes(sid, "decided")


def test_a_report_of_somebody_else_or_of_nobody_we_know_is_refused(hall: Hall) -> None:
    first, second = hall.hand_in(1), hall.hand_in(2)
    hall.becomes(first, "pre-examination")
    hall.becomes(second, "pre-examination")
    hall.city.set_mode("wrong-person", on=True)
    hall.city.advance(first)
    assert hall.answers(first) == [409]
    hall.city.set_mode("wrong-signature", on=True)
    hall.city.advance(second)
    assert hall.answers(second) == [403]
    assert {hall.case(sid)["state"] for sid in (first, second)} == {"pre-examination"}
    hall.city.set_mode("wrong-person", on=False)
    hall.city.set_mode("wrong-signature", on=False)
    assert hall.becomes(first, "accepted")
    assert hall.becomes(second, "accepted")


@pytest.mark.expects_warnings
def test_a_hand_on_whose_answer_was_lost_comes_again_and_is_one_case(hall: Hall) -> None:
    hall.city.set_mode("twice", on=True)
    sid = hall.hand_in(1)
    seen = hall.city.wait_until(lambda now: now["deliveries"].get(sid) == 2, within_s=20)
    assert (len(seen["cases"]), seen["repeats"]) == (1, 1)
    assert hall.answers(sid) == [200, 200]
    assert hall.becomes(sid, "pre-examination")
