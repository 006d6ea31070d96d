"""What every identity card reader must keep, whatever its wire."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kiosk.faults import READER_UNPLUGGED
from kiosk.ports import CardContent, CardPresent, Disconnected, NoCard, NotReadable, Ready
from tests.contract.benches import GOLDEN_CARDS, IDENTITY_CARD_READERS, ReaderBench

CHIP = bytes.fromhex(GOLDEN_CARDS[0]["chip"])


@pytest.fixture(params=IDENTITY_CARD_READERS)
def bench(request: pytest.FixtureRequest) -> Iterator[ReaderBench]:
    with IDENTITY_CARD_READERS[request.param]() as bench:
        yield bench


def test_an_idle_reader_is_ready_and_empty(bench: ReaderBench) -> None:
    assert [bench.adapter.status(), bench.adapter.status()] == [Ready(), Ready()]
    assert bench.adapter.find_card() == NoCard()


@pytest.mark.parametrize("card", GOLDEN_CARDS, ids=lambda card: card["title"])
def test_each_kind_of_card_is_found_and_read(bench: ReaderBench, card: dict[str, Any]) -> None:
    bench.hands.lay(bytes.fromhex(card["chip"]))
    assert bench.adapter.find_card() == CardPresent()
    content = bench.adapter.read_card()
    assert isinstance(content, CardContent)
    assert (content.card.number, content.card.name) == (card["card"]["number"], card["card"]["name"])
    assert content.card.birth == date.fromisoformat(card["card"]["birth"])
    assert len(content.photo) == 1024


def test_a_card_that_was_read_is_found_again_only_after_it_was_lifted(bench: ReaderBench) -> None:
    for _ in range(2):
        bench.hands.lay(CHIP)
        assert bench.adapter.find_card() == CardPresent()
        assert isinstance(bench.adapter.read_card(), CardContent)
        assert bench.adapter.find_card() == NoCard()
        bench.hands.lift()
        assert bench.adapter.find_card() == NoCard()


def test_a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next(bench: ReaderBench) -> None:
    bench.hands.lay(CHIP)
    assert [bench.adapter.find_card(), bench.adapter.find_card()] == [CardPresent()] * 2
    assert isinstance(bench.adapter.read_card(), CardContent)


def test_a_card_lifted_after_it_was_found_is_not_readable(bench: ReaderBench) -> None:
    bench.hands.lay(CHIP)
    assert bench.adapter.find_card() == CardPresent()
    bench.hands.lift()
    assert isinstance(bench.adapter.read_card(), NotReadable)


def test_a_reader_that_was_unplugged_comes_back_by_itself(bench: ReaderBench) -> None:
    assert bench.adapter.status() == Ready()
    bench.hands.unplug()
    assert bench.adapter.status() == Disconnected(READER_UNPLUGGED)
    assert bench.adapter.find_card() == bench.adapter.read_card() == Disconnected(READER_UNPLUGGED)
    bench.hands.plug()
    assert bench.adapter.status() == Ready()
    bench.hands.lay(CHIP)
    assert bench.adapter.find_card() == CardPresent()
    assert isinstance(bench.adapter.read_card(), CardContent)
