"""The document camera over any source of frames: finds the page, judges whether it lies still, captures it."""

import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from kiosk.faults import CAMERA_NO_PAGE, CAMERA_UNPLUGGED, Fault
from kiosk.ports import CapturedPage, Disconnected, Frame, NeedsAttention, NotCaptured, Page, Ready, View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rgb = NDArray[np.uint8]  # height x width x 3

SHOWN_SIDE = 1080  # the longer side of the frames that are shown
STEADY_WITHIN = 0.008  # how far a corner may move between two looks, as a fraction of the frame


class FrameSource(Protocol):
    """Where frames come from. Never raises for what can happen in the world."""

    @property
    def tested_against(self) -> str: ...

    def status(self) -> Ready | NeedsAttention | Disconnected:
        """Without taking a frame, as far as that can be told."""
        ...

    def grab(self) -> "Rgb | Fault":
        """The newest frame, at most 1.5 s; CAMERA_UNPLUGGED, CAMERA_NOT_WORKING or CAMERA_FROZEN when there is none."""
        ...

    def release(self) -> None:
        """Let the camera go; the next grab takes it again."""
        ...


class DocumentCamera:
    """Satisfies `kiosk.ports.DocumentCamera`."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._failed = False
        self._last: Page | None = None
        logging.getLogger(__name__).info("document camera: tested against %s", source.tested_against)

    def status(self) -> Ready | NeedsAttention | Disconnected:
        if self._failed:  # what failed is tried again, or it would stay out of order for ever
            frame = self._grab()
            self.rest()
            if isinstance(frame, Fault):
                return _away(frame)
        return self._source.status()

    def look(self) -> View | NeedsAttention | Disconnected:
        from drivers.document_camera import page_finding

        rgb = self._grab()
        if isinstance(rgb, Fault):
            return _away(rgb)
        page = page_finding.find_page(rgb)
        if page is not None:
            page = replace(page, steady=self._last is not None and _lies_as(self._last, page))
        self._last = page
        shown = page_finding.shrink(rgb, SHOWN_SIDE)
        return View(Frame(width=shown.shape[1], height=shown.shape[0], rgb=shown.tobytes()), page)

    def capture(self, *, whole_desk: bool) -> CapturedPage | NotCaptured | NeedsAttention | Disconnected:
        from drivers.document_camera import page_finding

        rgb = self._grab()
        if isinstance(rgb, Fault):
            return _away(rgb)
        page = page_finding.find_page(rgb)
        if page is not None and page.whole:
            return page_finding.straighten(rgb, page.corners)
        return page_finding.as_captured(rgb) if whole_desk else NotCaptured(CAMERA_NO_PAGE)

    def rest(self) -> None:
        self._last = None
        self._source.release()

    def _grab(self) -> "Rgb | Fault":
        frame = self._source.grab()
        self._failed = isinstance(frame, Fault)
        if self._failed:
            self._last = None
            self._source.release()
        return frame


def _away(fault: Fault) -> NeedsAttention | Disconnected:
    return Disconnected(fault) if fault == CAMERA_UNPLUGGED else NeedsAttention(fault)


def _lies_as(before: Page, now: Page) -> bool:
    return all(math.dist(one, other) <= STEADY_WITHIN for one, other in zip(before.corners, now.corners, strict=True))
