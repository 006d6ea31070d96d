"""The pages of an application and of handing it in, in the real window: each says its state and answers a touch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.composing import Handwritten
from kiosk.journeys.events import (
    AnswerEdited,
    AnswersConfirmed,
    CaptureAsked,
    ChangeAsked,
    Event,
    LeftVisit,
    PageDeleted,
    PageMoved,
    PagesAsked,
    PageTurned,
    PapersAsked,
    PutOff,
    RatingGiven,
    ReprintAsked,
    RetakeAsked,
    ScanAsked,
    ScanCancelled,
    ScannerChosen,
    Signed,
    TriedAgain,
    Undone,
    Way,
    WayChosen,
    WentBack,
    WentHome,
    WentOn,
)
from kiosk.journeys.pages import Asking, Capturing, Checking, SlipNotPrinted
from kiosk.ports import SheetSource
from kiosk.session import Overlay, Session
from tests.ui.conftest import OpenGlass
from tests.ui.glass import SAY, SCREENS, Glass
from ui.input.handwriting import HandwritingRecogniser
from ui.input.pinyin import PinyinDecoder
from ui.input.places import read_places
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.pages.check_view_model import shown_of
from ui.sheet_application import APPLICATION, CHILD, RECEIPT, SHORT_WHOLE, WHOLE, desk_view
from ui.sheet_people import NO_PAPER, WORKING, at
from ui.shell import page_file, page_name

PLACES = read_places(Path(__file__).parents[2] / "content" / "places.toml")
SUCCESS = ("成功", "已经送到", "已送到", "已提交", "办好", "收件编号")
LEAVING = at(Checking(WHOLE))


@pytest.fixture
def keyboard(qtbot: QtBot) -> Iterator[TextKeyboardViewModel]:
    recogniser = HandwritingRecogniser()
    yield TextKeyboardViewModel(PinyinDecoder(PLACES), recogniser, SAY)
    recogniser.close()


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_every_page_of_an_application_loads_and_keeps_its_words_apart(
    open_glass: OpenGlass, keyboard: TextKeyboardViewModel, orientation: str, large: bool
) -> None:
    glass = open_glass(orientation, keyboard=keyboard)
    for name, session in APPLICATION.items():
        glass.show(replace(session, large=large))
        page = glass.item(page_file(page_name(session.page))[0].lower() + page_file(page_name(session.page))[1:-4])
        assert (page.width(), page.height()) == (glass.view.width(), glass.view.height())
        assert glass.text("heading")
        glass.words_in_place(f"{name} {orientation} large={large}")


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("state", "key", "fewest_mm"), [("question-digits-wrong", "key-5", 22), ("question-text", "key_g", 18)]
)
def test_keys_keep_their_size_whatever_else_needs_room(
    open_glass: OpenGlass,
    keyboard: TextKeyboardViewModel,
    orientation: str,
    large: bool,
    state: str,
    key: str,
    fewest_mm: int,
) -> None:
    glass = open_glass(orientation, keyboard=keyboard)
    glass.show(replace(APPLICATION[state], large=large))
    across = SCREENS[orientation].pixels_per_mm
    assert min(glass.item(key).width(), glass.item(key).height()) >= int(fewest_mm * across)


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("state", "said"), [("question-choice", "来自身份证"), ("question-number", "您填的")])
def test_a_value_that_is_known_says_where_it_comes_from(
    open_glass: OpenGlass, orientation: str, large: bool, state: str, said: str
) -> None:
    glass = open_glass(orientation)
    glass.show(replace(APPLICATION[state], large=large))
    assert glass.text("source") == said


@pytest.mark.parametrize("orientation", SCREENS)
@pytest.mark.parametrize("large", [False, True])
def test_the_last_seconds_stand_inside_their_ring(open_glass: OpenGlass, orientation: str, large: bool) -> None:
    glass = open_glass(orientation)
    glass.show(replace(APPLICATION["question-digits"], large=large, overlay=Overlay.WARNING))
    ring = glass.item("countdown")
    reach = ring.width() / 2 - ring.property("stroke")
    middle = QPointF(ring.width() / 2, ring.height() / 2)
    for name in ("seconds", "unit"):
        words = glass.item(name)
        box = words.mapRectToItem(ring, words.boundingRect())
        for corner in (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()):
            assert QLineF(middle, corner).length() < reach, name


@pytest.mark.parametrize(
    ("state", "button", "event"),
    [
        ("question-choice", "choice-other", AnswerEdited("other")),
        ("question-chosen", "primaryButton", WentOn()),
        ("question-digits", "key-7", AnswerEdited("1380000567")),
        ("question-digits", "primaryButton", None),
        ("question-digits", "backButton", WentBack()),
        ("question-number", "key-X", AnswerEdited("1001012018050600X")),
        ("capture", "captureButton", CaptureAsked()),
        ("capture", "taken-0", PagesAsked(0)),
        ("capture-scanner", "scannerButton", ScannerChosen()),
        ("capture-more", "captureButton", CaptureAsked()),
        ("capture-away-scanner", "scannerButton", ScannerChosen()),
        ("scan", "feederButton", ScanAsked(SheetSource.FEEDER)),
        ("scan", "glassButton", ScanAsked(SheetSource.GLASS)),
        ("scan", "primaryButton", None),
        ("scan", "backButton", WentBack()),
        ("scan-running", "stopButton", ScanCancelled()),
        ("scan-running", "primaryButton", None),
        ("scan-jam", "feederButton", ScanAsked(SheetSource.FEEDER)),
        ("scan-all", "taken-3", PagesAsked(3)),
        ("scan-all", "primaryButton", WentOn()),
        ("scan-away", "feederButton", None),
        ("taken", "retakeButton", RetakeAsked(0)),
        ("taken", "nextPage", PageTurned(1)),
        ("taken", "previousPage", None),
        ("taken", "laterPlaceButton", PageMoved(0, 1)),
        ("taken", "earlierButton", None),
        ("taken", "deleteButton", PageDeleted(0)),
        ("taken", "primaryButton", WentOn()),
        ("taken-last", "earlierButton", PageMoved(3, 2)),
        ("taken-last", "previousPage", PageTurned(2)),
        ("taken-deleted", "undoButton", Undone()),
        ("taken-deleted", "deleteButton", None),
        ("taken-deleted", "backButton", WentBack()),
        ("capture", "primaryButton", None),
        ("capture-all", "primaryButton", WentOn()),
        ("capture-all", "captureButton", None),
        ("capture-later", "laterButton", PutOff()),
        ("capture-away", "captureButton", None),
        ("capture-away", "laterButton", PutOff()),
        ("check-child", "change-phone", ChangeAsked("phone")),
        ("check-child", "change-for-whom", ChangeAsked("for-whom")),
        ("check-child", "primaryButton", AnswersConfirmed(shown_of(CHILD, SAY))),
        ("sign", "otherWayButton", WayChosen(Way.CARD)),
        ("sign", "primaryButton", None),
        ("sign", "backButton", WentBack()),
        ("other-way", "wayCard", WayChosen(Way.CARD)),
        ("other-way", "wayWitness", WayChosen(Way.WITNESS)),
        ("sign-by-card", "backButton", WentBack()),
        ("not-kept", "primaryButton", TriedAgain()),
        ("not-kept", "backButton", WentBack()),
        ("done-received", "reprintButton", ReprintAsked()),
        ("done-received", "rate-5", RatingGiven(5)),
        ("done-received", "rate-1", RatingGiven(1)),
        ("done-rated", "rate-1", None),
        ("done-received", "backButton", WentHome()),
        ("done-received", "primaryButton", LeftVisit()),
        ("done-printing", "reprintButton", None),
        ("done-missing", "reprintButton", None),
        ("done-unknown", "reprintButton", ReprintAsked()),
        ("done-kept", "primaryButton", LeftVisit()),
    ],
)
def test_a_touch_posts_its_event_once(glass: Glass, state: str, button: str, event: Event | None) -> None:
    glass.show(APPLICATION[state])
    assert glass.touch(button) == ([event] if event else [])


def test_the_words_of_deleting_follow_the_draft(glass: Glass) -> None:
    glass.show(APPLICATION["question-digits"])
    assert glass.touch("key-erase") == [AnswerEdited("13800005")]
    assert glass.touch("key-clear") == [AnswerEdited("")]


def test_typed_text_comes_from_the_keyboard(open_glass: OpenGlass, keyboard: TextKeyboardViewModel) -> None:
    glass = open_glass(keyboard=keyboard)
    glass.show(APPLICATION["question-text"])
    assert keyboard.property("text") == "湘桥区"
    keyboard.chooseMode("digits")
    keyboard.pressKey("8")
    assert glass.posted[-1] == AnswerEdited("湘桥区8")


def test_who_leaves_a_text_leaves_nothing_on_the_keyboard(
    open_glass: OpenGlass, keyboard: TextKeyboardViewModel
) -> None:
    glass = open_glass(keyboard=keyboard)
    glass.show(APPLICATION["question-text"])
    glass.posted.clear()
    glass.show(APPLICATION["question-digits"])
    glass.show(LEAVING)
    assert keyboard.property("text") == ""
    assert not glass.posted


def test_letters_that_are_no_text_yet_hold_one_back(open_glass: OpenGlass, keyboard: TextKeyboardViewModel) -> None:
    if "pinyin" not in [tab["mode"] for tab in keyboard.property("tabs")]:
        keyboard.begin(max_length=1)
    glass = open_glass(keyboard=keyboard)
    glass.show(APPLICATION["question-text"])
    keyboard.chooseMode("pinyin")
    keyboard.pressKey("x")
    assert glass.item("primaryButton").property("disabledReason") == SAY("question.letters")


def test_a_frame_is_shown_with_the_outline_of_its_page(glass: Glass) -> None:
    session = APPLICATION["capture"]
    assert isinstance(session.page, Capturing)
    glass.show(session)
    glass.shell.show_view(desk_view(session.page.sight))
    view = glass.item("liveView")
    glass.bot.waitUntil(lambda: view.property("loaded") is True)
    assert view.property("outline")


def test_the_camera_page_leaves_no_picture_behind(glass: Glass) -> None:
    session = APPLICATION["capture"]
    assert isinstance(session.page, Capturing)
    glass.show(session)
    glass.shell.show_view(desk_view(session.page.sight))
    capture = glass.shell.property("pageViewModel")
    live = capture.property("liveSource")
    glass.show(LEAVING)
    glass.shell.show_view(desk_view(session.page.sight))
    assert (live, capture.property("liveSource")) == (live, "")
    camera = glass.view.engine().imageProvider("camera")
    assert camera.requestImage(live.rpartition("/")[2], glass.view.size(), glass.view.size()).width() == 1


def test_all_that_is_signed_was_seen_page_by_page(glass: Glass) -> None:
    glass.show(at(Checking(WHOLE)))
    assert glass.item("primaryButton").property("disabledReason")
    assert not glass.touch("primaryButton")
    seen = glass.texts()
    while not glass.item("nextPage").property("disabledReason"):
        glass.bot.waitUntil(lambda: glass.item("nextPage").property("resting") is False)
        glass.touch("nextPage")
        seen += "\n" + glass.texts()
    glass.bot.waitUntil(lambda: glass.item("primaryButton").property("resting") is False)
    assert glass.touch("primaryButton") == [AnswersConfirmed(shown_of(WHOLE, SAY))]
    for line in shown_of(WHOLE, SAY).lines:
        masked = line[0] in {"身份证号", "手机", "银行卡号"}
        assert all(words in seen for words in (line[:1] if masked else line)), line


def test_a_number_stays_covered_until_it_is_asked_for(glass: Glass) -> None:
    glass.show(at(Checking(SHORT_WHOLE)))
    assert "19440101" not in glass.texts()
    assert glass.touch("show-number") == []
    assert "19440101" in glass.texts()


def test_the_papers_can_be_looked_at_and_brought_now(glass: Glass) -> None:
    glass.show(at(Checking(SHORT_WHOLE)))
    if glass.has("nextPage"):
        glass.touch("nextPage")
    assert glass.touch("papers-household-register") == [PapersAsked("household-register")]
    assert glass.touch("papers-photo") == [PapersAsked("photo")]


def test_strokes_are_handed_on_in_tenths_of_a_millimetre(glass: Glass) -> None:
    glass.show(APPLICATION["sign"])
    pad = glass.item("signaturePad")
    at_mm = [pad.mapToScene(QPointF(x * 3.65, y * 3.65)).toPoint() for x, y in ((20, 60), (60, 80), (100, 60))]
    QTest.touchEvent(glass.view, glass.finger).press(0, at_mm[0], glass.view).commit()
    for point in at_mm[1:]:
        QTest.touchEvent(glass.view, glass.finger).move(0, point, glass.view).commit()
    QTest.touchEvent(glass.view, glass.finger).release(0, at_mm[-1], glass.view).commit()
    (signed,) = glass.touch("primaryButton")
    assert isinstance(signed, Signed)
    assert isinstance(signed.handwriting, Handwritten)
    (stroke,) = signed.handwriting.strokes
    assert len(stroke) > 1
    assert stroke[0][2] == 0
    assert abs(stroke[0][0] - 200) <= 3
    assert abs(stroke[0][1] - 600) <= 3


@pytest.mark.parametrize("state", ["sealing", "awaiting", "not-kept"])
def test_no_word_of_success_before_the_platform_has_it(glass: Glass, state: str) -> None:
    glass.show(APPLICATION[state])
    assert not [word for word in SUCCESS if word in glass.texts()]


@pytest.mark.parametrize("state", ["done-kept", "done-kept-missing", "done-kept-unknown"])
def test_what_is_kept_here_shows_no_number_of_the_platform_and_no_rating(glass: Glass, state: str) -> None:
    glass.show(APPLICATION[state])
    assert "送到平台" in glass.texts()
    assert not [word for word in SUCCESS[:-1] if word in glass.texts()]
    assert "2026" not in glass.texts().replace("2026-11-23 09:30", "")
    assert not glass.has("rate-5")


@pytest.mark.parametrize("state", ["done-missing", "done-unknown", "done-kept-missing", "done-kept-unknown"])
def test_without_a_sure_slip_the_code_can_be_photographed(glass: Glass, state: str) -> None:
    glass.show(APPLICATION[state])
    assert glass.has("codeCard")
    assert "请取走" not in glass.texts()
    assert ("可能" in glass.text("heading")) is ("unknown" in state)


def test_a_slip_is_tried_again_once_the_printer_works(glass: Glass) -> None:
    session = APPLICATION["done-missing"]
    glass.show(session)
    assert glass.item("reprintButton").property("disabledReason") == SAY("fault.printer.paper_out")
    glass.show(replace(session, devices=WORKING))
    assert glass.touch("reprintButton") == [ReprintAsked()]


def test_a_receipt_that_comes_later_offers_a_slip_with_its_number(glass: Glass) -> None:
    session = APPLICATION["done-kept"]
    glass.show(session)
    glass.show(replace(session, page=replace(session.page, receipt=RECEIPT)))
    assert glass.text("heading") == SAY("done.received.heading")
    assert glass.text("reprintButton") == SAY("done.reprint.numbered")
    assert glass.has("rate-5")


@pytest.mark.parametrize("name", APPLICATION)
def test_nothing_of_a_person_stays_when_a_page_is_left(glass: Glass, name: str) -> None:
    glass.show(APPLICATION[name])
    left = glass.shell.property("pageViewModel")
    glass.show(Session())
    meta = left.metaObject()
    said = [str(left.property(meta.property(i).name())) for i in range(meta.propertyCount())]
    rows = [
        str(model.data(model.index(row, 0), role))
        for i in range(meta.propertyCount())
        if hasattr(model := left.property(meta.property(i).name()), "roleNames")
        for row in range(model.rowCount())
        for role in model.roleNames()
    ]
    personal = ("陈桂兰", "138 ", "13800", "0045175", "CZ03", "湘桥区文祠镇", "image://camera")
    assert not [word for word in personal for value in (*said, *rows) if word in value]


def test_every_state_of_a_question_is_asked_in_the_words_of_its_item(glass: Glass) -> None:
    for session in APPLICATION.values():
        if isinstance(session.page, Asking):
            glass.show(session)
            ask = session.page.case.item.field(session.page.field_id).ask
            assert ask is not None
            assert glass.text("heading") == ask.heading


def test_paper_that_ran_out_is_no_matter_while_the_slip_is_there(glass: Glass) -> None:
    session = APPLICATION["done-received"]
    glass.show(replace(session, devices=NO_PAPER))
    assert not isinstance(session.page.slip, SlipNotPrinted)
    assert glass.text("heading") == SAY("done.received.heading")
