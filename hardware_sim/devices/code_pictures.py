"""What a camera sees of a code that somebody holds before it: on a phone or on paper, in light, blur and noise."""

import random
from dataclasses import dataclass
from enum import Enum
from typing import Any

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

WIDTH, HEIGHT = 1280, 720
NOISE, MUCH_NOISE = 1.5, 22.0  # standard deviation of the sensor, of 255
DOTS_PER_MODULE = 8  # as the code is drawn, before the camera

Picture = NDArray[np.uint8]  # height x width x 3, BGR
Light = NDArray[Any]  # the same before it is a picture

SYMBOLOGIES = {
    str(one): one for one in zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.AllCreatable))
}
CHARSETS = {"utf-8": "UTF8", "gb18030": "GB18030", "gbk": "GBK", "gb2312": "GB2312"}  # as the writer names their ECI


class Medium(Enum):
    PHONE = "phone"
    PAPER = "paper"


class CodeTrouble(Enum):
    """Why a code is hard to read; with the last four none reads it."""

    TILT = "tilt"
    SMALL = "small"
    NOISE = "noise"
    BLUR = "blur"
    GLARE = "glare"
    DARK = "dark"
    STALE = "stale"  # no new frame comes


@dataclass(frozen=True, slots=True)
class ShownCode:
    """`charset`: named in the code by an ECI, be it true or not. `None`: bytes and no more."""

    payload: bytes
    symbology: str = "QR Code"
    charset: str | None = None
    medium: Medium = Medium.PHONE
    troubles: frozenset[CodeTrouble] = frozenset()


def drawn(code: ShownCode) -> NDArray[np.uint8]:
    """The symbol with its quiet zone, grey. ValueError: this symbology cannot hold that payload.

    For bytes the writer names ECI 899 unless told that the ECI is unknown; of text it might make Shift JIS.
    """
    eci = "Unknown" if code.charset is None else CHARSETS[code.charset]
    barcode = zxingcpp.create_barcode(code.payload, SYMBOLOGIES[code.symbology], eci=eci)
    return np.array(zxingcpp.write_barcode_to_image(barcode, scale=DOTS_PER_MODULE))


def code_view(code: ShownCode | None, *, seed: int) -> Picture:
    """One frame without sensor noise; `None`: nobody holds anything. The seed moves hand and light a little."""
    chance = random.Random(f"{seed}-code-view")
    frame: Light = _hall(chance)
    if code is None:
        return frame.astype(np.uint8)
    shape = drawn(code)
    sheet = _phone(shape) if code.medium is Medium.PHONE else _paper(shape)
    module_dots = 2.0 if CodeTrouble.SMALL in code.troubles else 12.0
    fits = min(0.62 * HEIGHT / shape.shape[0], 0.7 * WIDTH / shape.shape[1], module_dots / DOTS_PER_MODULE)
    matrix = _held(sheet.shape[1], sheet.shape[0], fits, chance, tilted=CodeTrouble.TILT in code.troubles)
    seen = cv2.warpPerspective(cv2.GaussianBlur(sheet, (0, 0), 0.35 / fits), matrix, (WIDTH, HEIGHT))
    inside = cv2.warpPerspective(np.full(sheet.shape[:2], 255, np.uint8), matrix, (WIDTH, HEIGHT))[
        ..., None
    ] / np.float32(255)
    if code.medium is Medium.PHONE:
        frame *= 0.45  # exposed for the bright screen
        seen = seen * _moire(chance)
    frame = frame * (1 - inside) + seen * inside
    if CodeTrouble.BLUR in code.troubles:
        few = cv2.resize(frame, (WIDTH // 20, HEIGHT // 20), interpolation=cv2.INTER_AREA)
        frame = cv2.resize(few, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    if CodeTrouble.GLARE in code.troubles:
        frame += _lamp(matrix, sheet.shape[1], sheet.shape[0])
    if CodeTrouble.DARK in code.troubles:
        frame = frame * 0.02
    return np.clip(frame, 0, 255).astype(np.uint8)


def with_noise(frame: Picture, seed: int, *, much: bool) -> Picture:
    """The same frame as a sensor gives it at another moment."""
    noise = np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH, 1), np.float32)
    return np.clip(frame + (MUCH_NOISE if much else NOISE) * noise, 0, 255).astype(np.uint8)


def _hall(chance: random.Random) -> Light:
    """What is behind: a grey hall, out of focus."""
    coarse = np.random.default_rng(chance.getrandbits(32)).uniform(60, 120, (5, 8, 1)).astype(np.float32)
    soft = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.repeat(soft[..., None], 3, axis=2)


def _phone(shape: NDArray[np.uint8]) -> Light:
    """A bright screen with a bar above the code, in a black case."""
    height, width = shape.shape
    side = max(height, width)
    screen = np.full((side * 8 // 5, side * 6 // 5, 3), (255, 252, 250), np.float32)
    screen[: side // 6] = (190, 120, 40)
    top, left = (screen.shape[0] - height) // 2, (screen.shape[1] - width) // 2
    screen[top : top + height, left : left + width] = shape[..., None]
    edge = side // 14
    return np.pad(screen, ((edge, edge), (edge, edge), (0, 0)), constant_values=12)


def _paper(shape: NDArray[np.uint8]) -> Light:
    """Printed on office paper: ink is not black, paper not white."""
    edge = max(shape.shape) // 5
    sheet = np.pad(shape, edge, constant_values=255).astype(np.float32)
    return np.repeat((45 + sheet * np.float32(170 / 255))[..., None], 3, axis=2)


def _held(width: int, height: int, scale: float, chance: random.Random, *, tilted: bool) -> Light:
    """Where the corners of a sheet come to lie in the frame."""
    angle = np.radians(chance.uniform(14, 24) * chance.choice((-1, 1)) if tilted else chance.uniform(-4, 4))
    middle = np.array([WIDTH / 2 + chance.uniform(-40, 40), HEIGHT / 2 + chance.uniform(-20, 20)])
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    flat = (source - np.array([width, height]) / 2) * scale
    turned = flat @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    if tilted:  # the upper edge leans away
        turned = turned / (1 - 0.35 * turned[:, 1:] / (height * scale))
    held: Light = cv2.getPerspectiveTransform(source, (turned + middle).astype(np.float32))
    return held


def _moire(chance: random.Random) -> Light:
    """The beat of the screen's dots against the sensor's, a little apart for each colour."""
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    wave = np.sin(chance.uniform(0.15, 0.4) * x + chance.uniform(0.15, 0.4) * y)
    return np.float32(0.95) - np.float32(0.05) * np.stack([np.roll(wave, 3 * colour, 1) for colour in range(3)], axis=2)


def _lamp(matrix: Light, width: int, height: int) -> Light:
    """A lamp mirrored in the middle of the sheet."""
    corner, middle = cv2.perspectiveTransform(np.array([[[0, 0], [width / 2, height / 2]]], np.float64), matrix)[0]
    radius = np.hypot(*(middle - corner)) * 0.4
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    distance = np.hypot(x - middle[0], y - middle[1]) / radius
    light: Light = 600 * np.exp(-(distance**4))
    return light[..., None]
