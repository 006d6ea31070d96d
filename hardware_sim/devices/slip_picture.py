"""A receipt as one would photograph it: thermal paper with its margins, soft black, a torn and a cut edge."""

import cv2
import numpy as np
from PIL import Image

from hardware_sim.devices.printer_machine import EndedBy, Receipt

MARGIN_DOTS = 32  # 80 mm paper, 72 mm printed
TOP_DOTS, BOTTOM_DOTS = 56, 72
SHADOW_DOTS = 14
_PAPER, _INK, _DESK = (250, 249, 244), (42, 40, 46), (226, 227, 230)


def slip_picture(receipt: Receipt) -> Image.Image:
    """RGB, 576 dots and margins wide; one dot is one pixel."""
    ink = np.pad(receipt.dots, ((TOP_DOTS, BOTTOM_DOTS), (MARGIN_DOTS, MARGIN_DOTS))).astype(np.float32)
    height, width = ink.shape
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.55), np.float32)[..., None]
    chance = np.random.default_rng(height)
    grain = chance.normal(0, 1.1, (height, width, 1)).astype(np.float32)
    curl = 3.0 * np.sin(np.linspace(0, np.pi, width, dtype=np.float32))[None, :, None]
    paper = np.array(_PAPER, np.float32) - 3.0 + curl + grain
    slip = paper * (1 - ink) + np.array(_INK, np.float32) * ink
    shape = _shape(height, width, ragged=receipt.ended_by is not EndedBy.CUT)
    return Image.fromarray(np.clip(_laid_down(slip, shape), 0, 255).astype(np.uint8))


def _shape(height: int, width: int, *, ragged: bool) -> np.ndarray:
    """1 where there is paper: teeth of the tear bar at the top, at the bottom too unless it was cut."""
    across = np.arange(width)
    teeth = np.abs(across % 12 - 6)
    rows = np.arange(height)[:, None]
    shape = rows >= teeth[None, :]
    if ragged:
        wander = np.random.default_rng(width + height).normal(0, 1.6, width).cumsum()
        bottom = height - 4 - teeth - np.abs(wander - np.linspace(wander[0], wander[-1], width))
        shape &= rows < bottom[None, :]
    return shape.astype(np.float32)


def _laid_down(slip: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """The paper on a desk, with its shadow."""
    around = ((SHADOW_DOTS, SHADOW_DOTS), (SHADOW_DOTS, SHADOW_DOTS))
    shape = np.pad(shape, around)
    shadow = cv2.GaussianBlur(np.roll(shape, (5, 3), (0, 1)), (0, 0), 5)[..., None] * 0.28
    desk = np.array(_DESK, np.float32) * (1 - shadow)
    inside = shape[..., None]
    picture: np.ndarray = desk * (1 - inside) + np.pad(slip, (*around, (0, 0))) * inside
    return picture
