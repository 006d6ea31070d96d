"""Identify: from an empty reader to a person, or to a reason and another way.

A chip answers once per placement: once it was read, the reader finds it again only after it was lifted.
So a card that is found is always a new try, and nobody needs to watch for it to leave.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from kiosk.case import Applicant
from kiosk.faults import Fault
from kiosk.journeys.effects import FindCard, ReadCard
from kiosk.journeys.events import CardFound, CardNotRead, CardRead, ReaderBack, ReaderEvent, ReaderLost
from kiosk.transition import Transition


@dataclass(frozen=True, slots=True)
class AwaitingCard:
    """The reader looks for a card."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The card lies there and is being read."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """It did not work; the reader looks for the next try."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Expired:
    """A true card that no longer identifies; the reader looks for another."""

    since: date


@dataclass(frozen=True, slots=True)
class ReaderAway:
    """No card can be read here now."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Identified:
    applicant: Applicant


Identify = AwaitingCard | Reading | NotRead | Expired | ReaderAway | Identified
Step = Transition[Identify, FindCard | ReadCard]


def begin() -> Step:
    return Transition(AwaitingCard(), (FindCard(),))


def step(state: Identify, event: ReaderEvent, *, now: datetime) -> Step:
    """What follows. An event that comes too late for its state changes nothing."""
    match event:
        case CardFound() if isinstance(state, AwaitingCard | NotRead | Expired):
            return Transition(Reading(), (ReadCard(),))
        case CardRead(content) if isinstance(state, Reading):
            if content.card.expired_on(now.date()) and isinstance(content.card.valid_to, date):
                return Transition(Expired(since=content.card.valid_to), (FindCard(),))
            return Transition(Identified(Applicant(content.card, content.sam_number, now)))
        case CardNotRead(fault) if isinstance(state, Reading):
            return Transition(NotRead(fault), (FindCard(),))
        case ReaderLost(fault) if not isinstance(state, Identified):
            return Transition(ReaderAway(fault))
        case ReaderBack() if isinstance(state, ReaderAway):
            return begin()
        case CardFound() | CardRead() | CardNotRead() | ReaderLost() | ReaderBack():
            return Transition(state)
    assert_never(event)
