"""Where in a picture codes may be, and pictures made easier to read. Pure; works on grey pictures."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # height x width
Points = NDArray[np.float32]  # n x 2, x and y
Matrix = NDArray[np.float64]  # 2 x 3 or 3 x 3: dots of a piece to dots of the picture

BLOCK = 4  # dots of the picture of which one of the map of edges is made
MAP_DOTS = 400_000  # of the picture in which edges are looked for
ROUGH_MAP_DOTS = 140_000
SMALLEST_SIDE = 24
BARS_FROM = 0.55  # how much edges keep to one direction: a barcode is near 1, a QR code near 0, print near 0.2
SURELY_BARS_FROM = 0.7


@dataclass(frozen=True, slots=True)
class Region:
    """A place with many edges. `coherence`: how much they keep to one direction (0..1), which is `direction_deg`."""

    left: int
    top: int
    right: int
    bottom: int
    edges: float
    coherence: float
    direction_deg: float

    @property
    def size(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    @property
    def barred(self) -> bool:
        return self.coherence >= BARS_FROM

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a picture. `to_picture` leads its dots back to the picture's."""

    grey: Grey
    to_picture: Matrix

    def in_picture(self, corners: Points) -> Points:
        whole = np.vstack([self.to_picture, (0, 0, 1)]) if self.to_picture.shape[0] == 2 else self.to_picture
        return np.asarray(cv2.perspectiveTransform(corners.reshape(1, -1, 2).astype(np.float64), whole)[0], np.float32)


def find_regions(grey: Grey, taken: list[Points], *, most: int, roughly: bool) -> list[Region]:
    """The places richest in edges, best first, outside of what is `taken` already.

    `roughly` takes a third of the time, and misses what is small or faint beside the rest.
    """
    factor = max(1, math.ceil(math.sqrt(grey.size / (ROUGH_MAP_DOTS if roughly else MAP_DOTS))))
    if factor > 1:
        grey = reduced(grey, factor)
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    blocks = (max(1, grey.shape[1] // BLOCK), max(1, grey.shape[0] // BLOCK))
    xx, yy, xy = (
        cv2.boxFilter(cv2.resize(part, blocks, interpolation=cv2.INTER_AREA), -1, (3, 3))
        for part in (cv2.multiply(across, across), cv2.multiply(down, down), cv2.multiply(across, down))
    )
    strength = np.sqrt(np.maximum(xx + yy, 0))  # a running sum may end just below nothing
    scale = BLOCK * factor
    for corners in taken:
        cv2.fillConvexPoly(strength, cv2.convexHull(np.round(grown(corners) / scale).astype(np.int32)), 0.0)
    found: list[Region] = []
    top = float(strength.max(initial=0))
    if top < 8:
        return []
    for share in (0.5, 0.25) if roughly else (0.5, 0.25, 0.1):
        mask = (cv2.boxFilter(strength, -1, (3, 3)) > share * top).astype(np.uint8)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask)
        for label in range(1, count):
            left, up, wide, high, area = (int(value) for value in boxes[label])
            if min(wide, high) * scale < SMALLEST_SIDE or area < 0.3 * wide * high * 0.5:
                continue
            inside = labels[up : up + high, left : left + wide] == label
            sums = [float(part[up : up + high, left : left + wide][inside].sum()) for part in (xx, yy, xy)]
            edges = float(strength[up : up + high, left : left + wide][inside].sum())
            box = (left * scale, up * scale, (left + wide) * scale, (up + high) * scale)
            region = Region(*box, edges, *_direction(*sums))
            if not any(_alike(region, other) for other in found):
                found.append(region)
    return sorted(found, key=lambda region: min(region.size) * math.sqrt(region.edges), reverse=True)[:most]


def cut(grey: Grey, region: Region, *, side: int) -> Piece:
    """The region and a margin, about `side` dots long, turned so that bars stand upright."""
    wide, high = region.right - region.left, region.bottom - region.top
    margin = 12 + 0.18 * max(wide, high)
    factor = min(4.0, side / (max(wide, high) + 2 * margin))
    turn = math.radians(region.direction_deg) if region.barred else 0.0
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    size = (
        max(16, round((wide * cos + high * sin + 2 * margin) * factor)),
        max(16, round((wide * sin + high * cos + 2 * margin) * factor)),
    )
    x, y = region.middle
    along = np.array([(math.cos(turn), -math.sin(turn)), (math.sin(turn), math.cos(turn))]) / factor
    offset = np.array([x, y]) - along @ (np.array(size) / 2)
    to_picture = np.hstack([along, offset[:, None]])
    return Piece(_warped(grey, to_picture, size, factor), to_picture)


def straightened(grey: Grey, corners: Points, *, side: int) -> Piece:
    """What lies between four corners as a square with a quiet margin around it."""
    margin = side * 0.12
    low, high = margin, side - margin
    square = np.array([(low, low), (high, low), (high, high), (low, high)], np.float32)
    matrix = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    size = (side, side)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return Piece(cv2.warpPerspective(grey, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), matrix)  # type: ignore[arg-type]


def is_barred(grey: Grey) -> bool:
    """Whether nearly all edges run one way: bars do, and print does not once it is seen in its full size."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    sums = [cv2.mean(cv2.multiply(one, other))[0] for one, other in ((across, across), (down, down), (across, down))]
    return _direction(*sums)[0] >= SURELY_BARS_FROM


def reduced(grey: Grey, factor: float) -> Grey:
    return np.asarray(cv2.resize(grey, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA), np.uint8)


def sharpened(grey: Grey, *, dots: float, strength: float) -> Grey:
    soft = cv2.GaussianBlur(grey, (0, 0), dots)
    return np.asarray(cv2.addWeighted(grey, 1 + strength, soft, -strength, 0), np.uint8)


def evened(grey: Grey) -> Grey:
    """Local contrast made the same everywhere: shadows, glare, dark pictures."""
    return np.asarray(cv2.createCLAHE(clipLimit=6.0, tileGridSize=(8, 8)).apply(grey), np.uint8)


def flattened(grey: Grey, *, share: float = 0.12) -> Grey:
    """Divided by the light that falls on it, which is what is brightest around each dot."""
    side = max(9, round(max(grey.shape) * share)) | 1
    light = cv2.GaussianBlur(cv2.dilate(grey, np.ones((side // 2 | 1, side // 2 | 1), np.uint8)), (side, side), 0)
    return np.asarray(cv2.divide(grey, np.maximum(light, 1), scale=235), np.uint8)


def smoothed(grey: Grey, *, dots: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), dots), np.uint8)


def despeckled(grey: Grey, side: int = 5) -> Grey:
    return np.asarray(cv2.medianBlur(grey, side), np.uint8)


def focused(grey: Grey, *, dots: float, noise: float = 0.005) -> Grey:
    """Wiener's filter against a blur of that many dots (standard deviation of a Gaussian)."""
    high, wide = (cv2.getOptimalDFTSize(length) for length in grey.shape)
    framed = cv2.copyMakeBorder(grey, 0, high - grey.shape[0], 0, wide - grey.shape[1], cv2.BORDER_REFLECT)
    spectrum = np.fft.rfft2(framed.astype(np.float32))
    down, across = np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None]
    blur = np.exp(-2 * (math.pi * dots) ** 2 * (down**2 + across**2))
    restored = np.fft.irfft2(spectrum * blur / (blur**2 + noise**2 + noise * 0.1), s=(high, wide))
    return np.asarray(np.clip(restored[: grey.shape[0], : grey.shape[1]], 0, 255), np.uint8)


