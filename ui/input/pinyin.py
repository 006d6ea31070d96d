"""From Pinyin letters to Chinese words, by Debian's libgooglepinyin and the names of local places.

The library is a C interface over one static decoder (`pinyinime.h`, Apache-2.0), so a process has one
`PinyinDecoder` and uses it in one thread. It is told to open a user dictionary that cannot exist, and
`im_choose`, the only call that learns, is never made: whatever people type leaves no trace.
"""

import ctypes
from collections.abc import Iterator
from ctypes import POINTER, byref, c_bool, c_char_p, c_size_t, c_uint16
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ui.input.places import Gazetteer

LIBRARY: Final = "libgooglepinyin.so.0"
SEPARATOR: Final = "'"
MAX_LETTERS: Final = 39
"""`kMaxSearchSteps - 1` in searchcommon.h; letters past it are not decoded."""

_MAX_CANDIDATE_CHARACTERS: Final = 40
_NO_USER_DICTIONARY: Final = b""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word on offer, and how many of the typed letters it takes up from the left."""

    text: str
    letters_used: int


@dataclass(frozen=True, slots=True)
class PinyinMissing:
    """The engine cannot be used on this machine; `what` names the file that is not there or not usable."""

    what: str


def dictionary_path() -> Path:
    """Where Debian's package lays the dictionary, whatever the machine's architecture."""
    found = sorted(Path("/usr/lib").glob("*/googlepinyin/data/dict_pinyin.dat"))
    return found[0] if found else Path("/usr/lib/googlepinyin/data/dict_pinyin.dat")


class PinyinDecoder:
    """Candidates for typed letters; the library is loaded when the first ones are asked for."""

    def __init__(
        self, gazetteer: Gazetteer | None = None, *, library: str = LIBRARY, dictionary: Path | None = None
    ) -> None:
        self._gazetteer = gazetteer or Gazetteer()
        self._library = library
        self._dictionary = dictionary or dictionary_path()
        self._engine: _Engine | PinyinMissing | None = None

    def candidates(self, letters: str, *, limit: int) -> tuple[Candidate, ...] | PinyinMissing:
        """At most `limit` candidates, best first, each text once.

        `letters` are a-z and the separator `'`, at most MAX_LETTERS of them; anything else is a bug.
        An empty tuple means that no Chinese syllable begins like this.
        """
        if len(letters) > MAX_LETTERS or not all("a" <= letter <= "z" or letter == SEPARATOR for letter in letters):
            raise ValueError("not Pinyin letters")
        engine = self._opened()
        if isinstance(engine, PinyinMissing):
            return engine
        offered: dict[str, Candidate] = {}
        decoded = engine.decode(letters, limit=limit)
        for candidate in (*self._local(letters, decoded, engine), *decoded.candidates):
            offered.setdefault(candidate.text, candidate)
        return tuple(offered.values())[:limit]

    def missing(self) -> PinyinMissing | None:
        """What keeps the engine from working, without loading the dictionary when nothing does."""
        if not self._dictionary.is_file():
            return PinyinMissing(str(self._dictionary))
        library = _load(self._library)
        return library if isinstance(library, PinyinMissing) else None

    def forget(self) -> None:
        """Frees the engine and with it the last letters; the next question opens a fresh one."""
        if isinstance(self._engine, _Engine):
            self._engine.close()
            self._engine = None

    def _opened(self) -> "_Engine | PinyinMissing":
        # An opening that failed is final: the library crashes when it is opened or closed after that.
        if self._engine is None:
            self._engine = self.missing() or _open(self._library, self._dictionary)
        return self._engine

    def _local(self, letters: str, decoded: "_Decoded", engine: "_Engine") -> Iterator[Candidate]:
        typed = letters.replace(SEPARATOR, "")
        for place in self._gazetteer.names:
            if typed == place.initials or (place.letters.startswith(typed) and len(typed) > len(place.syllables[0])):
                yield Candidate(place.text, len(letters))
            elif typed.startswith(place.letters):
                used = _position_after(letters, len(place.letters))
                # guihu in guihua is no place: the engine must see a syllable begin where the name ends.
                if used in decoded.syllable_starts:
                    yield from self._continued(Candidate(place.text, used), letters[used:], engine)

    def _continued(self, place: Candidate, rest: str, engine: "_Engine") -> Iterator[Candidate]:
        typed = rest.replace(SEPARATOR, "")
        for ending in self._gazetteer.endings:
            if ending.letters == typed:
                yield Candidate(place.text + ending.text, place.letters_used + len(rest))
        for following in engine.decode(rest, limit=1).candidates:
            yield Candidate(place.text + following.text, place.letters_used + following.letters_used)
        yield place


@dataclass(frozen=True, slots=True)
class _Decoded:
    candidates: tuple[Candidate, ...]
    syllable_starts: tuple[int, ...]


class _Engine:
    """The opened decoder: one search, read out at once."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def decode(self, letters: str, *, limit: int) -> _Decoded:
        self._library.im_reset_search()
        count = self._library.im_search(letters.encode("ascii"), len(letters)) if letters else 0
        starts = POINTER(c_uint16)()
        syllables = self._library.im_get_spl_start_pos(byref(starts))
        syllable_starts = tuple(starts[index] for index in range(syllables + 1))
        texts = (self._candidate(index) for index in range(min(count, limit)))
        return _Decoded(
            tuple(Candidate(text, syllable_starts[min(len(text), syllables)]) for text in texts if text),
            syllable_starts,
        )

    def close(self) -> None:
        self._library.im_reset_search()
        self._library.im_close_decoder()

    def _candidate(self, index: int) -> str:
        buffer = (c_uint16 * (_MAX_CANDIDATE_CHARACTERS + 1))()
        if not self._library.im_get_candidate(index, buffer, _MAX_CANDIDATE_CHARACTERS):
            return ""
        return bytes(buffer).decode("utf-16-le").partition("\0")[0]


