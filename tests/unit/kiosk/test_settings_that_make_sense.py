"""What an operator or a department writes is refused at the start where it makes no sense, not at a citizen's hand."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.configuration import Gateway, Hall, Screen, Store, Times
from kiosk.items import Field, Item

PLAIN = {"id": "breed", "label": "犬种", "ask": {"heading": "什么狗？"}}
CHOICE = {
    "id": "place",
    "label": "养在哪里",
    "kind": "choice",
    "ask": {"heading": "养在哪里？"},
    "choices": [{"value": "here", "label": "家里"}, {"value": "there", "label": "别处"}],
}
ITEM: dict[str, Any] = {
    "id": "dog-registration",
    "name": "养犬登记",
    "version": 1,
    "minutes": 2,
    "code": {},
    "body": {},
    "guide": {"who": [], "promised_days": {}, "fee": {}, "basis": {}, "result": {}},
    "fields": [],
}


def item(*fields: dict[str, Any]) -> Item:
    return Item.model_validate_json(json.dumps({**ITEM, "fields": fields}))


@pytest.mark.parametrize("seconds", [-1.0, 0.0, float("inf"), float("nan"), 1e9])
@pytest.mark.parametrize("name", list(Times.model_fields))
def test_a_time_is_a_positive_number_of_seconds_within_a_day(name: str, seconds: float) -> None:
    with pytest.raises(ValidationError):
        Times.model_validate({name: seconds})


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        (Gateway, {"url": "http://127.0.0.1:1", "connect_timeout_s": -1.0}),
        (Gateway, {"url": "http://127.0.0.1:1", "read_timeout_s": 0.0}),
        (Store, {"directory": "store", "reserve_mb": -1}),
        (Screen, {"width_px": 0}),
        (Screen, {"height_px": -1920}),
        (Screen, {"pixels_per_mm": 0.0}),
    ],
)
def test_a_size_or_a_limit_below_what_can_be_is_refused(model: type[Gateway | Store | Screen], settings: Any) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(settings)


@pytest.mark.parametrize("words", ["", "一楼\n服务台", "\x1b[2J", "厅" * 81])
def test_what_a_hall_is_called_is_one_line_that_fits_on_a_slip(words: str) -> None:
    named = dict.fromkeys(Hall.model_fields, "服务大厅")
    assert Hall.model_validate(named)
    for name in named:
        with pytest.raises(ValidationError):
            Hall.model_validate({**named, name: words})


@pytest.mark.parametrize("digits", [(0, 5), (11, 5), (-1, 3)])
def test_a_number_has_at_least_one_digit_and_at_most_no_fewer(digits: tuple[int, int]) -> None:
    with pytest.raises(ValidationError):
        Field.model_validate({**PLAIN, "kind": "digits", "digits": digits})


@pytest.mark.parametrize("change", [{"groups": (3, 0)}, {"max_em": 0}, {"id": "a" * 65}])
def test_a_field_that_can_hold_or_show_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Field.model_validate({**PLAIN, **change})


def test_two_choices_of_one_value_are_refused() -> None:
    with pytest.raises(ValidationError, match="stands twice"):
        item({**CHOICE, "choices": [{"value": "here", "label": "家里"}, {"value": "here", "label": "别处"}]})


def test_a_field_may_depend_on_a_choice_alone_and_on_one_that_can_be_made() -> None:
    assert item(CHOICE, {**PLAIN, "when": {"field": "place", "chosen": "there"}}).fields
    with pytest.raises(ValidationError, match="nowhere"):
        item(CHOICE, {**PLAIN, "when": {"field": "place", "chosen": "nowhere"}})
    text = {**PLAIN, "id": "colour"}
    with pytest.raises(ValidationError, match="colour"):
        item(text, {**PLAIN, "when": {"field": "colour", "chosen": "brown"}})


def test_an_item_may_ask_for_nothing() -> None:
    assert item().fields == ()


PAPER = {"id": "register", "name": "户口簿", "pages": ("本人页",)}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"needs": ()}, "identification"),
        ({"needs": ("identification", "identification")}, "twice"),
        ({"materials": (PAPER,)}, "document-capture"),
        ({"needs": ("identification", "fax")}, "fax"),
    ],
)
def test_an_item_declares_what_it_cannot_do_without(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Item.model_validate({**item().model_dump(), **change})


def test_a_paper_that_can_be_brought_later_needs_no_camera() -> None:
    later = {**PAPER, "later": True}
    assert Item.model_validate({**item().model_dump(), "materials": (later,)}).materials
    both = ("identification", "document-capture")
    assert Item.model_validate({**item().model_dump(), "materials": (PAPER,), "needs": both}).materials


def test_a_field_counts_for_one_choice_or_for_any_but_one() -> None:
    assert item(CHOICE, {**PLAIN, "when": {"field": "place", "not_chosen": "there"}}).fields
    with pytest.raises(ValidationError, match="nowhere"):
        item(CHOICE, {**PLAIN, "when": {"field": "place", "not_chosen": "nowhere"}})
    with pytest.raises(ValidationError, match="do not go together"):
        item(CHOICE, {**PLAIN, "when": {"field": "place", "chosen": "here", "not_chosen": "there"}})
