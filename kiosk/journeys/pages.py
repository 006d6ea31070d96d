"""Every page a citizen can stand on. Each carries only what it shows, so that leaving it forgets the rest."""

from dataclasses import dataclass
from enum import Enum

from kiosk.case import Case
from kiosk.composing import Shown, Vouching
from kiosk.faults import Fault
from kiosk.items import Item, Material
from kiosk.journeys.events import Sight
from kiosk.journeys.identify import Identify
from kiosk.journeys.printing import Printout
from kiosk.papers import Pages, missing, room
from kiosk.ports import SheetSource
from kiosk.printouts import Submitted
from kiosk.slip import Filed
from kiosk.submission import Receipt, SealedSubmission


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody is here."""


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Nothing can be handed in here now; guides can still be read."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Home:
    """`case`: one that was begun and can be gone on with."""

    case: Case | None = None


@dataclass(frozen=True, slots=True)
class ReadingGuide:
    """`case`: one that was begun and can be gone on with."""

    item: Item
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Identifying:
    item: Item
    identify: Identify


@dataclass(frozen=True, slots=True)
class NotEligible:
    """The card says that a condition does not hold. `years`: the age the item asks for."""

    item: Item
    years: int
    age: int


@dataclass(frozen=True, slots=True)
class Asking:
    """One question. `returning`: it is being corrected from the check page."""

    case: Case
    field_id: str
    draft: str
    returning: bool = False


class Take(Enum):
    """How the photograph of the next page stands."""

    WAITING = "waiting"  # for a page that lies well
    TAKING = "taking"
    TAKEN = "taken"  # waiting for that page to be taken away
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Capturing:
    """The pages of one material under the camera: `pages` so far, `slot` the one being taken.

    `again`: there is one at `slot`, which stays until the new one is taken.
    """

    case: Case
    material_id: str
    pages: Pages
    slot: int
    sight: Sight
    take: Take = Take.WAITING
    fault: Fault | None = None
    returning: bool = False
    again: bool = False

    @property
    def material(self) -> Material:
        return self.case.item.material(self.material_id)

    @property
    def missing(self) -> tuple[int, ...]:
        return missing(self.pages)

    @property
    def awaited(self) -> bool:
        """A page that is laid down is taken by itself. A further one only when it is asked for."""
        return self.again or bool(self.missing)

    @property
    def fits(self) -> bool:
        """One more page can be taken."""
        return self.again or room(self.material, self.pages) > 0


@dataclass(frozen=True, slots=True)
class SheetsComing:
    """A scan that runs. `read`: pages so far; `part`: how much of the next, 0..1, where the scanner tells."""

    scan_id: str
    source: SheetSource
    read: int = 0
    part: float | None = None


@dataclass(frozen=True, slots=True)
class SheetsRead:
    """How the last scan ended."""

    read: int
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class ReadingSheets:
    """The pages of one material through the document scanner; `slot` and `again` as under the camera."""

    case: Case
    material_id: str
    pages: Pages
    slot: int
    scan: SheetsComing | SheetsRead | None = None
    returning: bool = False
    again: bool = False

    @property
    def material(self) -> Material:
        return self.case.item.material(self.material_id)

    @property
    def missing(self) -> tuple[int, ...]:
        return missing(self.pages)

    @property
    def at_most(self) -> int:
        """How many pages a scan may bring."""
        return 1 if self.again else room(self.material, self.pages)


class Whence(Enum):
    """From where one looks through the pages, and goes back to."""

    DESK = "desk"
    SCANNER = "scanner"
    CHECK = "check"


class Change(Enum):
    MOVED = "moved"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done, and how it was before."""

    what: Change
    pages: Pages
    at: int


@dataclass(frozen=True, slots=True)
class PagesTaken:
    """The pages of one material, looked through; `at`: the one that is seen.

    `changes` can be undone, the last first.
    """

    case: Case
    material_id: str
    pages: Pages
    at: int
    whence: Whence
    returning: bool = False
    changes: tuple[Changed, ...] = ()

    @property
    def material(self) -> Material:
        return self.case.item.material(self.material_id)


