"""Every page a citizen can stand on. Each carries only what it shows, so that leaving it forgets the rest."""

from dataclasses import dataclass
from enum import Enum

from kiosk.case import Case, Pages
from kiosk.composing import Shown, Vouching
from kiosk.faults import Fault
from kiosk.items import Item
from kiosk.journeys.events import Sight
from kiosk.journeys.identify import Identify
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
    """The photographs of one material: `pages` so far, `slot` the one being taken."""

    case: Case
    material_id: str
    pages: Pages
    slot: int
    sight: Sight
    take: Take = Take.WAITING
    fault: Fault | None = None
    returning: bool = False

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(at for at, page in enumerate(self.pages) if page is None)


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
    receipt number when `numbered`."""

    filed: Filed
    receipt: Receipt | None
    slip: Slip
    copies: int
    numbered: bool
    rating: RatingState = RatingState.OPEN
    level: int = 0


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
    | Checking
    | SigningByHand
    | ChoosingWay
    | SigningByCard
    | Sealing
    | NotKept
    | AwaitingReceipt
    | Done
    | Goodbye
)
InCase = Asking | Capturing | Checking
Signing = SigningByHand | ChoosingWay | SigningByCard

STEPS = 5


def step_number(page: Page) -> int:
    """The step of five a page belongs to; 0 where no steps are counted."""
    match page:
        case Identifying() | NotEligible():
            return 1
        case Asking():
            return 2
        case Capturing():
            return 3
        case Checking():
            return 4
        case SigningByHand() | ChoosingWay() | SigningByCard() | Sealing() | NotKept():
            return 5
        case _:
            return 0
