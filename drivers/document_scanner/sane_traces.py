"""What was said to the child that calls SANE, without the pages: of their lines only the length is left."""

from drivers.traces.protocols import WireProtocol, by_saying

LINES, CANCEL = b"L", b"[]"


def without_the_page(answer: bytes) -> bytes:
    return LINES + bytes(len(answer) - 1) if answer.startswith(LINES) else answer


SANE = WireProtocol("sane", by_saying(received=without_the_page), begins=lambda request: request != CANCEL)
