"""The adapters that a terminal's configuration names. Nothing is opened here; what makes no sense is a ValueError.

`ends` is told what must be closed once the adapter is no longer used.
"""

from contextlib import ExitStack
from pathlib import Path

from drivers.codes.camera import CameraCodeReader
from drivers.codes.scan_engine import BAUD, ScanEngine
from drivers.codes.wedge import Wedge
from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from drivers.identity_card.pcsc_storage import StorageCardReader
from drivers.identity_card.portrait import PortraitDecoder
from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.smart_card.pcsc import reader_name
from drivers.smart_card.smart_card_reader import SmartCardReader
from drivers.transport import open_transport
from kiosk import ports
from kiosk.configuration import (
    CodeReaderDevice,
    DocumentCameraDevice,
    IdentityCardReaderDevice,
    ReceiptPrinterDevice,
    SmartCardReaderDevice,
)


def identity_card_reader(settings: IdentityCardReaderDevice, ends: ExitStack | None = None) -> ports.IdentityCardReader:
    ends = ExitStack() if ends is None else ends
    match settings.driver:
        case "sam":
            portraits = PortraitDecoder(Path(settings.photo_decoder)) if settings.photo_decoder else None
            if portraits:
                ends.callback(portraits.close)
            return SamReader(sam_transport(settings.address), portraits=portraits)
        case "pcsc-storage":
            reader = StorageCardReader(reader_name(settings.address))
            ends.callback(reader.close)
            return reader


def smart_card_reader(settings: SmartCardReaderDevice, ends: ExitStack | None = None) -> ports.SmartCardReader:
    reader = SmartCardReader(reader_name(settings.address))
    if ends is not None:
        ends.callback(reader.close)
    return reader


def code_reader(settings: CodeReaderDevice, ends: ExitStack | None = None) -> ports.CodeReader:
    match settings.driver:
        case "camera":
            place = Path(settings.address)
            return CameraCodeReader(UvcCamera(place) if place.is_relative_to("/dev") else FolderOfFrames(place))
        case "scan-engine":
            return ScanEngine(open_transport(settings.address, default_baud=BAUD))
        case "wedge":
            wedge = Wedge(settings.address)
            if ends is not None:
                ends.callback(wedge.close)
            return wedge


def document_camera(settings: DocumentCameraDevice) -> ports.DocumentCamera:
    match settings.driver:
        case "uvc":
            return DocumentCamera(UvcCamera(Path(settings.address)))
        case "frames":
            return DocumentCamera(FolderOfFrames(Path(settings.address)))


def receipt_printer(settings: ReceiptPrinterDevice) -> ports.ReceiptPrinter:
    return EscPosPrinter(open_transport(settings.address), profile_named(settings.profile))
