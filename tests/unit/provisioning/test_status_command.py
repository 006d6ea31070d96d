"""How a terminal stands, in words for a technician: what waits, since when, why, and who must act."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509

from kiosk.configuration import Configuration
from kiosk.faults import CAMERA_UNPLUGGED, CODE_READER_UNPLUGGED
from kiosk.ports import Disconnected, Sealed
from kiosk.submission import Attachment, Json, SealedSubmission, canonical
from provisioning.cli import main
from provisioning.findings import Finding, Grade
from provisioning.status import Standing, status
from sync.configuration_file import read_configuration
from sync.outbox.devices import DeviceNews
from sync.outbox.drain import Drain
from sync.outbox.identity import keep_identity, kept_draft
from sync.outbox.running import agent_runs
from sync.outbox.schema import State
from sync.outbox.store import Outbox
from sync.wire.signatures import SigningKey, new_seed
from tests.wires.enrolling_gateway import Authority, pem

NOW = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))
DAY = timedelta(days=1)
NAME, CODE = "陈桂兰", "CZ03-7K4M-2Q9W"
SID = "019aae40-6b40-7000-8000-000000000001"


@pytest.fixture
def files(configured: Callable[[str], Path]) -> Path:
    return configured("https://127.0.0.1:1")


@pytest.fixture
def configuration(files: Path) -> Configuration:
    return read_configuration([files])


@pytest.fixture
def store(configuration: Configuration) -> Path:
    return Path(configuration.store.directory)


def enrol(store: Path, since: datetime = NOW - DAY, terminal: str = "CZ03") -> None:
    authority, gateway = Authority(), SigningKey(new_seed())
    draft = kept_draft(store, terminal)
    public_key = x509.load_pem_x509_csr(draft.request.encode()).public_key()
    keep_identity(
        store,
        draft,
        certificate=pem(authority.for_terminal(public_key, since=since.astimezone(UTC))),
        authority=pem(authority.certificate),
        gateway_keys={gateway.key_id: gateway.public},
        gateway_url="https://127.0.0.1:1",
    )


def seal(store: Path, at: datetime = NOW) -> None:
    manifest = canonical({"sid": SID, "applicant": {"name": NAME}})
    with closing(Outbox(store, reserve_mb=1, now=lambda: at)) as outbox:
        assert outbox.seal(SealedSubmission(SID, CODE, manifest, (Attachment("a", "text/plain", b"x"),))) == Sealed()


@pytest.fixture
def agent(store: Path) -> Iterator[None]:
    with agent_runs(store):
        yield


def told(standing: Standing, subject: str) -> Finding:
    (finding,) = [finding for finding in standing.findings if finding.subject == subject]
    return finding


@pytest.mark.usefixtures("agent")
def test_a_terminal_that_is_well_needs_nobody(configuration: Configuration, store: Path) -> None:
    enrol(store)
    seal(store, NOW - timedelta(minutes=5))
    with closing(Drain(store)) as drain:
        drain.note_agent({"reachable": True, "since": (NOW - DAY).isoformat(), "reason": None, "identity": None})
    standing = status(configuration, now=NOW)
    assert standing.is_fine, standing.text
    assert told(standing, "identity").what == "good until 2027-02-20, 89 days; renews itself from 2027-01-21 on"
    assert told(standing, "gateway").what == "reached since 2026-11-22 09:46"
    assert told(standing, "waiting").what == "1 on the way (1 sealed) since 2026-11-23 09:41"
    assert NAME not in standing.text + json.dumps(standing.as_json)


def test_the_lines_are_aligned_and_say_what_to_do_and_who_acts(configuration: Configuration) -> None:
    lines = status(configuration, now=NOW).text.splitlines()
    assert lines[0] == "ok    terminal   CZ03, 潮州市政务服务中心"
    assert lines[1].startswith("fail  identity   not enrolled: ")
    assert lines[2] == f"{'':17}-> run kiosk-provision enrol with a code of the platform [operator]"


@pytest.mark.parametrize(
    ("age", "grade", "words"),
    [
        (59 * DAY, Grade.OK, "30 days"),
        (74 * DAY, Grade.OK, "15 days"),
        (76 * DAY, Grade.WARN, "13 days left, and it was not renewed yet"),
        (91 * DAY, Grade.WARN, "it is renewed when the gateway is reached"),
        (181 * DAY, Grade.FAIL, "too long ago to be renewed"),
    ],
)
def test_the_days_of_the_certificate_are_counted(
    age: timedelta, grade: Grade, words: str, configuration: Configuration, store: Path
) -> None:
    enrol(store, NOW - age - timedelta(hours=1))
    finding = told(status(configuration, now=NOW), "identity")
    assert finding.grade is grade
    assert words in finding.what


def test_an_identity_of_another_terminal_fails(configuration: Configuration, store: Path) -> None:
    enrol(store, terminal="CZ04")
    assert told(status(configuration, now=NOW), "identity").what == "enrolled as CZ04, configured as CZ03"


def test_what_waits_long_behind_a_line_that_is_down_sends_somebody_to_the_network(
    configuration: Configuration, store: Path
) -> None:
    enrol(store)
    seal(store, NOW - timedelta(hours=3))
    with closing(Drain(store)) as drain:
        next_try = (NOW + timedelta(seconds=90)).astimezone(UTC).isoformat()
        lanes: Json = {"small": {"breaker": "unreachable", "next_try": next_try}, "blobs": {"next_try": None}}
        note: dict[str, Json] = {
            "reachable": False,
            "since": (NOW - DAY).isoformat(),
            "reason": "no route to the gateway",
        }
        drain.note_agent(note | {"lanes": lanes})
    standing = status(configuration, now=NOW)
    assert told(standing, "gateway").what.endswith("no route to the gateway; tries by itself at 09:47:30")
    waiting = told(standing, "waiting")
    assert (waiting.grade, waiting.to_do) == (Grade.WARN, "see the network and the gateway; what waits is kept")
    assert not standing.is_fine


def test_what_waits_long_though_the_line_is_well_points_to_the_agent(configuration: Configuration, store: Path) -> None:
    enrol(store)
    seal(store, NOW - timedelta(hours=3))
    assert "see the agent" in told(status(configuration, now=NOW), "waiting").to_do


def test_what_is_set_aside_is_named_by_its_slip_code(configuration: Configuration, store: Path) -> None:
    enrol(store)
    seal(store)
    with closing(Drain(store)) as drain:
        drain.set_aside(SID, State.REJECTED, b"{}")
    finding = told(status(configuration, now=NOW), "aside")
    assert finding.what == f"{CODE} is set aside: the gateway found it malformed; it is kept"
    assert "window" in finding.to_do


def test_a_clock_below_the_floor_is_wrong(configuration: Configuration, store: Path) -> None:
    enrol(store)
    with closing(Drain(store)) as drain:
        drain.raise_floor(NOW + timedelta(minutes=2))
    assert told(status(configuration, now=NOW), "clock").grade is Grade.OK
    with closing(Drain(store)) as drain:
        drain.raise_floor(NOW + timedelta(days=2))
    finding = told(status(configuration, now=NOW), "clock")
    assert finding.grade is Grade.FAIL
    assert finding.what == "wrong: at least 2 days, 0:00:00 behind what the platform has signed"


def test_a_refused_identity_and_a_copied_store_are_told(configuration: Configuration, store: Path) -> None:
    enrol(store)
    with closing(Drain(store)) as drain:
        drain.note_agent({"reachable": False, "identity": "revoked", "clone": "forked"})
    standing = status(configuration, now=NOW)
    assert told(standing, "gateway").grade is told(standing, "copy").grade is Grade.FAIL


def test_an_agent_that_does_not_run_is_told_at_once(configuration: Configuration, store: Path) -> None:
    enrol(store)
    with agent_runs(store), agent_runs(store):
        assert told(status(configuration, now=NOW), "agent").what == "runs"
    finding = told(status(configuration, now=NOW), "agent")
    assert (finding.grade, finding.what) == (Grade.FAIL, "does not run: nothing is sent")


def test_what_the_gateway_does_not_renew_and_what_of_its_own_is_refused_is_told(
    configuration: Configuration, store: Path
) -> None:
    enrol(store)
    with closing(Drain(store)) as drain:
        drain.note_agent({"reachable": True, "renewal": "revoked", "refused": {"catalogue": "signature"}})
    standing = status(configuration, now=NOW)
    assert "kiosk-provision enrol" in told(standing, "renewal").to_do
    assert told(standing, "catalogue").what.startswith("what the gateway sent last is refused (signature)")


def test_a_clock_far_from_the_platforms_is_told_though_no_floor_shows_it(
    configuration: Configuration, store: Path
) -> None:
    enrol(store)
    with closing(Drain(store)) as drain:
        drain.note_agent({"clock_offset_ms": -3653 * 86_400_000})
    finding = told(status(configuration, now=NOW), "clock")
    assert (finding.grade, finding.what.split(",")[0]) == (Grade.WARN, "3653 days")
    assert "ahead" in finding.what


@pytest.mark.usefixtures("agent")
def test_the_status_is_read_while_others_hold_the_store_open(configuration: Configuration, store: Path) -> None:
    enrol(store)
    with closing(Outbox(store, reserve_mb=1)), closing(Drain(store)) as drain:
        drain.note_agent({"reachable": True})
        assert status(configuration, now=NOW).is_fine


def test_a_device_that_was_taken_out_of_the_terminal_is_nobodys_to_put_right(
    configuration: Configuration, store: Path
) -> None:
    pulled = {"code_reader": Disconnected(CODE_READER_UNPLUGGED), "document_camera": Disconnected(CAMERA_UNPLUGGED)}
    enrol(store)
    with closing(Outbox(store, now=lambda: NOW)) as outbox:
        assert outbox.keep_devices(DeviceNews(pulled, {}))
    subjects = [finding.subject for finding in status(configuration, now=NOW).findings]
    assert "document camera" in subjects
    assert "code reader" not in subjects


def test_asking_about_a_store_that_never_was_makes_none(configuration: Configuration, store: Path) -> None:
    assert told(status(configuration, now=NOW), "store").what == "nothing was ever kept here"
    assert not store.exists()


def test_a_store_that_must_not_be_opened_is_told(configuration: Configuration, store: Path) -> None:
    Outbox(store, reserve_mb=1).close()
    (store / "outbox.key").chmod(0o644)
    finding = told(status(configuration, now=NOW), "store")
    assert finding.grade is Grade.FAIL
    assert "0600 is needed" in finding.what


@pytest.mark.usefixtures("agent")
def test_the_command_ends_with_1_where_somebody_must_act(
    files: Path, capsys: pytest.CaptureFixture[str], store: Path
) -> None:
    assert main(["status", "--json", "--config", str(files)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["fine"], report["identity"], report["store"]) == (False, None, None)
    enrol(store, datetime.now(UTC))
    seal(store, datetime.now(UTC))
    assert main(["status", "--config", str(files)]) == 0
    assert "waiting    1 on the way" in capsys.readouterr().out
