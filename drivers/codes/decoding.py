"""Pictures to codes: the quickest reader first, then second opinions, then pieces of the picture made easier to read.

What a first look at the picture as it is shows is believed. What is seen only in a picture that was changed, or by
a symbology without a strong check, is believed when it was seen twice: noise that was sharpened has bars too.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.codes import regions
from drivers.codes.regions import Piece, Region
from drivers.codes.sightings import (
    ALL_FORMATS,
    BARRED_FORMATS,
    COMMON_FORMATS,
    QR_FORMATS,
    RARE_FORMATS,
    Grey,
    Points,
    Sighting,
    Unread,
    qr_found_by_opencv,
    seen_by_zbar,
    seen_by_zxing,
)
from kiosk.codes import Symbology

Picture = NDArray[np.uint8]  # height x width, or height x width x 3 as RGB

LIVE_WITHIN_S = 0.25
LARGEST_DOTS = 24_000_000  # a picture with more is reduced before anything else
WORKING_DOTS = 2_000_000  # what is asked of the slower readers at once

_SELF_CHECKING = frozenset(
    {
        *(Symbology.QR, Symbology.RMQR, Symbology.DATA_MATRIX, Symbology.AZTEC, Symbology.MAXICODE),
        *(Symbology.PDF417, Symbology.MICRO_PDF417),
    }
)
_RETAIL = frozenset({Symbology.EAN_13, Symbology.EAN_8, Symbology.UPC_A, Symbology.UPC_E})
_CHECKED = _RETAIL | {Symbology.CODE_128, Symbology.CODE_93}
_SHORT = 4  # a self-checking symbol with less is seen in noise now and then


@dataclass(frozen=True, slots=True)
class FoundCode:
    """`corners`: around the code, in dots of the picture."""

    payload: bytes
    text: str
    symbology: Symbology
    corners: tuple[tuple[float, float], ...]


@dataclass
class _Found:
    """What has been seen so far, and what of it is believed."""

    believed: dict[tuple[bytes, str], Sighting] = field(default_factory=dict)
    taken: list[Points] = field(default_factory=list)
    votes: Counter[tuple[bytes, str]] = field(default_factory=Counter)
    unread: list[Points] = field(default_factory=list)

    def note(self, sighting: Sighting | Unread, *, as_it_is: bool) -> None:
        """`as_it_is`: seen in the picture itself, by the most careful reader."""
        if isinstance(sighting, Unread):
            if as_it_is:
                self.unread.append(sighting.corners)
            return
        family = "retail" if sighting.symbology in _RETAIL else sighting.symbology.value
        key = (sighting.payload, family)
        if key in self.believed or self._is_taken(sighting.corners):
            return
        self.votes[key] += 1
        needed = 1 if as_it_is and not _may_be_a_part(sighting) else _votes_needed(sighting)
        if self.votes[key] >= needed:
            self.believed[key] = sighting
            self.taken.append(regions.grown(sighting.corners))

    def _is_taken(self, corners: Points) -> bool:
        middle = corners.mean(axis=0)
        return any(_inside(taken, middle) for taken in self.taken)


def read_codes(
    picture: Picture, *, within_s: float = LIVE_WITHIN_S, clock: Callable[[], float] = time.monotonic
) -> list[FoundCode]:
    """Every code in the picture, each once. After `within_s` no further attempt is begun; one takes up to 0.1 s."""
    deadline = clock() + within_s
    grey, factor = _prepared(picture)
    found = _Found()
    for _ in _attempts(grey, found):
        if clock() > deadline:
            break
    return [
        FoundCode(
            sighting.payload,
            sighting.text,
            sighting.symbology,
            tuple((float(x) * factor, float(y) * factor) for x, y in sighting.corners),
        )
        for sighting in found.believed.values()
    ]


def _attempts(grey: Grey, found: _Found) -> Iterator[None]:
    """One attempt a step, the likeliest first; ends when nothing is left that looks like a code."""
    yield from _noted(found, seen_by_zxing(grey, QR_FORMATS), as_it_is=True)
    candidates = regions.find_regions(grey, found.taken, most=8, roughly=True) if found.believed else None
    if candidates == []:
        return
    others = (seen for seen in seen_by_zxing(grey, COMMON_FORMATS) if isinstance(seen, Sighting))
    yield from _noted(found, others, as_it_is=True)  # what other symbologies could not read is mostly print
    if candidates is None:
        candidates = regions.find_regions(grey, found.taken, most=8, roughly=bool(found.believed))
    if found.believed:  # something was read: go on only where something surely is
        candidates = [region for region in candidates if _is_surely_code(grey, region, found)]
        yield from _in_regions(grey, found, candidates[:3], _CHANGES[:4])
        return
    yield from _second_opinions(grey, found)
    if not found.believed:
        yield from _in_regions(grey, found, candidates, _CHANGES)
        yield from _straightened(grey, found)


def _second_opinions(grey: Grey, found: _Found) -> Iterator[None]:
    yield from _noted(found, seen_by_zxing(grey, RARE_FORMATS), as_it_is=True)
    if grey.size > WORKING_DOTS:
        smaller = (grey.size / WORKING_DOTS) ** 0.5
        piece = Piece(regions.reduced(grey, smaller), np.array([(smaller, 0, 0), (0, smaller, 0)], np.float64))
        yield from _look(found, piece, seen_by_zxing(piece.grey))
    else:
        piece = _whole(grey)
    yield from _look(found, piece, seen_by_zbar(piece.grey))
    yield from _look(found, piece, seen_by_zxing(piece.grey, whole_histogram=True))


_Change = tuple[int, Callable[[Grey], Grey]]

# What is tried on each piece, the likeliest first: how long the piece is, and what is done to it.
_CHANGES: tuple[_Change, ...] = (
    (640, lambda grey: grey),
    (900, lambda grey: regions.focused(grey, dots=3)),
    (640, regions.flattened),
    (960, lambda grey: regions.sharpened(grey, dots=3, strength=2.5)),
    (640, lambda grey: regions.smoothed(grey, dots=1.6)),
    (280, lambda grey: grey),
    (640, lambda grey: regions.focused(grey, dots=3)),
    (640, lambda grey: regions.sharpened(grey, dots=10, strength=4)),
    (640, regions.despeckled),
    (420, lambda grey: regions.focused(grey, dots=5)),
    (640, regions.evened),
    (1400, lambda grey: grey),
)


def _in_regions(grey: Grey, found: _Found, candidates: list[Region], changes: tuple[_Change, ...]) -> Iterator[None]:
    """Each change on every candidate before the next change."""
    for side, change in changes:
        for region in candidates:
            if _inside_any(found.taken, region.middle):
                continue
            piece = regions.cut(grey, region, side=side)
            piece = Piece(change(piece.grey), piece.to_picture)
            formats = BARRED_FORMATS if region.barred else ALL_FORMATS
            yield from _look(found, piece, seen_by_zxing(piece.grey, formats))
            yield from _look(found, piece, seen_by_zbar(piece.grey))


def _straightened(grey: Grey, found: _Found) -> Iterator[None]:
    """QR codes that OpenCV finds, and those that were found and could not be read, seen from straight above."""
    smaller = max(1.0, (grey.size / WORKING_DOTS) ** 0.5)
    base = regions.reduced(grey, smaller) if smaller > 1 else grey
    for by_markers in (False, True):
        for place in qr_found_by_opencv(base, by_markers=by_markers):
            for side in (600, 300):
                piece = regions.straightened(grey, place.corners * smaller, side=side)
                for changed in (
                    piece.grey,
                    regions.flattened(piece.grey),
                    regions.sharpened(piece.grey, dots=4, strength=2),
                ):
                    yield from _look(found, Piece(changed, piece.to_picture), seen_by_zxing(changed, QR_FORMATS))
                    yield from _look(found, Piece(changed, piece.to_picture), seen_by_zbar(changed))
                    if found.believed:
                        return
        yield


def _look(found: _Found, piece: Piece, sightings: Iterator[Sighting | Unread]) -> Iterator[None]:
    for seen in sightings:
        if isinstance(seen, Sighting):
            corners = piece.in_picture(seen.corners)
            found.note(Sighting(seen.payload, seen.text, seen.symbology, corners, seen.lines), as_it_is=False)
    yield


def _noted(found: _Found, sightings: Iterator[Sighting | Unread], *, as_it_is: bool) -> Iterator[None]:
    for seen in sightings:
        found.note(seen, as_it_is=as_it_is)
    yield


def _votes_needed(sighting: Sighting) -> int:
    if sighting.symbology in _SELF_CHECKING:
        return 1 if len(sighting.payload) >= _SHORT else 2
    if sighting.symbology in _CHECKED and len(sighting.payload) >= 8 and sighting.lines >= 2:
        return 1
    return 2 if len(sighting.payload) >= 6 else 3


def _may_be_a_part(sighting: Sighting) -> bool:
    """Symbologies that say neither how long they are nor whether all of it was read."""
    return sighting.symbology in (Symbology.ITF, Symbology.CODABAR, Symbology.CODE_39) and len(sighting.payload) < 8


def _is_surely_code(grey: Grey, region: Region, found: _Found) -> bool:
    """Bars, or a symbol that a reader located and could not read."""
    if _inside_any(found.taken, region.middle):
        return False
    if region.coherence >= regions.SURELY_BARS_FROM and min(region.size) >= 40:
        return regions.is_barred(grey[region.top : region.bottom, region.left : region.right])
    box = np.array(
        [
            (region.left, region.top),
            (region.right, region.top),
            (region.right, region.bottom),
            (region.left, region.bottom),
        ],
        np.float32,
    )
    return any(_inside(box, corners.mean(axis=0)) for corners in found.unread)


def _inside(corners: Points, point: NDArray[np.float32] | tuple[float, float]) -> bool:
    if len(corners) < 3:
        low, high = corners.min(axis=0) - 8, corners.max(axis=0) + 8
        return bool((low <= np.asarray(point)).all() and (np.asarray(point) <= high).all())
    hull = cv2.convexHull(corners.astype(np.float32))
    return cv2.pointPolygonTest(hull, (float(point[0]), float(point[1])), measureDist=False) >= 0


def _inside_any(taken: list[Points], point: tuple[float, float]) -> bool:
    return any(_inside(corners, point) for corners in taken)


def _whole(grey: Grey) -> Piece:
    return Piece(grey, np.array([(1, 0, 0), (0, 1, 0)], np.float64))


def _prepared(picture: Picture) -> tuple[Grey, float]:
    """Grey, of at most LARGEST_DOTS; and how many dots of the picture one of its dots is."""
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture, np.uint8)
    factor = max(1.0, (grey.size / LARGEST_DOTS) ** 0.5)
    return (regions.reduced(grey, factor) if factor > 1 else np.ascontiguousarray(grey)), factor
