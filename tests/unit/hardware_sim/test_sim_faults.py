"""The registry of faults: what can be set, and how a tester is told what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.control import Refused
from hardware_sim.faults import FAULTS, FaultBook, fault_named, listed, parse_words

json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)


def test_every_fault_says_in_one_sentence_what_it_means() -> None:
    for name, kind in FAULTS.items():
        assert kind.name == name
        assert kind.meaning.endswith(".")
        assert kind.on[0] == "now"


def test_parameters_left_out_have_their_default_and_words_become_amounts() -> None:
    assert fault_named("printer.paper-out").parse({}) == {"after_mm": 0.0}
    assert fault_named("card.pulled").parse(parse_words(["after_bytes=17"])) == {"after_bytes": 17}
    assert fault_named("reader.late").parse({"by_s": "0.5"}, "next-read") == {"by_s": 0.5, "on": "next-read"}
    assert fault_named("scanner.hostile").parse({"kind": "url"}) == {"kind": "url"}


@pytest.mark.parametrize(
    ("name", "words", "on", "said"),
    [
        ("printer.paper-aut", [], None, "did you mean printer.paper-out"),
        ("printer.paper-out", ["aftr_mm=3"], None, "did you mean after_mm"),
        ("printer.paper-out", ["after_mm=some"], None, "no number of mm"),
        ("card.pulled", ["after_bytes=1.5"], None, "no whole number of bytes"),
        ("card.pulled", ["after_bytes=-1"], None, "no whole number of bytes"),
        ("scanner.slow", ["baud=0"], None, "it goes from 50 to 230400"),
        ("reader.noise", ["bytes=1000000000"], None, "it goes from 0 to 65536"),
        ("reader.no-answer", ["baud=9600"], None, "takes no parameters"),
        ("reader.no-answer", ["now"], None, "name=value"),
        ("reader.no-answer", [], "next-red", "did you mean next-read"),
        ("camera.stale", [], "next-job", "known: now"),
        ("scanner.hostile", ["kind=ur"], None, "did you mean url"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(name: str, words: list[str], on: str | None, said: str) -> None:
    with pytest.raises(Refused, match=said):
        fault_named(name).parse(parse_words(words), on)


@given(
    st.sampled_from([*FAULTS]),
    st.dictionaries(st.sampled_from(["baud", "after_bytes", "for_s", "kind", "x"]), json_values, max_size=3),
    st.none() | st.text(max_size=9),
)
def test_whatever_is_asked_there_is_a_fault_or_a_refusal(name: str, given: dict[str, object], on: str | None) -> None:
    try:
        values = FAULTS[name].parse(given, on)
    except Refused:
        return
    assert FAULTS[name].parse({key: value for key, value in values.items() if key != "on"}) == {
        key: value for key, value in values.items() if key != "on"
    }


@pytest.mark.parametrize("name", [name for name, kind in FAULTS.items() if len(kind.on) > 1])
def test_an_armed_fault_waits_for_its_moment_and_is_over_with_it_unless_it_stays(name: str) -> None:
    kind, book = FAULTS[name], FaultBook()
    armed = kind.parse({}, kind.on[1])
    book.set(name, **armed)  # type: ignore[arg-type]  # `on` is a word
    assert (name in book, book.listed()) == (False, {name: armed})
    begun = book.begin(*FAULTS)
    assert begun == [name]
    assert name in book
    assert book.end(begun) == ([] if kind.stays else [name])
    assert (name in book) is kind.stays


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_is_so_now_is_over_when_it_is_cleared_and_not_before(name: str) -> None:
    book = FaultBook()
    book.set(name, **FAULTS[name].parse({}))  # type: ignore[arg-type]  # there is no `on`
    assert book.end(book.begin(*FAULTS)) == []
    assert name in book
    assert book.clear(None) == [name]
    assert book.listed() == {}


def test_the_list_is_the_registry() -> None:
    assert [one["name"] for one in listed()] == [*FAULTS]
