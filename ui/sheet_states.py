"""A session for every page and state worth a picture; `ui.sheet` draws them."""

from dataclasses import replace
from datetime import date

from kiosk.faults import (
    CARD_LIFTED_TOO_EARLY,
    CARD_UNSUPPORTED,
    CLOCK_WRONG,
    READER_SILENT,
    READER_UNPLUGGED,
    STORE_FULL,
)
from kiosk.journeys.identify import AwaitingCard, Expired, Identify, NotRead, ReaderAway, Reading
from kiosk.journeys.pages import Goodbye, Home, Identifying, Idle, NotEligible, OutOfService, ReadingGuide
from kiosk.ports import NeedsAttention
from kiosk.session import Overlay, Session
from ui.sheet_people import ALLOWANCE, BEGUN, INSURANCE, NO_PAPER, NO_READER, OFFLINE, OFFLINE_LONG, WORKING, at


def identifying(state: Identify) -> Session:
    return at(Identifying(ALLOWANCE, state))


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
    "goodbye-uncertain": at(Goodbye(submitted=False, slip_printed=False, uncertain=True)),
    "goodbye-submitted": at(Goodbye(submitted=True, slip_printed=True)),
}
