"""What happened: touches of the citizen, outcomes of effects, news of devices, timers that ran out."""

from dataclasses import dataclass
from enum import Enum

from kiosk.composing import Handwritten, Shown
from kiosk.delivery import Delivery
from kiosk.faults import Fault
from kiosk.ports import CapturedPage, CardContent, PagesOutcome, PrintOutcome, SheetSource, Status
from kiosk.submission import Receipt


class Device(Enum):
    READER = "identity_card_reader"
    CAMERA = "document_camera"
    PRINTER = "receipt_printer"
    STORE = "store"
    SMART_CARD = "smart_card_reader"
    CODES = "code_reader"
    SCANNER = "document_scanner"
    PAGE_PRINTER = "page_printer"


class Timer(Enum):
    IDLE = "idle"  # nobody touched anything
    ANSWER = "answer"  # nobody answered the warning
    ACKNOWLEDGE = "acknowledge"  # the platform has not answered
    GOODBYE = "goodbye"


# The readers and what lies on them; each news names its reader.


@dataclass(frozen=True, slots=True)
class CardFound:
    device: Device


@dataclass(frozen=True, slots=True)
class CardRead:
    content: CardContent


@dataclass(frozen=True, slots=True)
class CardNotRead:
    """A card was found and not read, or what lies there cannot be read as it lies."""

    device: Device
    fault: Fault


@dataclass(frozen=True, slots=True)
class ReaderLost:
    device: Device


@dataclass(frozen=True, slots=True)
class ReaderBack:
    device: Device


ReaderEvent = CardFound | CardRead | CardNotRead | ReaderLost | ReaderBack


# The camera and what lies under it.


class Shift(Enum):
    """Where the page should go."""

    NONE = "none"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Sight:
    """What the camera sees, as far as it matters to a person: no corners, no picture."""

    page: bool
    whole: bool = False
    bright: bool = False
    sharp: bool = False
    steady: bool = False
    shift: Shift = Shift.NONE
    glare: bool = False

    @property
    def good(self) -> bool:
        return self.page and self.whole and self.bright and self.sharp and not self.glare


@dataclass(frozen=True, slots=True)
class PageSeen:
    """The sight has changed."""

    sight: Sight


@dataclass(frozen=True, slots=True)
class PageCaptured:
    page: CapturedPage


@dataclass(frozen=True, slots=True)
class PageNotCaptured:
    fault: Fault


# The scanner and the sheets in it. Each names the scan it belongs to.


@dataclass(frozen=True, slots=True)
class PageScanned:
    scan_id: str
    page: CapturedPage


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How much of the next page, 0..1, where the scanner tells."""

    scan_id: str
    part: float | None


@dataclass(frozen=True, slots=True)
class ScanOver:
    """Nothing more comes: all was read, or `fault`."""

    scan_id: str
    fault: Fault | None


# Touches.


@dataclass(frozen=True, slots=True)
class Touched:
    """The glass was touched anywhere."""


@dataclass(frozen=True, slots=True)
class Awakened:
    """Somebody wants to begin (the idle page was touched)."""


@dataclass(frozen=True, slots=True)
class WentHome:
    """To the list of what can be done, from where nothing is lost by it."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """One page back; what was given stays."""


@dataclass(frozen=True, slots=True)
class LeftVisit:
    """The citizen ends the visit."""


@dataclass(frozen=True, slots=True)
class LargeToggled:
    pass


@dataclass(frozen=True, slots=True)
class HelpAsked:
    pass


@dataclass(frozen=True, slots=True)
class OverlayClosed:
    """Help was read, or the warning answered with "I am still here"."""


@dataclass(frozen=True, slots=True)
class ItemChosen:
    item_id: str


@dataclass(frozen=True, slots=True)
class ApplicationBegun:
    """From the guide on."""


@dataclass(frozen=True, slots=True)
class AnswerEdited:
    """The draft on the page as it is now."""

    draft: str


@dataclass(frozen=True, slots=True)
class WentOn:
    """The primary button of a question or of a page where pages are taken or looked through."""


@dataclass(frozen=True, slots=True)
class CaptureAsked:
    """ "I take it myself", even where no page was found."""


@dataclass(frozen=True, slots=True)
class ScannerChosen:
    """From the camera to the document scanner."""


@dataclass(frozen=True, slots=True)
class ScanAsked:
    source: SheetSource


@dataclass(frozen=True, slots=True)
class ScanCancelled:
    """Stop; what was read stays."""


# Of one material's pages, counted from 0.


@dataclass(frozen=True, slots=True)
class PagesAsked:
    """To look through them, from this one on."""

    page: int


@dataclass(frozen=True, slots=True)
class PageTurned:
    to: int


@dataclass(frozen=True, slots=True)
class RetakeAsked:
    """That page again; the one there is stays until then."""

    page: int


@dataclass(frozen=True, slots=True)
class PageMoved:
    """Into its neighbour's place, and the neighbour into its own."""

    page: int
    to: int


