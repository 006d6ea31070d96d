"""Pinyin becomes Chinese, local names come first, and nothing of it stays."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.input.pinyin import MAX_LETTERS, Candidate, PinyinDecoder, PinyinMissing
from ui.input.places import Spelling, read_places

ROOT = Path(__file__).parents[3]
PLACES = read_places(ROOT / "content" / "places.toml")


@pytest.fixture
def decoder() -> Iterator[PinyinDecoder]:
    decoder = PinyinDecoder(PLACES)
    yield decoder
    decoder.forget()


def offered(decoder: PinyinDecoder, letters: str, limit: int = 60) -> tuple[Candidate, ...]:
    candidates = decoder.candidates(letters, limit=limit)
    assert not isinstance(candidates, PinyinMissing), candidates
    return candidates


def texts(decoder: PinyinDecoder, letters: str) -> list[str]:
    return [candidate.text for candidate in offered(decoder, letters)]


def test_a_common_word_is_the_first_candidate(decoder: PinyinDecoder) -> None:
    assert texts(decoder, "nihao")[0] == "你好"


def test_a_name_is_put_together_character_by_character(decoder: PinyinDecoder) -> None:
    letters, name = "chenguilan", ""
    for wanted in "陈桂兰":
        candidate = next(candidate for candidate in offered(decoder, letters) if candidate.text == wanted)
        name, letters = name + candidate.text, letters[candidate.letters_used :]
    assert (name, letters) == ("陈桂兰", "")


def test_a_separator_decides_where_a_syllable_ends(decoder: PinyinDecoder) -> None:
    assert texts(decoder, "xian")[0] == "先"
    assert offered(decoder, "xi'an")[0] == Candidate("西安", 5)


@pytest.mark.parametrize("place", PLACES.names, ids=lambda place: place.text)
def test_every_local_place_is_among_the_first_when_spelt_out(decoder: PinyinDecoder, place: Spelling) -> None:
    namesakes = sum(other.letters == place.letters for other in PLACES.names)
    assert place.text in texts(decoder, place.letters)[:namesakes]


def test_a_local_place_is_offered_before_it_is_spelt_out_and_by_its_initials(decoder: PinyinDecoder) -> None:
    assert offered(decoder, "xiangqi")[0] == Candidate("湘桥", 7)
    assert offered(decoder, "rp")[0] == Candidate("饶平", 2)


def test_a_place_does_not_displace_the_words_of_its_first_syllable(decoder: PinyinDecoder) -> None:
    assert "湘桥" not in texts(decoder, "xiang")


def test_a_place_is_recognised_in_front_of_what_follows(decoder: PinyinDecoder) -> None:
    assert offered(decoder, "xiangqiaoqu")[0] == Candidate("湘桥区", 11)
    assert Candidate("湘桥", 9) in offered(decoder, "xiangqiaoqu")
    assert offered(decoder, "chao'anqu")[0] == Candidate("潮安区", 9)


def test_letters_that_only_look_like_a_place_stay_words(decoder: PinyinDecoder) -> None:
    assert texts(decoder, "guihua")[0] == "规划"
    assert not any("归湖" in text for text in texts(decoder, "guihua"))


def test_what_is_no_syllable_has_no_candidates(decoder: PinyinDecoder) -> None:
    assert offered(decoder, "v") == ()
    assert offered(decoder, "") == ()


@given(st.text("abcdefghijklmnopqrstuvwxyz'", max_size=MAX_LETTERS), st.integers(1, 80))
@settings(max_examples=150, deadline=None)
def test_every_candidate_takes_up_letters_and_never_more_than_there_are(letters: str, limit: int) -> None:
    decoder = PinyinDecoder(PLACES)
    candidates = offered(decoder, letters, limit)
    decoder.forget()
    assert len(candidates) <= limit
    assert len({candidate.text for candidate in candidates}) == len(candidates)
    for candidate in candidates:
        assert candidate.text
        assert 0 < candidate.letters_used <= len(letters)


@pytest.mark.parametrize("letters", ["Ni", "ni hao", "你", "a" * (MAX_LETTERS + 1)])
def test_anything_but_pinyin_letters_is_a_bug_of_the_caller(decoder: PinyinDecoder, letters: str) -> None:
    with pytest.raises(ValueError, match="Pinyin"):
        decoder.candidates(letters, limit=10)


def test_a_missing_library_or_dictionary_is_said_and_named(tmp_path: Path) -> None:
    no_library = PinyinDecoder(library="libnotinstalled.so.0")
    assert no_library.missing() == PinyinMissing("libnotinstalled.so.0")
    assert no_library.candidates("nihao", limit=5) == PinyinMissing("libnotinstalled.so.0")
    absent = tmp_path / "dict_pinyin.dat"
    assert PinyinDecoder(dictionary=absent).candidates("nihao", limit=5) == PinyinMissing(str(absent))


def run(program: str, home: Path) -> str:
    """What a program of its own prints: the library's decoder is one for the whole process."""
    places = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=home,
        env={**os.environ, **places, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


ASK_AN_EMPTY_DICTIONARY = """
from pathlib import Path
from ui.input.pinyin import PinyinDecoder
decoder = PinyinDecoder(dictionary=Path("empty.dat"))
print(decoder.candidates("nihao", limit=5))
decoder.forget()
print(decoder.candidates("nihao", limit=5))
"""


def test_an_empty_dictionary_is_missing_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "empty.dat").touch()
    assert run(ASK_AN_EMPTY_DICTIONARY, tmp_path).splitlines() == ["PinyinMissing(what='empty.dat')"] * 2


TYPE_A_NAME = """
import os
from pathlib import Path
from ui.input.pinyin import PinyinDecoder
decoder = PinyinDecoder()
for _ in range(20):
    letters = "chenguilan"
    while letters:
        letters = letters[decoder.candidates(letters, limit=60)[-1].letters_used:]
for number in os.listdir("/proc/self/fd"):
    entry = Path("/proc/self/fdinfo", number)
    if int(number) > 2 and entry.exists():
        flags = int(entry.read_text().split("flags:")[1].split()[0], 8)
        if flags & os.O_ACCMODE != os.O_RDONLY:
            print(os.readlink(f"/proc/self/fd/{number}"))
decoder.forget()
print("typed")
"""


def test_no_file_is_written_and_none_is_open_for_writing(tmp_path: Path) -> None:
    assert run(TYPE_A_NAME, tmp_path) == "typed"
    assert list(tmp_path.rglob("*")) == []


def test_the_next_citizen_is_offered_what_the_first_one_was(decoder: PinyinDecoder) -> None:
    before = offered(decoder, "chenguilan")
    for _ in range(30):
        letters = "chenguilan"
        while letters:
            letters = letters[offered(decoder, letters)[-1].letters_used :]
    assert offered(decoder, "chenguilan") == before
    decoder.forget()
    assert offered(decoder, "chenguilan") == before
