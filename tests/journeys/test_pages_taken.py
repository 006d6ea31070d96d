"""Looking through the pages of a paper, and putting right what was taken wrong."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.items import Material
from kiosk.journeys.effects import WatchDesk
from kiosk.journeys.events import (
    PageCaptured,
    PageDeleted,
    PageMoved,
    PagesAsked,
    PageSeen,
    PageTurned,
    PapersAsked,
    RetakeAsked,
    Undone,
    WentBack,
    WentOn,
)
from kiosk.journeys.pages import Capturing, Checking, Page, PagesTaken, Take
from kiosk.papers import Pages, exchanged, missing, next_place, none_of, put, room, without
from kiosk.ports import CapturedPage
from tests.journeys.visit import GOOD, NOTHING, PAGE, Visit

FIRST, SECOND, THIRD = (CapturedPage(b"\xff\xd8 %d \xff\xd9" % n, 1654, 2339) for n in range(1, 4))


@pytest.fixture
def looking(visit: Visit) -> Visit:
    """Two pages of the household register under the camera, the first of them looked at."""
    visit.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")
    visit.lays_page().happens(WentOn())
    for page in (FIRST, SECOND):
        visit.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(page))
    return visit.happens(PagesAsked(0))


def pages_of(page: Page) -> Pages:
    assert isinstance(page, PagesTaken | Capturing)
    return page.pages


def test_pages_are_looked_at_one_after_another_and_not_beyond_their_ends(looking: Visit) -> None:
    assert isinstance(looking.page, PagesTaken)
    assert looking.page.at == 0
    assert looking.happens(PageTurned(1)).page.at == 1  # type: ignore[union-attr]
    for nowhere in (2, -1):
        assert looking.happens(PageTurned(nowhere)).page.at == 1  # type: ignore[union-attr]


def test_a_page_photographed_as_the_wrong_one_changes_place_with_its_neighbour(looking: Visit) -> None:
    looking.happens(PageMoved(0, 1))
    assert isinstance(looking.page, PagesTaken)
    assert (looking.page.pages, looking.page.at) == ((SECOND, FIRST), 1)
    assert pages_of(looking.happens(PageMoved(1, 2)).page) == (SECOND, FIRST)
    assert pages_of(looking.happens(Undone()).page) == (FIRST, SECOND)


def test_a_deleted_page_is_back_when_that_is_undone_and_undoing_ends_with_the_page(looking: Visit) -> None:
    looking.happens(PageDeleted(0))
    assert pages_of(looking.page) == (None, SECOND)
    assert pages_of(looking.happens(PageMoved(0, 1), PageDeleted(0), Undone()).page) == (FIRST, SECOND)
    looking.happens(PageDeleted(0), WentOn(), PagesAsked(1), Undone())
    assert pages_of(looking.page) == (None, SECOND)


def test_undoing_goes_back_step_by_step(looking: Visit) -> None:
    looking.happens(PageDeleted(0), PageTurned(1), PageMoved(1, 0), PageDeleted(0))
    assert pages_of(looking.page) == (None, None)
    assert pages_of(looking.happens(Undone()).page) == (SECOND, None)
    assert pages_of(looking.happens(Undone(), Undone()).page) == (FIRST, SECOND)
    assert pages_of(looking.happens(Undone()).page) == (FIRST, SECOND)


def test_a_page_taken_again_is_kept_until_the_new_one_is_there(looking: Visit) -> None:
    looking.happens(RetakeAsked(0))
    assert isinstance(looking.page, Capturing)
    assert WatchDesk() in looking.effects
    assert looking.page.pages == (FIRST, SECOND)
    looking.happens(PageSeen(GOOD))
    assert looking.page.pages == (FIRST, SECOND), "the page that still lies there is not taken"
    looking.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(THIRD))
    assert pages_of(looking.page) == (THIRD, SECOND)


def test_who_goes_on_without_taking_it_again_keeps_the_page_there_was(looking: Visit) -> None:
    looking.happens(RetakeAsked(0), WentOn())
    assert isinstance(looking.page, Capturing)
    assert looking.page.material_id == "photo"
    assert looking.page.case.papers[-1] == ("household-register", (FIRST, SECOND))


def test_a_deleted_page_that_still_lies_there_is_not_taken_once_more(visit: Visit) -> None:
    visit.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")
    visit.happens(PageSeen(GOOD), PageCaptured(PAGE), PagesAsked(0), PageDeleted(0), WentBack(), PageSeen(GOOD))
    assert isinstance(visit.page, Capturing)
    assert visit.page.take is Take.TAKEN


@pytest.mark.parametrize("leaving", [WentBack(), WentOn()])
def test_nothing_is_lost_by_going_back_to_where_one_came_from(looking: Visit, leaving: WentBack | WentOn) -> None:
    looking.happens(PageMoved(0, 1), leaving)
    assert isinstance(looking.page, Capturing)
    assert looking.page.pages == (SECOND, FIRST)
    looking.happens(WentOn())
    assert looking.page.case.papers[-1] == ("household-register", (SECOND, FIRST))  # type: ignore[union-attr]


def test_the_check_shows_the_pages_and_gets_them_back_as_they_were_left(visit: Visit) -> None:
    visit.comes_to_check().happens(PapersAsked("household-register"))
    assert isinstance(visit.page, PagesTaken)
    assert isinstance(visit.happens(WentOn()).page, Checking)
    visit.happens(PapersAsked("household-register"), PageDeleted(0), WentOn())
    assert isinstance(visit.page, Capturing), "what is missing is asked for"
    assert visit.page.missing == (0,)
    assert isinstance(visit.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(PAGE), WentOn()).page, Checking)


def test_a_retake_from_the_check_leads_back_to_it(visit: Visit) -> None:
    visit.comes_to_check().happens(PapersAsked("household-register"), PageTurned(1), RetakeAsked(1))
    assert isinstance(visit.page, Capturing)
    visit.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(THIRD), WentOn())
    assert isinstance(visit.page, Checking)
    assert dict(visit.page.case.papers)["household-register"] == (PAGE, THIRD)


def test_a_paper_that_may_come_later_can_be_deleted_and_put_off(visit: Visit) -> None:
    visit.comes_to_check().happens(PapersAsked("photo")).lays_page().happens(WentOn())
    visit.happens(PapersAsked("photo"), PageDeleted(0), WentOn())
    assert isinstance(visit.page, Checking)
    assert [material.id for material in visit.page.case.later] == ["photo"]


def test_a_paper_of_which_a_page_is_missing_is_taken_on_and_not_looked_through(visit: Visit) -> None:
    visit.comes_to_check()
    assert isinstance(visit.page, Checking)
    lacking = visit.page.case.photographed("household-register", (FIRST, None))
    visit.session = replace(visit.session, page=Checking(lacking))
    visit.happens(PapersAsked("household-register"))
    assert isinstance(visit.page, Capturing)
    assert (visit.page.pages, visit.page.slot) == ((FIRST, None), 1)


# The pages themselves.


PAGES = [CapturedPage(b"\xff\xd8 %d \xff\xd9" % n, 10, 10) for n in range(6)]
MATERIALS = st.builds(
    lambda named, more: Material(id="m", name="M", pages=tuple(f"p{n}" for n in range(named)), more=more),
    st.integers(1, 3),
    st.integers(0, 3),
)


@given(MATERIALS, st.data())
def test_whatever_is_done_with_them_pages_stay_what_they_were_and_named_ones_keep_their_places(
    material: Material, data: st.DataObject
) -> None:
    pages, left = none_of(material), list(PAGES)
    for _ in range(data.draw(st.integers(0, 12))):
        there = [at for at, page in enumerate(pages) if page]
        before = {page for page in pages if page}
        place = next_place(material, pages)
        match data.draw(st.sampled_from(("put", "without", "exchanged"))):
            case "put" if place is not None and left:
                pages = put(pages, place, left.pop())
                assert {page for page in pages if page} > before
            case "without" if there:
                at = data.draw(st.sampled_from(there))
                gone = pages[at]
                pages = without(material, pages, at)
                assert {page for page in pages if page} == before - {gone}
            case "exchanged" if len(pages) > 1:
                at = data.draw(st.integers(0, len(pages) - 2))
                pages = exchanged(material, pages, at, at + 1)
                assert {page for page in pages if page} == before
        assert len(material.pages) <= len(pages) <= len(material.pages) + material.more
        assert all(at < len(material.pages) for at in missing(pages))
        assert room(material, pages) == len(material.pages) + material.more - sum(page is not None for page in pages)
        assert (next_place(material, pages) is None) == (room(material, pages) == 0)