@dataclass(frozen=True, slots=True)
class PageDeleted:
    page: int


@dataclass(frozen=True, slots=True)
class Undone:
    """The last page that was moved or deleted, back."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """This material will be brought later."""


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """From the check page back to one question."""

    field_id: str


@dataclass(frozen=True, slots=True)
class PapersAsked:
    """From the check page to the photographs of one material."""

    material_id: str


@dataclass(frozen=True, slots=True)
class AnswersConfirmed:
    """Everything on the check page is right; `shown` is what stood there."""

    shown: Shown


class Way(Enum):
    """How to vouch for the answers."""

    HAND = "hand"
    CARD = "card"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class WayChosen:
    way: Way


@dataclass(frozen=True, slots=True)
class Signed:
    handwriting: Handwritten


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """Seal it once more, after it could not be kept."""


@dataclass(frozen=True, slots=True)
class ReprintAsked:
    pass


@dataclass(frozen=True, slots=True)
class PagesPrintAsked:
    """On sheets of A4: the guide that is read, or the copy of what was handed in."""


@dataclass(frozen=True, slots=True)
class PagesPrintCancelled:
    """No more of it is wanted."""


@dataclass(frozen=True, slots=True)
class RatingGiven:
    level: int


# Outcomes, devices, timers.


@dataclass(frozen=True, slots=True)
class SubmissionSealed:
    sid: str


@dataclass(frozen=True, slots=True)
class SubmissionNotSealed:
    """`certain`: surely nothing of it was kept."""

    fault: Fault
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """The platform has it (收件)."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PrintEnded:
    job_id: str
    outcome: PrintOutcome


@dataclass(frozen=True, slots=True)
class PagesPrintProgress:
    """`sheets_out` of `sheets`. `waits_for`: what must be put right before it goes on."""

    job_id: str
    sheets_out: int
    sheets: int
    waits_for: Fault | None = None


@dataclass(frozen=True, slots=True)
class PagesPrintEnded:
    job_id: str
    outcome: PagesOutcome


@dataclass(frozen=True, slots=True)
class RatingKept:
    pass


@dataclass(frozen=True, slots=True)
class RatingNotKept:
    fault: Fault


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    device: Device
    status: Status


@dataclass(frozen=True, slots=True)
class SheetSourcesTold:
    """Where the document scanner takes paper from."""

    sources: tuple[SheetSource, ...]


@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class TimerFired:
    timer: Timer


Touch = (
    Awakened
    | WentHome
    | WentBack
    | LeftVisit
    | LargeToggled
    | HelpAsked
    | OverlayClosed
    | ItemChosen
    | ApplicationBegun
    | AnswerEdited
    | WentOn
    | CaptureAsked
    | ScannerChosen
    | ScanAsked
    | ScanCancelled
    | PagesAsked
    | PageTurned
    | RetakeAsked
    | PageMoved
    | PageDeleted
    | Undone
    | PutOff
    | ChangeAsked
    | PapersAsked
    | AnswersConfirmed
    | WayChosen
    | Signed
    | TriedAgain
    | ReprintAsked
    | PagesPrintAsked
    | PagesPrintCancelled
    | RatingGiven
)
CameraEvent = PageSeen | PageCaptured | PageNotCaptured
ScannerEvent = PageScanned | ScanProgress | ScanOver
PagesPrintEvent = PagesPrintProgress | PagesPrintEnded
Outcome = SubmissionSealed | SubmissionNotSealed | Received | PrintEnded | RatingKept | RatingNotKept
News = DeviceChanged | SheetSourcesTold | DeliveryChanged
Event = Touched | Touch | ReaderEvent | CameraEvent | ScannerEvent | PagesPrintEvent | Outcome | News | TimerFired
