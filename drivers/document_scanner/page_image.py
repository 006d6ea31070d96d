"""Samples of a scanned page, as SANE orders them, made a page that can be handed on. Pure.

Imported with the first page, not before: with it comes OpenCV, which an idle terminal does not hold in memory.
Source of the format: SANE standard 1.06, section 3.2.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.document_camera.page_finding import as_captured
from drivers.document_scanner.sane_answers import FrameBegins, FrameFormat
from kiosk.ports import CapturedPage

PLANES = (FrameFormat.RED, FrameFormat.GREEN, FrameFormat.BLUE)


def page_of(frames: Sequence[tuple[FrameBegins, bytes | bytearray]]) -> CapturedPage | None:
    """The frames of one page with their bytes, as one picture; None when they hold none.

    One frame, grey or colour, or three, each of one colour, in any order. What is not a whole line is left out.
    """
    rgb = rgb_of(frames)
    return None if rgb is None else as_captured(rgb)


def rgb_of(frames: Sequence[tuple[FrameBegins, bytes | bytearray]]) -> NDArray[np.uint8] | None:
    """Height x width x 3; None when there is no line, or no frame of a kind that makes a picture with the others."""
    by_format = {frame.format: _samples(frame, octets) for frame, octets in frames}
    if FrameFormat.RGB in by_format:
        rgb = by_format[FrameFormat.RGB]
    elif FrameFormat.GRAY in by_format:
        rgb = np.repeat(by_format[FrameFormat.GRAY], 3, axis=2)
    elif all(plane in by_format for plane in PLANES) and len({by_format[plane].shape[1] for plane in PLANES}) == 1:
        height = min(by_format[plane].shape[0] for plane in PLANES)
        rgb = np.concatenate([by_format[plane][:height] for plane in PLANES], axis=2)
    else:
        return None
    return np.ascontiguousarray(rgb) if rgb.size else None


def _samples(frame: FrameBegins, octets: bytes | bytearray) -> Any:
    """Height x width x samples of a dot, 0..255. Of a single bit in grey, 1 is black; else 1 is as bright as can be."""
    height = len(octets) // frame.bytes_per_line
    lines = np.frombuffer(octets, np.uint8, height * frame.bytes_per_line).reshape(height, frame.bytes_per_line)
    width, colours = frame.pixels_per_line, 3 if frame.format is FrameFormat.RGB else 1
    if frame.depth == 1:
        # Eight dots of one colour a byte, the colours in turn.
        bytes_per_colour = (width + 7) // 8
        if colours * bytes_per_colour > frame.bytes_per_line:
            return np.zeros((0, width, colours), np.uint8)
        packed = lines[:, : bytes_per_colour * colours].reshape(height, bytes_per_colour, colours)
        bits = np.unpackbits(packed, axis=1)[:, :width]
        return (1 - bits if frame.format is FrameFormat.GRAY else bits) * np.uint8(255)
    if frame.depth == 16:  # in the order of the machine that runs the backend
        high = 1 if sys.byteorder == "little" else 0
        return lines[:, high : width * colours * 2 : 2].reshape(height, width, colours)
    return lines[:, : width * colours].reshape(height, width, colours)