def _open(library: str, dictionary: Path) -> _Engine | PinyinMissing:
    loaded = _load(library)
    if isinstance(loaded, PinyinMissing):
        return loaded
    if not loaded.im_open_decoder(str(dictionary).encode(), _NO_USER_DICTIONARY):
        return PinyinMissing(str(dictionary))
    loaded.im_set_max_lens(MAX_LETTERS, _MAX_CANDIDATE_CHARACTERS)
    return _Engine(loaded)


def _load(library: str) -> ctypes.CDLL | PinyinMissing:
    try:
        loaded = ctypes.CDLL(library)
    except OSError:
        return PinyinMissing(library)
    loaded.im_open_decoder.argtypes = (c_char_p, c_char_p)
    loaded.im_open_decoder.restype = c_bool
    loaded.im_close_decoder.argtypes = ()
    loaded.im_close_decoder.restype = None
    loaded.im_set_max_lens.argtypes = (c_size_t, c_size_t)
    loaded.im_set_max_lens.restype = None
    loaded.im_reset_search.argtypes = ()
    loaded.im_reset_search.restype = None
    loaded.im_search.argtypes = (c_char_p, c_size_t)
    loaded.im_search.restype = c_size_t
    loaded.im_get_candidate.argtypes = (c_size_t, POINTER(c_uint16), c_size_t)
    loaded.im_get_candidate.restype = POINTER(c_uint16)
    loaded.im_get_spl_start_pos.argtypes = (POINTER(POINTER(c_uint16)),)
    loaded.im_get_spl_start_pos.restype = c_size_t
    return loaded


def _position_after(letters: str, count: int) -> int:
    """The position in `letters` after `count` letters that are not separators, and separators that follow."""
    position = 0
    while count > 0:
        count -= letters[position] != SEPARATOR
        position += 1
    while position < len(letters) and letters[position] == SEPARATOR:
        position += 1
    return position
