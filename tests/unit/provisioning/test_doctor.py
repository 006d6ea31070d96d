"""The technician's console as a whole, with nothing plugged in."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.cli import main

pytestmark = pytest.mark.expects_warnings  # drivers log once that a wire is gone


@pytest.fixture
def unplugged() -> Iterator[str]:
    """An address where nothing listens, and nothing will while the test lasts."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def configuration(tmp_path: Path, unplugged: str) -> Path:
    (tmp_path / "store").mkdir(mode=0o700)
    path = tmp_path / "terminal.toml"
    path.write_text(
        f"""
        terminal = {{ code = "CZ03", number = "03 号机" }}
        gateway = {{ url = "http://{unplugged}" }}
        store = {{ directory = "{tmp_path}/store" }}
        [hall]
        name = "潮州市政务服务中心"
        short_name = "市政务中心"
        desk = "一楼服务台"
        telephone = "0768-2000000"
        hours = "工作日 9:00-17:00"
        [devices]
        identity_card_reader = {{ address = "tcp:{unplugged}" }}
        document_camera = {{ driver = "frames", address = "{tmp_path}/none", simulated = true }}
        receipt_printer = {{ address = "tcp:{unplugged}" }}
        """,
        "utf-8",
    )
    return path


def test_each_device_that_is_not_plugged_in_is_a_line_that_says_who_acts(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", str(configuration)]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fail")]
    for device, code in [
        ("identity card reader", "idcard.reader.unplugged"),
        ("document camera", "camera.unplugged"),
        ("receipt printer", "printer.unplugged"),
    ]:
        assert any(f"{device}: {code} -> " in line and line.endswith("[staff on site]") for line in failed), device


def test_a_program_reads_the_same_as_json(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--config", str(configuration)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["fit"] is False
    gateway = next(row for row in report["findings"] if row["subject"].startswith("gateway"))
    assert (gateway["grade"], gateway["who_acts"]) == ("fail", "configuration")
    assert {"warn"} == {row["grade"] for row in report["findings"] if row["what"] == "is simulated"}


def test_a_configuration_with_faults_is_told_with_every_line(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = configuration.read_text("utf-8").replace("telephone", "telefone").replace('"CZ03"', '"CZO3"')
    configuration.write_text(text, "utf-8")
    assert main(["doctor", "--config", str(configuration)]) == 1
    output = capsys.readouterr().out
    assert f"{configuration}:9: unknown key hall.telefone; the nearest known one is telephone" in output
    assert f"{configuration}:2: terminal.code" in output


def test_an_address_that_names_no_wire_is_the_operators(
    configuration: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace('receipt_printer = { address = "tcp:', 'receipt_printer = { address = "tpc:'))
    assert main(["doctor", "--config", str(configuration)]) == 1
    [line] = [line for line in capsys.readouterr().out.splitlines() if "receipt printer" in line]
    assert line.startswith("fail  receipt printer: is not configured:")
    assert line.endswith("[operator]")


def test_the_devices_that_not_every_terminal_has_are_examined_where_they_are_named(
    configuration: Path, capsys: pytest.CaptureFixture[str], unplugged: str
) -> None:
    with configuration.open("a") as file:
        file.write(f'\ncode_reader = {{ driver = "scan-engine", address = "tcp:{unplugged}" }}\n')
        file.write('smart_card_reader = { address = "pcsc:no reader is called so" }\n')
        file.write('document_scanner = { address = "test:no scanner is called so" }\n')
        file.write(f'page_printer = {{ address = "ipp://{unplugged}/ipp/print" }}\n')
    assert main(["doctor", "--config", str(configuration)]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fail")]
    for device in (
        "smart card reader: smartcard.",
        "code reader: code.reader.unplugged",
        "document scanner: scanner.unplugged",
        "page printer: page_printer.unplugged",
    ):
        assert any(device in line for line in failed), device
