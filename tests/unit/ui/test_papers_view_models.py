"""What the pages say where pages are scanned and looked through, derived from the state alone."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import QSize

from kiosk import faults
from kiosk.journeys.pages import Capturing, PagesTaken, ReadingSheets, SheetsComing, SheetsRead, Whence
from kiosk.ports import CapturedPage, Disconnected, NeedsAttention, SheetSource, Starting
from kiosk.session import Session
from ui.camera_provider import CameraProvider, PagePictures, scaled_picture
from ui.pages.capture_view_model import CaptureProps, derive_capture
from ui.pages.pages_taken_view_model import PagesTakenProps, derive_pages_taken
from ui.pages.scan_view_model import ScanProps, derive_scan
from ui.pages.taken_pages import page_name, slots_shown
from ui.sheet_application import ANSWERED, APPLICATION, PAGE, looking, scanning
from ui.sheet_people import PLACE, SCANNER
from ui.texts import texts_of

SAY = texts_of("zh_hans")
REGISTER = ANSWERED.item.material("household-register")


def scan_props(session: Session) -> ScanProps:
    assert isinstance(session.page, ReadingSheets)
    return derive_scan(session.page, session, PLACE, SAY, {}, "")


def taken_props(session: Session) -> PagesTakenProps:
    assert isinstance(session.page, PagesTaken)
    return derive_pages_taken(session.page, session, PLACE, SAY, "image://camera/taken-0-1")


# The camera page


def capture_props(session: Session) -> CaptureProps:
    assert isinstance(session.page, Capturing)
    return derive_capture(session.page, session, PLACE, SAY, {})


def test_the_scanner_is_offered_only_where_it_works_and_something_is_missing() -> None:
    for state, devices, offered in (
        ("capture", APPLICATION["capture"].devices, False),
        ("capture", SCANNER, True),
        ("capture", replace(SCANNER, document_scanner=NeedsAttention(faults.SCANNER_JAMMED)), False),
        ("capture", replace(SCANNER, document_scanner=Starting()), True),
        ("capture-all", SCANNER, False),
    ):
        session = replace(APPLICATION[state], devices=devices)
        assert bool(capture_props(session).scanner_label) is offered, (state, devices)


def test_where_more_pages_may_follow_they_are_taken_when_asked_for_and_never_missed() -> None:
    props = capture_props(APPLICATION["capture-more"])
    assert (props.take_label, props.take_blocked, props.blocked) == ("再拍一页", "", "")
    assert props.missing_text == "都齐了。"


def test_a_camera_that_is_away_points_to_the_scanner() -> None:
    assert "用扫描仪" in capture_props(APPLICATION["capture-away-scanner"]).lead


# The scanner page


def test_a_scan_that_runs_says_which_page_and_how_far_and_can_only_be_stopped() -> None:
    props = scan_props(scanning((PAGE, None), SheetsComing("s", SheetSource.FEEDER, 1, 0.4)))
    assert (props.state, props.progress, props.running) == ("正在扫第 2 页", 0.4, True)
    assert props.blocked == "正在扫"
    assert {thumb.look for thumb in props.thumbs} == {""}


@pytest.mark.parametrize("fault", [fault for code, fault in faults.ALL.items() if code.startswith("scanner.")])
def test_every_fault_of_the_scanner_is_said_with_what_stays_and_leaves_a_way_on(fault: faults.Fault) -> None:
    props = scan_props(scanning((PAGE, None), SheetsRead(1, fault)))
    assert props.state == SAY(f"fault.{fault.code}")
    assert "扫好的 1 页都在" in props.lead
    assert props.scan_blocked == ""
    away = replace(SCANNER, document_scanner=Disconnected(fault))
    props = scan_props(scanning((PAGE, None), None, devices=away))
    assert props.state == SAY(f"fault.{fault.code}")
    assert props.scan_blocked
    assert "拍摄台" in props.lead


def test_a_scanner_that_needs_a_hand_can_be_tried_again() -> None:
    jammed = replace(SCANNER, document_scanner=NeedsAttention(faults.SCANNER_JAMMED))
    props = scan_props(scanning((None, None), SheetsRead(0, faults.SCANNER_JAMMED), devices=jammed))
    assert (props.scan_blocked, props.lead) == ("", SAY("scan.lead.anew"))


def test_only_what_the_scanner_has_is_offered() -> None:
    for sources, labels in (
        ((SheetSource.FEEDER,), ("扫一叠纸", "")),
        ((SheetSource.GLASS,), ("", "扫玻璃上的")),
        (tuple(SheetSource), ("扫一叠纸", "扫玻璃上的")),
        ((), ("扫一叠纸", "")),
    ):
        props = scan_props(scanning((None, None), None, sources=sources))
        assert (props.feeder_label, props.glass_label) == labels


def test_what_is_still_missing_after_a_scan_is_named() -> None:
    props = scan_props(scanning((PAGE, None), SheetsRead(1)))
    assert (props.state, props.blocked) == ("扫好 1 页，还差本人页", "还差本人页")


# The pages taken


def test_a_page_beyond_the_named_ones_goes_by_its_number() -> None:
    assert [page_name(REGISTER, at, SAY) for at in range(4)] == ["首页", "本人页", "第 3 页", "第 4 页"]


def test_two_pages_stand_side_by_side_and_the_next_one_is_among_them() -> None:
    assert list(slots_shown((None,), 0)) == [0]
    assert list(slots_shown((PAGE, None), 1)) == [0, 1]
    assert list(slots_shown((PAGE,) * 5, 5)) == [3, 4]
    assert list(slots_shown((None, PAGE, PAGE), 0)) == [0, 1]


def test_the_ends_say_why_nothing_goes_beyond_them() -> None:
    first, last = (taken_props(looking((PAGE, PAGE), at)) for at in (0, 1))
    assert (first.first, first.earlier_reason, first.last, first.later_reason) == ("这是第一页", "已在最前", "", "")
    assert (last.first, last.earlier_reason, last.last, last.later_reason) == ("", "", "这是最后一页", "已在最后")


def test_a_place_without_a_page_offers_to_take_it_and_nothing_else() -> None:
    props = taken_props(looking((None, PAGE), 0))
    assert (props.again, props.picture, props.empty) == ("现在拍", "", "这一页还没有")
    assert all((props.delete_reason, props.earlier_reason, props.later_reason))


def test_what_comes_from_the_scanner_goes_back_to_it() -> None:
    assert taken_props(looking((PAGE, PAGE), 0, Whence.SCANNER)).again == "重扫"
    assert taken_props(looking((PAGE, PAGE), 0, Whence.DESK)).again == "重拍"


# Their pictures


def jpeg_of(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "JPEG")
    return file.getvalue()


def test_a_picture_is_made_no_larger_than_it_is_shown_and_no_larger_than_it_is() -> None:
    assert scaled_picture(jpeg_of(2480, 3508), QSize(480, 480)).size().height() == 480
    assert scaled_picture(jpeg_of(100, 60), QSize(480, 480)).size() == QSize(100, 60)
    assert scaled_picture(b"no picture", QSize(480, 480)).isNull()


def test_only_pictures_of_pages_that_are_shown_are_kept_and_none_after_they_are_forgotten() -> None:
    camera = CameraProvider()
    pictures, size = PagePictures(camera, "thumbs", QSize(80, 80)), QSize()

    def is_there(address: str) -> bool:
        return camera.requestImage(address.removeprefix("image://camera/"), size, QSize()).width() > 1

    one, other = (CapturedPage(jpeg_of(100, height), 100, height) for height in (50, 60))
    before = pictures.of((one, None, other), (0, 1, 2))
    assert before.keys() == {0, 2}
    after = pictures.of((other, None, one), (0, 1))
    assert after.keys() == {0}
    assert after[0] != before[0]
    assert [is_there(address) for address in (before[0], before[2], after[0])] == [False, False, True]
    assert pictures.of((other, None, one), (0, 1)) == after
    pictures.forget()
    assert not is_there(after[0])
