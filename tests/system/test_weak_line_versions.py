"""A terminal and a gateway of which one is a version ahead, and a gateway that many want at once."""

import base64
import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from ssl import create_default_context

import pytest

from kiosk.submission import Attachment, SealedSubmission
from sync.agent.backoff import Backoff
from sync.outbox.schema import State
from tests.enrolled import EnrolledTerminal, enrolled
from tests.system.http_between import Said, between
from tests.system.line_bench import AtTheWall, Fitter, Platform, composed, gateway_process
from tests.system.waiting import until

PULLED = ("/v1/acknowledgements", "/v1/config", "/v1/catalogue", "/v1/cases", "/v1/audit", "/v1/telemetry")


def test_what_a_terminal_of_the_next_version_sends_is_received_and_parked(fitter: Fitter, terminal: AtTheWall) -> None:
    submission = terminal.seals(5000, format="hall-terminal/submission/2", what_is_new={"since": "version 2"})
    with terminal.agent():
        terminal.until_received(submission)
    row = fitter.platform.row(submission.sid)
    assert row["parked"] == "format"
    assert row["receipt_number"]


@pytest.mark.parametrize(
    "said",
    [
        Said(404, b'{"reason":"no-such-route"}', (("Content-Type", "application/json"),)),
        Said(405, b'{"reason":"no-such-method"}', (("Content-Type", "application/json"),)),
    ],
    ids=["no such route", "no such method"],
)
def test_a_gateway_of_the_version_before_gets_every_submission_and_nobody_complains_for_ever(
    tmp_path: Path, said: Said
) -> None:
    """It lacks all that is pulled. A warning in our log would fail the test."""
    identity = enrolled(tmp_path / "gateway", "CZ01", files=tmp_path / "keys").identity
    how = {"speaks": identity, "tls": False, "backoff": Backoff(base_s=0.3, cap_s=60)}
    with (
        gateway_process(tmp_path / "gateway", "--as-terminal", "CZ01") as platform,
        between(platform.port) as proxy,
        Fitter(platform, tmp_path).opened("CZ01", tmp_path / "store", **how) as terminal,
    ):
        proxy.says = lambda _, path, __: said if path.startswith(PULLED) else None
        with terminal.agent(url=proxy.url):
            for _ in range(4):
                terminal.until_received(terminal.seals(3000))
            until(lambda: len({path.partition("?")[0] for _, path, _ in proxy.answered}) == len(PULLED), "all pulls")
            terminal.until_received(terminal.seals(3000))
            assert terminal.note()["reachable"] is True
            lanes = terminal.note()["lanes"]
            assert isinstance(lanes, dict)
            assert all(lane["breaker"] is None for lane in lanes.values()), "what is missing there stops nothing here"


class OlderAgent:
    """What an agent before signatures, sync units and streams sends; over one connection."""

    def __init__(self, platform: Platform, who: EnrolledTerminal) -> None:
        tls = create_default_context(cafile=str(who.authority))
        tls.load_cert_chain(who.certificate, who.key)
        self.connection = http.client.HTTPSConnection("127.0.0.1", platform.port, timeout=10, context=tls)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        self.connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def test_an_agent_of_the_version_before_is_told_what_is_missing_and_spoils_nothing(
    fitter: Fitter, tmp_path: Path
) -> None:
    who = enrolled(fitter.platform.data, "CZ91", files=tmp_path)
    page = Attachment("page.jpg", "image/jpeg", b"\xff\xd8" + bytes(40_000))
    submission: SealedSubmission = composed("CZ91", page)
    older = OlderAgent(fitter.platform, who)
    place = f"/v1/submissions/{submission.sid}"
    with closing(older.connection):
        status, _, answer = older.ask("PUT", place, submission.manifest)
        assert status == 422
        assert json.loads(answer) == {"sid": submission.sid, "faults": [{"pointer": "", "fault": "not signed"}]}
        status, _, answer = older.ask("POST", f"{place}/commit")
        assert (status, json.loads(answer)["sid"]) == (404, submission.sid)

        signed = who.signed(submission.manifest)["Hall-Signature"]
        assert older.ask("PUT", place, submission.manifest, Hall_Signature=signed)[0] == 201
        metadata = ",".join(
            f"{key} {encoded(text)}" for key, text in (("sid", submission.sid), ("sha256", page.digest))
        )
        status, headers, _ = older.ask(
            "POST", "/v1/uploads", Tus_Resumable="1.0.0", Upload_Length=str(len(page.content)), Upload_Metadata=metadata
        )
        assert status == 201
        status, headers, _ = older.ask(
            "PATCH",
            headers["Location"],
            page.content,
            Tus_Resumable="1.0.0",
            Upload_Offset="0",
            Content_Type="application/offset+octet-stream",
        )
        assert (status, headers["Upload-Offset"]) == (204, str(len(page.content)))
        assert older.ask("POST", f"{place}/commit")[0] == 200


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_gateway_that_asks_to_come_later_gets_everything_later(tmp_path: Path) -> None:
    """So few requests a second that a terminal alone has too many."""
    options = ("--tls", "127.0.0.1", "--admission-rate", "8")
    with gateway_process(tmp_path / "gateway", *options) as platform, Fitter(platform, tmp_path).terminal() as terminal:
        submissions = [terminal.seals(1000), terminal.seals(1000)]
        with terminal.agent():
            terminal.until_received(*submissions, within_s=60)
        asked_again = sum(
            platform.count(f'hall_admission_refused_total{{kind="{kind}"}}') for kind in ("small", "blob")
        )
        assert asked_again > 0
        assert all(terminal.outbox.state_of(one.sid) is State.ACKNOWLEDGED for one in submissions)
