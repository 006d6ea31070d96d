"""The codes that a printer draws from their data: bars and matrix symbols in dots, with what a scanner reads off them.

`GS k` and `GS ( k` after Epson's reference. What cannot stand in its code, or is wider than the paper, is refused, as
mechanisms do: nothing is printed, and here it is said why. A wrong check digit is put right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import qrcode
import zxingcpp
from PIL import Image
from qrcode.exceptions import DataOverflowError

from hardware_sim.devices import code128
from hardware_sim.devices.code128 import NotEncodable
from hardware_sim.devices.escpos_commands import Barcode, Dots, Symbol

Format = zxingcpp.BarcodeFormat


@dataclass(frozen=True, slots=True)
class PrintedCode:
    symbology: str
    text: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """`hri`: what stands in print above or below the bars."""

    dots: Dots
    code: PrintedCode
    hri: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    why: str


@dataclass(frozen=True, slots=True)
class Bars:
    """`modules`: rows of one dot a module; one row is stretched to the height that was set."""

    modules: Dots
    text: str
    payload: bytes
    hri: str


def barcode(code: Barcode, *, module: int, height: int, most_dots: int) -> Drawn | Refused:
    """`module` and `height` in dots."""
    name, draw = _BARCODES[code.kind]
    try:
        bars = draw(code.payload)
    except (NotEncodable, ValueError) as error:  # the writer of zxing-cpp says so too
        return Refused(f"{name}: {error}")
    dots = bars.modules.repeat(module, axis=1)
    dots = dots.repeat(height if len(dots) == 1 else module, axis=0)
    return _fitting(Drawn(dots, PrintedCode(name, bars.text, bars.payload), bars.hri), most_dots)


def symbol(code: Symbol, *, most_dots: int) -> Drawn | Refused:
    settings = dict(code.settings)
    name, draw = _SYMBOLS[code.family]
    try:
        drawn = draw(code.payload, settings, most_dots)
    except (NotEncodable, ValueError) as error:
        return Refused(f"{name}: {error}")
    return _fitting(drawn, most_dots)


def readable(payload: bytes) -> str:
    """A payload as text: UTF-8, else GB18030, else byte by byte."""
    for codec in ("utf-8", "gb18030"):
        try:
            return payload.decode(codec)
        except UnicodeDecodeError:
            pass
    return payload.decode("latin-1")


def printable(text: str) -> str:
    """A code's text on one line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _fitting(drawn: Drawn, most_dots: int) -> Drawn | Refused:
    if drawn.dots.shape[1] > most_dots:
        return Refused(f"{drawn.code.symbology}: {drawn.dots.shape[1]} dots wide where {most_dots} fit")
    return drawn


def _modules(content: str | bytes, kind: Format, **options: object) -> Dots:
    image = zxingcpp.create_barcode(content, kind, **options).to_image(scale=1, add_quiet_zones=False)
    return np.asarray(image) < 128


def _digits(payload: bytes, lengths: set[int]) -> str:
    text = payload.decode("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9]+", text) or len(text) not in lengths:
        raise NotEncodable(f"{printable(text)} is not a number of {' or '.join(map(str, sorted(lengths)))} digits")
    return text


def _check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _retail(kind: Format, length: int) -> Callable[[bytes], Bars]:
    def draw(payload: bytes) -> Bars:
        body = _digits(payload, {length - 1, length})[: length - 1]
        text = body + _check_digit(body)
        return Bars(_modules(text, kind)[:1], text, text.encode(), text)

    return draw


def _upc_e(payload: bytes) -> Bars:
    given = _digits(payload, {6, 7, 8, 11, 12})
    given = given if len(given) > 6 else "0" + given
    short = _zero_suppressed(given[:11]) if len(given) >= 11 else given[:7]
    if short[0] not in "01":
        raise NotEncodable("the number system must be 0 or 1")
    text = short + _check_digit(_expanded(short))
    return Bars(_modules(text, Format.UPCE)[:1], text, text.encode(), text)


def _expanded(short: str) -> str:
    system, digits, last = short[0], short[1:6], short[6]
    if last in "012":
        return system + digits[:2] + last + "0000" + digits[2:]
    if last == "3":
        return system + digits[:3] + "00000" + digits[3:]
    if last == "4":
        return system + digits[:4] + "00000" + digits[4]
    return system + digits + "0000" + last


def _zero_suppressed(long: str) -> str:
    for last in "0123456789":
        for digits in (long[1:3] + long[8:11], long[1:4] + long[9:11], long[1:5] + long[10], long[1:6]):
            if len(digits) == 5 and _expanded(long[0] + digits + last) == long:
                return long[0] + digits + last
    raise NotEncodable(f"{long} has no short form")


def _code_39(payload: bytes) -> Bars:
    text = payload.decode("ascii", "replace").strip("*")
    if not re.fullmatch(r"[0-9A-Z $%+\-./]+", text):
        raise NotEncodable(f"{printable(text)} has characters that Code 39 has not")
    return Bars(_modules(text, Format.Code39)[:1], text, text.encode(), text)


