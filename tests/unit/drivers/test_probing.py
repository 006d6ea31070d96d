"""A technician's probe says how the device is, in words and in its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.configured import document_camera, identity_card_reader, receipt_printer
from kiosk.configuration import DocumentCameraDevice, IdentityCardReaderDevice, ReceiptPrinterDevice
from kiosk.faults import CAMERA_UNPLUGGED, PRINTER_UNPLUGGED, READER_UNPLUGGED
from kiosk.ports import Disconnected
from tests.wires.desk_pictures import desk, place, sheet


def probe(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"drivers.{module}", "--probe", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize(
    ("module", "address", "code"),
    [
        ("identity_card.sam_reader", "serial:/dev/absent", READER_UNPLUGGED.code),
        ("document_camera.uvc", "/dev/absent", CAMERA_UNPLUGGED.code),
        ("receipt_printer.escpos_printer", "tcp:127.0.0.1:1", PRINTER_UNPLUGGED.code),
    ],
)
def test_a_device_that_is_absent_is_bad(module: str, address: str, code: str) -> None:
    said = probe(module, "--address", address)
    assert said.returncode == 1
    assert f"BAD status: disconnected: {code}" in said.stdout
    assert "tested against" in said.stdout


def test_a_wire_that_may_not_be_opened_is_told_apart_from_one_that_is_not_there(tmp_path: Path) -> None:
    wires = {"absent": "No such file or directory", ".": "Is a directory"}
    for name, why in wires.items():
        said = probe("identity_card.sam_reader", "--address", f"serial:{tmp_path / name}")
        assert "idcard.reader.unplugged" in said.stdout
        assert why in said.stderr
        assert said.stderr.count("\n") == 1, "said once"


def test_a_device_that_works_is_good_and_says_so_in_json_too(tmp_path: Path) -> None:
    place(desk(sheet()), tmp_path)
    said = probe("document_camera.frames", "--address", str(tmp_path), "--json")
    findings = [json.loads(line) for line in said.stdout.splitlines()]
    assert (said.returncode, said.stderr) == (0, "")
    assert {"name": "status", "value": "ready", "good": True} in findings
    assert {"name": "page", "value": "found", "good": True} in findings


def test_the_configuration_names_the_adapters(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    reader = identity_card_reader(IdentityCardReaderDevice(address="serial:/dev/absent"))
    camera = document_camera(DocumentCameraDevice(driver="frames", address=str(tmp_path)))
    printer = receipt_printer(ReceiptPrinterDevice(address="tcp:127.0.0.1:1", profile="58mm"))
    assert reader.status() == Disconnected(READER_UNPLUGGED)
    assert camera.status() == Disconnected(CAMERA_UNPLUGGED)
    assert printer.status() == Disconnected(PRINTER_UNPLUGGED)
    assert len([record for record in caplog.records if "never run against a real device" in record.getMessage()]) == 2
    with pytest.raises(ValueError, match="110mm"):
        receipt_printer(ReceiptPrinterDevice(address="tcp:127.0.0.1:1", profile="110mm"))
