"""The runner: feeds events into `kiosk.session.step`, executes the effects, and drops what comes too late.

It lives in the GUI thread. Services report from their own threads; a queued signal brings the event over.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.composing import ENTROPY_BYTES, Moment
from kiosk.documents import spoken
from kiosk.journeys.effects import (
    AwaitReceipt,
    CancelPages,
    CapturePage,
    Effect,
    FindCard,
    KeepRating,
    PrintPages,
    PrintSlip,
    ReadCard,
    ScanPages,
    Seal,
    StartTimer,
    StopFinding,
    StopScanning,
    StopTimer,
    StopWatching,
    WatchDesk,
)
from kiosk.journeys.events import Event, Timer, TimerFired
from kiosk.session import Session, Terminal, step
from terminal.services.all import Services
from ui.texts import Texts

log = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")


def moment_now(clock: ClockReading) -> Moment:
    return Moment(datetime.now(CHINA), secrets.token_bytes(ENTROPY_BYTES), clock)


class Mailbox(QObject):
    """Brings events from any thread into the GUI thread, in order."""

    _posted = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._receive: Callable[[Event, int | None], None] | None = None
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def opened_by(self, receive: Callable[[Event, int | None], None]) -> None:
        self._receive = receive

    def close(self) -> None:
        """What is reported from now on is heard by nobody."""
        self._receive = None

    def report(self, event: Event, visit: int | None) -> None:
        """Thread-safe."""
        self._posted.emit(event, visit)

    @Slot(object, object)
    def _deliver(self, event: Event, visit: int | None) -> None:
        if self._receive:
            self._receive(event, visit)


class Runner(QObject):
    """`show(session)` is called after every step, before its effects are executed."""

    _clock_read = Signal(object)

    def __init__(
        self,
        terminal: Terminal,
        texts: Texts,
        *,
        show: Callable[[Session], None],
        now: Callable[[ClockReading], Moment] = moment_now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = Session()
        self.mailbox = Mailbox(self)
        self._terminal = terminal
        self._texts = texts
        self._show = show
        self._now = now
        self._clock = UNKNOWN
        self._clock_read.connect(self._believe, Qt.ConnectionType.QueuedConnection)
        self._timers = {timer: self._make_timer(timer) for timer in Timer}
        self._services: Services | None = None

    def serve_with(self, services: Services) -> None:
        """From now on effects reach these services, and what they report arrives here."""
        self._services = services
        self.session = replace(self.session, devices=services.statuses)
        self.mailbox.opened_by(self.receive)

    def stop(self) -> None:
        """Hear nothing any more: no timer, no report, no touch."""
        for timer in self._timers.values():
            timer.stop()
        self.mailbox.close()

    def post(self, event: Event) -> None:
        """A touch of the citizen, in the GUI thread. Taken after what is being done now."""
        self.mailbox.report(event, self.session.number)

    def receive(self, event: Event, visit: int | None) -> None:
        """Take one event. What an ended visit asked for is dropped."""
        if visit is not None and visit != self.session.number:
            log.debug("dropped %s of an ended visit", type(event).__name__)
            return
        before = self.session
        transition = step(before, event, moment=self._now(self._clock), terminal=self._terminal)
        self.session = transition.state
        if self.session is not before:
            self._show(self.session)
        if before.number != self.session.number and self._services:
            self._services.store.await_receipt(None, before.number)
        for effect in transition.effects:
            self._execute(effect)

    def tell_clock(self, reading: ClockReading) -> None:
        """How far our clock is to be believed from now on. Thread-safe."""
        self._clock_read.emit(reading)

    @Slot(object)
    def _believe(self, reading: ClockReading) -> None:
        self._clock = reading

    def _execute(self, effect: Effect) -> None:
        if self._services is None:
            raise RuntimeError("serve_with comes first")
        services, visit = self._services, self.session.number
        match effect:
            case FindCard():
                for reader in services.card_readers.values():
                    reader.find(visit)
            case StopFinding():
                for reader in services.card_readers.values():
                    reader.stop_finding()
            case ReadCard(device):
                services.card_readers[device].read(visit)
            case WatchDesk():
                services.camera.watch(visit)
            case StopWatching():
                services.camera.stop_watching()
            case CapturePage(whole_desk):
                services.camera.capture(visit, whole_desk=whole_desk)
            case ScanPages(scan_id, source, at_most):
                if services.scanner:
                    services.scanner.scan(scan_id, source, at_most=at_most, visit=visit)
            case StopScanning():
                if services.scanner:
                    services.scanner.stop_scanning()
            case Seal(submission):
                services.store.seal(submission, visit)
            case AwaitReceipt(sid):
                services.store.await_receipt(sid, visit)
            case PrintSlip(job_id, sid, document):
                words = spoken(document, self._texts.say)
                services.store.print(job_id, sid, words, printer=services.printer, visit=visit)
            case PrintPages(job_id, sid, document, large):
                if services.page_printer:
                    words = spoken(document, self._texts.say)
                    printer = services.page_printer
                    services.store.print_pages(job_id, sid, words, large=large, printer=printer, visit=visit)
            case CancelPages(job_id):
                if services.page_printer:
                    services.store.cancel_pages(job_id, printer=services.page_printer)
            case KeepRating(rating):
                services.store.keep_rating(rating, visit)
            case StartTimer(timer, seconds):
                self._timers[timer].start(round(seconds * 1000))
            case StopTimer(timer):
                self._timers[timer].stop()
            case _:
                assert_never(effect)

    def _make_timer(self, timer: Timer) -> QTimer:
        clock = QTimer(self)
        clock.setSingleShot(True)
        clock.timeout.connect(lambda: self.receive(TimerFired(timer), None))
        return clock
