"""A new item is a file: nobody writes a line of code for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.items import Catalogue
from kiosk.journeys.events import AnswersConfirmed, WentOn
from kiosk.journeys.pages import Checking, Sealing, SigningByHand
from sync.catalogue import read_catalogue
from sync.strict_toml import FileFault
from tests.journeys.visit import SHOWN, Visit

THIRD = """
id = "dog-registration"
name = "养犬登记"
version = 1
minutes = 2
needs = ["identification", "document-capture"]
code = {}
body = {}
guide = { who = ["养犬的居民"], promised_days = {}, fee = {}, basis = {}, result = {} }
fields = [
  { id = "owner", label = "养犬人", card = "name" },
  { id = "breed", label = "犬种", kind = "text", ask = { heading = "什么狗？" } },
]
materials = [{ id = "vaccination", name = "免疫证", pages = ["内页"] }]
"""


@pytest.fixture
def third(tmp_path: Path) -> Catalogue:
    (tmp_path / "dog.toml").write_text(THIRD, encoding="utf-8")
    return read_catalogue(tmp_path)


def test_a_third_item_is_walked_from_data_alone(third: Catalogue, visit_to: Callable[[Catalogue], Visit]) -> None:
    visit = visit_to(third).opens("dog-registration").lays_card().answers("土狗").lays_page().happens(WentOn())
    assert isinstance(visit.page, Checking)
    assert isinstance(visit.happens(AnswersConfirmed(SHOWN)).page, SigningByHand)


def test_the_second_item_needs_no_paper(visit: Visit) -> None:
    visit.opens("residents-medical-insurance").lays_card().answers("self", "13800005678")
    assert isinstance(visit.page, Checking)
    assert isinstance(visit.signs().page, Sealing)


def test_an_unknown_key_is_an_error_that_names_file_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    (tmp_path / "dog.toml").write_text(THIRD.replace("minutes", "minuts"), encoding="utf-8")
    with pytest.raises(FileFault) as caught:
        read_catalogue(tmp_path)
    assert "dog.toml:5: unknown key minuts; the nearest known one is minutes" in str(caught.value)


def test_a_question_that_needs_a_later_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dog.toml").write_text(
        THIRD.replace('heading = "什么狗？"', 'heading = "什么狗？", shows = ["colour"]'), encoding="utf-8"
    )
    with pytest.raises(FileFault, match="colour must stand before it"):
        read_catalogue(tmp_path)


def test_two_files_cannot_claim_one_item(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(THIRD, encoding="utf-8")
    with pytest.raises(FileFault, match="stands in another file too"):
        read_catalogue(tmp_path)
