"""What the pages of an application say, derived from the state alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import faults
from kiosk.case import Case
from kiosk.faults import PRINTER_SLIP_WAITING
from kiosk.identity import CardKind
from kiosk.items import Fact
from kiosk.journeys.events import Shift, Sight
from kiosk.journeys.handing_in import HIGHEST_RATING
from kiosk.journeys.pages import (
    Asking,
    AwaitingReceipt,
    Capturing,
    Done,
    Goodbye,
    NotKept,
    RatingState,
    Sealing,
    SlipNotPrinted,
    SlipPrinted,
    Take,
)
from kiosk.numbers import COVER, covered, grouped, groups_for
from kiosk.ports import Degraded, NeedsAttention, Starting
from kiosk.session import Session
from ui.pages.answers import source_of
from ui.pages.capture_view_model import derive_capture
from ui.pages.check_view_model import CheckRow, Room, derive_check, paged, rows_of, shown_of
from ui.pages.done_view_model import DoneProps, derive_done
from ui.pages.goodbye_view_model import derive_goodbye
from ui.pages.keeping_view_model import derive_keeping
from ui.pages.not_kept_view_model import derive_not_kept
from ui.pages.question_view_model import QuestionProps, derive_question
from ui.pages.sign_view_model import handwritten
from ui.pages.timeout_view_model import what_of
from ui.rows import Rows
from ui.sheet_application import (
    ANSWERED,
    APPLICATION,
    CENTRED,
    CHILD,
    FILED,
    PAGE,
    RECEIPT,
    SHORT,
    SUBMITTED,
    WHOLE,
    capturing,
)
from ui.sheet_people import APPLICANT, BEGUN, CHEN, PLACE, WORKING, at
from ui.texts import texts_of

SAY = texts_of("zh_hans")
HERE = Session(devices=WORKING)


# Numbers


def test_numbers_stand_in_the_groups_they_are_read_out_in() -> None:
    assert grouped("13800005678", (3, 4, 4)) == "138 0000 5678"
    assert grouped("6222021602000012346", (4, 4, 4, 4)) == "6222 0216 0200 0012 346"
    assert grouped("138", (3, 4, 4)) == "138"


def test_a_covered_number_shows_its_ends_alone() -> None:
    assert covered("100101194401010028", (6, 8, 4)) == "1001•• •••••••• 0028"
    assert covered("13800005678", (3, 4, 4)) == "138 •••• 5678"


def test_a_number_on_a_card_that_is_no_residents_stands_in_fours() -> None:
    assert groups_for("100101194401010028", (6, 8, 4)) == (6, 8, 4)
    assert covered("XXA100044010128", groups_for("XXA100044010128", (6, 8, 4))) == "XXA •••• •••• 0128"
    assert grouped("XXA100044010128", groups_for("XXA100044010128", (6, 8, 4))) == "XXA 1000 4401 0128"


@given(st.text("0123456789X", max_size=30), st.lists(st.integers(1, 8), max_size=5))
def test_a_covered_number_has_the_length_of_the_number_and_hides_something(number: str, groups: list[int]) -> None:
    hidden = covered(number, groups)
    assert len(hidden.replace(" ", "")) == len(number)
    assert not number or COVER in hidden


# Rows


def test_rows_tell_only_what_changed() -> None:
    rows = Rows(CheckRow)
    first, second = (CheckRow(name, False, name, "1") for name in "ab")
    rows.swap((first,))
    told: list[tuple[str, int]] = []
    rows.dataChanged.connect(lambda top, _: told.append(("changed", top.row())))
    rows.rowsInserted.connect(lambda _, at, __: told.append(("inserted", at)))
    rows.rowsRemoved.connect(lambda _, at, __: told.append(("removed", at)))
    rows.swap((first, second))
    rows.swap((first, replace(second, value="2")))
    rows.swap((first,))
    assert told == [("inserted", 1), ("changed", 1), ("removed", 1)]


# Questions


def question(field_id: str, draft: str, case: Case = BEGUN) -> QuestionProps:
    return derive_question(Asking(case, field_id, draft), HERE, PLACE, SAY)


def test_what_is_missing_stands_beside_the_number_and_on_the_button() -> None:
    props = question("phone", "138000056")
    assert (props.remaining, props.blocked, props.error) == ("11 位数字，还差 2 位", "还差 2 位", "")


def test_a_wrong_number_is_said_once_it_is_typed_out() -> None:
    assert question("phone", "128").error == ""
    assert question("phone", "12800005678").error == SAY("answer.mobile")
    assert question("bank-card", "6222021602000012").error == ""
    assert question("bank-card", "6222021602000012340").error == SAY("answer.bank_card")


def test_a_whole_answer_blocks_nothing() -> None:
    assert question("phone", "13800005678").blocked == ""
    assert question("lives", "same").blocked == ""


def test_known_fields_say_where_they_come_from() -> None:
    (name,) = question("child-number", "", CHILD).known
    assert (name.value, name.source, name.from_card) == ("陈小满", "您填的", False)
    (name,) = question("phone", "").known
    assert (name.value, name.source, name.from_card) == ("陈桂兰", "来自身份证", True)


@pytest.mark.parametrize("code", ["not_chosen", "empty", "short", "mobile", "bank_card", "identity_number"])
def test_every_problem_with_an_answer_has_a_sentence(code: str) -> None:
    assert SAY(f"answer.{code}", missing=1)


# Camera


def look(sight: Sight, *, take: Take = Take.WAITING, pages: tuple[object, ...] = (PAGE, None)) -> str:
    slot = pages.index(None) if None in pages else len(pages) - 1
    page = Capturing(ANSWERED, "household-register", pages, slot, sight, take, faults.CAMERA_NO_PAGE)
    return derive_capture(page, HERE, PLACE, SAY, {}).look.text


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (Sight(page=False), "请放上本人页"),
        (replace(CENTRED, shift=Shift.LEFT), "再往左挪一点"),
        (replace(CENTRED, shift=Shift.RIGHT), "再往右挪一点"),
        (replace(CENTRED, shift=Shift.UP), "再往上挪一点"),
        (replace(CENTRED, shift=Shift.DOWN), "再往下挪一点"),
        (replace(CENTRED, whole=False), "四个角都要拍到"),
        (replace(CENTRED, bright=False), "有点暗，别挡住灯"),
        (CENTRED, "别动，马上就拍"),
        (replace(CENTRED, steady=True, sharp=False), "有点模糊，请放平"),
    ],
)
def test_how_a_page_lies_is_said_as_what_to_do(sight: Sight, said: str) -> None:
    assert look(sight) == said


def test_a_page_that_was_taken_is_to_be_changed_for_the_next() -> None:
    assert look(CENTRED, take=Take.TAKEN) == "拍好了，请拿开，换本人页"
    assert look(CENTRED, take=Take.TAKEN, pages=(None, None)) == "请拿开刚才的，放上首页"
    assert look(Sight(page=False), take=Take.TAKEN) == "请放上本人页"


def test_a_photograph_that_did_not_succeed_says_why() -> None:
    assert look(CENTRED, take=Take.FAILED) == SAY("fault.camera.no_page")


def test_without_the_camera_one_can_only_put_it_off() -> None:
    session = replace(HERE, devices=replace(WORKING, document_camera=NeedsAttention(faults.CAMERA_NOT_WORKING)))
    photo = Capturing(ANSWERED, "photo", (None,), 0, Sight(page=False))
    props = derive_capture(photo, session, PLACE, SAY, {})
    assert props.look.text == SAY("fault.camera.not_working")
    assert props.later_label
    assert "以后再补" in props.lead
    assert props.take_blocked


def test_what_may_not_come_later_cannot_be_put_off() -> None:
    page = Capturing(ANSWERED, "social-security-card", (None,), 0, Sight(page=False))
    props = derive_capture(page, HERE, PLACE, SAY, {})
    assert props.later_label == ""
    assert props.blocked == "还差正面"


# Check


def test_what_is_signed_names_every_answer_uncovered_and_every_material() -> None:
    lines = shown_of(WHOLE, SAY).lines
    assert lines[0] == ("请核对，没错再签名",)
    assert ("姓名", "陈桂兰", "来自身份证") in lines
    assert ("身份证号", "100101 19440101 0028", "来自身份证") in lines
    assert ("手机", "138 0000 5678") in lines
    assert ("收款账户", "本人的银行卡") in lines
    assert ("户口簿", "已有 2 页") in lines
    assert ("近期照片", "可以之后再补") in lines
    assert shown_of(WHOLE, SAY).texts_version == SAY.version
    assert not any(COVER in words for line in lines for words in line)


@pytest.mark.parametrize("case", [WHOLE, SHORT, CHILD])
@given(alone=st.integers(1, 12), smaller=st.integers(0, 3), large=st.booleans())
def test_every_sentence_of_every_page_is_in_what_is_signed(case: Case, alone: int, smaller: int, large: bool) -> None:
    room = Room(alone, max(1, alone - smaller), 16)
    session = replace(at(APPLICATION["check"].page), large=large)
    signed = {words for line in shown_of(case, SAY).lines for words in line}
    seen: set[str] = set()
    page = replace(APPLICATION["check"].page, case=case)
    pages = derive_check(page, session, PLACE, SAY, room=room, at=0, seen=frozenset()).pages
    for number in range(pages):
        props = derive_check(page, session, PLACE, SAY, room=room, at=number, seen=frozenset())
        seen |= {props.heading, props.materials_heading, props.note} - {""}
        for row in (*props.answers, *props.materials):
            seen |= {row.label, row.value, row.source} - {""}
    assert seen == signed


@given(st.lists(st.integers(1, 2), max_size=12), st.integers(2, 9))
def test_no_row_is_lost_between_pages(heights: list[int], room: int) -> None:
    rows = tuple(CheckRow(str(at), at > 5, "", "", height=height) for at, height in enumerate(heights))
    pages = paged(rows, Room(room, room, 16))
    assert tuple(row for page in pages for row in page) == rows


def test_nothing_is_confirmed_before_every_page_was_seen() -> None:
    page = APPLICATION["check"].page
    room = Room(3, 3, 16)
    first = derive_check(page, HERE, PLACE, SAY, room=room, at=0, seen=frozenset())
    assert first.blocked == f"还有 {first.pages - 1} 页没看"
    rest = frozenset(range(first.pages))
    assert derive_check(page, HERE, PLACE, SAY, room=room, at=first.pages - 1, seen=rest).blocked == ""


def test_large_type_shows_three_rows_a_page() -> None:
    large = replace(HERE, large=True)
    props = derive_check(APPLICATION["check"].page, large, PLACE, SAY, room=Room(), at=0, seen=frozenset())
    assert len(props.answers) == 3


def test_a_time_is_promised_only_where_a_department_confirmed_it() -> None:
    assert not any("工作日" in words for line in shown_of(WHOLE, SAY).lines for words in line)
    guide = WHOLE.item.guide.model_copy(update={"promised_days": Fact(value="10", confirmed=True)})
    promised = replace(WHOLE, item=WHOLE.item.model_copy(update={"guide": guide}))
    assert shown_of(promised, SAY).lines[-1] == ("受理后 10 个工作日内办结；\n缺什么，会一次说清。",)


def test_what_was_asked_can_be_changed_and_what_the_card_says_cannot() -> None:
    changeable = {row.row_id for row in rows_of(WHOLE, SAY) if row.change and not row.is_material}
    assert changeable == {"lives", "lives-at", "phone", "account", "bank-card"}


# Signature


def test_strokes_become_tenths_of_a_millimetre_and_milliseconds_from_the_first() -> None:
    strokes = [[{"x": 1.26, "y": 2.0, "t": 500.0}, {"x": 3.0, "y": 4.04, "t": 516.4}], []]
    assert handwritten(strokes).strokes == (((13, 20, 0), (30, 40, 16)),)


# Kept, received, printed


def test_what_is_being_done_is_said_with_its_longest_time() -> None:
    sealing = APPLICATION["sealing"].page
    assert isinstance(sealing, Sealing)
    assert derive_keeping(sealing, HERE, PLACE, SAY).state == "正在保存到本机…"
    waiting = derive_keeping(AwaitingReceipt(FILED, SUBMITTED), HERE, PLACE, SAY)
    assert waiting.state == "已存好，正在等平台的回执（最多 8 秒）"
    assert waiting.wait_s == PLACE.times.acknowledge_wait_s


def test_while_the_platform_is_not_reached_nobody_is_told_that_it_is_asked_next() -> None:
    session = APPLICATION["sealing-offline"]
    assert isinstance(session.page, Sealing)
    steps = derive_keeping(session.page, session, PLACE, SAY).steps
    assert [(step.text, step.after) for step in steps] == [("在本机存好", "正在做"), ("连上平台，自动送", "")]


def done(name: str) -> DoneProps:
    session = APPLICATION[name]
    assert isinstance(session.page, Done)
    return derive_done(session.page, session, PLACE, SAY)


def test_a_promised_time_stands_where_it_was_filed() -> None:
    assert "10 个工作日" in done("done-received").lead
    assert "工作日" not in done("done-rated").lead


def test_who_takes_a_slip_without_a_number_is_told_where_to_ask_for_it() -> None:
    assert "收件编号" in done("done-kept").slip_lead
    assert "收件编号" not in done("done-rated").slip_lead


@pytest.mark.parametrize("name", [name for name in APPLICATION if name.startswith("done-")])
def test_a_receipt_number_and_a_rating_only_with_a_receipt(name: str) -> None:
    props = done(name)
    received = APPLICATION[name].page.receipt is not None
    assert any(number.value == RECEIPT.receipt_number for number in props.numbers) is received
    assert bool(props.rating_heading) is received
    assert props.payload == FILED.slip_code


def test_nothing_is_printed_again_while_it_prints_or_cannot() -> None:
    assert done("done-printing").reprint_blocked
    assert done("done-missing").reprint_blocked == SAY("fault.printer.paper_out")
    assert done("done-unknown").reprint_blocked == ""
    starting = replace(HERE, devices=replace(WORKING, receipt_printer=Starting()))
    props = derive_done(
        Done(FILED, RECEIPT, SlipPrinted(), 1, numbered=True, submitted=SUBMITTED), starting, PLACE, SAY
    )
    assert props.reprint_blocked == SAY("done.reprint.blocked.starting")


def test_nobody_is_let_go_while_the_slip_prints() -> None:
    assert done("done-printing").leaving_blocked == SAY("done.slip.printing")
    assert done("done-printing").again_label == ""
    assert not any(done(name).leaving_blocked for name in ("done-received", "done-missing", "done-unknown"))


def test_where_nobody_knows_whether_it_was_kept_nothing_is_claimed_and_no_way_leads_back() -> None:
    page = APPLICATION["not-kept-unknown"].page
    assert isinstance(page, NotKept)
    props = derive_not_kept(page, HERE, PLACE, SAY)
    assert props.back_label == ""
    assert "什么都没有提交" not in props.heading
    assert derive_not_kept(replace(page, certain=True), HERE, PLACE, SAY).back_label


def test_the_warning_and_the_goodbye_claim_nothing_of_what_nobody_knows() -> None:
    assert what_of(APPLICATION["not-kept-unknown"].page) == "timeout.what.uncertain"
    assert what_of(APPLICATION["not-kept"].page) == "timeout.what"
    page = Goodbye(submitted=False, slip_printed=False, uncertain=True)
    assert derive_goodbye(page, HERE, PLACE, SAY).cleared == SAY("goodbye.cleared.uncertain")


def test_a_slip_without_the_number_is_offered_anew() -> None:
    page = Done(FILED, RECEIPT, SlipPrinted(), 1, numbered=False, submitted=SUBMITTED)
    assert derive_done(page, HERE, PLACE, SAY).reprint_label == "打一张有编号的"
    assert done("done-received").reprint_label == "再打一张"


@pytest.mark.parametrize(
    ("state", "heading", "open_"),
    [
        (RatingState.OPEN, "这次办事，您满意吗？", True),
        (RatingState.KEEPING, "这次办事，您满意吗？", False),
        (RatingState.KEPT, "谢谢您的评价", False),
        (RatingState.FAILED, "这次办事，您满意吗？", True),
    ],
)
def test_thanks_are_said_for_a_rating_that_was_kept(state: RatingState, heading: str, open_: bool) -> None:
    page = Done(
        FILED, RECEIPT, SlipPrinted(), 1, numbered=True, submitted=SUBMITTED, rating=state, level=HIGHEST_RATING
    )
    props = derive_done(page, HERE, PLACE, SAY)
    assert (props.rating_heading, props.rating_open) == (heading, open_)


@pytest.mark.parametrize("fault", [fault for code, fault in faults.ALL.items() if code.startswith("printer.")])
def test_every_fault_of_the_printer_fits_the_sentence_of_a_missing_slip(fault: faults.Fault) -> None:
    assert SAY("done.received.lead.missing", fault=SAY(f"fault.{fault.code}")).startswith(SAY(f"fault.{fault.code}"))


def test_no_slip_is_printed_over_one_that_waits_in_the_mouth() -> None:
    waiting = replace(HERE, devices=replace(HERE.devices, receipt_printer=Degraded((PRINTER_SLIP_WAITING,))))
    props = derive_done(
        Done(FILED, RECEIPT, SlipNotPrinted(PRINTER_SLIP_WAITING), 1, numbered=True, submitted=SUBMITTED),
        waiting,
        PLACE,
        SAY,
    )
    assert props.reprint_blocked == "出纸口还有凭条"
    assert props.slip_lead == SAY("done.slip.missing.lead.waiting")
    taken = derive_done(Done(FILED, RECEIPT, SlipPrinted(), 1, numbered=True, submitted=SUBMITTED), HERE, PLACE, SAY)
    assert taken.reprint_blocked == ""


def test_glare_is_said_and_what_to_do_about_it() -> None:
    page = capturing((None, None), replace(CENTRED, glare=True)).page
    assert isinstance(page, Capturing)
    props = derive_capture(page, at(page), PLACE, SAY, {})
    assert props.look.text == SAY("capture.look.glare")
    assert (props.light_text, props.light_good) == ("有反光", False)


def test_an_answer_from_a_social_security_card_says_so() -> None:
    social = replace(BEGUN, applicant=replace(APPLICANT, card=replace(CHEN, kind=CardKind.SOCIAL_SECURITY)))
    assert source_of(social, social.item.field("name"), SAY) == "来自社保卡"
    assert source_of(BEGUN, BEGUN.item.field("name"), SAY) == "来自身份证"
