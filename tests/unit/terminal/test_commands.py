"""The command `kiosk`: what stands in its way is said in one line, and ends with a status of its own."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QGuiApplication

from sync.outbox.identity import keep_identity, kept_draft
from sync.outbox.schema import KEY
from sync.outbox.store import Outbox
from sync.wire.signatures import SigningKey, new_seed
from terminal.application import Ending
from terminal.cli import CONFIGURATION_EXIT, main
from tests.wires.enrolling_gateway import Authority, pem

NOT_ASKED = 99


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "terminal.toml"
    path.write_text(
        f"""\
terminal = {{ code = "CZ03", number = "03 号机" }}
hall = {{ name = "大厅", short_name = "大厅", desk = "咨询台", telephone = "0768-000 0000", hours = "9:00-17:00" }}
gateway = {{ url = "http://127.0.0.1:9" }}
store = {{ directory = "{tmp_path / "store"}" }}
[devices]
identity_card_reader = {{ address = "tcp:127.0.0.1:9" }}
document_camera = {{ address = "/dev/video9" }}
receipt_printer = {{ address = "tcp:127.0.0.1:9" }}
""",
        encoding="utf-8",
    )
    return path


def enrol(store: Path, terminal: str = "CZ03") -> None:
    authority, gateway = Authority(), SigningKey(new_seed())
    draft = kept_draft(store, terminal)
    keep_identity(
        store,
        draft,
        certificate=pem(authority.for_terminal(x509.load_pem_x509_csr(draft.request.encode()).public_key())),
        authority=pem(authority.certificate),
        gateway_keys={gateway.key_id: gateway.public},
        gateway_url="https://127.0.0.1:9",
    )


def test_an_agent_of_a_terminal_that_is_nobody_yet_says_what_to_run(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["agent", "--config", str(configuration)]) == CONFIGURATION_EXIT
    said = capsys.readouterr().err
    assert "not enrolled" in said
    assert "kiosk-provision enrol" in said
    assert said.count("\n") == 1


def test_an_agent_speaks_for_no_other_terminal_than_the_configured_one(
    configuration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(tmp_path / "store", "CZ04")
    assert main(["agent", "--config", str(configuration)]) == CONFIGURATION_EXIT
    assert "enrolled as CZ04, and configured as CZ03" in capsys.readouterr().err


def test_an_agent_whose_store_must_not_be_opened_says_why_in_one_line(
    configuration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Outbox(tmp_path / "store").close()
    enrol(tmp_path / "store")
    (tmp_path / "store" / KEY).chmod(0o644)
    assert main(["agent", "--config", str(configuration)]) == CONFIGURATION_EXIT
    said = capsys.readouterr().err
    assert "0600 is needed" in said
    assert said.count("\n") == 1


def test_an_agent_sends_nothing_over_plain_http_to_another_machine(
    configuration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(tmp_path / "store")
    configuration.write_text(configuration.read_text().replace('127.0.0.1:9" }\nstore', 'gateway.example" }\nstore'))
    assert main(["agent", "--config", str(configuration)]) == CONFIGURATION_EXIT
    assert "http://gateway.example: plain HTTP goes to this machine only" in capsys.readouterr().err


def test_a_terminal_without_a_display_says_so_in_one_line(
    configuration: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(["run", "--config", str(configuration)]) == CONFIGURATION_EXIT
    said = capsys.readouterr().err
    assert "no display" in said
    assert said.count("\n") == 1


def test_who_asks_the_terminal_to_end_before_its_loop_runs_is_heard(qapp: QGuiApplication) -> None:
    ending = Ending()
    ending.ask(70)
    late = QTimer(singleShot=True)
    late.timeout.connect(lambda: QCoreApplication.exit(NOT_ASKED))
    late.start(5_000)
    assert qapp.exec() == 70
    late.stop()


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ('address = "tcp:127.0.0.1:9" }\ndoc', 'address = "ttyS1" }\ndoc', 6, "not an address of a device: 'ttyS1'"),
        ('"/dev/video9"', '"video9"', 7, "not a camera's device or a folder: 'video9'"),
        ('"/dev/video9"', '"/video9"', 7, "not a camera's device: '/video9'"),
        ('"tcp:127.0.0.1:9" }\n', '"tcp:127.0.0.1:9", profile = "88mm" }\n', 8, "the nearest known one is 80mm"),
        ('9" }\ndoc', '9", photo_decoder = "/absent/wlt.so" }\ndoc', 6, "there is no library /absent/wlt.so"),
        ('tcp:127.0.0.1:9" }\ndoc', 'pcsc:X", driver = "pcsc-storage", photo_decoder = "/x" }\ndoc', 6, "no photos"),
    ],
)
def test_a_setting_that_names_no_device_is_told_at_the_start_with_its_line(
    configuration: Path,
    right: str,
    wrong: str,
    line: int,
    said: str,
    qapp: QGuiApplication,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, found, after = configuration.read_text(encoding="utf-8").rpartition(right)
    assert found
    configuration.write_text(before + wrong + after, encoding="utf-8")
    assert main(["run", "--window", "--config", str(configuration)]) == CONFIGURATION_EXIT
    told = capsys.readouterr().err
    assert told.startswith(f"{configuration}:{line}: devices.")
    assert said in told
    assert told.count("\n") == 1
