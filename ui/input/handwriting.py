"""From strokes on the glass to characters, by Debian's zinnia and its simplified Chinese model (6,763 characters)."""

import ctypes
from collections.abc import Sequence
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIBRARY: Final = "libzinnia.so.0"
MODEL: Final = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
MAX_STROKES: Final = 40
"""The strokes of the longest character in the model and some to spare."""

SQUARE: Final = 300
"""The side of the square that a character is written in; points count from its top left corner."""

_MARGIN: Final = 30
_SMALLEST_SPREAD: Final = 0.4

Point = tuple[int, int]
Stroke = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class HandwritingMissing:
    """The recogniser cannot be used on this machine; `what` names the file that is not there or not usable."""

    what: str


def framed(strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """The strokes as they are when they fill the square; else moved into its middle and scaled, in proportion.

    The recogniser goes by where strokes lie in the square and how large they are (口 is smaller than 囗), but people
    also write beside the square, over its edge, or very small.
    """
    xs = [x for stroke in strokes for x, _ in stroke]
    ys = [y for stroke in strokes for _, y in stroke]
    spread = max(max(xs) - min(xs), max(ys) - min(ys), 1)
    if min(xs + ys) >= 0 and max(xs + ys) <= SQUARE and spread >= _SMALLEST_SPREAD * SQUARE:
        return tuple(strokes)
    scale = (SQUARE - 2 * _MARGIN) / spread
    left, top = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return tuple(
        tuple((round(SQUARE / 2 + (x - left) * scale), round(SQUARE / 2 + (y - top) * scale)) for x, y in stroke)
        for stroke in strokes
    )


class HandwritingRecogniser:
    """Characters for strokes; the model is loaded when the first ones are asked for."""

    def __init__(self, *, library: str = LIBRARY, model: Path = MODEL) -> None:
        self._library_name = library
        self._model = model
        self._library: ctypes.CDLL | None = None
        self._recogniser: int | None = None

    def recognise(self, strokes: Sequence[Stroke], *, limit: int = 10) -> tuple[str, ...] | HandwritingMissing:
        """At most `limit` characters, likeliest first; points count from the top left of SQUARE."""
        if not strokes:
            return ()
        absent = self._open()
        if absent is not None:
            return absent
        assert self._library is not None
        character = self._library.zinnia_character_new()
        try:
            self._library.zinnia_character_set_width(character, SQUARE)
            self._library.zinnia_character_set_height(character, SQUARE)
            for number, stroke in enumerate(framed(strokes[:MAX_STROKES])):
                for x, y in stroke:
                    self._library.zinnia_character_add(character, number, x, y)
            return self._classify(self._library, character, limit)
        finally:
            self._library.zinnia_character_destroy(character)

    def missing(self) -> HandwritingMissing | None:
        """What keeps the recogniser from working, without loading the model when nothing does."""
        if not self._model.is_file():
            return HandwritingMissing(str(self._model))
        library = _load(self._library_name)
        return library if isinstance(library, HandwritingMissing) else None

    def close(self) -> None:
        """Frees the model; the next question loads it again."""
        if self._library is not None and self._recogniser is not None:
            self._library.zinnia_recognizer_destroy(self._recogniser)
        self._recogniser = None

    def _open(self) -> HandwritingMissing | None:
        if self._recogniser is not None:
            return None
        library = _load(self._library_name)
        if isinstance(library, HandwritingMissing):
            return library
        recogniser = library.zinnia_recognizer_new()
        if not library.zinnia_recognizer_open(recogniser, str(self._model).encode()):
            library.zinnia_recognizer_destroy(recogniser)
            return HandwritingMissing(str(self._model))
        self._library, self._recogniser = library, recogniser
        return None

    def _classify(self, library: ctypes.CDLL, character: int, limit: int) -> tuple[str, ...]:
        result = library.zinnia_recognizer_classify(self._recogniser, character, limit)
        if not result:
            return ()
        try:
            size = library.zinnia_result_size(result)
            return tuple(library.zinnia_result_value(result, index).decode("utf-8") for index in range(size))
        finally:
            library.zinnia_result_destroy(result)


def _load(library: str) -> ctypes.CDLL | HandwritingMissing:
    try:
        loaded = ctypes.CDLL(library)
    except OSError:
        return HandwritingMissing(library)
    for name, restype, argtypes in (
        ("zinnia_recognizer_new", c_void_p, ()),
        ("zinnia_recognizer_open", c_int, (c_void_p, c_char_p)),
        ("zinnia_recognizer_destroy", None, (c_void_p,)),
        ("zinnia_recognizer_classify", c_void_p, (c_void_p, c_void_p, c_size_t)),
        ("zinnia_character_new", c_void_p, ()),
        ("zinnia_character_destroy", None, (c_void_p,)),
        ("zinnia_character_set_width", None, (c_void_p, c_size_t)),
        ("zinnia_character_set_height", None, (c_void_p, c_size_t)),
        ("zinnia_character_add", c_int, (c_void_p, c_size_t, c_int, c_int)),
        ("zinnia_result_size", c_size_t, (c_void_p,)),
        ("zinnia_result_value", c_char_p, (c_void_p, c_size_t)),
        ("zinnia_result_destroy", None, (c_void_p,)),
    ):
        function = getattr(loaded, name)
        function.restype, function.argtypes = restype, argtypes
    return loaded
