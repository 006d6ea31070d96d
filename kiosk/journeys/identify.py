"""Identify: from empty readers to a person, or to a reason and another way.

A chip answers once per placement: once it was read, the reader finds it again only after it was lifted.
So a card that is found is always a new try, and nobody needs to watch for it to leave. Every reader there is looks at
once, and the first card that is found is read. Which readers are away stands in the session's devices.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from kiosk.case import Applicant
from kiosk.faults import Fault
from kiosk.journeys.effects import FindCard, ReadCard
from kiosk.journeys.events import CardFound, CardNotRead, CardRead, Device, ReaderBack, ReaderEvent, ReaderLost
from kiosk.transition import Transition


@dataclass(frozen=True, slots=True)
class AwaitingCard:
    """The readers look for a card."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A card lies there and is being read."""

    device: Device


@dataclass(frozen=True, slots=True)
class NotRead:
    """It did not work; the readers look for the next try."""

    device: Device
    fault: Fault


@dataclass(frozen=True, slots=True)
class Expired:
    """A true card that no longer identifies; the readers look for another."""

    device: Device
    since: date


@dataclass(frozen=True, slots=True)
class Identified:
    device: Device
    applicant: Applicant


Identify = AwaitingCard | Reading | NotRead | Expired | Identified
Step = Transition[Identify, FindCard | ReadCard]


def begin() -> Step:
    return Transition(AwaitingCard(), (FindCard(),))


def step(state: Identify, event: ReaderEvent, *, now: datetime) -> Step:
    """What follows. An event that comes too late for its state changes nothing."""
    match event, state:
        case _, Identified():
            return Transition(state)
        case CardFound(device), AwaitingCard() | NotRead() | Expired():
            return Transition(Reading(device), (ReadCard(device),))
        case CardRead(content), Reading(device):
            if content.card.expired_on(now.date()) and isinstance(content.card.valid_to, date):
                return Transition(Expired(device, since=content.card.valid_to), (FindCard(),))
            return Transition(Identified(device, Applicant(content.card, content.sam_number, now)))
        case CardNotRead(device, fault), _ if state == Reading(device) or not isinstance(state, Reading):
            return Transition(NotRead(device, fault), (FindCard(),))
        case ReaderLost(device), Reading() | NotRead() | Expired() if state.device is device:
            return begin()  # with what is left
        case ReaderBack(), _:
            return Transition(state, (FindCard(),))
        case (CardFound() | CardRead() | CardNotRead() | ReaderLost(), _):
            return Transition(state)
    assert_never(event)