def stretched(grey: Grey) -> Grey:
    """The darkest and the lightest hundredth to black and white."""
    low, high = np.percentile(grey[::2, ::2], (1, 99))
    return np.asarray(cv2.convertScaleAbs(grey.astype(np.float32) - low, alpha=255 / max(high - low, 1)), np.uint8)


def _warped(grey: Grey, to_picture: Matrix, size: tuple[int, int], factor: float) -> Grey:
    flags = (cv2.INTER_CUBIC if factor >= 1 else cv2.INTER_AREA) | cv2.WARP_INVERSE_MAP
    source = smoothed(grey, dots=0.4 / factor) if factor < 0.7 else grey
    return np.asarray(cv2.warpAffine(source, to_picture, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def grown(corners: Points) -> Points:
    """Around a code with its margins. Of a barcode a reader tells one line across, so that its height is a guess."""
    middle, size, turn = cv2.minAreaRect(corners)
    thick = max(1.25 * min(size), 0.6 * max(size) if min(size) < 0.3 * max(size) else 0.0)
    larger = (1.25 * size[0], thick) if size[0] >= size[1] else (thick, 1.25 * size[1])
    return np.asarray(cv2.boxPoints((middle, larger, turn)), np.float32)


def _direction(xx: float, yy: float, xy: float) -> tuple[float, float]:
    coherence = math.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-6)
    return coherence, math.degrees(math.atan2(2 * xy, xx - yy) / 2)


def _alike(one: Region, other: Region) -> bool:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    if wide <= 0 or high <= 0:
        return False
    areas = [(region.right - region.left) * (region.bottom - region.top) for region in (one, other)]
    return wide * high > 0.6 * max(areas)
