"""The ESC/POS commands by their first bytes: what each is, how long it is, and what it sets.

After Epson's command reference; what only other makers have is marked as theirs. A command that is in no table here
is unknown to the printer.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hardware_sim.devices.escpos_commands import (
    Asked,
    AutomaticStatus,
    Command,
    Cut,
    Feed,
    LineFeed,
    MacroMark,
    MacroRun,
    MotionUnits,
    PageArea,
    PageBegin,
    PageDirection,
    PageEnd,
    PageVertical,
    Position,
    Set,
    Setting,
)  # fmt: skip

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D
LEADS = {DLE: "DLE", ESC: "ESC", FS: "FS", GS: "GS"}
_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
CONTROL_NAMES = _CONTROLS.split()
NOT_PRINTED = frozenset({0x00, 0x07, 0x0D, 0x11, 0x13, 0x18, 0x7F})  # alone they do nothing, and are no command

Parameters = bytes


@dataclass(frozen=True, slots=True)
class Plain:
    """A command of fixed length. `meaning` makes commands of its parameters; without one it does nothing here.

    `foreign`: other makers' printers have it, this one does not; only its length is known.
    """

    length: int
    meaning: Callable[[Parameters], tuple[Command, ...]] | None = None
    foreign: bool = False


def _word(octets: bytes, at: int = 0) -> int:
    return int.from_bytes(octets[at : at + 2], "little")


def _signed(octets: bytes) -> int:
    return int.from_bytes(octets[:2], "little", signed=True)


def _set(what: Setting, value: Callable[[int], int] = int) -> Plain:
    return Plain(1, lambda p: (Set(what, value(p[0])),))


def _set_word(what: Setting) -> Plain:
    return Plain(2, lambda p: (Set(what, _word(p)),))


def _sets(length: int, *pairs: tuple[Setting, Callable[[Parameters], int]]) -> Plain:
    return Plain(length, lambda p: tuple(Set(what, value(p)) for what, value in pairs))


def _does(length: int, command: Callable[[Parameters], Command]) -> Plain:
    return Plain(length, lambda p: (command(p),))


def _bit(n: int) -> int:
    return n & 1


def _size(n: int) -> int:
    return (n & 7) + 1


def _choice(n: int) -> int:
    """0, 1, 2 and the digits that stand for them."""
    return n - 0x30 if 0x30 <= n <= 0x39 else n


_FONT = _set(Setting.FONT, lambda n: _choice(n) & 1 if _choice(n) < 5 else 0)
_ESC_STYLE = _sets(
    1,
    (Setting.FONT, lambda p: p[0] & 1),
    (Setting.BOLD, lambda p: p[0] >> 3 & 1),
    (Setting.HEIGHT, lambda p: 1 + (p[0] >> 4 & 1)),
    (Setting.WIDTH, lambda p: 1 + (p[0] >> 5 & 1)),
    (Setting.UNDERLINE, lambda p: p[0] >> 7),
)
_FS_STYLE = _sets(
    1,
    (Setting.WIDTH, lambda p: 1 + (p[0] >> 2 & 1)),
    (Setting.HEIGHT, lambda p: 1 + (p[0] >> 3 & 1)),
    (Setting.UNDERLINE, lambda p: p[0] >> 7),
)
_FS_DOUBLE = _sets(1, (Setting.WIDTH, lambda p: 1 + (p[0] & 1)), (Setting.HEIGHT, lambda p: 1 + (p[0] & 1)))
_SIZE = _sets(1, (Setting.WIDTH, lambda p: _size(p[0] >> 4)), (Setting.HEIGHT, lambda p: _size(p[0])))
_NOTHING = Plain(0)


def _skipped(letters: str, length: int, *, foreign: bool = False) -> dict[int, Plain]:
    return {ord(letter): Plain(length, foreign=foreign) for letter in letters}


PLAIN: dict[int, dict[int, Plain]] = {
    DLE: {},
    ESC: {
        0x20: _set(Setting.CHARACTER_SPACING),
        0x21: _ESC_STYLE,
        0x24: _does(2, lambda p: Position(_word(p))),
        0x2D: _set(Setting.UNDERLINE, lambda n: min(_choice(n), 2)),
        0x32: Plain(0, lambda _: (Set(Setting.LINE_SPACING, -1),)),
        0x33: _set(Setting.LINE_SPACING),
        0x41: Plain(1, lambda p: (Set(Setting.LINE_SPACING, round(p[0] * 203 / 60)),)),  # ESC/P
        0x45: _set(Setting.BOLD, _bit),
        0x47: _set(Setting.DOUBLE_STRIKE, _bit),
        0x4A: _does(1, lambda p: Feed(dots=p[0])),
        0x4C: _does(0, lambda _: PageBegin()),
        0x4D: _FONT,
        0x53: _does(0, lambda _: PageEnd(printed=False)),
        0x54: _does(1, lambda p: PageDirection(_choice(p[0]) & 3)),
        0x56: _set(Setting.ROTATED, lambda n: int(_choice(n) in (1, 2))),
        0x57: _does(8, lambda p: PageArea(_word(p), _word(p, 2), _word(p, 4), _word(p, 6))),
        0x5C: _does(2, lambda p: Position(_signed(p), relative=True)),
        0x61: _set(Setting.ALIGNMENT, lambda n: _choice(n) if _choice(n) in (0, 1, 2) else 0),
        0x64: _does(1, lambda p: Feed(lines=p[0])),
        0x69: _does(0, lambda _: Cut(0)),
        0x6D: _does(0, lambda _: Cut(0, partial=True)),
        0x75: _does(1, lambda p: Asked("ESC u", p[0])),
        0x76: _does(0, lambda _: Asked("ESC v")),
        0x7B: _set(Setting.UPSIDE_DOWN, _bit),
        0x0C: _does(0, lambda _: PageEnd(printed=True, stay=True)),
        0x63: Plain(2),
        0x66: Plain(2),
        **_skipped("<oq", 0),
        **_skipped("=KUer", 1),
        **_skipped("p", 3),
        0x07: Plain(2, foreign=True),  # Star: pulse
        0x09: Plain(1, foreign=True),
        0x1E: Plain(2, foreign=True),  # Star: ESC RS, a letter and n
        **_skipped("456FH", 0, foreign=True),  # italics, bold off
        **_skipped("+89", 1, foreign=True),  # spacing in 1/360 inch; sleep and character code of small printers
        **_skipped("B", 2, foreign=True),  # buzzer
        **_skipped("7", 3, foreign=True),  # heat of the head
    },
    FS: {
        0x21: _FS_STYLE,
        0x2D: _set(Setting.UNDERLINE, lambda n: min(_choice(n), 2)),
        0x53: Plain(2, lambda p: (Set(Setting.CHINESE_SPACING, p[0] + p[1]),)),
        0x57: _FS_DOUBLE,
        **_skipped("bc", 0),
        **_skipped("?", 2),
    },
    GS: {
        0x21: _SIZE,
        0x24: _does(2, lambda p: PageVertical(_word(p), relative=False)),
        0x3A: _does(0, lambda _: MacroMark()),
        0x42: _set(Setting.REVERSE, _bit),
        0x48: _set(Setting.HRI_POSITION, lambda n: _choice(n) & 3),
        0x49: _does(1, lambda p: Asked("GS I", p[0])),
        0x4C: _set_word(Setting.LEFT_MARGIN),
        0x50: _does(2, lambda p: MotionUnits(p[0], p[1])),
        0x57: _set_word(Setting.PRINT_WIDTH),
        0x5C: _does(2, lambda p: PageVertical(_signed(p), relative=True)),
        0x5E: _does(3, lambda p: MacroRun(p[0])),
        0x61: _does(1, lambda p: AutomaticStatus(p[0])),
        0x66: _set(Setting.HRI_FONT, lambda n: _choice(n) & 1),
        0x68: _set(Setting.BAR_HEIGHT, lambda n: max(n, 1)),
        0x72: _does(1, lambda p: Asked("GS r", p[0])),
        0x77: _set(Setting.BAR_MODULE),
        0x0C: _does(0, lambda _: LineFeed()),  # to the start of the next ticket
        **_skipped("c", 0),
        **_skipped("ETbj", 1),
        **_skipped("A", 2),
        **_skipped("z", 3),
        **_skipped("|#", 1, foreign=True),  # density
    },
}

# What follows the letter of commands whose second byte tells the length; after Epson, Custom and Star.
BY_SECOND: dict[tuple[int, int], dict[int, int]] = {
    (FS, 0x61): {0x30: 1, 0x31: 0, 0x32: 0},
    (GS, 0x43): {0x30: 2, 0x31: 6, 0x32: 2, 0x3B: 10},
    (GS, 0x67): {0x30: 3, 0x32: 3},
    (ESC, 0x1D): {  # Star
        ord(letter): length for letters, length in (("anstPBMI", 1), ("AR", 2), ("#", 4)) for letter in letters
    },
}
EXTENDED = {  # letters of the families that carry their own length
    ESC: frozenset(b"AY"),
    FS: frozenset(b"ACELeg"),
    GS: frozenset(b"ACDEFGHJKLMNPQTVkz"),
}


def name_of(lead: int, *letters: int) -> str:
    """A command as the references write it: `GS ( k`, `ESC SOH`."""
    return " ".join([LEADS[lead], *map(_letter, letters)])


def _letter(octet: int) -> str:
    if octet < 0x20:
        return CONTROL_NAMES[octet]
    return "SP" if octet == 0x20 else chr(octet) if octet < 0x7F else f"0x{octet:02X}"
