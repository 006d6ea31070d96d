"""What a trace must know of a protocol: where one exchange ends, and how it is said again without anybody's data.

Each protocol's own stands beside it (`*_traces.py`); a trace names it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points

from drivers.traces.trace_file import Way

Said = tuple[Way, bytes]  # sent or received
Cleaner = Callable[[Sequence[Said]], list[bytes]]


@dataclass(frozen=True, slots=True)
class WireProtocol:
    """`cleaner`: makes what cleans the exchanges of one trace, in order; each saying keeps its length, and cleaned once
    more nothing that was sent changes. `begins`: whether this, sent, begins a new exchange; a driver that asks for
    silence first always does."""

    name: str
    cleaner: Callable[[], Cleaner]
    begins: Callable[[bytes], bool] = lambda _: True


PROTOCOLS = {
    "plain": "drivers.traces.protocols:PLAIN",
    "sam": "drivers.identity_card.sam_traces:SAM",
    "sdt-library": "drivers.identity_card.sdt_traces:SDT",
    "escpos": "drivers.receipt_printer.escpos_traces:ESCPOS",
    "scan-engine": "drivers.codes.code_traces:SCAN_ENGINE",
    "wedge": "drivers.codes.code_traces:WEDGE",
    "pcsc": "drivers.smart_card.pcsc_traces:PCSC",
    "frames": "drivers.document_camera.frame_traces:FRAMES",
    "sane": "drivers.document_scanner.sane_traces:SANE",
    "ipp": "drivers.page_printer.ipp_traces:IPP",
}


def protocol_named(name: str) -> WireProtocol:
    """One of ours, or one that an installed package brings (an entry point of the group `hall_terminal.protocols`).
    ValueError for one that is not known."""
    for entry in entry_points(group="hall_terminal.protocols", name=name):
        brought = entry.load()
        assert isinstance(brought, WireProtocol)
        return brought
    if name not in PROTOCOLS:
        raise ValueError(f"no protocol of a trace: {name!r:.40} (known: {', '.join(PROTOCOLS)})")
    module, _, attribute = PROTOCOLS[name].partition(":")
    found = getattr(import_module(module), attribute)
    assert isinstance(found, WireProtocol)
    return found


def by_saying(
    *, sent: Callable[[bytes], bytes] = bytes, received: Callable[[bytes], bytes] = bytes
) -> Callable[[], Cleaner]:
    """For protocols in which each saying can be understood alone."""

    def clean(exchange: Sequence[Said]) -> list[bytes]:
        return [(sent if way is Way.SENT else received)(octets) for way, octets in exchange]

    return lambda: clean


PLAIN = WireProtocol("plain", by_saying())  # of devices that know nobody