def _itf(payload: bytes) -> Bars:
    text = payload.decode("ascii", "replace")
    text = text[: len(text) // 2 * 2]
    if not re.fullmatch(r"[0-9]+", text):
        raise NotEncodable(f"{printable(text)} is not an even number of digits")
    return Bars(_modules(text, Format.ITF)[:1], text, text.encode(), text)


def _codabar(payload: bytes) -> Bars:
    text = payload.decode("ascii", "replace").upper()
    if not re.fullmatch(r"[ABCD][0-9$+\-./:]+[ABCD]", text):
        raise NotEncodable(f"{printable(text)} does not begin and end with A, B, C or D around digits and $+-./:")
    return Bars(_modules(text, Format.Codabar)[:1], text, text.encode(), text)


def _code_93(payload: bytes) -> Bars:
    text = payload.decode("ascii")
    return Bars(_modules(text, Format.Code93)[:1], text, payload, printable(text))


def _code_128(payload: bytes) -> Bars:
    named = payload[:1] == b"{" and payload[1:2] in (b"A", b"B", b"C")
    symbols = code128.explicit(payload) if named else code128.automatic(payload)
    return _of_symbols(symbols)


def _code_128_automatic(payload: bytes) -> Bars:
    return _of_symbols(code128.automatic(payload))


def _of_symbols(symbols: code128.Symbols, text: str | None = None) -> Bars:
    if not symbols.octets:
        raise NotEncodable("there is nothing in it")
    octets = bytes(symbols.octets)
    text = octets.decode("latin-1") if text is None else text
    return Bars(symbols.dots()[None, :], text, octets, "".join(one if one.isprintable() else " " for one in text))


def _gs1_128(payload: bytes) -> Bars:
    if payload[:1] == b"{" and payload[1:2] in (b"A", b"B", b"C"):
        return _of_symbols(code128.explicit(payload, gs1=True))
    given = payload.decode("latin-1").replace("{1", "\x1d").replace("{(", "(").replace("{)", ")").lstrip("\x1d")
    text = _with_check_digits(given)
    return _of_symbols(code128.automatic(code128.elements(text), gs1=True), text.replace("\x1d", ""))


def _with_check_digits(text: str) -> str:
    """`*` stands for the check digit of the digits before it, back to the identifier."""
    return re.sub(r"([0-9]+)\*", lambda found: found[1] + _check_digit(found[1]), text)


def _data_bar(kind: Format) -> Callable[[bytes], Bars]:
    def draw(payload: bytes) -> Bars:
        number = re.sub(rb"^\(01\)", b"", payload)
        body = _digits(number, {13, 14})[:13]
        text = body + _check_digit(body)
        return Bars(_modules("(01)" + text, kind)[:1], "(01)" + text, b"01" + text.encode(), "(01)" + text)

    return draw


def _data_bar_expanded(payload: bytes) -> Bars:
    text = payload.decode("ascii").replace("{1", "").replace("{(", "(")
    return Bars(_modules(text, Format.DataBarExp)[:1], text, code128.elements(text), text)


_BARCODES: dict[int, tuple[str, Callable[[bytes], Bars]]] = {
    65: ("UPC-A", _retail(Format.UPCA, 12)),
    66: ("UPC-E", _upc_e),
    67: ("EAN-13", _retail(Format.EAN13, 13)),
    68: ("EAN-8", _retail(Format.EAN8, 8)),
    69: ("Code 39", _code_39),
    70: ("ITF", _itf),
    71: ("Codabar", _codabar),
    72: ("Code 93", _code_93),
    73: ("Code 128", _code_128),
    74: ("GS1-128", _gs1_128),
    75: ("DataBar Omni", _data_bar(Format.DataBarOmni)),
    76: ("DataBar Truncated", _data_bar(Format.DataBarOmni)),
    77: ("DataBar Limited", _data_bar(Format.DataBarLtd)),
    78: ("DataBar Expanded", _data_bar_expanded),
    79: ("Code 128", _code_128_automatic),
}

Settings = dict[int, bytes]
_MODULE, _CORRECTION = 0x43, 0x45
_MAXI_CODE_DOTS = (224, 215)  # it has one size: 28 by 27 mm
_CORRECTIONS = {
    "L": qrcode.ERROR_CORRECT_L,
    "M": qrcode.ERROR_CORRECT_M,
    "Q": qrcode.ERROR_CORRECT_Q,
    "H": qrcode.ERROR_CORRECT_H,
}


def _module(settings: Settings, *, default: int, most: int) -> int:
    given = settings.get(_MODULE, b"")
    return given[0] if given and 1 <= given[0] <= most else default


def _stretched(modules: Dots, across: int, down: int | None = None) -> Dots:
    return modules.repeat(down or across, axis=0).repeat(across, axis=1)


def _drawn(name: str, dots: Dots, payload: bytes) -> Drawn:
    return Drawn(dots, PrintedCode(name, readable(payload), payload))


def _first(settings: Settings, function: int, default: int) -> int:
    return settings.get(function, b"")[0] if settings.get(function) else default


def _qr(payload: bytes, settings: Settings, _: int) -> Drawn:
    level = "LMQH"[_first(settings, _CORRECTION, 0x30) & 3]
    micro = _first(settings, 0x41, 0x32) == 0x33
    module = _module(settings, default=3, most=16)
    if micro:
        modules = _modules(_content(payload), Format.MicroQRCode, ec_level=level)
        return _drawn("Micro QR Code", _stretched(modules, module), payload)
    code = qrcode.QRCode(error_correction=_CORRECTIONS[level], border=0)
    code.add_data(payload, optimize=0)  # bytes as they came, without ECI
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise NotEncodable(f"{len(payload)} bytes do not go into one") from error
    return _drawn("QR Code", _stretched(np.array(code.get_matrix(), np.bool_), module), payload)


def _pdf_417(payload: bytes, settings: Settings, most_dots: int) -> Drawn:
    across, down = _module(settings, default=3, most=8), _first(settings, 0x44, 3)
    truncated = _first(settings, 0x46, 0) in (1, 0x31)
    kind = Format.CompactPDF417 if truncated else Format.PDF417
    options: dict[str, object] = {}
    if 1 <= (columns := _first(settings, 0x41, 0)) <= 30:
        options["columns"] = columns
    if 3 <= (rows := _first(settings, 0x42, 0)) <= 90:
        options["rows"] = rows
    given = settings.get(_CORRECTION, b"")
    if len(given) > 1 and given[0] == 0x30 and 0x30 <= given[1] <= 0x38:
        options["ec_level"] = str(given[1] - 0x30)
    modules = _modules(_content(payload), kind, **options)
    if not columns and modules.shape[1] * across > most_dots:
        fitting = max(1, (most_dots // across - 1) // 17 - (2 if truncated else 4))
        modules = _modules(_content(payload), kind, columns=fitting, **options)
    return _drawn("PDF417", _stretched(modules[::3], across, across * max(down, 2)), payload)


def _maxi_code(payload: bytes, settings: Settings, _: int) -> Drawn:
    image = zxingcpp.create_barcode(_content(payload), Format.MaxiCode).to_image(scale=4, add_quiet_zones=False)
    shrunk = Image.fromarray(np.asarray(image)).resize(_MAXI_CODE_DOTS, Image.Resampling.BOX)
    return _drawn("MaxiCode", np.asarray(shrunk) < 128, payload)


def _aztec(payload: bytes, settings: Settings, _: int) -> Drawn:
    modules = _modules(_content(payload), Format.AztecCode)
    return _drawn("Aztec", _stretched(modules, _module(settings, default=3, most=16)), payload)


def _data_matrix(payload: bytes, settings: Settings, _: int) -> Drawn:
    oblong = _first(settings, 0x42, 0x30) in (1, 0x31)
    modules = _modules(_content(payload), Format.DataMatrix, force_square=not oblong)
    return _drawn("Data Matrix", _stretched(modules, _module(settings, default=3, most=16)), payload)


_STACKED = {0x48: ("DataBar Stacked", Format.DataBarStk), 0x49: ("DataBar Stacked Omni", Format.DataBarStkOmni)}


def _data_bar_stacked(payload: bytes, settings: Settings, most_dots: int) -> Drawn:
    kind, body = payload[0] if payload else 0, payload[1:]
    across = _module(settings, default=2, most=8)
    if kind in _STACKED:
        name, form = _STACKED[kind]
        number = _digits(re.sub(rb"^\(01\)", b"", body), {13, 14})[:13]
        text = "(01)" + number + _check_digit(number)
    else:
        name, form, text = "DataBar Expanded Stacked", Format.DataBarExpStk, body.decode("ascii")
    modules = _modules(text, form)
    return Drawn(_stretched(modules, across), PrintedCode(name, text, code128.elements(text)))


def _composite(payload: bytes, settings: Settings, most_dots: int) -> Drawn:
    raise NotEncodable("this printer has no composite symbols")


_SYMBOLS: dict[int, tuple[str, Callable[[bytes, Settings, int], Drawn]]] = {
    0x30: ("PDF417", _pdf_417),
    0x31: ("QR Code", _qr),
    0x32: ("MaxiCode", _maxi_code),
    0x33: ("DataBar Stacked", _data_bar_stacked),
    0x34: ("GS1 Composite", _composite),
    0x35: ("Aztec", _aztec),
    0x36: ("Data Matrix", _data_matrix),
}


def _content(payload: bytes) -> str | bytes:
    """Text where it is text, so that the denser modes are used and no ECI is needed; else the bytes as they are."""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload
