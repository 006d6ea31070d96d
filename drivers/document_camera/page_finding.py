"""Where a light sheet lies on a darker desk, whether it can be read, and the sheet made upright. Pure.

Imported at the first look, not before: with it comes OpenCV, which an idle terminal does not hold in memory.
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.ports import CapturedPage, Page

Rgb = NDArray[np.uint8]  # height x width x 3
Points = NDArray[np.float32]  # n x 2, x and y
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

FINDING_SIDE = 640  # the longer side of the picture in which a sheet is looked for
JUDGING_SIDE = 1000  # the longer side of the picture on which its print is judged
SMALLEST_SHARE = 0.02  # of the frame: an identity card on a desk for A4
STRAIGHTNESS = 0.88  # how much of its four corners' area a sheet must fill
EDGE_CONTRAST = 0.12  # darker just outside than just inside, as a share of the inside
BRIGHT_FROM = 95  # median grey of the sheet
PRINT_CONTRAST = 5.0  # below this standard deviation there is nothing on the sheet to be sharp
STRONGEST_EDGES = 0.98  # quantile of the gradient's energy; where a sheet has print, this is its strokes
SHARP_FROM = 0.2  # the Laplacian's energy over the gradient's at these edges: falls with the square of the blur
EDGES_FROM = 0.4  # their gradient over the spread of the grey: below, what is found is the sensor's noise
BLOWN_FROM = 252  # grey that a sensor gives however much more light there is
GLARE_SIDE = 9  # dots of the judged sheet: white paper between strokes is smaller, or not blown out
GLARE_SHARES = (0.004, 0.9)  # of the sheet that is blown out; with more, the whole sheet is paler than the sensor sees
EDGE_MARGIN = 0.004  # nearer to the frame's edge than this, a corner counts as cut off

LONG_SIDE, SHORT_SIDE = 2339, 1654  # A4 at 200 dots an inch
LARGEST_JPEG_BYTES = 400_000


def find_page(rgb: Rgb) -> Page | None:
    """The largest sheet in the picture, or None. `steady` is not judged here and always False."""
    scale = min(1.0, FINDING_SIDE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:3]:
        if cv2.contourArea(outline) < SMALLEST_SHARE * grey.size:
            return None
        corners = _four_corners(outline)
        if corners is not None and _stands_out(grey, corners):
            return _judged(rgb, _fractions(corners, grey))
    return None


def straighten(rgb: Rgb, corners: Corners) -> CapturedPage:
    """The sheet between four corners (fractions, clockwise from its top left), in its own proportions.

    At most 1654 x 2339 dots, never larger than it was seen; JPEG, below 400 kB as far as quality 50 reaches.
    """
    height, width = rgb.shape[:2]
    seen = np.array(corners, np.float32) * np.array([width, height], np.float32)
    across = (math.dist(seen[0], seen[1]) + math.dist(seen[3], seen[2])) / 2
    down = (math.dist(seen[0], seen[3]) + math.dist(seen[1], seen[2])) / 2
    scale = min(1.0, LONG_SIDE / max(across, down), SHORT_SIDE / max(min(across, down), 1))
    size = (max(1, round(across * scale)), max(1, round(down * scale)))
    upright = np.array([(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(seen, upright)
    sheet = cv2.warpPerspective(rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return CapturedPage(jpeg=encode_jpeg(_bytes_of(sheet)), width=size[0], height=size[1])


def as_captured(rgb: Rgb) -> CapturedPage:
    """The frame as it is, at most 2339 dots long."""
    shrunk = shrink(rgb, LONG_SIDE)
    return CapturedPage(jpeg=encode_jpeg(shrunk), width=shrunk.shape[1], height=shrunk.shape[0])


def shrink(rgb: Rgb, longest_side: int) -> Rgb:
    """The same picture with its longer side at most so long."""
    scale = longest_side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return _bytes_of(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def encode_jpeg(rgb: Rgb) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    jpeg = b""
    for quality in (85, 75, 65, 50):
        jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(jpeg) <= LARGEST_JPEG_BYTES:
            break
    return jpeg


def _four_corners(outline: Any) -> Points | None:
    """Corners of a quadrilateral outline to a fraction of a dot, clockwise from the top left."""
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, closed=True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, tolerance * around, closed=True).reshape(-1, 2).astype(np.float32)
        if len(rough) == 4 and cv2.contourArea(outline) >= STRAIGHTNESS * cv2.contourArea(rough):
            return _from_top_left(_refined(outline.reshape(-1, 2).astype(np.float32), rough))
    return None


def _refined(outline: Points, rough: Points) -> Points:
    """Each side as the line through the outline's points near it; the corners are where these lines meet."""
    lines = [_line_along(outline, rough[at], rough[(at + 1) % 4]) for at in range(4)]
    met = [_meeting(lines[at - 1], lines[at]) for at in range(4)]
    if any(point is None or math.dist(point, corner) > 8 for point, corner in zip(met, rough, strict=True)):
        return rough
    return np.array(met, np.float32)


