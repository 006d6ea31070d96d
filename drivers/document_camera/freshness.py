"""Whether new frames still come: a camera that hangs goes on giving its last one."""

import time
from collections.abc import Callable, Hashable

FROZEN_AFTER_S = 3.0
LOOKS_WITHIN_S = 1.0  # looks further apart than this say nothing about what came between them


class Freshness:
    """Asked at each look with what tells one frame from another: the time it was written, or its bytes."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._mark: Hashable = None
        self._since_s = 0.0
        self._looked_s = 0.0
        self._frozen = False

    def frozen(self, mark: Hashable) -> bool:
        """Whether the same frame has been there for 3 s of looking; from then on until another one comes."""
        now_s = self._now_s()
        if mark != self._mark or (not self._frozen and now_s - self._looked_s > LOOKS_WITHIN_S):
            self._mark, self._since_s, self._frozen = mark, now_s, False
        self._looked_s = now_s
        self._frozen = self._frozen or now_s - self._since_s >= FROZEN_AFTER_S
        return self._frozen
