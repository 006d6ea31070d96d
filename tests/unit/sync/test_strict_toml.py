"""Faults of a file are told with their line, all at once, and name the nearest known key."""

import tomllib
from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from kiosk.strict_toml import parse_layers
from kiosk.toml_lines import Place, toml_lines
from sync.strict_toml import FileFault, read_layers, read_strict

AWKWARD = Path(__file__).with_name("awkward.toml")


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Colour(Enum):
    RED = "red"


class Cat(Table):
    kind: Literal["cat"]
    lives: int = 9


class Dog(Table):
    kind: Literal["dog"]
    tricks: tuple[str, ...] = ()


class House(Table):
    street: str
    colour: Colour = Colour.RED
    built: date | None = None
    animals: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = ()
    rooms: dict[str, Cat] = {}


def written(directory: Path, text: str, name: str = "house.toml") -> Path:
    path = directory / name
    path.write_text(text, "utf-8")
    return path


def faults(path: Path, model: type[BaseModel] = House) -> list[tuple[int, str]]:
    with pytest.raises(FileFault) as raised:
        read_strict(path, model)
    assert {finding.path for finding in raised.value.findings} == {path}
    return [(finding.line, finding.message) for finding in raised.value.findings]


def test_a_good_file_becomes_the_model(tmp_path: Path) -> None:
    text = 'street = "西马路"\ncolour = "red"\nbuilt = 1986-12-08\n[[animals]]\nkind = "dog"\ntricks = ["坐"]\n'
    house = read_strict(written(tmp_path, text), House)
    assert house == House(street="西马路", built=date(1986, 12, 8), animals=(Dog(kind="dog", tricks=("坐",)),))


def test_an_unknown_key_names_its_line_and_the_nearest_known_key(tmp_path: Path) -> None:
    path = written(tmp_path, '# a house\nstreet = "a"\ncolor = "red"\n')
    assert faults(path) == [(3, "unknown key color; the nearest known one is colour")]


def test_an_unknown_key_inside_a_list_of_tables_is_found_where_it_stands(tmp_path: Path) -> None:
    text = 'street = "a"\n[[animals]]\nkind = "cat"\n\n[[animals]]\nkind = "dog"\ntrick = ["sit"]\n'
    assert faults(written(tmp_path, text)) == [(7, "unknown key animals.1.trick; the nearest known one is tricks")]


def test_an_unknown_key_of_a_named_table_is_found_where_it_stands(tmp_path: Path) -> None:
    text = 'street = "a"\n[rooms.attic]\nkind = "cat"\nlive = 1\n'
    assert faults(written(tmp_path, text)) == [(4, "unknown key rooms.attic.live; the nearest known one is lives")]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = 'built = "soon"\n[[animals]]\nkind = "cat"\nlives = "nine"\n[[animals]]\nkind = "cow"\n'
    found = faults(written(tmp_path, text))
    assert [line for line, _ in found] == [1, 1, 4, 5]
    assert (1, "street is missing") in found


@pytest.mark.parametrize(
    ("text", "line"),
    [('street = "a"\ncolour = \n', 2), ('street = "a"\n\nstreet = "b"\n', 3), ('street = """a\n\n', 3)],
)
def test_a_file_that_is_not_toml_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    [(found, message)] = faults(written(tmp_path, text))
    assert (found, message[:12]) == (line, "is not TOML:")


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_bytes('# a\nstreet = "西"\n'.encode("gb18030"))
    assert faults(path) == [(2, "is not UTF-8")]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.toml") == [(1, "cannot be read: No such file or directory")]


def test_a_later_file_lies_over_an_earlier_one_table_by_table(tmp_path: Path) -> None:
    below = written(tmp_path, 'street = "a"\n[rooms.hall]\nkind = "cat"\nlives = 3\n', "below.toml")
    above = written(tmp_path, "[rooms.hall]\nlives = 4\n", "above.toml")
    assert read_layers([below, above], House).rooms == {"hall": Cat(kind="cat", lives=4)}


def test_a_fault_is_told_of_the_file_that_set_the_value(tmp_path: Path) -> None:
    below = written(tmp_path, 'street = "a"\nbuild = 1\n', "below.toml")
    above = written(tmp_path, "\ncolour = 7\n", "above.toml")
    with pytest.raises(FileFault) as raised:
        read_layers([below, above], House)
    assert {(finding.path.name, finding.line) for finding in raised.value.findings} == {
        ("below.toml", 2),
        ("above.toml", 2),
    }


def places(tree: object, here: Place = ()) -> Iterator[Place]:
    """Every place of a parsed text."""
    inside: dict[Any, Any] = {}
    match tree:
        case dict():
            inside = tree
        case list():
            inside = dict(enumerate(tree))
    for step, value in inside.items():
        yield (*here, step)
        yield from places(value, (*here, step))


def test_every_place_of_an_awkward_text_has_its_line() -> None:
    text = AWKWARD.read_text("utf-8")
    lines, tree = toml_lines(text), tomllib.loads(text)
    assert set(places(tree)) <= set(lines)
    rows = text.split("\n")
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in rows[line - 1], place


KEYS = st.sampled_from(["a", "b-1", '"c.d"', "'e'", '"甲"'])
SCALARS = st.one_of(
    st.integers(-99, 99).map(str),
    st.text("ab#[]{},=. '", max_size=6).map(lambda t: f'"{t}"'),
    st.text('ab#[]{},=.\n "\\\\', max_size=6).map(lambda t: f"'''{t}'''"),
    st.sampled_from(["true", "1.5", "2026-11-23"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", # x ]\n ".join(items) + "\n]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda table: "{" + ", ".join(f"{k} = {v}" for k, v in table.items()) + "}"
        ),
    ),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=3), st.dictionaries(KEYS, VALUES, max_size=3))
def test_every_place_of_any_text_has_a_line_within_it(rows: list[dict[str, str]], top: dict[str, str]) -> None:
    text = "\n".join(f"{key} = {value}" for key, value in top.items()) + "\n"
    for row in rows:
        text += "[[rows]]\n" + "\n".join(f"{key} = {value}" for key, value in row.items()) + "\n"
    lines = toml_lines(text)
    assert set(lines) == set(places(tomllib.loads(text)))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


@pytest.mark.parametrize(
    "text",
    [
        *("a = " + "[" * 5000, "a = " + "{a = " * 1500 + "1" + "}" * 1500, ".".join(["a"] * 3000) + " = 1"),
        *("a = " + "9" * 5000, "a = 0x" + "f" * 5000, f"a = {2**63}"),
    ],
    ids=["open", "tables", "key", "digits", "hex", "64 bits"],
)
def test_what_no_program_could_take_is_a_flaw(text: str) -> None:
    outcome = parse_layers({"text": text}, House)
    assert isinstance(outcome, tuple)
    assert "nests deeper than" in outcome[0].message


def test_integers_of_64_bits_are_taken() -> None:
    outcome = parse_layers({"text": f"a = {-(2**63)}"}, House)
    assert isinstance(outcome, tuple)
    assert any("unknown key a" in flaw.message for flaw in outcome)
