"""Every parser of bytes that strangers write, as `bytes -> what it declares`. An exception or a hang is a finding."""

from collections.abc import Callable
from importlib import import_module

Target = Callable[[bytes], object]


def _called(module: str, name: str) -> Callable[[], Target]:
    """Imported late, so that a fuzzer can instrument what it imports."""
    return lambda: getattr(import_module(module), name)


def _of_text(module: str, name: str, *before: object) -> Callable[[], Target]:
    """For parsers of text: what is no UTF-8 never comes to them."""

    def load() -> Target:
        parse = getattr(import_module(module), name)
        return lambda octets: parse(*before, octets.decode("utf-8", "ignore"))

    return load


def _fed(module: str, name: str) -> Callable[[], Target]:
    """For parsers that are fed piece by piece: the first byte says how long the pieces are."""

    def load() -> Target:
        make = getattr(import_module(module), name)

        def feed(octets: bytes) -> None:
            parser, size = make(), 1 + (octets[0] if octets else 0)
            for at in range(1, len(octets), size):
                parser.feed(octets[at : at + size])

        return feed

    return load


TARGETS: dict[str, Callable[[], Target]] = {
    "identity card frames": _called("drivers.identity_card.sam_frames", "first_reply"),
    "identity card chip": _called("kiosk.chip_layouts", "parse_chip"),
    "printer answers": _called("drivers.receipt_printer.escpos_status", "parse_heard"),
    "simulated printer": _fed("hardware_sim.devices.escpos_stream", "EscPosStream"),
}
