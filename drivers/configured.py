"""The adapters that a terminal's configuration names. Nothing is opened here; what makes no sense is a ValueError."""

from pathlib import Path

from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from drivers.identity_card.sam_reader import SamReader
from drivers.receipt_printer.escpos_printer import EscPosPrinter
from drivers.receipt_printer.profiles import profile_named
from drivers.transport import open_transport
from kiosk import ports
from kiosk.configuration import DocumentCameraDevice, IdentityCardReaderDevice, ReceiptPrinterDevice


def identity_card_reader(settings: IdentityCardReaderDevice) -> ports.IdentityCardReader:
    return SamReader(open_transport(settings.address))


def document_camera(settings: DocumentCameraDevice) -> ports.DocumentCamera:
    match settings.driver:
        case "uvc":
            return DocumentCamera(UvcCamera(Path(settings.address)))
        case "frames":
            return DocumentCamera(FolderOfFrames(Path(settings.address)))


def receipt_printer(settings: ReceiptPrinterDevice) -> ports.ReceiptPrinter:
    return EscPosPrinter(open_transport(settings.address), profile_named(settings.profile))
