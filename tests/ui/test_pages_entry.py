"""The pages around an application, in the real window: each loads, says its state, and answers a touch."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.journeys.events import (
    ApplicationBegun,
    Awakened,
    Event,
    HelpAsked,
    ItemChosen,
    LargeToggled,
    LeftVisit,
    OverlayClosed,
    Touched,
    WentBack,
    WentHome,
)
from kiosk.journeys.pages import Home, NotEligible
from tests.ui.conftest import OpenGlass
from tests.ui.glass import SAY, SCREENS, Glass
from ui.sheet_people import ALLOWANCE, OFFLINE, OFFLINE_LONG, PLACE, at
from ui.sheet_states import ENTRY
from ui.shell import page_file, page_name


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_every_entry_page_loads_and_fills_the_glass(open_glass: OpenGlass, orientation: str, large: bool) -> None:
    glass = open_glass(orientation)
    for session in ENTRY.values():
        glass.show(replace(session, large=large))
        name = page_name(session.page)
        assert glass.shell.property("pageName") == name
        shown = (
            f"{name}Page"
            if session.overlay is None
            else {"help": "helpOverlay", "warning": "timeoutOverlay"}[session.overlay.value]
        )
        page = glass.item(shown)
        assert (page.width(), page.height()) == (glass.view.width(), glass.view.height())
        assert glass.text("heading")


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_no_words_of_an_entry_page_leave_the_glass_or_lie_on_others(
    open_glass: OpenGlass, orientation: str, large: bool
) -> None:
    glass = open_glass(orientation)
    for name, session in ENTRY.items():
        glass.show(replace(session, large=large))
        glass.words_in_place(name)


@pytest.mark.parametrize("name", ENTRY)
def test_every_page_says_that_devices_are_simulated(glass: Glass, name: str) -> None:
    glass.show(ENTRY[name])
    assert glass.text("simulated") == "演示：设备为模拟"


def test_with_real_devices_no_page_says_so(open_glass: OpenGlass) -> None:
    glass = open_glass(place=replace(PLACE, simulated=False))
    glass.show(at(Home()))
    assert not glass.has("simulated")


@pytest.mark.parametrize(
    ("state", "button", "event"),
    [
        ("idle", "startButton", Awakened()),
        ("idle", "heading", Awakened()),
        ("out-of-service", "primaryButton", Awakened()),
        ("home", "item-old-age-allowance", ItemChosen("old-age-allowance")),
        ("home", "item-residents-medical-insurance", ItemChosen("residents-medical-insurance")),
        ("home", "backButton", WentBack()),
        ("home", "helpButton", HelpAsked()),
        ("home", "largeButton", LargeToggled()),
        ("guide-allowance", "primaryButton", ApplicationBegun()),
        ("guide-allowance", "backButton", WentBack()),
        ("guide-begun", "primaryButton", ApplicationBegun()),
        ("identify", "backButton", WentBack()),
        ("identify", "helpButton", HelpAsked()),
        ("not-eligible", "backButton", WentBack()),
        ("not-eligible", "primaryButton", WentHome()),
        ("goodbye", "primaryButton", Awakened()),
        ("help", "primaryButton", OverlayClosed()),
        ("help", "backButton", LeftVisit()),
        ("timeout", "primaryButton", OverlayClosed()),
        ("timeout", "backButton", LeftVisit()),
        ("timeout", "countdown", OverlayClosed()),
    ],
)
def test_a_touch_posts_its_event_once(glass: Glass, state: str, button: str, event: Event) -> None:
    glass.show(ENTRY[state])
    assert glass.touch(button) == [event]


def test_whoever_asks_for_large_type_during_the_warning_is_still_there(glass: Glass) -> None:
    glass.show(ENTRY["timeout"])
    assert glass.touch("largeButton") == [LargeToggled(), OverlayClosed()]


def test_a_guide_that_cannot_be_begun_says_why_and_posts_nothing(glass: Glass) -> None:
    glass.show(ENTRY["guide-blocked"])
    assert glass.touch("primaryButton") == []
    assert "身份证读卡器断开了" in glass.texts()


def test_an_item_that_cannot_be_done_now_says_why_and_its_guide_can_still_be_read(glass: Glass) -> None:
    glass.show(ENTRY["home-no-camera"])
    assert "现在不能办：拍摄台断开了" in glass.texts()
    assert glass.touch("item-old-age-allowance") == [ItemChosen("old-age-allowance")]
    glass.show(ENTRY["home"])
    assert "现在不能办" not in glass.texts()


def test_the_page_below_an_overlay_hears_no_touch(glass: Glass) -> None:
    glass.show(ENTRY["home"])
    tile = glass.item("item-old-age-allowance")
    glass.show(ENTRY["help"])
    middle = tile.mapToScene(QPointF(tile.width() / 2, tile.height() / 2)).toPoint()
    glass.posted.clear()
    QTest.mouseClick(glass.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert not [event for event in glass.posted if isinstance(event, ItemChosen)]


def test_every_touch_of_the_glass_is_heard_but_not_many_in_a_second(glass: Glass) -> None:
    glass.show(ENTRY["identify"])
    glass.posted.clear()
    for _ in range(5):
        QTest.mouseClick(glass.view, Qt.MouseButton.LeftButton)
    assert glass.posted == [Touched()]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("identify", "identify.waiting"),
        ("identify-reading", "identify.reading.state"),
        ("identify-not-read", "fault.idcard.lifted"),
        ("identify-unsupported", "fault.idcard.unsupported"),
        ("identify-expired", "identify.expired.state"),
        ("identify-away", "fault.idcard.reader.unplugged"),
        ("identify-two-cards", "fault.idcard.two"),
        ("identify-either", "identify.waiting.either"),
        ("identify-either-preparing", "identify.preparing"),
        ("identify-inserted", "identify.reading.state.slot"),
        ("identify-removed", "fault.smartcard.removed"),
        ("identify-not-social", "fault.smartcard.unsupported"),
        ("identify-social-expired", "identify.expired.state.slot"),
    ],
)
def test_the_identify_page_says_how_the_reader_stands(glass: Glass, state: str, words: str) -> None:
    glass.show(ENTRY[state])
    assert glass.text("state") == SAY(words)


def test_home_names_every_item_and_the_missing_paper(glass: Glass) -> None:
    glass.show(ENTRY["home-no-paper"])
    assert "高龄津贴申领" in glass.texts()
    assert "城乡居民医保参保" in glass.texts()
    assert glass.text("notice") == SAY("home.paper_out")
    glass.show(ENTRY["home"])
    assert not glass.has("notice")


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("state", ["idle", "home", "guide-allowance"])
def test_while_the_platform_is_not_reached_every_page_before_an_application_says_so_in_a_calm_line(
    open_glass: OpenGlass, orientation: str, state: str
) -> None:
    glass = open_glass(orientation)
    glass.show(ENTRY[state])
    assert "连不上平台" not in glass.texts()
    glass.show(replace(ENTRY[state], delivery=OFFLINE))
    said = [item for item in glass.items() if "连不上平台" in str(item.property("text")) and item.property("color")]
    theme = glass.view.engine().singletonInstance("Hall.Components", "Theme")
    assert {item.property("color").name() for item in said} == {theme.property("inkSecondary").name()}
    glass.show(ENTRY[state])
    assert "连不上平台" not in glass.texts(), "the line is back"


def test_only_the_idle_page_tells_staff_what_waits(glass: Glass) -> None:
    glass.show(ENTRY["idle-staff"])
    assert glass.text("staff") == "待送 3 件 · 自 09:46\n需工作人员查看 1 件"
    glass.show(replace(ENTRY["home"], delivery=OFFLINE_LONG))
    assert "待送" not in glass.texts()
    glass.show(ENTRY["idle"])
    assert not glass.has("staff")


def test_the_guide_pages_in_large_mode_and_hides_nothing_for_good(glass: Glass) -> None:
    glass.show(replace(ENTRY["guide-allowance"], large=True))
    seen = glass.texts()
    pages = 1
    while not glass.item("nextPage").property("disabledReason"):
        glass.touch("nextPage")
        seen += glass.texts()
        pages += 1
    assert pages > 1
    for section in ("谁能办", "带什么", "要多久", "收费吗", "办成后", "依据"):
        assert section in seen


def test_leaving_a_page_leaves_nothing_of_it_on_the_glass(glass: Glass) -> None:
    glass.show(at(NotEligible(ALLOWANCE, 80, 54)))
    assert "54" in glass.texts()
    glass.show(ENTRY["idle"])
    assert "54" not in glass.texts()
    assert not glass.has("notEligiblePage")


def test_the_countdown_starts_at_the_time_there_is_to_answer(glass: Glass) -> None:
    glass.show(ENTRY["timeout"])
    assert glass.item("countdown").property("seconds") == PLACE.times.answer_timeout_s


def test_a_page_comes_up_softly_and_ends_whole(open_glass: OpenGlass) -> None:
    glass = open_glass(calm=False)
    glass.show(ENTRY["identify"])
    assert glass.text("state") == SAY("identify.waiting")


def test_every_page_has_a_file_of_its_name() -> None:
    assert page_file("outOfService") == "OutOfServicePage.qml"
    assert page_file("sealing") == page_file("awaiting")
