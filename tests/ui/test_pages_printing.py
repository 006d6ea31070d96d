"""Printing on A4 in the real window: offered where there is such a printer; only what came out is said to be there."""

from dataclasses import replace

import pytest

from kiosk.journeys.events import Event, PagesPrintAsked, PagesPrintCancelled, WentBack
from kiosk.journeys.pages import PrintingPages
from kiosk.journeys.printing import PrintoutThere
from tests.ui.conftest import OpenGlass
from tests.ui.glass import SAY, SCREENS, Glass
from ui.sheet_application import APPLICATION
from ui.sheet_printing import PRINTING
from ui.sheet_states import ENTRY

THERE = (SAY("printing.there.guide"), SAY("printing.there.copy"), "取走")


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_no_words_of_a_page_that_prints_lie_on_others(open_glass: OpenGlass, orientation: str, large: bool) -> None:
    glass = open_glass(orientation)
    for name, session in PRINTING.items():
        glass.show(replace(session, large=large))
        glass.words_in_place(name)


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("a4-guide", PagesPrintAsked()),
        ("a4-guide-no-paper", None),
        ("a4-done-received", PagesPrintAsked()),
        ("a4-done-kept-missing", PagesPrintAsked()),
        ("a4-done-printing", None),
        ("a4-done-cover", None),
    ],
)
def test_what_can_be_printed_is_asked_for_with_one_touch(
    open_glass: OpenGlass, orientation: str, state: str, event: Event | None
) -> None:
    glass = open_glass(orientation)
    glass.show(PRINTING[state])
    button = "sideButton" if orientation == "landscape" else "pagesButton"
    assert glass.touch(button) == ([event] if event else [])


@pytest.mark.parametrize("orientation", SCREENS)
def test_without_a_printer_for_a4_nothing_is_offered(open_glass: OpenGlass, orientation: str) -> None:
    glass = open_glass(orientation)
    for session in (ENTRY["guide-allowance"], APPLICATION["done-received"]):
        glass.show(session)
        assert not glass.has("pagesButton")
        assert not glass.has("sideButton")


@pytest.mark.parametrize(
    ("state", "button", "event"),
    [
        ("printing-sent", "changeMind", PagesPrintCancelled()),
        ("printing-waits", "changeMind", PagesPrintCancelled()),
        ("printing-cancelling", "changeMind", None),
        ("printing-there", "primaryButton", WentBack()),
        ("printing-failed", "changeMind", PagesPrintAsked()),
        ("printing-unknown", "changeMind", PagesPrintAsked()),
        ("printing-unknown", "primaryButton", WentBack()),
    ],
)
def test_one_takes_it_back_while_it_comes_and_prints_it_again_when_it_did_not(
    glass: Glass, state: str, button: str, event: Event | None
) -> None:
    glass.show(PRINTING[state])
    assert glass.touch(button) == ([event] if event else [])


def test_why_it_cannot_be_printed_stands_in_the_button(glass: Glass) -> None:
    glass.show(PRINTING["a4-guide-no-paper"])
    assert glass.item("pagesButton").property("disabledReason") == "没有纸了"


def test_what_it_waits_for_is_said_and_that_it_goes_on_by_itself(glass: Glass) -> None:
    glass.show(PRINTING["printing-waits"])
    assert glass.text("stateText") == "A4 打印机没有纸了"
    assert "请工作人员加纸" in glass.texts()
    assert "接着打" in glass.texts()


@pytest.mark.parametrize("name", [name for name in PRINTING if name.startswith("printing")])
def test_only_what_the_printer_said_came_out_is_said_to_be_there(glass: Glass, name: str) -> None:
    session = PRINTING[name]
    assert isinstance(session.page, PrintingPages)
    glass.show(session)
    there = isinstance(session.page.printout, PrintoutThere)
    assert any(words in glass.text("heading") for words in THERE) is there
    assert (glass.item("state").property("tone") == "good") is there
