"""The adapters that a terminal's configuration names. Nothing is opened here; what makes no sense is `Misconfigured`.

`ends` is told what must be closed once the adapter is no longer used.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

from drivers.codes.camera import CameraCodeReader
from drivers.codes.scan_engine import BAUD, ScanEngine
from drivers.codes.wedge import Wedge
from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from drivers.document_scanner.sane_scanner import SaneScanner
from drivers.identity_card.pcsc_storage import StorageCardReader
from drivers.identity_card.portrait import PortraitDecoder
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.identity_card.sdt_library import SdtLibraryReader, sdt_address
from drivers.installed import installed_driver
from drivers.page_printer.ipp_printer import IppPrinter
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.smart_card.pcsc import reader_name
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.transport import open_transport
from kiosk import ports
from kiosk.configuration import (
    CodeReaderDevice,
    DocumentCameraDevice,
    DocumentScannerDevice,
    IdentityCardReaderDevice,
    PagePrinterDevice,
    ReceiptPrinterDevice,
    SmartCardReaderDevice,
)

DEVICES = Path("/dev")


DECODING = ("sam", "sdt-library")  # drivers of identity cards that take a library for photos
OURS: Mapping[str, tuple[str, ...]] = {
    "identity_card_reader": ("sam", "pcsc-storage", "sdt-library"),
    "smart_card_reader": ("pcsc",),
    "code_reader": ("camera", "scan-engine", "wedge"),
    "document_camera": ("uvc", "frames"),
    "document_scanner": ("sane",),
    "receipt_printer": ("escpos",),
    "page_printer": ("ipp",),
}


class Misconfigured(ValueError):
    """A setting that names no device; `place`: its keys from the configuration's top."""

    def __init__(self, place: tuple[str, ...], why: str) -> None:
        super().__init__(f"{'.'.join(place)}: {why}")
        self.place = place


def identity_card_reader(settings: IdentityCardReaderDevice, ends: ExitStack | None = None) -> ports.IdentityCardReader:
    ends = ExitStack() if ends is None else ends
    with _setting("identity_card_reader", "photo_decoder"):
        portraits = _portraits(settings)
    with _setting("identity_card_reader", "address"):
        match settings.driver:
            case "sam":
                if portraits:
                    ends.callback(portraits.close)
                return SamReader(sam_transport(settings.address), portraits=portraits)
            case "pcsc-storage":
                reader = StorageCardReader(reader_name(settings.address))
                ends.callback(reader.close)
                return reader
            case "sdt-library":
                if portraits:
                    ends.callback(portraits.close)
                through = SdtLibraryReader(sdt_address(settings.address), portraits=portraits)
                ends.callback(through.close)
                return through
            case _:
                return cast(ports.IdentityCardReader, _installed("identity_card_reader", settings, ends))


def _portraits(settings: IdentityCardReaderDevice) -> PortraitDecoder | None:
    if settings.photo_decoder is None:
        return None
    if settings.driver not in DECODING:
        raise ValueError(f"the driver {settings.driver} decodes no photos")
    library = Path(settings.photo_decoder)
    if not library.is_file():
        raise ValueError(f"there is no library {library}")
    return PortraitDecoder(library)


def smart_card_reader(settings: SmartCardReaderDevice, ends: ExitStack | None = None) -> ports.SmartCardReader:
    if settings.driver != "pcsc":
        return cast(ports.SmartCardReader, _installed("smart_card_reader", settings, ends))
    with _setting("smart_card_reader", "address"):
        reader = SmartCardReader(reader_name(settings.address))
    if ends is not None:
        ends.callback(reader.close)
    return reader


def code_reader(settings: CodeReaderDevice, ends: ExitStack | None = None) -> ports.CodeReader:
    with _setting("code_reader", "address"):
        match settings.driver:
            case "camera":
                place = _place(settings.address)
                return CameraCodeReader(UvcCamera(place) if place.is_relative_to(DEVICES) else FolderOfFrames(place))
            case "scan-engine":
                return ScanEngine(open_transport(settings.address, default_baud=BAUD))
            case "wedge":
                wedge = Wedge(settings.address)
                if ends is not None:
                    ends.callback(wedge.close)
                return wedge
            case _:
                return cast(ports.CodeReader, _installed("code_reader", settings, ends))


def document_camera(settings: DocumentCameraDevice, ends: ExitStack | None = None) -> ports.DocumentCamera:
    with _setting("document_camera", "address"):
        match settings.driver:
            case "uvc":
                place = _place(settings.address)
                if not place.is_relative_to(DEVICES):
                    raise ValueError(f"not a camera's device: {settings.address!r} (/dev/video0)")
                return DocumentCamera(UvcCamera(place))
            case "frames":
                return DocumentCamera(FolderOfFrames(_place(settings.address)))
            case _:
                return cast(ports.DocumentCamera, _installed("document_camera", settings, ends))


def document_scanner(settings: DocumentScannerDevice, ends: ExitStack | None = None) -> ports.DocumentScanner:
    if settings.driver != "sane":
        return cast(ports.DocumentScanner, _installed("document_scanner", settings, ends))
    with _setting("document_scanner", "address"):
        scanner = SaneScanner(settings.address)
    if ends is not None:
        ends.callback(scanner.close)
    return scanner


def receipt_printer(settings: ReceiptPrinterDevice, ends: ExitStack | None = None) -> ports.ReceiptPrinter:
    if settings.driver != "escpos":
        return cast(ports.ReceiptPrinter, _installed("receipt_printer", settings, ends))
    with _setting("receipt_printer", "profile"):
        profile = profile_named(settings.profile)
    with _setting("receipt_printer", "address"):
        return EscPosPrinter(open_transport(settings.address), profile)


def _installed(port: str, settings: Any, ends: ExitStack | None) -> object:
    """The adapter of a package's driver."""
    with _setting(port, "driver"):
        makes_adapter = installed_driver(port, settings.driver, ours=OURS[port])
    with _setting(port, "address"):
        return makes_adapter(settings, ExitStack() if ends is None else ends)


def page_printer(settings: PagePrinterDevice, ends: ExitStack | None = None) -> ports.PagePrinter:
    if settings.driver != "ipp":
        return cast(ports.PagePrinter, _installed("page_printer", settings, ends))
    with _setting("page_printer", "address"):
        return IppPrinter(settings.address)


def _place(address: str) -> Path:
    """Where a camera or a folder of frames is."""
    place = Path(address)
    if not place.is_absolute():
        raise ValueError(f"not a camera's device or a folder: {address!r} (/dev/video0, or a folder from / on)")
    return place


@contextmanager
def _setting(*keys: str) -> Iterator[None]:
    """A ValueError within is about this setting of this device."""
    try:
        yield
    except Misconfigured:
        raise
    except ValueError as error:
        raise Misconfigured(("devices", *keys), str(error)) from error
