"""Codes that people show: what kinds there are, and who saw one."""

from enum import Enum


class Symbology(Enum):
    """By the names of their standards (ISO/IEC 15415 and what it refers to)."""

    QR = "QR Code"
    MICRO_QR = "Micro QR Code"
    RMQR = "rMQR Code"
    DATA_MATRIX = "Data Matrix"
    AZTEC = "Aztec"
    MAXICODE = "MaxiCode"
    PDF417 = "PDF417"
    MICRO_PDF417 = "MicroPDF417"
    CODE_128 = "Code 128"
    CODE_39 = "Code 39"
    CODE_93 = "Code 93"
    CODABAR = "Codabar"
    ITF = "ITF"
    EAN_13 = "EAN-13"
    EAN_8 = "EAN-8"
    UPC_A = "UPC-A"
    UPC_E = "UPC-E"
    DATABAR = "GS1 DataBar"
    OTHER = "other"
    NOT_TOLD = "not told"  # scan engines and wedges send the content alone


class CodeSource(Enum):
    CAMERA = "camera"
    SCAN_ENGINE = "scan-engine"
    WEDGE = "wedge"
