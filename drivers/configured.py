"""The adapters that a terminal's configuration names. Nothing is opened here; what makes no sense is `Misconfigured`.

`ends` is told what must be closed once the adapter is no longer used. With a `recording` all that is said between the
adapter and its device is written down, but for the drivers of other packages and for decoders of photos.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

from drivers.codes.camera import CameraCodeReader
from drivers.codes.code_traces import SCAN_ENGINE, WEDGE
from drivers.codes.scan_engine import BAUD, ScanEngine
from drivers.codes.wedge import Wedge
from drivers.document_camera.document_camera import DocumentCamera, FrameSource
from drivers.document_camera.frame_traces import FRAMES, frames_at
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from drivers.document_scanner.sane_scanner import SaneScanner, sane_child
from drivers.document_scanner.sane_traces import SANE
from drivers.identity_card.pcsc_storage import StorageCardReader
from drivers.identity_card.portrait import PortraitDecoder
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_traces import SAM
from drivers.identity_card.sam_wires import sam_transport
from drivers.identity_card.sdt_library import SdtLibraryReader, sdt_at
from drivers.identity_card.sdt_traces import SDT
from drivers.installed import installed_driver
from drivers.page_printer.ipp_printer import IppPrinter
from drivers.page_printer.ipp_traces import IPP, wire_at
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.escpos_traces import ESCPOS
from drivers.receipt_printer.profiles import profile_named
from drivers.smart_card.pcsc import pcsc_child
from drivers.smart_card.pcsc_traces import PCSC
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.traces.protocols import WireProtocol
from drivers.traces.recording import Recording, Tape, recorded
from drivers.transport import Transport, open_transport
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


def identity_card_reader(
    settings: IdentityCardReaderDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.IdentityCardReader:
    ends = ExitStack() if ends is None else ends
    with _setting("identity_card_reader", "photo_decoder"):
        portraits = _portraits(settings)
    with _setting("identity_card_reader", "address"):
        match settings.driver:
            case "sam":
                if portraits:
                    ends.callback(portraits.close)
                tape = _tape(recording, "identity_card_reader", settings, SAM, ends)
                return SamReader(_wire(sam_transport(settings.address), tape, ends), portraits=portraits)
            case "pcsc-storage":
                tape = _tape(recording, "identity_card_reader", settings, PCSC, ends)
                reader = StorageCardReader(settings.address, child=pcsc_child(settings.address, tape))
                ends.callback(reader.close)
                return reader
            case "sdt-library":
                if portraits:
                    ends.callback(portraits.close)
                place, child = sdt_at(settings.address, _tape(recording, "identity_card_reader", settings, SDT, ends))
                through = SdtLibraryReader(place, portraits=portraits, child=child)
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


def smart_card_reader(
    settings: SmartCardReaderDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.SmartCardReader:
    if settings.driver != "pcsc":
        return cast(ports.SmartCardReader, _installed("smart_card_reader", settings, ends))
    with _setting("smart_card_reader", "address"):
        tape = _tape(recording, "smart_card_reader", settings, PCSC, ends)
        reader = SmartCardReader(settings.address, child=pcsc_child(settings.address, tape))
    if ends is not None:
        ends.callback(reader.close)
    return reader


def code_reader(
    settings: CodeReaderDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.CodeReader:
    with _setting("code_reader", "address"):
        match settings.driver:
            case "camera":
                tape = _tape(recording, "code_reader", settings, FRAMES, ends)
                return CameraCodeReader(frames_at(settings.address, lambda: _frames(settings.address), tape))
            case "scan-engine":
                tape = _tape(recording, "code_reader", settings, SCAN_ENGINE, ends)
                return ScanEngine(_wire(open_transport(settings.address, default_baud=BAUD), tape, ends))
            case "wedge":
                wedge = Wedge(settings.address, tape=_tape(recording, "code_reader", settings, WEDGE, ends))
                if ends is not None:
                    ends.callback(wedge.close)
                return wedge
            case _:
                return cast(ports.CodeReader, _installed("code_reader", settings, ends))


def document_camera(
    settings: DocumentCameraDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.DocumentCamera:
    with _setting("document_camera", "address"):
        match settings.driver:
            case "uvc" | "frames":
                tape = _tape(recording, "document_camera", settings, FRAMES, ends)
                makes = _camera if settings.driver == "uvc" else _folder
                return DocumentCamera(frames_at(settings.address, lambda: makes(settings.address), tape))
            case _:
                return cast(ports.DocumentCamera, _installed("document_camera", settings, ends))


def document_scanner(
    settings: DocumentScannerDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.DocumentScanner:
    if settings.driver != "sane":
        return cast(ports.DocumentScanner, _installed("document_scanner", settings, ends))
    with _setting("document_scanner", "address"):
        tape = _tape(recording, "document_scanner", settings, SANE, ends)
        scanner = SaneScanner(settings.address, child=sane_child(settings.address, tape))
    if ends is not None:
        ends.callback(scanner.close)
    return scanner


def receipt_printer(
    settings: ReceiptPrinterDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.ReceiptPrinter:
    if settings.driver != "escpos":
        return cast(ports.ReceiptPrinter, _installed("receipt_printer", settings, ends))
    with _setting("receipt_printer", "profile"):
        profile = profile_named(settings.profile)
    with _setting("receipt_printer", "address"):
        tape = _tape(recording, "receipt_printer", settings, ESCPOS, ends)
        return EscPosPrinter(_wire(open_transport(settings.address), tape, ends), profile)


def _wire(transport: Transport, tape: Tape | None, ends: ExitStack | None) -> Transport:
    """Recorded where there is a tape, and let go of at the end."""
    wire = recorded(transport, tape)
    if ends is not None:
        ends.callback(wire.close)
    return wire


def _installed(port: str, settings: Any, ends: ExitStack | None) -> object:
    """The adapter of a package's driver."""
    with _setting(port, "driver"):
        makes_adapter = installed_driver(port, settings.driver, ours=OURS[port])
    with _setting(port, "address"):
        return makes_adapter(settings, ExitStack() if ends is None else ends)


def page_printer(
    settings: PagePrinterDevice, ends: ExitStack | None = None, *, recording: Recording | None = None
) -> ports.PagePrinter:
    if settings.driver != "ipp":
        return cast(ports.PagePrinter, _installed("page_printer", settings, ends))
    with _setting("page_printer", "address"):
        tape = _tape(recording, "page_printer", settings, IPP, ends)
        return IppPrinter(settings.address, wire=wire_at(settings.address, tape))


def _tape(
    recording: Recording | None, port: str, settings: Any, protocol: WireProtocol, ends: ExitStack | None
) -> Tape | None:
    """Where what it says is written down; nowhere without a recording. ValueError for a trace that stands for a device
    and is not called simulated: what it reads would be taken for somebody's."""
    if settings.address.startswith("trace:") and not settings.simulated:
        raise ValueError("a trace is no device of this terminal: set simulated = true")
    if recording is None:
        return None
    tape = recording.tape(port, settings.driver, protocol)
    if ends is not None:
        ends.callback(tape.flush)
    return tape


def _camera(address: str) -> FrameSource:
    place = _place(address)
    if not place.is_relative_to(DEVICES):
        raise ValueError(f"not a camera's device: {address!r} (/dev/video0)")
    return UvcCamera(place)


def _folder(address: str) -> FrameSource:
    return FolderOfFrames(_place(address))


def _frames(address: str) -> FrameSource:
    """A camera below `/dev`, else a folder."""
    return _camera(address) if _place(address).is_relative_to(DEVICES) else _folder(address)


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
