"""What every smart card reader must keep, whatever cards are put into it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.faults import (
    SMART_CARD_READER_UNPLUGGED,
    SMART_CARD_REMOVED,
    SMART_CARD_SERVICE_AWAY,
    SMART_CARD_UNREADABLE,
    SMART_CARD_UNSUPPORTED,
)
from kiosk.identity import CardKind
from kiosk.ports import CardContent, CardNumber, CardPresent, Disconnected, NoCard, NotReadable, Ready
from tests.contract.benches import SMART_CARD_READERS, SmartCardBench

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "social_security_cards.json").read_text("utf-8"))
RECORDS = GOLDEN[0]["records"]


@pytest.fixture(params=SMART_CARD_READERS)
def bench(request: pytest.FixtureRequest) -> Iterator[SmartCardBench]:
    with SMART_CARD_READERS[request.param]() as bench:
        yield bench


def assert_read(bench: SmartCardBench, said: dict[str, Any]) -> None:
    content = bench.adapter.read_card()
    assert isinstance(content, CardContent)
    card = content.card
    assert (card.kind, card.name, card.number) == (CardKind.SOCIAL_SECURITY, said["name"], said["number"])
    assert card.card_number == said["card_number"]


def test_an_idle_reader_is_ready_and_empty(bench: SmartCardBench) -> None:
    assert [bench.adapter.status(), bench.adapter.status()] == [Ready(), Ready()]
    assert bench.adapter.find_card() == NoCard()
    assert bench.adapter.read_card() == bench.adapter.card_number() == NotReadable(SMART_CARD_REMOVED)


def test_each_card_is_found_and_read_once_until_it_was_taken_out(bench: SmartCardBench) -> None:
    for vector in GOLDEN[:2]:
        bench.hands.insert(vector["records"])
        assert bench.adapter.find_card() == CardPresent()
        assert_read(bench, vector["card"])
        assert bench.adapter.find_card() == NoCard()
        bench.hands.remove()
        assert bench.adapter.find_card() == NoCard()


def test_a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next(bench: SmartCardBench) -> None:
    bench.hands.insert(RECORDS)
    assert [bench.adapter.find_card(), bench.adapter.find_card()] == [CardPresent()] * 2
    assert_read(bench, GOLDEN[0]["card"])


def test_a_card_pulled_while_it_is_read_is_said_and_may_come_again(bench: SmartCardBench) -> None:
    bench.hands.insert(RECORDS, pull_after=4)
    assert bench.adapter.find_card() == CardPresent()
    assert bench.adapter.read_card() == NotReadable(SMART_CARD_REMOVED)
    assert bench.adapter.find_card() == NoCard()
    bench.hands.insert(RECORDS)
    assert bench.adapter.find_card() == CardPresent()
    assert_read(bench, GOLDEN[0]["card"])


def test_another_card_is_refused_once_and_needs_to_be_taken_out(bench: SmartCardBench) -> None:
    bench.hands.insert_stranger()
    assert bench.adapter.find_card() == CardPresent()
    assert bench.adapter.read_card() == NotReadable(SMART_CARD_UNSUPPORTED)
    assert bench.adapter.card_number() == NotReadable(SMART_CARD_UNSUPPORTED)
    assert bench.adapter.find_card() == NoCard()


def test_a_card_that_does_not_answer_is_unreadable(bench: SmartCardBench) -> None:
    bench.hands.insert_mute()
    assert bench.adapter.find_card() == CardPresent()
    assert bench.adapter.card_number() == NotReadable(SMART_CARD_UNREADABLE)
    assert bench.adapter.find_card() == NoCard()


def test_a_contactless_card_tells_its_number(bench: SmartCardBench) -> None:
    bench.hands.insert_contactless(bytes.fromhex("04A1B2C3D4E5F0"))
    assert bench.adapter.find_card() == CardPresent()
    assert bench.adapter.card_number() == CardNumber(bytes.fromhex("04A1B2C3D4E5F0"))
    assert bench.adapter.read_card() == NotReadable(SMART_CARD_UNSUPPORTED)


def test_a_reader_that_was_unplugged_comes_back_by_itself(bench: SmartCardBench) -> None:
    gone = Disconnected(SMART_CARD_READER_UNPLUGGED)
    bench.hands.unplug()
    assert [bench.adapter.status(), bench.adapter.find_card(), bench.adapter.read_card()] == [gone] * 3
    bench.hands.plug()
    assert bench.adapter.status() == Ready()
    bench.hands.insert(RECORDS)
    assert bench.adapter.find_card() == CardPresent()
    assert_read(bench, GOLDEN[0]["card"])


def test_a_service_that_was_away_comes_back_by_itself(bench: SmartCardBench) -> None:
    gone = Disconnected(SMART_CARD_SERVICE_AWAY)
    assert bench.adapter.status() == Ready()
    bench.hands.stop_service()
    assert [bench.adapter.status(), bench.adapter.find_card(), bench.adapter.read_card()] == [gone] * 3
    assert bench.adapter.card_number() == gone
    bench.hands.start_service()
    assert bench.adapter.status() == Ready()
    bench.hands.insert(RECORDS)
    assert bench.adapter.find_card() == CardPresent()
    assert_read(bench, GOLDEN[0]["card"])
