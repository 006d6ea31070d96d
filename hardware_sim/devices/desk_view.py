"""What a document camera sees: a page on a wooden-grey desk, in perspective, with light, blur and sensor noise."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 960
DOTS_PER_MM = 6.2  # how large the desk appears in the frame
NOISE = 1.3  # standard deviation of the sensor, of 255

Picture = NDArray[np.uint8]  # height x width x 3, BGR


class Trouble(Enum):
    """Why a picture would not do."""

    DARK = "dark"
    BLURRED = "blurred"
    HALF = "half"  # lies half off the desk
    GLARE = "glare"  # a lamp is reflected in the page


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the middle of the page lies, in fractions of the frame, and how it is turned (clockwise)."""

    x: float = 0.5
    y: float = 0.5
    degrees: float = 0.0

    def moved(self, x: float, y: float, degrees: float) -> "Placement":
        return replace(self, x=self.x + x, y=self.y + y, degrees=self.degrees + degrees)


def desk_view(page: Picture | None, placement: Placement, troubles: frozenset[Trouble] = frozenset()) -> Picture:
    """One frame without noise. `page` is upright, 10 dots a millimetre; `None` is the empty desk."""
    frame = empty_desk().copy()
    if page is not None:
        _lay(frame, page, placement)
        if Trouble.GLARE in troubles:
            _reflect_lamp(frame, page, placement)
    if Trouble.BLURRED in troubles:
        frame[:] = cv2.GaussianBlur(frame, (0, 0), 6)
    if Trouble.DARK in troubles:
        frame[:] = cv2.convertScaleAbs(frame, alpha=0.2)
    return frame


def with_noise(frame: Picture, seed: int) -> Picture:
    """The same frame as a sensor gives it at another moment."""
    chance = np.random.default_rng(seed)
    noise = NOISE * chance.standard_normal((HEIGHT, WIDTH), np.float32)
    return np.asarray(cv2.add(frame, cv2.merge([noise] * 3), dtype=cv2.CV_8U), np.uint8)


def corners(page: Picture, placement: Placement) -> NDArray[np.float32]:
    """Where the page's corners appear, clockwise from its top left, in dots of the frame."""
    height, width = page.shape[:2]
    scale = DOTS_PER_MM / 10
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]], np.float64) / 2 * scale
    angle = np.radians(placement.degrees)
    turned = half @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    flat = turned + np.array([placement.x * WIDTH, placement.y * HEIGHT])
    depth = 1 + (flat[:, 1:] - HEIGHT / 2) * 6e-5  # the camera leans a little: the near edge is larger
    middle = np.array([WIDTH / 2, HEIGHT / 2])
    seen: NDArray[np.float32] = ((flat - middle) * depth + middle).astype(np.float32)
    return seen


@cache
def empty_desk() -> Picture:
    """Grey wood under a lamp that stands left."""
    chance = np.random.default_rng(7)
    grain = cv2.resize(chance.normal(0, 1, (HEIGHT // 2, 9)).astype(np.float32), (WIDTH, HEIGHT))
    fine = cv2.GaussianBlur(chance.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), sigmaX=24, sigmaY=0.8)
    x = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, HEIGHT, dtype=np.float32)[:, None]
    light = 1.06 - 0.07 * ((x + 0.3) ** 2 + y**2)
    grain = 2.4 * grain + 14 * fine
    return np.asarray(cv2.merge([cv2.convertScaleAbs((tone + grain) * light) for tone in (92, 99, 104)]), np.uint8)


def _lay(frame: Picture, page: Picture, placement: Placement) -> None:
    small = cv2.resize(page, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    source = np.array([[0, 0], [small.shape[1], 0], [small.shape[1], small.shape[0]], [0, small.shape[0]]], np.float32)
    target = corners(page, placement)
    matrix = cv2.getPerspectiveTransform(source, target)
    paper = cv2.warpPerspective(small, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(small.shape[:2], 255, np.uint8), matrix, (WIDTH, HEIGHT))
    shadow = cv2.GaussianBlur(np.pad(mask, ((6, 0), (5, 0)))[:HEIGHT, :WIDTH], (0, 0), 6)
    inside = mask * np.float32(1 / 255)
    dimming = (1 - shadow * np.float32(0.35 / 255)) * (1 - inside)
    inside *= np.linspace(1.0, 0.95, WIDTH, dtype=np.float32)  # the light falls off to the right
    for colour in range(3):  # one after the other takes a third of the memory
        seen = frame[..., colour] * dimming + paper[..., colour] * inside
        frame[..., colour] = np.clip(seen, 0, 255)


def _reflect_lamp(frame: Picture, page: Picture, placement: Placement) -> None:
    """Above the middle of the page, across a third of its width: where it is brightest nothing can be read."""
    seen = corners(page, placement)
    middle = seen.mean(axis=0) * 0.7 + seen[:2].mean(axis=0) * 0.3
    radius = float(np.linalg.norm(seen[1] - seen[0])) * 0.13
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    distance = np.hypot((x - middle[0]) / 1.4, y - middle[1]) / radius
    frame[:] = np.clip(frame + (400 * np.exp(-(distance**4)))[..., None], 0, 255).astype(np.uint8)
