"""What a keyboard-wedge scanner types, from key events back to the bytes of the code. Pure.

Events are (type, code, value) as in Linux' `input-event-codes.h`; the scanner is set to the US layout. Bytes that
no key has come as Ctrl with a letter (control characters) or as Alt with a number on the keypad.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

EV_SYN, EV_KEY = 0x00, 0x01
SYN_DROPPED = 3
MOST_BYTES = 8192

Event = tuple[int, int, int]

_UP, _DOWN = 0, 1  # 2 is a key that repeats by itself: a scanner types each character anew
_SHIFTS, _CONTROLS, _ALTS = frozenset({42, 54}), frozenset({29, 97}), frozenset({56, 100})
_CAPS_LOCK = 58
_ENDS = frozenset({28, 15, 96})  # Enter, Tab, Enter of the keypad

_ROWS = (  # the first key's code; what the row types alone and with shift
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
_KEYS: dict[int, tuple[str, str]] = {
    **{start + at: pair for start, low, high in _ROWS for at, pair in enumerate(zip(low, high, strict=True))},
    **{code: (same, same) for code, same in ((57, " "), (1, "\x1b"), (14, "\b"), (111, "\x7f"))},
    86: ("\\", "|"),
}
KEYPAD = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))
_KEYPAD_SIGNS = {83: ".", 55: "*", 74: "-", 78: "+", 98: "/", 117: "=", 121: ","}


@dataclass(frozen=True, slots=True)
class Typed:
    """One code, without the key that ended it."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A code of which something was lost, or longer than any."""


@dataclass
class Keys:
    """The keyboard as it stands: what is held down, and what was typed since the last code."""

    typed: bytearray = field(default_factory=bytearray)
    held: set[int] = field(default_factory=set)
    caps: bool = False
    number: str | None = None  # what is being typed on the keypad under Alt
    spoilt: bool = False

    def take(self, event: Event) -> Typed | Spoilt | None:
        """One event; a code when this was its last key."""
        kind, code, value = event
        if kind == EV_SYN and code == SYN_DROPPED:
            self.spoilt = True
            self.held.clear()
            return None
        if kind != EV_KEY:
            return None
        if value == _UP:
            self._released(code)
            return None
        if value != _DOWN:
            return None
        self.held.add(code)
        if code == _CAPS_LOCK:
            self.caps = not self.caps
        elif code in _ALTS:
            self.number = ""
        elif code in _ENDS:
            return self.end()
        elif self.number is not None and code in KEYPAD:
            self.number = (self.number + KEYPAD[code])[:7]
        else:
            self._type(self._character(code))
        return None

    def end(self) -> Typed | Spoilt | None:
        """The code ends here: its last key came, or nothing more for a while. None: nothing was typed."""
        typed, spoilt = bytes(self.typed), self.spoilt
        self.typed, self.spoilt = bytearray(), False
        if spoilt:
            return Spoilt()
        return Typed(typed) if typed else None

    def _released(self, code: int) -> None:
        self.held.discard(code)
        if code in _ALTS and self.number is not None:
            number, self.number = self.number, None
            if number:
                self._type(_numbered(int(number)))

    def _type(self, typed: bytes) -> None:
        self.typed += typed
        if len(self.typed) > MOST_BYTES:
            self.typed, self.spoilt = bytearray(), True

    def _character(self, code: int) -> bytes:
        if code in KEYPAD:
            return KEYPAD[code].encode()
        if code in _KEYPAD_SIGNS:
            return _KEYPAD_SIGNS[code].encode()
        if code not in _KEYS:
            return b""
        low, high = _KEYS[code]
        shifted = bool(self.held & _SHIFTS) != (self.caps and low.isalpha())
        if self.held & _CONTROLS:
            return _control(low, high)
        return (high if shifted else low).encode()


def key_of(character: str) -> int | None:
    """The code of the key that types it, alone or with shift."""
    return next((code for code, typed in _KEYS.items() if character in typed), None)


def parse_keys(events: Iterable[Event]) -> list[Typed | Spoilt]:
    """All codes in a run of events; what is left at its end is ended by silence."""
    keys = Keys()
    codes = [keys.take(event) for event in events]
    return [code for code in (*codes, keys.end()) if code is not None]


def _control(low: str, high: str) -> bytes:
    """`Ctrl` with one of `@ A..Z [ \\ ] ^ _ ?` is a control character; with any other key it is nothing."""
    for character in (low.upper(), high):
        if "@" <= character <= "_":
            return bytes([ord(character) & 0x1F])
    return b"\x7f" if high == "?" else b""


def _numbered(number: int) -> bytes:
    """A byte; above 255 two bytes of GBK as scanners set to Chinese send them, else the Unicode character."""
    if number <= 0xFF:
        return bytes([number])
    if number <= 0xFFFF:
        double = number.to_bytes(2, "big")
        try:
            if len(double.decode("gbk")) == 1:
                return double
        except UnicodeDecodeError:
            pass
    try:
        return chr(number).encode()
    except (ValueError, OverflowError):  # no character, or half of one
        return b""
