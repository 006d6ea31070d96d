"""From when to when an item is offered."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from kiosk.items import Catalogue, Item
from sync.catalogue import read_catalogue

SHIPPED = read_catalogue(Path("content/items"))
ITEM = SHIPPED.items[0]


def dated(effective_from: date | None, cancelled_from: date | None) -> Item:
    return ITEM.model_copy(update={"effective_from": effective_from, "cancelled_from": cancelled_from})


def test_an_item_without_dates_is_always_offered() -> None:
    assert SHIPPED.on(date(1970, 1, 1)) == SHIPPED.on(date(2099, 1, 1)) == SHIPPED


@pytest.mark.parametrize(
    ("day", "offered"),
    [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_an_item_is_offered_from_its_first_day_until_before_its_last(day: date, offered: bool) -> None:
    item = dated(date(2026, 12, 1), date(2027, 1, 1))
    assert Catalogue(version="1", items=(item,)).on(day).items == ((item,) if offered else ())


def test_what_is_left_out_leaves_the_version_as_it_is() -> None:
    catalogue = Catalogue(version="1", items=(dated(date(2027, 1, 1), None), dated(None, None)))
    left = catalogue.on(date(2026, 11, 23))
    assert (left.version, len(left.items)) == ("1", 1)


def test_an_item_that_ends_before_it_begins_is_none() -> None:
    content = ITEM.model_copy(update={"effective_from": date(2027, 1, 1), "cancelled_from": date(2027, 1, 1)})
    with pytest.raises(ValidationError, match="cancelled_from"):
        Item.model_validate_json(content.model_dump_json())
