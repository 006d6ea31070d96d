"""What the domain needs from the outside. Adapters in `drivers/` and `sync/` satisfy these by shape.

Every method blocks and is called from the one thread of its device. None raises for what can happen in
the world; an exception is a bug. Verbs are idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from kiosk.codes import CodeSource, Symbology
from kiosk.documents import Document
from kiosk.faults import Fault
from kiosk.identity import IdentityCard
from kiosk.submission import Rating, Receipt, SealedSubmission

# How a device is.


@dataclass(frozen=True, slots=True)
class Starting:
    """Not asked yet."""


@dataclass(frozen=True, slots=True)
class Ready:
    pass


@dataclass(frozen=True, slots=True)
class Degraded:
    """It works, and somebody should look at it soon."""

    reasons: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class NeedsAttention:
    """It answers, but somebody must do something before it works."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The wire is gone; the next call tries to open it again."""

    fault: Fault


Status = Starting | Ready | Degraded | NeedsAttention | Disconnected


# Identity card reader.


@dataclass(frozen=True, slots=True)
class NoCard:
    """Nothing lies on the reader, or the card that was read has not been lifted yet."""


@dataclass(frozen=True, slots=True)
class CardPresent:
    """A card lies on the reader and can be read once."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """What was read. `photo` is the chip's WLT bytes, `portrait` the same decoded where a decoder is there.

    `sam_number` names the reader's security module; empty where the card was read without one.
    """

    card: IdentityCard
    photo: bytes = b""
    sam_number: str = ""
    portrait: "Frame | None" = None


@dataclass(frozen=True, slots=True)
class NotReadable:
    fault: Fault


class IdentityCardReader(Protocol):
    """Reads the chip of an identity card."""

    def status(self) -> Status: ...

    def find_card(self) -> CardPresent | NoCard | NotReadable | NeedsAttention | Disconnected:
        """Look once for a card, at most 0.6 s.

        `NotReadable`: something lies there that cannot be read as it lies (two cards). `NeedsAttention`: what the
        reader answers cannot be understood.
        """
        ...

    def read_card(self) -> CardContent | NotReadable | Disconnected:
        """Read the card found last, at most 2.5 s. A second read needs the card lifted between."""
        ...


# Smart card reader.


@dataclass(frozen=True, slots=True)
class CardNumber:
    """The number that a contactless card tells to any reader; it says nothing about a person."""

    number: bytes


class SmartCardReader(IdentityCardReader, Protocol):
    """Reads of a social security card what it gives without keys: `CardContent` without photo.

    A card that is no social security card is `NotReadable`. Like an identity card, one that was read is found again
    only after it was taken out.
    """

    def card_number(self) -> CardNumber | NotReadable | Disconnected:
        """The number of the contactless card that lies there, at most 1 s."""
        ...


# Codes on phones and papers.


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One code. Both forms are what a stranger wrote: data, never followed, opened or executed.

    `payload`: the bytes that the code holds, at most 8 kB. `text`: the same by the code's own character set where it
    names one, else as UTF-8, else as GB18030, else empty. `source`: which kind of reader saw it.
    """

    payload: bytes
    text: str
    symbology: Symbology
    source: CodeSource


@dataclass(frozen=True, slots=True)
class NoCode:
    """No code is there, or the one that is there was told just now."""


class CodeReader(Protocol):
    """Reads two-dimensional codes and barcodes."""

    def status(self) -> Status: ...

    def look(self) -> CodeRead | NoCode | NeedsAttention | Disconnected:
        """Look for at most 0.6 s. The same code is told again only after it was away, or after the hold-off."""
        ...

    def rest(self) -> None:
        """Nobody shows a code any more: light out, and what is shown meanwhile is forgotten."""
        ...


