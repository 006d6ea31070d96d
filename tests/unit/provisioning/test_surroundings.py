"""What is said of a store's place, of a gateway, and of a device's state."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kiosk.configuration import Gateway, Store
from kiosk.faults import PAPER_LOW, PAPER_OUT, PRINTER_UNPLUGGED, WhoActs
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status
from provisioning.findings import Grade, is_fit, line_of
from provisioning.surroundings import check_gateway, check_store, findings_of
from ui.texts import texts_of


@contextmanager
def serving(*, path: str = "/v1/health", status: int = 200, media_type: str = "application/json") -> Iterator[Gateway]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"{}"
            self.send_response(status if self.path == path else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Gateway(url=f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


def test_a_gateway_that_is_well_is_ok() -> None:
    with serving() as gateway:
        assert check_gateway(gateway).grade is Grade.OK


@pytest.mark.parametrize(("status", "media_type"), [(200, "text/html"), (503, "application/json"), (302, "text/html")])
def test_a_portal_or_a_gateway_that_is_not_well_fails(status: int, media_type: str) -> None:
    with serving(status=status, media_type=media_type) as gateway:
        assert check_gateway(gateway).grade is Grade.FAIL


def test_a_gateway_that_is_not_there_fails() -> None:
    with serving() as gateway:
        pass
    assert "does not answer" in check_gateway(gateway).what


def test_plain_http_to_another_machine_fails_before_anything_is_sent() -> None:
    assert check_gateway(Gateway(url="http://gateway.example")).what == "plain HTTP to another machine"


def grades(store: Store) -> list[Grade]:
    return [finding.grade for finding in check_store(store)]


def test_a_new_store_with_room_is_ok(tmp_path: Path) -> None:
    assert grades(Store(directory=str(tmp_path), reserve_mb=0)) == [Grade.OK, Grade.OK, Grade.OK]


def test_a_store_whose_directory_is_missing_fails_and_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert grades(Store(directory=str(missing))) == [Grade.FAIL]
    assert not missing.exists()


def test_a_key_that_others_may_read_fails(tmp_path: Path) -> None:
    key = tmp_path / "outbox.key"
    key.write_bytes(bytes(32))
    key.chmod(0o640)
    assert f"chmod 600 {key}" in [finding.to_do for finding in check_store(Store(directory=str(tmp_path)))]
    key.chmod(0o600)
    assert is_fit(check_store(Store(directory=str(tmp_path), reserve_mb=0)))


def test_too_little_room_fails(tmp_path: Path) -> None:
    assert Grade.FAIL in grades(Store(directory=str(tmp_path), reserve_mb=10**12))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Ready(), [(Grade.OK, None)]),
        (Starting(), [(Grade.WARN, WhoActs.RESET)]),
        (Degraded((PAPER_LOW,)), [(Grade.WARN, WhoActs.CLEAR)]),
        (NeedsAttention(PAPER_OUT), [(Grade.FAIL, WhoActs.CLEAR)]),
        (Disconnected(PRINTER_UNPLUGGED), [(Grade.FAIL, WhoActs.CLEAR)]),
    ],
)
def test_a_devices_state_says_how_bad_it_is_and_who_acts(
    status: Status, expected: list[tuple[Grade, WhoActs | None]]
) -> None:
    findings = findings_of("receipt printer", status, texts_of("zh_hans"))
    assert [(finding.grade, finding.who_acts) for finding in findings] == expected


def test_a_fault_is_one_line_with_the_technicians_sentence() -> None:
    [finding] = findings_of("receipt printer", NeedsAttention(PAPER_OUT), texts_of("zh_hans"))
    assert line_of(finding) == (
        "fail  receipt printer: printer.paper_out -> 凭条打印机缺纸；装上新纸卷 [staff on site]"
    )
