"""The wire between a virtual card and its virtual reader (vpcd): the card connects, the reader asks.

Both ways u16 big endian, the length, then so many bytes. One byte from the reader is an order, anything else an APDU.
"""

import socket
import struct

from hardware_sim.devices.virtual_cards import Card

POWER_OFF, POWER_ON, RESET, ATR_ASKED = b"\x00", b"\x01", b"\x02", b"\x04"


def framed(payload: bytes) -> bytes:
    return struct.pack(">H", len(payload)) + payload


def next_message(received: bytearray) -> bytes | None:
    """Cut the first whole message off `received`; `None`: wait for more."""
    if len(received) < 2:
        return None
    end = 2 + int.from_bytes(received[:2], "big")
    if len(received) < end:
        return None
    message = bytes(received[2:end])
    del received[:end]
    return message


def is_apdu(message: bytes) -> bool:
    return len(message) > 1


def answer_to_order(card: Card, order: bytes) -> bytes:
    """What goes back over the wire, framed; nothing for most orders."""
    if order == ATR_ASKED:
        return framed(card.atr)
    if order in (POWER_OFF, POWER_ON, RESET):
        card.reset()
    return b""


def connected(port: int) -> socket.socket | None:
    """A card's end of the wire; `None`: no reader listens on that port of this computer."""
    wire = socket.socket()
    try:
        wire.connect(("127.0.0.1", port))
    except OSError:
        wire.close()
        return None
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def received_from(wire: socket.socket) -> bytes:
    """What the reader sent; empty when it is gone.

    It writes length and content apart: without acknowledging at once each APDU takes 45 ms, and the kernel
    forgets that it was told so.
    """
    try:
        octets = wire.recv(4096)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    except OSError:
        return b""
    return octets