# Document camera.


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture: `rgb` is height x width x 3 bytes, rows from the top."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A page that the camera found.

    `corners`: four points clockwise from the page's top left, in fractions of the frame (0..1).
    `whole`: all four corners lie inside. `bright` and `sharp`: good enough to be read. `glare`: light hides a part.
    `steady`: it has not moved since the last look. `off_centre`: where its middle lies, -1..1 in x and y.
    """

    corners: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    whole: bool
    bright: bool
    sharp: bool
    steady: bool
    off_centre: tuple[float, float]
    glare: bool = False

    @property
    def good(self) -> bool:
        return self.whole and self.bright and self.sharp and not self.glare


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees now."""

    frame: Frame
    page: Page | None


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """One page, cut out and made upright. `jpeg` is what will be handed on."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class NotCaptured:
    fault: Fault


class DocumentCamera(Protocol):
    """Looks at the desk below it."""

    def status(self) -> Status: ...

    def look(self) -> View | NeedsAttention | Disconnected:
        """The next frame and the page in it, at most 2 s. `NeedsAttention`: it is there, and gives no new frame."""
        ...

    def capture(self, *, whole_desk: bool) -> CapturedPage | NotCaptured | NeedsAttention | Disconnected:
        """A new frame, cut to its page. With `whole_desk` the frame as it is, when no page is found."""
        ...

    def rest(self) -> None:
        """Nobody looks any more: let the camera go."""
        ...


# Document scanner.


class SheetSource(Enum):
    FEEDER = "feeder"  # a stack, sheet after sheet
    GLASS = "glass"  # one page, laid down


@dataclass(frozen=True, slots=True)
class Scanning:
    """The next page is on its way. `part`: how much of it, 0..1, where the scanner tells."""

    part: float | None = None


@dataclass(frozen=True, slots=True)
class ScanEnded:
    """Nothing lies there any more, or as many pages were read as were asked for, or it was cancelled."""


@dataclass(frozen=True, slots=True)
class NotScanned:
    """Ended before its end; the pages that came before are good."""

    fault: Fault


class DocumentScanner(Protocol):
    """Reads sheets from a feeder, or a page from the glass. One scan at a time."""

    def status(self) -> Status:
        """At most 3 s."""
        ...

    def sources(self) -> tuple[SheetSource, ...]:
        """What it has, as far as it has told; asks no device."""
        ...

    def begin(self, source: SheetSource, *, at_most: int) -> Scanning | NotScanned | NeedsAttention | Disconnected:
        """Start to read up to `at_most` pages, at most 5 s. A scan that still runs is cancelled."""
        ...

    def next(self) -> CapturedPage | Scanning | ScanEnded | NotScanned | NeedsAttention | Disconnected:
        """The next page, or how far it is, at most 0.6 s. Anything but `CapturedPage` and `Scanning` ends the scan."""
        ...

    def cancel(self) -> None:
        """Stop, at most 2 s; nothing when no scan runs."""
        ...


# Receipt printer.


@dataclass(frozen=True, slots=True)
class PrintJob:
    """`job_id` names the job for good: a reprint is a new job."""

    job_id: str
    document: Document[str]


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer said that all of it is on paper."""


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """Surely not, or not whole."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class PrintUnknown:
    """Sent, and no confirmation came. Never shown as a success."""

    fault: Fault


PrintOutcome = Printed | NotPrinted | PrintUnknown


@dataclass(frozen=True, slots=True)
class Used:
    """What a printer has used since this program started, as far as the commands tell."""

    paper_mm: int = 0
    cuts: int = 0


class ReceiptPrinter(Protocol):
    """Prints short slips and cuts them. While one waits to be taken it is `Degraded`, and prints none over it."""

    def status(self) -> Status: ...

    def used(self) -> Used:
        """Running totals; asks no device."""
        ...

    def print(self, job: PrintJob) -> PrintOutcome:
        """Print, cut, and ask whether it is on paper; at most 15 s."""
        ...


# Page printer (A4).


@dataclass(frozen=True, slots=True)
class PageJob:
    """`pdf`: A4, one-sided, `sheets` pages. `job_id` names the job for good."""

    job_id: str
    pdf: bytes
    sheets: int


@dataclass(frozen=True, slots=True)
class PagesPrinting:
    """`sheets_out` so far. `waits_for`: what must be put right before it goes on, such as paper."""

    sheets_out: int
    waits_for: Fault | None = None


@dataclass(frozen=True, slots=True)
class PagesPrinted:
    """The printer said that all sheets came out."""

    sheets: int


PagesOutcome = PagesPrinted | NotPrinted | PrintUnknown


class PagePrinter(Protocol):
    """Prints sheets of A4. One job at a time."""

    def status(self) -> Status:
        """At most 3 s."""
        ...

    def begin(self, job: PageJob) -> PagesPrinting | NotPrinted | PrintUnknown:
        """Hand the job over, at most 10 s."""
        ...

    def next(self) -> PagesPrinting | PagesPrinted | NotPrinted | PrintUnknown:
        """How far it is, at most 2 s. Anything but `PagesPrinting` ends the job; one that stands still ends in time."""
        ...

    def cancel(self) -> PagesOutcome:
        """Take the job back, at most 5 s, and how it ended; after `NotPrinted` nothing more of it comes out."""
        ...


# Outbox: the durable store of what citizens have handed in.


@dataclass(frozen=True, slots=True)
class Sealed:
    """It is on disk, whole, and stays."""


@dataclass(frozen=True, slots=True)
class NotSealed:
    """Nothing of it was kept."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class SealUnknown:
    """It may be on disk; sealing the same sid again tells. Never shown as a failure, nor as a success."""

    fault: Fault


class Outbox(Protocol):
    """Keeps what was handed in until the platform has it."""

    def status(self) -> Status: ...

    def seal(self, submission: SealedSubmission) -> Sealed | NotSealed | SealUnknown:
        """One transaction, synced to disk. Sealing the same sid again changes nothing and is `Sealed`."""
        ...

    def receipt_of(self, sid: str) -> Receipt | None:
        """What the platform answered, once it has."""
        ...

    def keep_rating(self, rating: Rating) -> Sealed | NotSealed:
        """A row of the outbox, sent after its submission. One a sid: the first stays."""
        ...

    def record_print(self, job_id: str, sid: str, outcome: PrintOutcome | PagesOutcome | None) -> None:
        """The job's row: begun (`None`), then how it ended. A job that was only begun ended `PrintUnknown`."""
        ...

    def waiting(self) -> Sequence[str]:
        """The sids that the platform has not acknowledged yet, oldest first."""
        ...
