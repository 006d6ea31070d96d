"""A session for every page and state worth a picture, built of synthetic people; `ui.sheet` draws them."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from kiosk.case import Applicant, Case
from kiosk.configuration import Hall, Times
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNSUPPORTED,
    PAPER_OUT,
    READER_SILENT,
    READER_UNPLUGGED,
    STORE_FULL,
)
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.items import Catalogue, Item
from kiosk.journeys.identify import AwaitingCard, Expired, Identify, NotRead, ReaderAway, Reading
from kiosk.journeys.pages import Goodbye, Home, Identifying, Idle, NotEligible, OutOfService, Page, ReadingGuide
from kiosk.ports import NeedsAttention, Ready
from kiosk.session import Devices, Overlay, Session
from ui.place import Place

ITEMS = Path(__file__).parents[1] / "content" / "items"
WORKING = Devices(Ready(), Ready(), Ready(), Ready())
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


def identifying(state: Identify) -> Session:
    return at(Identifying(ALLOWANCE, state))


NO_PAPER = replace(WORKING, receipt_printer=NeedsAttention(PAPER_OUT))
NO_READER = replace(WORKING, identity_card_reader=NeedsAttention(READER_UNPLUGGED))

ENTRY: dict[str, Session] = {
    "idle": at(Idle()),
    "out-of-service": at(
        OutOfService(READER_SILENT), replace(WORKING, identity_card_reader=NeedsAttention(READER_SILENT))
    ),
    "out-of-service-full": at(OutOfService(STORE_FULL), replace(WORKING, store=NeedsAttention(STORE_FULL))),
    "home": at(Home()),
    "home-no-paper": at(Home(), NO_PAPER),
    "guide-allowance": at(ReadingGuide(ALLOWANCE)),
    "guide-insurance": at(ReadingGuide(INSURANCE)),
    "guide-begun": at(ReadingGuide(ALLOWANCE, BEGUN)),
    "guide-blocked": at(ReadingGuide(ALLOWANCE), NO_READER),
    "identify": identifying(AwaitingCard()),
    "identify-reading": identifying(Reading()),
    "identify-not-read": identifying(NotRead(CARD_LIFTED_TOO_EARLY)),
    "identify-unsupported": identifying(NotRead(CARD_UNSUPPORTED)),
    "identify-expired": identifying(Expired(date(2025, 3, 18))),
    "identify-away": identifying(ReaderAway(READER_UNPLUGGED)),
    "not-eligible": at(NotEligible(ALLOWANCE, 80, 54)),
    "help": at(Home(), overlay=Overlay.HELP),
    "timeout": at(ReadingGuide(ALLOWANCE), overlay=Overlay.WARNING),
    "goodbye": at(Goodbye(submitted=False, slip_printed=False)),
    "goodbye-submitted": at(Goodbye(submitted=True, slip_printed=True)),
}
