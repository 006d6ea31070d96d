"""The pages around an application, in the real window: each loads, says its state, and answers a touch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.configuration import Screen
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
from kiosk.session import Session
from ui.camera_provider import CameraProvider
from ui.place import Place
from ui.sheet_people import ALLOWANCE, PLACE, at
from ui.sheet_states import ENTRY
from ui.shell import Shell, page_file, page_name
from ui.texts import texts_of
from ui.window import open_window

SAY = texts_of("zh_hans")
SCREENS = {"portrait": Screen(), "landscape": Screen(width_px=1920, height_px=1080)}


@dataclass
class Glass:
    """The window, what is posted from it, and a finger."""

    shell: Shell
    view: QQuickView
    bot: QtBot
    finger: QPointingDevice
    posted: list[Event] = field(default_factory=list)

    def show(self, session: Session) -> None:
        self.shell.show(session)
        stage = self.view.rootObject().findChild(QQuickItem, "stage")
        self.bot.waitUntil(lambda: stage.property("opacity") == 1.0 and self.view.grabWindow().width() > 0)

    def items(self) -> Iterator[QQuickItem]:
        """All that is seen, from the back to the front."""

        def below(item: QQuickItem) -> Iterator[QQuickItem]:
            if item.isVisible():
                yield item
                for child in item.childItems():
                    yield from below(child)

        return below(self.view.rootObject())

    def item(self, name: str) -> QQuickItem:
        found = [item for item in self.items() if item.objectName() == name]
        assert found, f"{name} is not on the screen"
        return found[-1]

    def has(self, name: str) -> bool:
        return any(item.objectName() == name for item in self.items())

    def text(self, name: str) -> str:
        return str(self.item(name).property("text"))

    def texts(self) -> str:
        return "\n".join(str(item.property("text")) for item in self.items() if item.property("text"))

    def touch(self, name: str) -> list[Event]:
        """Put the finger on the middle of it and lift it; what was posted, without the `Touched` of any touch."""
        item = self.item(name)
        middle = item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
        self.posted.clear()
        QTest.touchEvent(self.view, self.finger).press(0, middle, self.view).commit()
        QTest.touchEvent(self.view, self.finger).release(0, middle, self.view).commit()
        return [event for event in self.posted if not isinstance(event, Touched)]


OpenGlass = Callable[..., Glass]


@pytest.fixture
def open_glass(qtbot: QtBot) -> Iterator[OpenGlass]:
    views: list[QQuickView] = []

    def make(orientation: str = "portrait", place: Place = PLACE, *, calm: bool = True) -> Glass:
        posted: list[Event] = []
        camera = CameraProvider()
        shell = Shell(place, SAY, posted.append, camera=camera)
        view = open_window(shell, screen=SCREENS[orientation], camera=camera)
        views.append(view)
        view.engine().singletonInstance("Hall.Components", "Theme").setProperty("calm", calm)
        view.show()
        qtbot.waitExposed(view)
        return Glass(shell, view, qtbot, QTest.createTouchDevice(), posted)

    yield make
    for view in views:
        view.close()
        view.deleteLater()


@pytest.fixture
def glass(open_glass: OpenGlass) -> Glass:
    return open_glass()


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
        bar = glass.item("bar").mapToScene(QPointF(0, 0)).y() if glass.has("bar") else glass.view.height()
        seen: list[tuple[str, QRectF]] = []
        for item in glass.items():
            if not item.property("text") or item.property("lineHeight") is None:
                continue
            words = item.mapRectToScene(item.boundingRect())
            assert words.left() >= 0, (name, item.property("text"))
            assert words.right() <= glass.view.width() + 1, (name, item.property("text"))
            assert words.bottom() <= bar + 1 or words.top() >= bar, (name, item.property("text"))
            for other, rest in seen:
                assert not words.intersects(rest), (name, item.property("text"), other)
            seen.append((item.property("text"), words.adjusted(0, 6, 0, -6)))


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
    assert SAY("fault.idcard.reader.unplugged") in glass.texts()


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
        ("identify-reading", "identify.reading"),
        ("identify-not-read", "fault.idcard.lifted"),
        ("identify-unsupported", "fault.idcard.unsupported"),
        ("identify-expired", "identify.expired.state"),
        ("identify-away", "fault.idcard.reader.unplugged"),
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
