"""What is read of a message can be written again; everything else is nobody's message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.submission import canonical
from sync.wire.json_object import read_object

TEXT = st.text(st.characters(), max_size=3)  # halves of surrogate pairs, too
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUE = LEAF | st.lists(LEAF, max_size=2) | st.dictionaries(TEXT, LEAF, max_size=2)


@given(st.dictionaries(TEXT, VALUE, max_size=3))
def test_what_our_form_of_json_holds_is_read_as_it_is_and_nothing_else_is(value: dict[str, object]) -> None:
    try:
        canonical(value)  # type: ignore[arg-type]
    except ValueError:
        assert read_object(json.dumps(value).encode()) is None
    else:
        assert read_object(json.dumps(value).encode()) == value


@given(st.binary())
def test_no_bytes_are_so_strange_that_they_raise(content: bytes) -> None:
    read_object(content)


@pytest.mark.parametrize("depth", [100, 400, 900, 5000, 100_000])
def test_what_is_read_is_never_too_deep_to_be_written(depth: int) -> None:
    said = read_object(b'{"a":' * depth + b"1" + b"}" * depth)
    if said is not None:
        canonical(said)


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b'"{}"', b"{", b'{"a":1e999}', b'{"a":9007199254740992}'])
def test_what_is_no_object_of_ours_is_none(content: bytes) -> None:
    assert read_object(content) is None
