"""A session for every page and state worth a picture; `ui.sheet` draws them."""

from dataclasses import replace
from datetime import date

from kiosk.availability import Devices
from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNSUPPORTED,
    CARDS_TWO,
    CLOCK_WRONG,
    READER_SILENT,
    SMART_CARD_REMOVED,
    SMART_CARD_UNSUPPORTED,
    STORE_FULL,
)
from kiosk.journeys.events import Device
from kiosk.journeys.identify import AwaitingCard, Expired, Identify, NotRead, Reading
from kiosk.journeys.pages import Goodbye, Home, Identifying, Idle, NotEligible, OutOfService, ReadingGuide
from kiosk.ports import NeedsAttention, Starting
from kiosk.session import Overlay, Session
from ui.sheet_people import (
    ALLOWANCE,
    BEGUN,
    FLAT_ALONE,
    INSURANCE,
    NO_CAMERA,
    NO_PAPER,
    NO_READER,
    OFFLINE,
    OFFLINE_LONG,
    SLOT_ALONE,
    TWO_READERS,
    WORKING,
    at,
)


def identifying(state: Identify, devices: Devices = WORKING) -> Session:
    return at(Identifying(ALLOWANCE, state), devices)


ENTRY: dict[str, Session] = {
    "idle": at(Idle()),
    "idle-offline": replace(at(Idle()), delivery=OFFLINE),
    "idle-staff": replace(at(Idle()), delivery=replace(OFFLINE_LONG, offline=False)),
    "idle-offline-staff": replace(at(Idle()), delivery=OFFLINE_LONG),
    "out-of-service": at(
        OutOfService(READER_SILENT), replace(WORKING, identity_card_reader=NeedsAttention(READER_SILENT))
    ),
    "out-of-service-full": at(OutOfService(STORE_FULL), replace(WORKING, store=NeedsAttention(STORE_FULL))),
    "out-of-service-clock": at(OutOfService(CLOCK_WRONG), replace(WORKING, store=NeedsAttention(CLOCK_WRONG))),
    "home": at(Home()),
    "home-no-paper": at(Home(), NO_PAPER),
    "home-offline": replace(at(Home()), delivery=OFFLINE),
    "home-offline-no-paper": replace(at(Home(), NO_PAPER), delivery=OFFLINE),
    "guide-allowance": at(ReadingGuide(ALLOWANCE)),
    "guide-insurance": at(ReadingGuide(INSURANCE)),
    "guide-offline": replace(at(ReadingGuide(ALLOWANCE)), delivery=OFFLINE),
    "guide-offline-short": replace(at(ReadingGuide(INSURANCE)), delivery=OFFLINE),
    "guide-begun": at(ReadingGuide(ALLOWANCE, BEGUN)),
    "guide-blocked": at(ReadingGuide(ALLOWANCE), NO_READER),
    "home-no-camera": at(Home(), NO_CAMERA),
    "guide-no-camera": at(ReadingGuide(ALLOWANCE), NO_CAMERA),
    "identify": identifying(AwaitingCard()),
    "identify-reading": identifying(Reading(Device.READER)),
    "identify-not-read": identifying(NotRead(Device.READER, CARD_LIFTED_TOO_EARLY)),
    "identify-unsupported": identifying(NotRead(Device.READER, CARD_UNSUPPORTED)),
    "identify-two-cards": identifying(NotRead(Device.READER, CARDS_TWO)),
    "identify-expired": identifying(Expired(Device.READER, date(2025, 3, 18))),
    "identify-away": identifying(AwaitingCard(), NO_READER),
    "identify-either": identifying(AwaitingCard(), TWO_READERS),
    "identify-either-preparing": identifying(AwaitingCard(), Devices(smart_card_reader=Starting())),
    "identify-inserted": identifying(Reading(Device.SMART_CARD), TWO_READERS),
    "identify-removed": identifying(NotRead(Device.SMART_CARD, SMART_CARD_REMOVED), TWO_READERS),
    "identify-not-social": identifying(NotRead(Device.SMART_CARD, SMART_CARD_UNSUPPORTED), TWO_READERS),
    "identify-social-expired": identifying(Expired(Device.SMART_CARD, date(2025, 3, 18)), TWO_READERS),
    "identify-slot-alone": identifying(AwaitingCard(), SLOT_ALONE),
    "identify-flat-alone": identifying(AwaitingCard(), FLAT_ALONE),
    "not-eligible": at(NotEligible(ALLOWANCE, 80, 54)),
    "help": at(Home(), overlay=Overlay.HELP),
    "timeout": at(ReadingGuide(ALLOWANCE), overlay=Overlay.WARNING),
    "goodbye": at(Goodbye(submitted=False, slip_printed=False)),
    "goodbye-either": at(Goodbye(submitted=False, slip_printed=False), TWO_READERS),
    "goodbye-uncertain": at(Goodbye(submitted=False, slip_printed=False, uncertain=True)),
    "goodbye-submitted": at(Goodbye(submitted=True, slip_printed=True)),
}
