"""What a chip's text comes to at the port, whichever wire it came over."""

from kiosk.chip_layouts import UnreadableChip, UnsupportedChip, parse_chip
from kiosk.faults import CARD_UNREADABLE, CARD_UNSUPPORTED
from kiosk.identity import IdentityCard
from kiosk.ports import NotReadable


def card_in(text: bytes) -> IdentityCard | NotReadable:
    """`text`: the chip's 256 bytes."""
    match parse_chip(text):
        case UnreadableChip():
            return NotReadable(CARD_UNREADABLE)
        case UnsupportedChip():
            return NotReadable(CARD_UNSUPPORTED)
        case card:
            return card
