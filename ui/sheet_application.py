"""The states of an application and of handing it in, for the pictures of `ui.sheet`."""

from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageDraw

from kiosk.availability import Devices
from kiosk.case import Case
from kiosk.composing import Handwritten, Moment, Origin, compose
from kiosk.faults import (
    CAMERA_FROZEN,
    CAMERA_NO_PAGE,
    CAMERA_UNPLUGGED,
    CARD_OF_SOMEBODY_ELSE,
    PAPER_OUT,
    PRINTER_CUTTER,
    PRINTER_HEAD_HOT,
    PRINTER_SILENT,
    PRINTER_SLIP_WAITING,
    SCANNER_JAMMED,
    SCANNER_NO_SHEETS,
    SCANNER_UNPLUGGED,
    STORE_FULL,
    STORE_NOT_WORKING,
    Fault,
)
from kiosk.journeys.events import Device, Shift, Sight
from kiosk.journeys.identify import AwaitingCard, NotRead
from kiosk.journeys.pages import (
    Asking,
    AwaitingReceipt,
    Capturing,
    Change,
    Changed,
    Checking,
    ChoosingWay,
    Done,
    Home,
    NotKept,
    PagesTaken,
    RatingState,
    ReadingSheets,
    Sealing,
    SheetsComing,
    SheetsRead,
    SigningByCard,
    SigningByHand,
    Slip,
    SlipNotPrinted,
    SlipPrinted,
    SlipPrinting,
    SlipUnknown,
    Take,
    Whence,
)
from kiosk.papers import Pages
from kiosk.ports import CapturedPage, Degraded, Disconnected, Frame, NeedsAttention, SheetSource, View
from kiosk.ports import Page as SeenPage
from kiosk.printouts import submitted_of
from kiosk.session import Session
from kiosk.slip import Filed
from kiosk.submission import Receipt
from ui.pages.check_view_model import shown_of
from ui.sheet_people import (
    ALLOWANCE,
    APPLICANT,
    BEGUN,
    CATALOGUE,
    INSURANCE,
    NO_CAMERA,
    NOW,
    OFFLINE,
    SCANNER,
    SLOT_ALONE,
    TWO_READERS,
    WORKING,
    at,
)
from ui.texts import texts_of

SAY = texts_of("zh_hans")


