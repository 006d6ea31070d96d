"""What a message says: one JSON object, and nothing in it that our own form of JSON (RFC 8785) could not hold."""

import json

from kiosk.submission import Json

LARGEST_INTEGER = 2**53


def read_object(content: bytes) -> dict[str, Json] | None:
    """None for anything else: too deep, integers past 2^53, infinite numbers, half a surrogate pair."""
    try:
        value = json.loads(content, parse_int=_integer)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> int:
    number = int(digits)
    if abs(number) >= LARGEST_INTEGER:
        raise ValueError(f"an integer of {len(digits)} digits")
    return number
