"""Sheets of paper, and what a scanner sees of them through its window."""

from dataclasses import dataclass
from enum import Enum

from PIL import Image

from hardware_sim.pages import DOTS_PER_MM, draw_page
from hardware_sim.people import Person

WINDOW_MM = (216.0, 297.0)
SKEWED_DEGREES = 3.0
CORNER_MM = 3.0  # so far from the glass's corner people lay a page
MM_PER_INCH = 25.4
_LID, _ROLLER, _EDGE, _BACK = (250, 250, 250), (236, 236, 238), (206, 206, 208), (246, 246, 244)


class SheetTrouble(Enum):
    """How a sheet lies wrong."""

    SKEWED = "skewed"
    UPSIDE_DOWN = "upside-down"
    FACE_DOWN = "face-down"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`picture`: upright, RGB, 10 dots a millimetre."""

    name: str
    picture: Image.Image
    troubles: frozenset[SheetTrouble] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at, in millimetres from the top left, and how fine."""

    left: float
    top: float
    right: float
    bottom: float
    dots_per_inch: int
    colour: bool

    @property
    def width(self) -> int:
        return max(1, self._dots(self.right - self.left))

    @property
    def lines(self) -> int:
        return max(1, self._dots(self.bottom - self.top))

    def _dots(self, mm: float) -> int:
        return round(mm * self.dots_per_inch / MM_PER_INCH)


def sheet_of(name: str, person: Person, troubles: frozenset[SheetTrouble] = frozenset()) -> Sheet:
    """One of `pages.KINDS` as somebody holds it; `KeyError` for another name."""
    return Sheet(name, draw_page(name, person), troubles)


def raster(sheet: Sheet | None, window: Window, *, fed: bool) -> bytes:
    """Lines from the top, left to right, three bytes a dot (RGB) or one.

    `fed`: the feeder centres a sheet. On the glass it lies near the top left, and the lid is seen around it, or alone.
    """
    seen = Image.new("RGB", (window.width, window.lines), _ROLLER if fed else _LID)
    if sheet is not None:
        paper = _lying(sheet, _ROLLER if fed else _LID)
        scale = window.dots_per_inch / MM_PER_INCH
        left_mm = (WINDOW_MM[0] - paper.width / DOTS_PER_MM) / 2 if fed else CORNER_MM
        size = (round(paper.width / DOTS_PER_MM * scale), round(paper.height / DOTS_PER_MM * scale))
        at = (round((left_mm - window.left) * scale), round(((0 if fed else CORNER_MM) - window.top) * scale))
        seen.paste(paper.resize(size, Image.Resampling.BOX), at)
    return (seen if window.colour else seen.convert("L")).tobytes()


def _lying(sheet: Sheet, ground: tuple[int, int, int]) -> Image.Image:
    picture = sheet.picture
    if SheetTrouble.FACE_DOWN in sheet.troubles:
        picture = Image.new("RGB", picture.size, _BACK)
    picture = picture.copy()
    picture.paste(_EDGE, (0, picture.height - 2, picture.width, picture.height))  # the shadow at its lower edge
    if SheetTrouble.UPSIDE_DOWN in sheet.troubles:
        picture = picture.rotate(180)
    if SheetTrouble.SKEWED in sheet.troubles:
        picture = picture.rotate(SKEWED_DEGREES, Image.Resampling.BILINEAR, expand=True, fillcolor=ground)
    return picture
