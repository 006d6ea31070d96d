"""What the outside must do, as data. The runner executes each in the thread of its device."""

from dataclasses import dataclass

from kiosk.documents import Document, Message
from kiosk.journeys.events import Device, Timer
from kiosk.ports import SheetSource
from kiosk.submission import Rating, SealedSubmission


@dataclass(frozen=True, slots=True)
class FindCard:
    """Let every reader look until a card is there. Asking again while looking changes nothing."""


@dataclass(frozen=True, slots=True)
class StopFinding:
    pass


@dataclass(frozen=True, slots=True)
class ReadCard:
    device: Device


@dataclass(frozen=True, slots=True)
class WatchDesk:
    """Show the camera's frames and tell what they show, until told to stop."""


@dataclass(frozen=True, slots=True)
class StopWatching:
    pass


@dataclass(frozen=True, slots=True)
class CapturePage:
    whole_desk: bool


@dataclass(frozen=True, slots=True)
class ScanPages:
    """Read up to `at_most` pages; each is told with the name of its scan as it comes."""

    scan_id: str
    source: SheetSource
    at_most: int


@dataclass(frozen=True, slots=True)
class StopScanning:
    """Nothing when no scan runs."""


@dataclass(frozen=True, slots=True)
class Seal:
    submission: SealedSubmission


@dataclass(frozen=True, slots=True)
class AwaitReceipt:
    """Tell when the platform has acknowledged this sid; until the visit ends."""

    sid: str


@dataclass(frozen=True, slots=True)
class PrintSlip:
    job_id: str
    sid: str
    document: Document[Message]


@dataclass(frozen=True, slots=True)
class PrintPages:
    """On sheets of A4, in the citizen's type size. `sid`: whose copy it is; None where it is nobody's."""

    job_id: str
    sid: str | None
    document: Document[Message]
    large: bool


@dataclass(frozen=True, slots=True)
class CancelPages:
    """Take the job back; how it ended is told all the same."""

    job_id: str


@dataclass(frozen=True, slots=True)
class KeepRating:
    rating: Rating


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Starting one that runs starts it anew."""

    timer: Timer
    seconds: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    timer: Timer


Effect = (
    FindCard
    | StopFinding
    | ReadCard
    | WatchDesk
    | StopWatching
    | CapturePage
    | ScanPages
    | StopScanning
    | Seal
    | AwaitReceipt
    | PrintSlip
    | PrintPages
    | CancelPages
    | KeepRating
    | StartTimer
    | StopTimer
)