def _line_along(outline: Points, start: Points, end: Points) -> Points:
    length = max(math.dist(start, end), 1.0)
    direction = (end - start) / length
    along = (outline - start) @ direction
    aside = np.abs((outline - start) @ np.array([-direction[1], direction[0]]))
    near = outline[(along > 0.1 * length) & (along < 0.9 * length) & (aside < 3)]
    if len(near) < 8:
        return np.array([*direction, *start], np.float32)
    return np.asarray(cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01), np.float32).ravel()


def _meeting(one: Points, other: Points) -> tuple[float, float] | None:
    (ax, ay, px, py), (bx, by, qx, qy) = one.tolist(), other.tolist()
    cross = ax * by - ay * bx
    if abs(cross) < 0.1:
        return None
    along = ((qx - px) * by - (qy - py) * bx) / cross
    return px + along * ax, py + along * ay


def _from_top_left(corners: Points) -> Points:
    middle = corners.mean(axis=0)
    turning = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])  # clockwise, since y grows downwards
    clockwise = corners[np.argsort(turning)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0)


def _stands_out(grey: Any, corners: Points) -> bool:
    """Whether just outside it is darker than just inside: a lamp's pool of light on the desk is not a sheet."""
    filled = cv2.fillConvexPoly(np.zeros(grey.shape, np.uint8), np.round(corners).astype(np.int32), 255)
    near = np.ones((13, 13), np.uint8)
    inside = cv2.subtract(filled, cv2.erode(filled, near))
    outside = cv2.subtract(cv2.dilate(filled, near), cv2.dilate(filled, np.ones((5, 5), np.uint8)))
    if not outside.any():
        return False
    lit = cv2.mean(grey, inside)[0]
    return bool(lit - cv2.mean(grey, outside)[0] > max(4.0, EDGE_CONTRAST * lit))


def _judged(rgb: Rgb, fractions: Points) -> Page:
    sheet = cv2.cvtColor(_cropped(rgb, fractions), cv2.COLOR_RGB2GRAY)
    bright = float(np.median(sheet)) >= BRIGHT_FROM
    middle = fractions.mean(axis=0)
    top_left, top_right, bottom_right, bottom_left = ((float(x), float(y)) for x, y in fractions.clip(0, 1))
    return Page(
        corners=(top_left, top_right, bottom_right, bottom_left),
        whole=bool(((fractions > EDGE_MARGIN) & (fractions < 1 - EDGE_MARGIN)).all()),
        bright=bright,
        sharp=_is_sharp(sheet),
        glare=_has_glare(sheet),
        steady=False,
        off_centre=(float(middle[0]) * 2 - 1, float(middle[1]) * 2 - 1),
    )


def _has_glare(sheet: Any) -> bool:
    """Whether light hides a part of it: a spot in which everything is as bright as can be."""
    _, blown = cv2.threshold(sheet, BLOWN_FROM - 1, 1, cv2.THRESH_BINARY)
    spots = cv2.morphologyEx(blown, cv2.MORPH_OPEN, np.ones((GLARE_SIDE, GLARE_SIDE), np.uint8))
    least, most = GLARE_SHARES
    return least <= float(spots.mean()) <= most


def _is_sharp(sheet: Any) -> bool:
    """Whether the strokes on it have edges; an empty sheet counts as sharp."""
    spread = float(sheet.std())
    if spread < PRINT_CONTRAST:
        return True
    smooth = cv2.GaussianBlur(sheet, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
    gradient = np.square(across) + np.square(down)
    strongest = (gradient >= np.quantile(gradient[::2, ::2], STRONGEST_EDGES)).astype(np.uint8)
    strokes = cv2.dilate(strongest, np.ones((3, 3), np.uint8)) > 0
    energy = float(gradient[strokes].mean())
    details = float(np.square(cv2.Laplacian(smooth, cv2.CV_32F))[strokes].mean())
    return details >= SHARP_FROM * energy and math.sqrt(energy) >= EDGES_FROM * spread


def _cropped(rgb: Rgb, fractions: Points) -> Rgb:
    """The inside of the sheet, without its edge, at most 1000 dots long."""
    inner = fractions + (fractions.mean(axis=0) - fractions) * 0.08
    seen = (inner * np.array([rgb.shape[1], rgb.shape[0]], np.float32)).astype(np.float32)
    left, top = np.floor(seen.min(axis=0)).astype(int).clip(0)
    right, bottom = np.ceil(seen.max(axis=0)).astype(int)
    part = shrink(rgb[top : max(bottom, top + 1), left : max(right, left + 1)], JUDGING_SIDE)
    shift = np.array([left, top], np.float32)
    corners = (seen - shift) * (part.shape[1] / max(right - left, 1))
    across, down = int(math.dist(corners[0], corners[1])), int(math.dist(corners[0], corners[3]))
    target = np.array([(0, 0), (across, 0), (across, down), (0, down)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return _bytes_of(cv2.warpPerspective(part, matrix, (max(across, 1), max(down, 1))))


def _bytes_of(picture: Any) -> Rgb:
    return np.asarray(picture, np.uint8)


def _fractions(corners: Points, picture: Any) -> Points:
    return np.asarray(corners / (picture.shape[1], picture.shape[0]), np.float32)
