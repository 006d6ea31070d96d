"""Frames of a camera before which somebody holds a code."""

from itertools import count
from pathlib import Path

import cv2
import numpy as np
import qrcode
from numpy.typing import NDArray

SIZE = (960, 720)
_seeds = count(1)


def qr_frame(payload: bytes | None, *, dot: int = 6) -> NDArray[np.uint8]:
    """Grey, with a sensor's noise; without a payload nobody holds anything."""
    noise = np.random.default_rng(next(_seeds))
    frame = noise.normal(110, 4, (SIZE[1], SIZE[0]))
    if payload is not None:
        code = qrcode.QRCode(border=4, box_size=1)
        code.add_data(payload, optimize=0)
        code.make(fit=True)
        modules = np.where(np.array(code.get_matrix()), 30.0, 230.0)
        dot = min(dot, (SIZE[1] - 20) // len(modules))
        symbol = np.kron(modules, np.ones((dot, dot)))
        top, left = (SIZE[1] - len(symbol)) // 2, (SIZE[0] - len(symbol)) // 2
        frame[top : top + len(symbol), left : left + len(symbol)] += symbol - 110
    return np.clip(frame, 0, 255).astype(np.uint8)


def place_frame(frame: NDArray[np.uint8], folder: Path) -> None:
    """Atomically, as a camera's frames come."""
    fresh = folder / "fresh.png"
    cv2.imwrite(str(fresh), frame)
    fresh.replace(folder / "current.png")
