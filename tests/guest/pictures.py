"""What is laid before the guest's camera: drawn outside, where a processor is fast. Raw frames, 1280 x 720, BGR."""

from pathlib import Path

import cv2
import numpy as np

from hardware_sim.devices.code_pictures import ShownCode, code_view
from hardware_sim.devices.desk_view import Placement, desk_view
from hardware_sim.pages import draw_page
from hardware_sim.people import cast

WIDE, HIGH = 1280, 720
TEXT_IN_CODE = "社保 陈桂兰 䶮"


def draw(directory: Path) -> None:
    """A page on a desk as `page.raw`, and a code on a phone as `code.raw`."""
    directory.mkdir()
    sheet = np.asarray(draw_page("household-front", cast()["chen-guilan"]), np.uint8)[:, :, ::-1]
    page = desk_view(np.ascontiguousarray(sheet), Placement(degrees=2.0))
    code = code_view(ShownCode(TEXT_IN_CODE.encode("gb18030")), seed=1)
    for name, picture in (("page", page), ("code", code)):
        high, wide = picture.shape[:2]
        small = cv2.resize(picture, (wide * HIGH // high, HIGH), interpolation=cv2.INTER_AREA)
        frame = np.zeros((HIGH, WIDE, 3), np.uint8)
        left = (WIDE - small.shape[1]) // 2
        frame[:, left : left + small.shape[1]] = small
        (directory / f"{name}.raw").write_bytes(frame.tobytes())
