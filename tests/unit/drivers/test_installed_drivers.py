"""A vendor's package brings a driver by an entry point; a name that nobody brings is an error with the nearest one."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from drivers.configured import Misconfigured, code_reader, document_camera, identity_card_reader, receipt_printer
from drivers.installed import installed_names
from kiosk.configuration import CodeReaderDevice, DocumentCameraDevice, IdentityCardReaderDevice, ReceiptPrinterDevice
from kiosk.ports import NoCard, Ready

MODULE = """
from kiosk.ports import NoCard, Ready

class Reader:
    def __init__(self, address): self.address = address
    def status(self): return Ready()
    def find_card(self): return NoCard()

def connect(settings, ends):
    if not settings.address.startswith("acme:"):
        raise ValueError("not an address of an ACME reader (acme:1)")
    ends.callback(print, "let go of", settings.address)
    return Reader(settings.address)
"""
ENTRY_POINTS = """
[hall_terminal.drivers]
identity_card_reader.acme = acme_reader:connect
identity_card_reader.acme-broken = acme_reader:forgotten
code_reader.acme = nowhere_to_be_found:connect
"""


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "acme_reader-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-reader\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "acme_reader.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)


def reader(driver: str, address: str = "acme:1") -> IdentityCardReaderDevice:
    return IdentityCardReaderDevice(driver=driver, address=address)


def test_a_package_brings_a_driver_and_says_what_is_to_be_closed(capsys: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as ends:
        made = identity_card_reader(reader("acme"), ends)
        assert (made.status(), made.find_card()) == (Ready(), NoCard())
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out == "let go of acme:1\n"
    assert installed_names("identity_card_reader") == ["acme", "acme-broken"]


@pytest.mark.parametrize(
    ("driver", "address", "place", "why"),
    [
        ("acmee", "acme:1", "driver", "no driver is named 'acmee'; the nearest known one is acme "),
        ("sam2", "acme:1", "driver", "the nearest known one is sam (sam, "),
        ("acme-broken", "acme:1", "driver", "acme-broken does not load: acme_reader:forgotten"),
        ("acme", "serial:/dev/ttyS1", "address", "not an address of an ACME reader"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place(driver: str, address: str, place: str, why: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        identity_card_reader(reader(driver, address))
    assert raised.value.place == ("devices", "identity_card_reader", place)
    assert why in str(raised.value)


def test_every_port_takes_drivers_of_packages_and_names_its_own() -> None:
    with pytest.raises(Misconfigured, match="nowhere_to_be_found"):
        code_reader(CodeReaderDevice(driver="acme", address="x"))
    with pytest.raises(Misconfigured, match=r"nearest known one is \w+ \(uvc, frames\)"):
        document_camera(DocumentCameraDevice(driver="uvcc", address="/dev/video0"))
    with pytest.raises(Misconfigured, match=r"nearest known one is escpos"):
        receipt_printer(ReceiptPrinterDevice(driver="escp", address="tcp:192.0.2.1:9100"))
