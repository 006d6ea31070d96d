"""The three libraries that read codes, each told in the same words. Which to ask when is not decided here.

Imported at the first look: with it come zxing-cpp, zbar and OpenCV.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import wrapper as zbar

from drivers.codes.content import MOST_BYTES, text_by_eci, text_of
from kiosk.codes import Symbology

Grey = NDArray[np.uint8]  # height x width
Points = NDArray[np.float32]  # n x 2, x and y

Formats = zxingcpp.BarcodeFormat
QR_FORMATS = Formats.QRCode
BARRED_FORMATS = (  # edges of one direction
    *(Formats.PDF417, Formats.Code128, Formats.Code39, Formats.Code93, Formats.Codabar, Formats.ITF),
    *(Formats.EANUPC, Formats.DataBar),
)
COMMON_FORMATS = (Formats.DataMatrix, Formats.Aztec, *BARRED_FORMATS)
RARE_FORMATS = (Formats.MicroQRCode, Formats.RMQRCode, Formats.MaxiCode, Formats.MicroPDF417)
ALL_FORMATS = (QR_FORMATS, *COMMON_FORMATS, *RARE_FORMATS)

_SYMBOLOGIES = {
    "QR Code": Symbology.QR,
    "Micro QR Code": Symbology.MICRO_QR,
    "rMQR Code": Symbology.RMQR,
    "Data Matrix": Symbology.DATA_MATRIX,
    "MaxiCode": Symbology.MAXICODE,
    "PDF417": Symbology.PDF417,
    "Compact PDF417": Symbology.PDF417,
    "MicroPDF417": Symbology.MICRO_PDF417,
    "EAN-13": Symbology.EAN_13,
    "ISBN": Symbology.EAN_13,
    "EAN-8": Symbology.EAN_8,
    "UPC-A": Symbology.UPC_A,
    "UPC-E": Symbology.UPC_E,
    "Code 93": Symbology.CODE_93,
    "Code 128": Symbology.CODE_128,
    "Codabar": Symbology.CODABAR,
    "Telepen": Symbology.OTHER,
}
_FAMILIES = {
    "QR": Symbology.QR,
    "Aztec": Symbology.AZTEC,
    "Code 39": Symbology.CODE_39,
    "ITF": Symbology.ITF,
    "DataBar": Symbology.DATABAR,
}
_ZBAR_SYMBOLOGIES = {
    zbar.ZBarSymbol.QRCODE: Symbology.QR,
    zbar.ZBarSymbol.EAN13: Symbology.EAN_13,
    zbar.ZBarSymbol.EAN8: Symbology.EAN_8,
    zbar.ZBarSymbol.CODE128: Symbology.CODE_128,
    zbar.ZBarSymbol.CODE93: Symbology.CODE_93,
    zbar.ZBarSymbol.CODE39: Symbology.CODE_39,
    zbar.ZBarSymbol.I25: Symbology.ITF,
    zbar.ZBarSymbol.CODABAR: Symbology.CODABAR,
}  # not DataBar: zbar sees it in noise. UPC-A and UPC-E come as the EAN-13 that they stand for, as in zxing-cpp.
_ZBAR_BINARY = 4  # ZBAR_CFG_BINARY of zbar 0.23: bytes as they are, no guess at a character set
_GREY = int.from_bytes(b"Y800", "little")
_HEX = re.compile(r"(?:[0-9A-F]{2} ?)*")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A code as one reader saw it. `corners`: around it, in dots of the picture. `lines`: how many scans agreed."""

    payload: bytes
    text: str
    symbology: Symbology
    corners: Points
    lines: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A symbol that was found and could not be read."""

    corners: Points


def seen_by_zxing(
    grey: Grey, formats: Any = ALL_FORMATS, *, whole_histogram: bool = False, pure: bool = False, invert: bool = True
) -> Iterator[Sighting | Unread]:
    binarizer = zxingcpp.Binarizer.GlobalHistogram if whole_histogram else zxingcpp.Binarizer.LocalAverage
    for seen in zxingcpp.read_barcodes(
        np.ascontiguousarray(grey),
        formats,
        try_invert=invert,
        text_mode=zxingcpp.TextMode.HexECI,
        binarizer=binarizer,
        is_pure=pure,
        return_errors=True,
    ):
        at = seen.position
        corners = np.array(
            [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)], np.float32
        )
        if not seen.valid:
            yield Unread(corners)
            continue
        payload = bytes(seen.bytes)
        if 0 < len(payload) <= MOST_BYTES:
            yield Sighting(payload, _text(seen.text, payload), _symbology(str(seen.format)), corners, lines=2)


def seen_by_zbar(grey: Grey, *, step: int = 1) -> Iterator[Sighting]:
    """In binary mode. `step`: every how many dots a line is scanned."""
    height, width = grey.shape
    dots = ctypes.create_string_buffer(grey.tobytes(), height * width)
    scanner, picture = zbar.zbar_image_scanner_create(), zbar.zbar_image_create()
    try:
        zbar.zbar_image_scanner_set_config(scanner, zbar.ZBarSymbol.NONE, zbar.ZBarConfig.CFG_ENABLE, 0)
        for symbol in _ZBAR_SYMBOLOGIES:
            zbar.zbar_image_scanner_set_config(scanner, symbol, zbar.ZBarConfig.CFG_ENABLE, 1)
        zbar.zbar_image_scanner_set_config(scanner, zbar.ZBarSymbol.QRCODE, _ZBAR_BINARY, 1)
        for density in (zbar.ZBarConfig.CFG_X_DENSITY, zbar.ZBarConfig.CFG_Y_DENSITY):
            zbar.zbar_image_scanner_set_config(scanner, zbar.ZBarSymbol.NONE, density, step)
        zbar.zbar_image_set_format(picture, _GREY)
        zbar.zbar_image_set_size(picture, width, height)
        zbar.zbar_image_set_data(picture, ctypes.cast(dots, ctypes.c_void_p), len(dots), None)
        if zbar.zbar_scan_image(scanner, picture) > 0:
            symbol = zbar.zbar_image_first_symbol(picture)
            while symbol:
                payload = ctypes.string_at(zbar.zbar_symbol_get_data(symbol), zbar.zbar_symbol_get_data_length(symbol))
                symbology = _ZBAR_SYMBOLOGIES.get(symbol.contents.type)
                corners = [
                    (zbar.zbar_symbol_get_loc_x(symbol, at), zbar.zbar_symbol_get_loc_y(symbol, at))
                    for at in range(zbar.zbar_symbol_get_loc_size(symbol))
                ]
                if symbology is not None and 0 < len(payload) <= MOST_BYTES and corners:
                    yield Sighting(
                        payload,
                        text_of(payload),
                        symbology,
                        np.asarray(cv2.boxPoints(cv2.minAreaRect(np.array(corners, np.float32))), np.float32),
                        lines=int(zbar.zbar_symbol_get_quality(symbol)),
                    )
                symbol = zbar.zbar_symbol_next(symbol)
    finally:
        zbar.zbar_image_destroy(picture)
        zbar.zbar_image_scanner_destroy(scanner)


def qr_found_by_opencv(grey: Grey, *, by_markers: bool) -> Iterator[Unread]:
    """Where OpenCV sees QR codes; `by_markers`: with its detector for square markers, which bears more tilt."""
    detector = cv2.QRCodeDetectorAruco() if by_markers else cv2.QRCodeDetector()
    try:
        found, corners = detector.detectMulti(grey)
    except cv2.error:  # some pictures trip its own assertions
        return
    if found and corners is not None:
        for quadrangle in np.asarray(corners, np.float32).reshape(-1, 4, 2):
            if np.isfinite(quadrangle).all():
                yield Unread(quadrangle)


def _symbology(name: str) -> Symbology:
    family = next((symbology for start, symbology in _FAMILIES.items() if name.startswith(start)), Symbology.OTHER)
    return _SYMBOLOGIES.get(name, family)


def _text(hexadecimal: str, payload: bytes) -> str:
    """From zxing-cpp's hexadecimal form: an AIM identifier of three characters, then content in the ECI protocol."""
    content = bytes.fromhex(hexadecimal)[3:] if _HEX.fullmatch(hexadecimal) else b""
    return text_by_eci(content) if b"\\" in content and content != payload else text_of(payload)
