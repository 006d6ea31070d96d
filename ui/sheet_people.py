"""Synthetic people, the place and the items of the pictures and of the tests of pages."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from kiosk.availability import Devices
from kiosk.case import Applicant, Case
from kiosk.configuration import Hall, Times
from kiosk.delivery import Delivery, Overdue
from kiosk.faults import CAMERA_UNPLUGGED, PAPER_OUT, READER_UNPLUGGED, SHEETS_OUT, SMART_CARD_READER_UNPLUGGED
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.items import Catalogue, Item
from kiosk.journeys.pages import Page
from kiosk.ports import Disconnected, NeedsAttention, Ready
from kiosk.session import Overlay, Session
from ui.place import Place

ITEMS = Path(__file__).parents[1] / "content" / "items"
WORKING = Devices(Ready(), Ready(), Ready(), Ready())
TWO_READERS = replace(WORKING, smart_card_reader=Ready())
SCANNER = replace(WORKING, document_scanner=Ready())
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def items_of(folder: Path = ITEMS) -> tuple[Item, ...]:
    """The items that ship, by their file names. JSON, since strict items take lists for tuples only from there."""
    tables = (tomllib.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.toml")))
    return tuple(Item.model_validate_json(json.dumps(table)) for table in tables)


CATALOGUE = Catalogue(version="1", items=items_of())
ALLOWANCE = CATALOGUE.by_id["old-age-allowance"]
INSURANCE = CATALOGUE.by_id["residents-medical-insurance"]

HALL = Hall(
    name="湘桥区政务服务大厅",
    short_name="湘桥大厅",
    desk="大厅入口右手边的咨询台",
    telephone="0768-000 0000",
    hours="周一至周五 9:00-12:00，14:30-17:30",
)
PLACE = Place(hall=HALL, terminal_number="03 号机", catalogue=CATALOGUE, times=Times(), simulated=True)

CHEN = IdentityCard(
    kind=CardKind.RESIDENT,
    name="陈桂兰",
    english_name="",
    number="100101194401010028",
    sex=Sex.FEMALE,
    nation="01",
    nationality="",
    birth=date(1944, 1, 1),
    address="广东省潮州市湘桥区义井巷 12 号",
    issuer="潮州市公安局湘桥分局",
    valid_from=date(2010, 5, 1),
    valid_to=OpenEnd.LONG_TERM,
)
APPLICANT = Applicant(CHEN, "05.03-20260101-0000000001-0000000001", NOW)
BEGUN = Case(ALLOWANCE, APPLICANT)


def at(page: Page, devices: Devices = WORKING, overlay: Overlay | None = None) -> Session:
    return Session(page=page, devices=devices, overlay=overlay)


A4 = replace(WORKING, page_printer=Ready())
A4_OUT = replace(WORKING, page_printer=NeedsAttention(SHEETS_OUT))
NO_PAPER = replace(WORKING, receipt_printer=NeedsAttention(PAPER_OUT))
NO_READER = replace(WORKING, identity_card_reader=NeedsAttention(READER_UNPLUGGED))
NO_CAMERA = replace(WORKING, document_camera=Disconnected(CAMERA_UNPLUGGED))
SLOT_ALONE = replace(TWO_READERS, identity_card_reader=Disconnected(READER_UNPLUGGED))
FLAT_ALONE = replace(TWO_READERS, smart_card_reader=Disconnected(SMART_CARD_READER_UNPLUGGED))
OFFLINE = Delivery(offline=True)
OFFLINE_LONG = Delivery(offline=True, overdue=Overdue(3, NOW.replace(minute=46), today=True), aside=1)
