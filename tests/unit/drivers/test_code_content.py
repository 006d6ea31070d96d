"""The text of a code's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.content import CHARSETS, text_by_eci, text_of

CHINESE = "社会保障卡 䶮𬭎㛃"


@given(st.text())
def test_utf_8_is_read_as_utf_8(text: str) -> None:
    assert text_of(text.encode()) == text


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_chinese_without_a_named_character_set_is_read(charset: str) -> None:
    assert text_of(CHINESE.encode(charset)) == CHINESE


def test_what_is_text_in_neither_has_none() -> None:
    assert text_of(b"\xff\xfe\x80") == ""


@given(st.text(st.sampled_from("社保a\\0123456 ")), st.sampled_from([(26, "utf-8"), (32, "gb18030"), (29, "gb18030")]))
def test_the_character_set_that_a_code_names_is_kept_to(text: str, named: tuple[int, str]) -> None:
    number, charset = named
    assert text_by_eci(b"\\%06d" % number + text.encode(charset).replace(b"\\", b"\\\\")) == text


def test_a_code_may_change_its_character_set() -> None:
    assert text_by_eci("a\\000026社".encode() + b"\\000032" + "保".encode("gb18030")) == "a社保"


def test_what_does_not_keep_to_the_named_set_is_read_like_what_names_none() -> None:
    assert text_by_eci(b"\\000026" + "保".encode("gb18030")) == "保"
    assert text_by_eci(b"\\000899" + "保".encode()) == "保"


def test_every_character_set_is_one_that_python_knows() -> None:
    for charset in CHARSETS.values():
        assert b"".decode(charset) == ""


@given(st.binary())
def test_any_bytes_have_a_text(content: bytes) -> None:
    text_by_eci(content).encode()
    text_of(content).encode()
