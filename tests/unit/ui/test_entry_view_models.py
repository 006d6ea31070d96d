"""What the pages before and after an application say, derived from the session alone."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kiosk.availability import Devices
from kiosk.delivery import Delivery, Overdue
from kiosk.faults import CARD_UNSUPPORTED, PAPER_LOW, PAPER_OUT, PRINTER_JAMMED, STORE_FULL, Fault
from kiosk.items import Fact, Item
from kiosk.journeys.events import Device, Event
from kiosk.journeys.identify import AwaitingCard, Expired, Identify, NotRead, Reading
from kiosk.journeys.pages import Goodbye, Home, Identifying, Idle, NotEligible, OutOfService, ReadingGuide
from kiosk.ports import Degraded, NeedsAttention, Starting, Status
from ui.delivery import staff_lines
from ui.header import derive_header
from ui.pages.goodbye_view_model import derive_goodbye
from ui.pages.guide_view_model import GuideLine, GuideProps, derive_guide
from ui.pages.home_view_model import HomeProps, derive_home
from ui.pages.identify_view_model import IdentifyProps, derive_identify
from ui.pages.idle_view_model import derive_idle
from ui.pages.not_eligible_view_model import NotEligibleViewModel, derive_not_eligible
from ui.pages.out_of_service_view_model import derive_out_of_service
from ui.sheet_people import ALLOWANCE, BEGUN, INSURANCE, NO_CAMERA, NO_READER, OFFLINE_LONG, PLACE, WORKING, at
from ui.texts import texts_of

SAY = texts_of("zh_hans")


def home(printer: Status) -> HomeProps:
    page = Home()
    return derive_home(page, at(page, replace(WORKING, receipt_printer=printer)), PLACE, SAY)


def guide(item: Item, *, begun: bool = False, devices: Devices = WORKING) -> GuideProps:
    page = ReadingGuide(item, BEGUN if begun else None)
    return derive_guide(page, at(page, devices), PLACE, SAY)


def identify(state: Identify, devices: Devices = WORKING) -> IdentifyProps:
    page = Identifying(ALLOWANCE, state)
    return derive_identify(page, at(page, devices), PLACE, SAY)


def with_fact(name: str, fact: Fact) -> Item:
    return ALLOWANCE.model_copy(update={"guide": ALLOWANCE.guide.model_copy(update={name: fact})})


# Home.


def test_home_offers_every_item_and_names_the_papers_that_are_needed_now() -> None:
    rows = home(WORKING.receipt_printer).items
    assert [row.item_id for row in rows] == [item.id for item in PLACE.catalogue.items]
    assert rows[0].line == "约 4 分钟，带身份证、社保卡、户口簿"
    assert rows[1].line == "约 3 分钟，带身份证"


@pytest.mark.parametrize("printer", [WORKING.receipt_printer, Starting(), Degraded((PAPER_LOW,))])
def test_home_is_silent_about_a_printer_that_prints(printer: Status) -> None:
    assert home(printer).notice == ""


@pytest.mark.parametrize(("fault", "words"), [(PAPER_OUT, "打印机缺纸"), (PRINTER_JAMMED, "打印机卡纸了")])
def test_home_says_before_one_begins_that_no_slip_can_be_printed(fault: Fault, words: str) -> None:
    notice = home(NeedsAttention(fault)).notice
    assert notice.startswith(words)
    assert "打不了凭条" in notice


def test_home_says_of_an_item_that_cannot_be_done_now_why_and_offers_the_others_as_ever() -> None:
    page = Home()
    rows = derive_home(page, at(page, NO_CAMERA), PLACE, SAY).items
    assert (rows[0].line, rows[0].available) == ("现在不能办：拍摄台断开了", False)
    assert (rows[1].line, rows[1].available) == ("约 3 分钟，带身份证", True)


# Delivery.


def test_citizens_hear_of_the_line_and_staff_of_what_waits() -> None:
    props = derive_idle(Idle(), replace(at(Idle()), delivery=OFFLINE_LONG), PLACE, SAY)
    assert props.offline == SAY("delivery.offline")
    assert props.staff.splitlines() == ["待送 3 件 · 自 09:46", "需工作人员查看 1 件"]


def test_while_all_is_well_nothing_is_said_of_it() -> None:
    props = derive_idle(Idle(), at(Idle()), PLACE, SAY)
    assert (props.offline, props.staff) == ("", "")


def test_what_waits_since_another_day_is_dated() -> None:
    delivery = Delivery(overdue=Overdue(1, datetime(2026, 11, 20, 16, 5, tzinfo=UTC), today=False))
    assert staff_lines(delivery, SAY) == "待送 1 件 · 自 11-20 16:05"


def test_no_line_about_delivery_promises_a_number_or_a_time() -> None:
    said = SAY("delivery.offline") + SAY("delivery.offline.slip")
    assert not any(word in said for word in ("马上", "分钟", "短信", "受理"))


# Guide.


def test_a_fact_that_no_department_confirmed_says_so_beside_its_value() -> None:
    assert guide(with_fact("fee", Fact(value="不收费"))).terms[1].lines == (GuideLine("不收费", pending="待部门确认"),)


def test_an_unknown_fact_says_only_that_it_awaits_the_department() -> None:
    assert guide(with_fact("fee", Fact())).terms[1].lines == (GuideLine("", pending="待部门确认"),)


def test_a_confirmed_fact_stands_alone() -> None:
    fee = guide(with_fact("fee", Fact(value="不收费", confirmed=True))).terms[1]
    assert fee.lines == (GuideLine("不收费"),)


def test_days_are_promised_only_when_a_department_confirmed_them() -> None:
    promised = guide(with_fact("promised_days", Fact(value="10", confirmed=True))).terms[0].lines
    assert promised[1].text == "受理后，承诺 10 个工作日办结"
    unconfirmed = guide(with_fact("promised_days", Fact(value="10"))).terms[0].lines
    assert "承诺" not in unconfirmed[1].text
    assert unconfirmed[1].pending == "待部门确认"


def test_the_guide_lists_each_material_with_its_pages_and_what_may_come_later() -> None:
    lines = guide(ALLOWANCE).needs[1].lines
    assert lines[0].text == "身份证，还有这三样："
    assert [(line.text, line.note) for line in lines[1:]] == [
        ("社保卡", "拍正面"),
        ("户口簿", "拍首页和本人页"),
        ("近期照片", "可以之后再补"),
    ]


def test_an_item_without_materials_asks_for_the_identity_card_alone() -> None:
    assert [line.text for line in guide(INSURANCE).needs[1].lines] == ["只带身份证"]


def test_one_cannot_begin_while_nothing_can_be_handed_in_and_is_told_why() -> None:
    blocked = guide(ALLOWANCE, devices=replace(WORKING, store=NeedsAttention(STORE_FULL)))
    assert blocked.start_reason == SAY("fault.store.full")
    assert guide(ALLOWANCE).start_reason == ""


def test_an_item_whose_camera_is_away_cannot_be_begun_and_says_why() -> None:
    assert guide(ALLOWANCE, devices=NO_CAMERA).start_reason == SAY("fault.camera.unplugged")
    assert guide(INSURANCE, devices=NO_CAMERA).start_reason == ""


def test_a_reason_too_long_for_the_button_is_said_without_its_advice() -> None:
    assert guide(INSURANCE, devices=NO_READER).start_reason == "身份证读卡器断开了"


def test_who_was_identified_is_not_kept_from_going_on_by_a_reader_that_is_away() -> None:
    assert guide(ALLOWANCE, begun=True, devices=NO_READER).start_reason == ""


def test_a_case_that_was_begun_is_gone_on_with() -> None:
    assert guide(ALLOWANCE).start == "开始办理"
    assert guide(ALLOWANCE, begun=True).start == "继续办理"


# Identify.


def test_the_reader_says_that_it_is_getting_ready_until_it_has_answered() -> None:
    assert identify(AwaitingCard(), Devices()).panel.tone == "preparing"
    assert identify(AwaitingCard()).panel.tone == "waiting"


def test_a_card_that_is_read_lies_on_the_drawn_reader() -> None:
    assert identify(Reading(Device.READER)).panel.stage == "reading"


def test_a_card_that_was_not_read_says_the_fault_and_another_way() -> None:
    props = identify(NotRead(Device.READER, CARD_UNSUPPORTED))
    assert props.panel.state == SAY("fault.idcard.unsupported")
    assert PLACE.hall.desk in props.hint


def test_an_expired_card_names_its_last_day() -> None:
    assert "2025 年 3 月 18 日" in identify(Expired(Device.READER, date(2025, 3, 18))).lead


def test_without_a_reader_nobody_is_told_to_lay_a_card() -> None:
    props = identify(AwaitingCard(), NO_READER)
    assert props.panel.stage == "away"
    assert props.panel.state == SAY("fault.idcard.reader.unplugged")
    assert PLACE.hall.desk in props.hint


@pytest.mark.parametrize("state", [AwaitingCard(), Reading(Device.READER), NotRead(Device.READER, CARD_UNSUPPORTED)])
def test_no_state_of_the_reader_promises_a_sound(state: Identify) -> None:
    props = identify(state)
    assert not any(word in props.lead + props.panel.state for word in ("提示音", "滴", "听"))


# Not eligible, out of service, goodbye.


def test_who_is_too_young_is_told_both_ages() -> None:
    page = NotEligible(ALLOWANCE, 80, 54)
    lead = derive_not_eligible(page, at(page), PLACE, SAY).lead
    assert "80 周岁" in lead
    assert "54 周岁" in lead


def test_a_view_model_forgets_what_the_page_that_was_left_had_shown() -> None:
    posted: list[Event] = []
    view_model = NotEligibleViewModel(PLACE, SAY, posted.append)
    page = NotEligible(ALLOWANCE, 80, 54)
    view_model.show(page, at(page))
    assert view_model.lead
    view_model.leave()
    assert view_model.lead == ""


@pytest.mark.parametrize("large", [False, True])
def test_out_of_service_says_what_is_wrong_and_who_helps(large: bool) -> None:
    page = OutOfService(STORE_FULL)
    props = derive_out_of_service(page, replace(at(page), large=large), PLACE, SAY)
    assert SAY("fault.store.full") in props.lead.replace("\n", "")
    assert (props.desk, props.telephone, props.hours) == (PLACE.hall.desk, PLACE.hall.telephone, PLACE.hall.hours)


def test_goodbye_speaks_of_a_slip_only_when_one_was_printed() -> None:
    def things(*, slip: bool) -> list[str]:
        page = Goodbye(submitted=True, slip_printed=slip)
        return [row.name for row in derive_goodbye(page, at(page), PLACE, SAY).things]

    assert things(slip=True) == ["身份证", "带来的材料", "凭条"]
    assert things(slip=False) == ["身份证", "带来的材料"]


def test_goodbye_says_that_nothing_was_handed_in_unless_it_was() -> None:
    page = Goodbye(submitted=False, slip_printed=False)
    assert "没有送出去" in derive_goodbye(page, at(page), PLACE, SAY).cleared
    page = Goodbye(submitted=True, slip_printed=False)
    assert "没有送出去" not in derive_goodbye(page, at(page), PLACE, SAY).cleared


# Header.


def test_the_second_line_loses_its_last_part_in_large_mode() -> None:
    page = Identifying(ALLOWANCE, AwaitingCard())
    assert derive_header(page, PLACE, SAY, large=False).subtitle == "第 1 步，共 5 步：确认您是谁"
    assert derive_header(page, PLACE, SAY, large=True).subtitle == "第 1 步，共 5 步"


def test_pages_outside_an_application_count_no_steps() -> None:
    header = derive_header(Home(), PLACE, SAY, large=False)
    assert (header.step, header.steps) == (0, 0)
    assert header.subtitle == "湘桥区政务服务大厅，03 号机"
