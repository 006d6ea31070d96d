"""A keyboard-wedge scanner as a device of the kernel, through `/dev/uinput`: whoever reads keys reads its codes."""

from typing import TYPE_CHECKING

from hardware_sim.clock import Clock, RealClock
from hardware_sim.devices.wedge_typing import KEYS, AltNumbers, End, spoiled_strokes

if TYPE_CHECKING:
    from evdev import UInput

NAME = "Simulated Barcode Scanner"
VENDOR, PRODUCT = 0x26F1, 0x5651
STROKE_S = 0.001
FAULTS = ("scanner.double-fire", "scanner.no-answer", "scanner.half-code", "scanner.hostile")


class WedgeScanner:
    """There from `start` until `stop`, which need the right to write `/dev/uinput` (OSError without). For one thread.

    It reads what is shown at once. Faults as a scan engine has them, as far as keys can show them.
    """

    def __init__(
        self,
        *,
        numbers: AltNumbers = AltNumbers.BYTES,
        end: End = End.ENTER,
        pace: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._numbers = numbers
        self._end = end
        self._stroke_s = STROKE_S if pace else 0.0
        self._clock = clock or RealClock()
        self._faults: dict[str, dict[str, int | float | str]] = {}
        self._keyboard: UInput | None = None

    @property
    def path(self) -> str:
        """`/dev/input/event...`. RuntimeError: it is not there."""
        if self._keyboard is None or self._keyboard.device is None:
            raise RuntimeError("the scanner is not plugged in")
        return str(self._keyboard.device.path)

    def start(self) -> None:
        from evdev import UInput, ecodes

        if self._keyboard is None:
            self._keyboard = UInput({ecodes.EV_KEY: sorted(KEYS)}, name=NAME, vendor=VENDOR, product=PRODUCT)

    def stop(self) -> None:
        if self._keyboard is not None:
            self._keyboard.close()
            self._keyboard = None

    def plug(self) -> None:
        self.start()

    def unplug(self) -> None:
        self.stop()

    def show(self, payload: bytes) -> None:
        """Returns when it is typed. Nothing when the plug is out."""
        typed = spoiled_strokes(payload, self._faults, numbers=self._numbers, end=self._end)
        for name in [name for name, given in self._faults.items() if "on" in given]:
            del self._faults[name]
        for key, value in typed:
            if (keyboard := self._keyboard) is None:
                return
            try:
                keyboard.write(1, key, value)  # EV_KEY
                keyboard.syn()
            except OSError:  # pulled out between the two
                return
            self._clock.select([], within_s=self._stroke_s)

    def set_fault(self, name: str, **parameters: int | float | str) -> None:
        """Raises ValueError for a fault that cannot be seen in keys."""
        if name not in FAULTS:
            raise ValueError(f"no fault of a wedge scanner: {name}")
        self._faults[name] = parameters

    def clear_fault(self, name: str | None = None) -> None:
        for fault in [fault for fault in self._faults if name in (None, fault)]:
            del self._faults[fault]

    def faults(self) -> dict[str, dict[str, int | float | str]]:
        return dict(self._faults)
