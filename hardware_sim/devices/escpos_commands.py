"""What an ESC/POS stream says once it is understood: the vocabulary between the parser and the mechanism."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Dots = NDArray[np.bool_]


class Setting(Enum):
    """What stays until it is changed. The values are the names in `typesetter.Style`."""

    ALIGNMENT = "alignment"  # 0 left, 1 centre, 2 right
    WIDTH = "width"
    HEIGHT = "height"
    BOLD = "bold"
    DOUBLE_STRIKE = "double_strike"
    UNDERLINE = "underline"  # dots
    REVERSE = "reverse"
    UPSIDE_DOWN = "upside_down"
    ROTATED = "rotated"
    FONT = "font"  # 0 is A, 1 is B
    CHARACTER_SPACING = "character_spacing"
    CHINESE_SPACING = "chinese_spacing"
    LINE_SPACING = "line_spacing"  # -1 is the printer's own
    LEFT_MARGIN = "left_margin"
    PRINT_WIDTH = "print_width"
    BAR_HEIGHT = "bar_height"
    BAR_MODULE = "bar_module"
    HRI_POSITION = "hri_position"  # bit 0 above, bit 1 below
    HRI_FONT = "hri_font"
    MAXIMUM_WIDTH = "stacked_width"


@dataclass(frozen=True, slots=True)
class Set:
    what: Setting
    value: int


@dataclass(frozen=True, slots=True)
class Initialise:
    pass


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character. `chinese`: it takes a whole Chinese cell; text is U+FFFD where nothing is known."""

    text: str
    chinese: bool


@dataclass(frozen=True, slots=True)
class DefinedGlyph:
    """A character that the host drew itself (`FS 2`, `ESC &`)."""

    code: int


@dataclass(frozen=True, slots=True)
class DefineGlyph:
    """Columns of `column_bytes` bytes, the top dot in the highest bit; with no columns it is forgotten."""

    code: int
    columns: bytes
    column_bytes: int = 3


@dataclass(frozen=True, slots=True)
class InlineImage:
    """`ESC *`: columns of dots that stand in the line like a character."""

    mode: int
    columns: bytes


@dataclass(frozen=True, slots=True)
class LineFeed:
    pass


@dataclass(frozen=True, slots=True)
class Feed:
    """Print the line and feed; exactly one of the two counts."""

    lines: int = 0
    dots: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    pass


@dataclass(frozen=True, slots=True)
class TabStops:
    """In characters from the left edge."""

    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """Dots from the left edge, or from where the print position is."""

    dots: int
    relative: bool = False


@dataclass(frozen=True, slots=True)
class MotionUnits:
    """Parts of an inch; 0 is the printer's own."""

    across: int
    down: int


@dataclass(frozen=True, slots=True)
class Cut:
    feed_dots: int
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """Rows of `width_bytes`, the highest bit left. `scale`: times the width, times the height."""

    width_bytes: int
    height: int
    rows: bytes
    scale: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Barcode:
    """`GS k`: kind 65 and above in whatever form it came."""

    kind: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Symbol:
    """A stored symbol of `GS ( k` is printed. `family` is its cn, `settings` what was set for it, by function."""

    family: int
    payload: bytes
    settings: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class PageBegin:
    pass


@dataclass(frozen=True, slots=True)
class PageEnd:
    """`printed`: what stands on the page goes to paper first. `stay`: the page mode does not end."""

    printed: bool
    stay: bool = False


@dataclass(frozen=True, slots=True)
class PageCancel:
    pass


@dataclass(frozen=True, slots=True)
class PageArea:
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageDirection:
    quarter_turns: int


@dataclass(frozen=True, slots=True)
class PageVertical:
    dots: int
    relative: bool


@dataclass(frozen=True, slots=True)
class MacroMark:
    """Begin or end of what the macro is made of."""


@dataclass(frozen=True, slots=True)
class MacroRun:
    times: int


@dataclass(frozen=True, slots=True)
class StatusAsked:
    """`DLE EOT n`, answered at once whatever waits."""

    n: int


@dataclass(frozen=True, slots=True)
class Recover:
    """`DLE ENQ n`: 1 goes on at the line, 2 drops what waits."""

    n: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    mask: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Answered in its turn: `question` is `GS I`, `GS r`, `ESC v` or `ESC u`."""

    question: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class Present:
    """`GS e`: 2 takes the ticket back, 3 shows it, 5 lets it fall."""

    n: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Answer with `token` once all before this is on paper."""

    token: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known command that makes this printer do nothing."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What was skipped, by name."""

    name: str


Command = (
    Set | Initialise | Glyph | DefinedGlyph | DefineGlyph | InlineImage | LineFeed | Feed | Tab | TabStops | Position
    | MotionUnits | Cut | Raster | Barcode | Symbol | PageBegin | PageEnd | PageCancel | PageArea | PageDirection
    | PageVertical | MacroMark | MacroRun | StatusAsked | Recover | AutomaticStatus | Asked | Present | Confirm
    | Ignored | Unknown
)  # fmt: skip