def paper(width: int, height: int) -> Image.Image:
    """A page with lines where there would be writing."""
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for line in range(2, 12):
        y = line * height // 14
        pen.line((width // 10, y, width // 10 + (width * 8 // 10) * (5 + line % 4) // 8, y), "#3B4E63", height // 90)
    pen.ellipse((width * 6 // 10, height * 7 // 10, width * 8 // 10, height * 9 // 10), outline="#8F2A1F", width=4)
    return image


def taken_page(width: int = 600, height: int = 420) -> CapturedPage:
    image = paper(width, height)
    jpeg = BytesIO()
    image.save(jpeg, "JPEG")
    return CapturedPage(jpeg.getvalue(), image.width, image.height)


def desk_view(sight: Sight) -> View:
    """What a camera over the desk would see."""
    desk = Image.new("RGB", (1280, 960), "#E3DDD1")
    if not sight.page:
        return View(Frame(desk.width, desk.height, desk.tobytes()), None)
    left, top, page = (190 if sight.shift is Shift.RIGHT else 250), 230, paper(760, 520)
    desk.paste(page, (left, top))
    corners = tuple(
        ((left + x * page.width) / desk.width, (top + y * page.height) / desk.height)
        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
    )
    seen = SeenPage(
        corners=(corners[0], corners[1], corners[2], corners[3]),
        whole=sight.whole,
        bright=sight.bright,
        sharp=sight.sharp,
        steady=sight.steady,
        off_centre=(0.0, 0.0),
    )
    return View(Frame(desk.width, desk.height, desk.tobytes()), seen)


PAGE = taken_page()
UPRIGHT_PAGE = taken_page(1240, 1754)
ANSWERED = (
    BEGUN.answered("lives", "other")
    .answered("lives-at", "湘桥区文祠镇李工坑村中埔路 27 号")
    .answered("phone", "13800005678")
    .answered("account", "bank-card")
    .answered("bank-card", "6222021602000012346")
)
SHORT = BEGUN.answered("lives", "same").answered("phone", "13800005678").answered("account", "social-security-card")
WHOLE = ANSWERED.photographed("social-security-card", (PAGE,)).photographed("household-register", (PAGE, PAGE))
SHORT_WHOLE = SHORT.photographed("social-security-card", (PAGE,)).photographed("household-register", (PAGE, PAGE))
CHILD = (
    Case(INSURANCE, APPLICANT)
    .answered("for-whom", "child")
    .answered("child-name", "陈小满")
    .answered("child-number", "100101201805060024")
    .answered("relation", "parent")
    .answered("phone", "13800005678")
)

SHOWN = shown_of(WHOLE, SAY)
SIGNED = Handwritten((((0, 0, 0), (100, 100, 20)),))
MOMENT = Moment(NOW, bytes(range(32)))
SUBMISSION = compose(
    WHOLE, vouching=SIGNED, shown=SHOWN, moment=MOMENT, origin=Origin("CZ03", "湘桥大厅", True), catalogue=CATALOGUE
)
FILED = Filed(
    sid=SUBMISSION.sid,
    slip_code=SUBMISSION.slip_code,
    submitted_at=NOW,
    item_id=ALLOWANCE.id,
    item_name=ALLOWANCE.called,
    promised_days="",
    later=("近期照片",),
    place="湘桥大厅 03 号机",
    simulated=True,
)
SUBMITTED = submitted_of(WHOLE, SIGNED)
RECEIPT = Receipt(FILED.sid, "2026112300045175", NOW)

SLIP_WAITING = replace(WORKING, receipt_printer=Degraded((PRINTER_SLIP_WAITING,)))
CENTRED = Sight(page=True, whole=True, bright=True, sharp=True)


def asking(field_id: str, draft: str = "", case: Case = BEGUN) -> Session:
    return at(Asking(case, field_id, draft))


def capturing(
    pages: Pages,
    sight: Sight,
    *,
    take: Take = Take.WAITING,
    material: str = "household-register",
    fault: Fault | None = None,
) -> Session:
    slot = pages.index(None) if None in pages else len(pages) - 1
    return at(Capturing(ANSWERED, material, pages, slot, sight, take, fault))


def scanning(
    pages: Pages,
    scan: SheetsComing | SheetsRead | None,
    *,
    again: bool = False,
    devices: Devices = SCANNER,
    sources: tuple[SheetSource, ...] = tuple(SheetSource),
) -> Session:
    slot = pages.index(None) if None in pages else 0 if again else len(pages)
    page = ReadingSheets(ANSWERED, "household-register", pages, slot, scan, again=again)
    return replace(at(page, devices), sheet_sources=sources)


def looking(pages: Pages, seen: int, whence: Whence = Whence.CHECK, changes: tuple[Changed, ...] = ()) -> Session:
    return at(PagesTaken(ANSWERED, "household-register", pages, seen, whence, changes=changes), SCANNER)


def done(slip: Slip, receipt: Receipt | None = None, fault: Fault | None = None, **changes: object) -> Session:
    devices = replace(WORKING, receipt_printer=NeedsAttention(fault)) if fault else WORKING
    return at(replace(Done(FILED, receipt, slip, 1, receipt is not None, SUBMITTED), **changes), devices)


APPLICATION: dict[str, Session] = {
    "home-begun": at(Home(BEGUN)),
    "question-choice": asking("lives"),
    "question-chosen": asking("account", "bank-card", ANSWERED),
    "question-digits": asking("phone", "138000056"),
    "question-digits-wrong": asking("phone", "12800005678"),
    "question-bank-card": asking("bank-card", "62220216020", ANSWERED),
    "question-number": asking("child-number", "1001012018050600", CHILD),
    "question-text": asking("lives-at", "湘桥区", ANSWERED),
    "capture": capturing((PAGE, None), replace(CENTRED, shift=Shift.RIGHT)),
    "capture-empty": capturing((None, None), Sight(page=False)),
    "capture-taking": capturing((PAGE, None), CENTRED, take=Take.TAKING),
    "capture-taken": capturing((PAGE, None), CENTRED, take=Take.TAKEN),
    "capture-glare": capturing((PAGE, None), replace(CENTRED, glare=True)),
    "capture-frozen": capturing((PAGE, None), Sight(page=False), take=Take.FAILED, fault=CAMERA_FROZEN),
    "capture-failed": capturing((PAGE, None), Sight(page=False), take=Take.FAILED, fault=CAMERA_NO_PAGE),
    "capture-all": capturing((PAGE,), Sight(page=False), take=Take.TAKEN, material="social-security-card"),
    "capture-later": capturing((None,), Sight(page=False), material="photo"),
    "capture-scanner": replace(capturing((PAGE, None), Sight(page=False)), devices=SCANNER),
    "capture-later-scanner": replace(capturing((None,), Sight(page=False), material="photo"), devices=SCANNER),
    "capture-more": replace(capturing((PAGE, PAGE), Sight(page=False), take=Take.TAKEN), devices=SCANNER),
    "capture-away-scanner": replace(
        capturing((None, None), Sight(page=False)),
        devices=replace(SCANNER, document_camera=Disconnected(CAMERA_UNPLUGGED)),
    ),
    "capture-again": at(
        Capturing(ANSWERED, "household-register", (PAGE, PAGE), 0, Sight(page=False), again=True), SCANNER
    ),
    "capture-away": at(Capturing(ANSWERED, "photo", (None,), 0, Sight(page=False)), NO_CAMERA),
    "scan": scanning((None, None), None),
    "scan-running": scanning((PAGE, None), SheetsComing("s", SheetSource.FEEDER, 1, 0.4)),
    "scan-jam": scanning((PAGE, PAGE), SheetsRead(2, SCANNER_JAMMED)),
    "scan-no-sheets": scanning((None, None), SheetsRead(0, SCANNER_NO_SHEETS), sources=(SheetSource.FEEDER,)),
    "scan-rest": scanning((PAGE, None), SheetsRead(1)),
    "scan-all": scanning((PAGE, PAGE, PAGE, PAGE), SheetsRead(4)),
    "scan-again": scanning((PAGE, PAGE), None, again=True, sources=(SheetSource.GLASS,)),
    "scan-away": scanning(
        (PAGE, None), None, devices=replace(SCANNER, document_scanner=Disconnected(SCANNER_UNPLUGGED))
    ),
    "taken": looking((UPRIGHT_PAGE, PAGE), 0),
    "taken-last": looking((UPRIGHT_PAGE, PAGE, PAGE, UPRIGHT_PAGE), 3, Whence.SCANNER),
    "taken-one": at(PagesTaken(ANSWERED, "photo", (UPRIGHT_PAGE,), 0, Whence.DESK), SCANNER),
    "taken-deleted": looking((None, PAGE), 0, changes=(Changed(Change.DELETED, (PAGE, PAGE), 0),)),
    "taken-moved": looking((PAGE, UPRIGHT_PAGE), 1, changes=(Changed(Change.MOVED, (UPRIGHT_PAGE, PAGE), 0),)),
    "check": at(Checking(WHOLE)),
    "check-short": at(Checking(SHORT_WHOLE)),
    "check-child": at(Checking(CHILD)),
    "sign": at(SigningByHand(WHOLE, SHOWN)),
    "other-way": at(ChoosingWay(WHOLE, SHOWN)),
    "sign-by-card": at(SigningByCard(WHOLE, SHOWN, AwaitingCard(), witness=False)),
    "sign-by-card-wrong": at(SigningByCard(WHOLE, SHOWN, NotRead(Device.READER, CARD_OF_SOMEBODY_ELSE), witness=False)),
    "sign-by-card-either": at(SigningByCard(WHOLE, SHOWN, AwaitingCard(), witness=False), TWO_READERS),
    "sign-witness-either": at(SigningByCard(WHOLE, SHOWN, AwaitingCard(), witness=True), TWO_READERS),
    "sign-by-card-slot": at(SigningByCard(WHOLE, SHOWN, AwaitingCard(), witness=False), SLOT_ALONE),
    "sign-witness": at(SigningByCard(WHOLE, SHOWN, AwaitingCard(), witness=True)),
    "sealing": at(Sealing(WHOLE, SHOWN, SIGNED, SUBMISSION, FILED)),
    "sealing-offline": replace(at(Sealing(WHOLE, SHOWN, SIGNED, SUBMISSION, FILED)), delivery=OFFLINE),
    "not-kept": at(NotKept(WHOLE, SHOWN, SIGNED, SUBMISSION, FILED, STORE_FULL)),
    "not-kept-unknown": at(NotKept(WHOLE, SHOWN, SIGNED, SUBMISSION, FILED, STORE_NOT_WORKING, certain=False)),
    "awaiting": at(AwaitingReceipt(FILED, SUBMITTED)),
    "done-printing": done(SlipPrinting("job"), RECEIPT),
    "done-received": done(SlipPrinted(), RECEIPT, filed=replace(FILED, promised_days="10")),
    "done-rated": done(SlipPrinted(), RECEIPT, rating=RatingState.KEPT, level=4),
    "done-missing": done(SlipNotPrinted(PAPER_OUT), RECEIPT, PAPER_OUT),
    "done-slip-waiting": replace(done(SlipNotPrinted(PRINTER_SLIP_WAITING), RECEIPT), devices=SLIP_WAITING),
    "done-cutter": done(SlipNotPrinted(PRINTER_CUTTER), RECEIPT, PRINTER_CUTTER),
    "done-hot": done(SlipNotPrinted(PRINTER_HEAD_HOT), RECEIPT, PRINTER_HEAD_HOT),
    "done-kept-cutter": done(SlipNotPrinted(PRINTER_CUTTER), None, PRINTER_CUTTER),
    "done-unknown": done(SlipUnknown(PRINTER_SILENT), RECEIPT),
    "done-kept": done(SlipPrinted()),
    "done-kept-missing": done(SlipNotPrinted(PAPER_OUT), None, PAPER_OUT),
    "done-kept-unknown": done(SlipUnknown(PRINTER_SILENT)),
}
