"""Code 128 as receipt printers are told it: `{A`, `{B`, `{C` choose the set, `{1` is FNC1, `{S` shifts.

In set C each byte is the value of two digits (Epson). After ISO/IEC 15417.
"""

from dataclasses import dataclass, field

import numpy as np

from hardware_sim.devices.escpos_commands import Dots

# Widths of bars and spaces of the symbols 0 to 105, then stop.
_TABLE = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231
113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211
212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131
113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111
314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211
241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141
214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214
211232 2331112
"""
_WIDTHS = _TABLE.split()
_STOP = 106
_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"A": 101, "B": 100, "C": 99}
FNC1 = 102
_FUNCTIONS = {"1": FNC1, "2": 97, "3": 96}
_FIXED_LENGTH_IDENTIFIERS = frozenset(f"{n:02d}" for n in (*range(5), *range(11, 21), *range(31, 37), 41))


class NotEncodable(ValueError):
    """The data cannot stand in the code; the message says why."""


@dataclass(slots=True)
class Symbols:
    """`values` begin with the start symbol; `octets` is what a scanner gives, `text` as a reader shows it."""

    values: list[int]
    octets: bytearray = field(default_factory=bytearray)

    def dots(self) -> Dots:
        """One row, a dot a module."""
        check = (self.values[0] + sum(at * value for at, value in enumerate(self.values))) % 103
        widths = "".join(_WIDTHS[value] for value in (*self.values, check, _STOP))
        return np.repeat(np.arange(len(widths)) % 2 == 0, [int(width) for width in widths])

    def add(self, octet: int, code_set: str) -> None:
        if code_set == "C":
            if octet > 99:
                raise NotEncodable(f"{octet} is no pair of digits")
            self.values.append(octet)
            self.octets += b"%02d" % octet
        elif code_set == "A" and octet < 96:
            self.values.append(octet + 64 if octet < 32 else octet - 32)
            self.octets.append(octet)
        elif code_set == "B" and 32 <= octet < 128:
            self.values.append(octet - 32)
            self.octets.append(octet)
        else:
            raise NotEncodable(f"{octet:02X} is not in set {code_set}")

    def function(self, value: int) -> None:
        if value == FNC1 and len(self.values) > 1:
            self.octets.append(0x1D)
        self.values.append(value)


def explicit(payload: bytes, *, gs1: bool = False) -> Symbols:
    """Data that name their sets. Raises `NotEncodable`."""
    code_set = chr(payload[1])
    symbols = Symbols([_START[code_set]])
    if gs1:
        symbols.function(FNC1)
    at, shifted = 2, False
    while at < len(payload):
        octet, at = payload[at], at + 1
        if octet == 0x7B:
            letter = chr(payload[at]) if at < len(payload) else ""
            at += 1
            if letter in _SWITCH:
                if letter != code_set:
                    symbols.values.append(_SWITCH[letter])
                code_set = letter
                continue
            if letter == "S" and code_set != "C":
                symbols.values.append(98)
                shifted = True
                continue
            if letter in _FUNCTIONS:
                if not (gs1 and letter == "1" and len(symbols.values) == 2):
                    symbols.function(_FUNCTIONS[letter])
                continue
            if letter == "4" and code_set != "C":
                symbols.values.append(_SWITCH[code_set])
                continue
            if letter != "{":
                raise NotEncodable("no character after {")
        symbols.add(octet, {"A": "B", "B": "A"}[code_set] if shifted else code_set)
        shifted = False
    return symbols


def automatic(payload: bytes, *, gs1: bool = False) -> Symbols:
    """The sets are chosen here: C for runs of digits, A for control characters. Raises `NotEncodable`."""
    code_set = "C" if _digits(payload, 0) >= 4 or (payload.isdigit() and len(payload) == 2) else "B"
    symbols = Symbols([_START[code_set]])
    if gs1:
        symbols.function(FNC1)
    at = 0
    while at < len(payload):
        octet, digits = payload[at], _digits(payload, at)
        if octet == 0x1D and gs1:
            symbols.function(FNC1)
            at += 1
            continue
        wanted = "C" if digits >= (2 if code_set == "C" else 4) and digits % 2 == 0 else "B"
        if wanted == "C":
            octet = int(payload[at : at + 2])
        elif octet < 32:
            wanted = "A"
        if wanted != code_set:
            symbols.values.append(_SWITCH[wanted])
            code_set = wanted
        symbols.add(octet, code_set)
        at += 2 if code_set == "C" else 1
    return symbols


def elements(text: str) -> bytes:
    """`(01)0950...(10)AB` without its parentheses, FNC1 (1D) after what has no fixed length."""
    if not text.startswith("("):
        return text.replace(" ", "").encode("latin-1")
    parts = [part.split(")", 1) for part in text.replace(" ", "")[1:].split("(")]
    if any(len(part) != 2 for part in parts):
        raise NotEncodable("an application identifier is not closed")
    joined = ""
    for number, (identifier, value) in enumerate(parts, 1):
        fixed = identifier[:2] in _FIXED_LENGTH_IDENTIFIERS or number == len(parts)
        joined += identifier + value + ("" if fixed else "\x1d")
    return joined.encode("latin-1")


def _digits(payload: bytes, at: int) -> int:
    end = at
    while end < len(payload) and 0x30 <= payload[end] <= 0x39:
        end += 1
    return end - at
