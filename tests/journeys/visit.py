"""A citizen at a terminal, without any of it being there: tells what happens, sees where it leads."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.composing import Handwritten, Moment, Shown
from kiosk.identity import CardKind, IdentityCard, OpenEnd, Sex
from kiosk.journeys.effects import Effect, PrintSlip, Seal
from kiosk.journeys.events import (
    AnswerEdited,
    AnswersConfirmed,
    ApplicationBegun,
    Awakened,
    CardFound,
    CardRead,
    Device,
    Event,
    ItemChosen,
    PageCaptured,
    PageSeen,
    PrintEnded,
    PutOff,
    Received,
    Sight,
    Signed,
    SubmissionSealed,
    WentOn,
)
from kiosk.journeys.pages import Page
from kiosk.ports import CapturedPage, CardContent, Printed
from kiosk.session import Session, Terminal, step
from kiosk.submission import Receipt

CHINA = timezone(timedelta(hours=8))
GRANDMOTHER = IdentityCard(
    kind=CardKind.RESIDENT,
    name="陈桂兰",
    english_name="",
    number="100101194401010028",
    sex=Sex.FEMALE,
    nation="01",
    nationality="",
    birth=date(1944, 1, 1),
    address="潮州市湘桥区太平街道义井巷12号",
    issuer="潮州市公安局",
    valid_from=date(2010, 1, 1),
    valid_to=OpenEnd.LONG_TERM,
)
GRANDSON = replace(GRANDMOTHER, name="陈小明", number="100101200401010018", birth=date(2004, 1, 1), sex=Sex.MALE)
SOCIAL_SECURITY_CARD = replace(
    GRANDMOTHER,
    kind=CardKind.SOCIAL_SECURITY,
    address="",
    issuer="",
    valid_to=date(2035, 1, 1),
    card_number="A00000001",
)
SAM = "05.03-20260101-0000000001-0000000001"
GOOD = Sight(page=True, whole=True, bright=True, sharp=True, steady=True)
NOTHING = Sight(page=False)
PAGE = CapturedPage(jpeg=b"\xff\xd8 page \xff\xd9", width=1654, height=2339)
OTHER_PAGE = CapturedPage(jpeg=b"\xff\xd8 other page \xff\xd9", width=1654, height=2339)
SHOWN = Shown(lines=(("请核对",), ("姓名", "陈桂兰", "来自身份证")), texts_version="1")
SIGNATURE = Handwritten(((((10, 10, 0), (20, 30, 40))),))


def content(card: IdentityCard = GRANDMOTHER) -> CardContent:
    return CardContent(card, b"", SAM)


@dataclass
class Visit:
    """`session` and what must be done now (`effects`); `asked` keeps all that was ever asked for."""

    terminal: Terminal
    session: Session = field(default_factory=Session)
    effects: tuple[Effect, ...] = ()
    asked: list[Effect] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 23, 9, 46, tzinfo=CHINA)
    clock: ClockReading = UNKNOWN
    steps: int = 0

    def happens(self, *events: Event) -> "Visit":
        for event in events:
            self.steps += 1
            moment = Moment(self.now, bytes(range(17)) + self.steps.to_bytes(8) + bytes(7), self.clock)
            result = step(self.session, event, moment=moment, terminal=self.terminal)
            self.session, self.effects = result.state, result.effects
            self.asked += result.effects
        return self

    @property
    def page(self) -> Page:
        return self.session.page

    def last(self, kind: type) -> Effect:
        return next(effect for effect in reversed(self.asked) if isinstance(effect, kind))

    # A citizen's steps.

    def opens(self, item_id: str) -> "Visit":
        return self.happens(Awakened(), ItemChosen(item_id), ApplicationBegun())

    def lays_card(self, card: IdentityCard = GRANDMOTHER) -> "Visit":
        return self.happens(CardFound(Device.READER), CardRead(content(card)))

    def inserts(self, card: IdentityCard = SOCIAL_SECURITY_CARD) -> "Visit":
        return self.happens(CardFound(Device.SMART_CARD), CardRead(CardContent(card)))

    def answers(self, *drafts: str) -> "Visit":
        for draft in drafts:
            self.happens(AnswerEdited(draft), WentOn())
        return self

    def lays_page(self) -> "Visit":
        return self.happens(PageSeen(NOTHING), PageSeen(GOOD), PageCaptured(PAGE), PageSeen(NOTHING))

    def comes_to_check(self) -> "Visit":
        self.opens("old-age-allowance").lays_card().answers("same", "13800005678", "social-security-card")
        self.lays_page().happens(WentOn())
        self.lays_page().lays_page().happens(WentOn())
        return self.happens(PutOff())

    def signs(self) -> "Visit":
        return self.happens(AnswersConfirmed(SHOWN), Signed(SIGNATURE))

    def is_sealed(self) -> "Visit":
        sealing = self.last(Seal)
        assert isinstance(sealing, Seal)
        return self.happens(SubmissionSealed(sealing.submission.sid))

    def is_received(self) -> "Visit":
        sealing = self.last(Seal)
        assert isinstance(sealing, Seal)
        return self.happens(Received(Receipt(sealing.submission.sid, "2026112300045175", self.now)))

    def is_printed(self) -> "Visit":
        job = self.last(PrintSlip)
        assert isinstance(job, PrintSlip)
        return self.happens(PrintEnded(job.job_id, Printed()))