@dataclass(frozen=True, slots=True)
class Checking:
    case: Case


@dataclass(frozen=True, slots=True)
class SigningByHand:
    case: Case
    shown: Shown


@dataclass(frozen=True, slots=True)
class ChoosingWay:
    """The other ways to vouch: the own card again, or staff as witness."""

    case: Case
    shown: Shown


@dataclass(frozen=True, slots=True)
class SigningByCard:
    """The applicant lays a card of theirs again; or, with `witness`, staff lay one of theirs."""

    case: Case
    shown: Shown
    identify: Identify
    witness: bool


@dataclass(frozen=True, slots=True)
class Sealing:
    """It is being written down. The case stays in hand until it is safe. `certain`: no try before may have kept it."""

    case: Case
    shown: Shown
    vouching: Vouching
    submission: SealedSubmission
    filed: Filed
    certain: bool = True


@dataclass(frozen=True, slots=True)
class NotKept:
    """It could not be written down. Nothing is promised, nothing is lost, it can be tried again.

    Unless that is `certain` it may be there all the same: then only the same submission can be tried again, so that
    there are never two.
    """

    case: Case
    shown: Shown
    vouching: Vouching
    submission: SealedSubmission
    filed: Filed
    fault: Fault
    certain: bool = True


@dataclass(frozen=True, slots=True)
class AwaitingReceipt:
    filed: Filed
    submitted: Submitted


# How the slip stands.


@dataclass(frozen=True, slots=True)
class SlipPrinting:
    job_id: str


@dataclass(frozen=True, slots=True)
class SlipPrinted:
    pass


@dataclass(frozen=True, slots=True)
class SlipNotPrinted:
    fault: Fault


@dataclass(frozen=True, slots=True)
class SlipUnknown:
    """Sent to the printer, which did not confirm it."""

    fault: Fault


Slip = SlipPrinting | SlipPrinted | SlipNotPrinted | SlipUnknown


class RatingState(Enum):
    OPEN = "open"
    KEEPING = "keeping"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """Sealed. `receipt` once the platform has it. `copies` slips were sent to the printer; the last one carries the
    receipt number when `numbered`. `submitted`: what a copy on A4 would say."""

    filed: Filed
    receipt: Receipt | None
    slip: Slip
    copies: int
    numbered: bool
    submitted: Submitted
    rating: RatingState = RatingState.OPEN
    level: int = 0


@dataclass(frozen=True, slots=True)
class PrintingPages:
    """The guide, or the copy of what was handed in, comes out on A4. `behind` asked for it, and comes back."""

    behind: ReadingGuide | Done
    printout: Printout


@dataclass(frozen=True, slots=True)
class Goodbye:
    """`submitted`: something was handed in. `slip_printed`: and its slip is on paper."""

    submitted: bool
    slip_printed: bool
    uncertain: bool = False  # nobody knows whether something was kept


Page = (
    Idle
    | OutOfService
    | Home
    | ReadingGuide
    | Identifying
    | NotEligible
    | Asking
    | Capturing
    | ReadingSheets
    | PagesTaken
    | Checking
    | SigningByHand
    | ChoosingWay
    | SigningByCard
    | Sealing
    | NotKept
    | AwaitingReceipt
    | Done
    | PrintingPages
    | Goodbye
)
InCase = Asking | Capturing | ReadingSheets | PagesTaken | Checking
Signing = SigningByHand | ChoosingWay | SigningByCard

STEPS = 5


def step_number(page: Page) -> int:
    """The step of five a page belongs to; 0 where no steps are counted."""
    match page:
        case Identifying() | NotEligible():
            return 1
        case Asking():
            return 2
        case Capturing() | ReadingSheets() | PagesTaken():
            return 3
        case Checking():
            return 4
        case SigningByHand() | ChoosingWay() | SigningByCard() | Sealing() | NotKept():
            return 5
        case _:
            return 0
