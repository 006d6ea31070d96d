"""What the gateway keeps things in. Embedded: one SQLite file and a directory; a city may bring larger ones.

Every method that changes something has it on disk when it returns, or raises OSError and changes nothing.
Methods may be called from any thread. `Storage` is the sum of the ports of metadata; who uses it asks for the part
it needs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sync.gateway.records import (
    Acknowledgement,
    AuditFinding,
    CaseEvent,
    CaseRows,
    Certificate,
    Durability,
    FeedRows,
    HandOn,
    HeardSpeaker,
    JournalBranch,
    JournalRow,
    Kept,
    KeptCatalogue,
    KeptConfiguration,
    KeptRating,
    KeptSubmission,
    KeyOwner,
    Manifest,
    OneTimeCode,
    Received,
    Revoked,
    Signed,
    TerminalIdentity,
    TerminalRow,
    Upload,
)


class Submissions(Protocol):
    """Manifests, uploads, acknowledgements, ratings."""

    def keep_manifest(self, manifest: Manifest) -> Kept: ...

    def manifest(self, sid: str) -> Manifest | None: ...

    def upload_for(self, sid: str, digest: str, size: int) -> Upload:
        """The one upload of this blob of this submission; made at the first call."""
        ...

    def upload(self, upload_id: str) -> Upload | None: ...

    def acknowledgement(self, sid: str) -> Signed | None: ...

    def commit(
        self,
        sid: str,
        acknowledge: Callable[[int], Acknowledgement],
        *,
        least: int,
        at: datetime,
        earlier: Acknowledgement | None = None,
        durable: bool = False,
    ) -> Signed:
        """The acknowledgement, the same for ever.

        `acknowledge` turns the next number of the series into one: the one after the day's last, at least `least`,
        whose first eight digits are the day. `earlier` is taken instead when its receipt number is free. It, the rows
        of the feed, of the case and of the outbox are one transaction. `durable`: the feed's `durable_until` moves
        with it.
        """
        ...

    def keep_rating(self, rating: KeptRating, *, at: datetime, durable: bool = False) -> Kept:
        """One for each submission: the first stays. The rows of feed and outbox are in the same transaction."""
        ...

    def submissions(self) -> Iterator[KeptSubmission]:
        """Every submission, oldest first; what is added meanwhile may be among them or not."""
        ...

    def received(self) -> Sequence[Received]:
        """Every submission, oldest first."""
        ...


class Feeds(Protocol):
    """What each terminal asks for again and again: its acknowledgements, and the states of its cases."""

    def feed(self, terminal: str, after: int, limit: int) -> FeedRows: ...

    def broken_histories(self) -> Sequence[str]:
        """The terminals whose feed's history is not made of what its rows say."""
        ...

    def durability(self) -> Durability: ...

    def safe_until(self, cursor: int) -> None:
        """A verified backup holds the feed up to `cursor`. It never goes back."""
        ...

    def cases(self, terminal: str, after: int, limit: int) -> CaseRows: ...

    def take_case(self, event: CaseEvent) -> Kept:
        """Once by its id. The state follows the highest `number` that came for the sid."""
        ...


class HandOns(Protocol):
    """The outbox to the city. Rows of one sid are delivered in order; a row that waits holds up no other sid."""

    def hand_ons(self, now: datetime) -> Sequence[HandOn]:
        """What may be tried now, oldest first; not necessarily all."""
        ...

    def next_hand_on(self) -> datetime | None:
        """When the next row may be tried; None when there is none."""
        ...

    def oldest_hand_on(self) -> datetime | None:
        """When the submission of the oldest waiting row was received."""
        ...

    def handed_on(self, row: int) -> None: ...

    def postpone(self, row: int, until: datetime) -> None: ...

    def hand_ons_waiting(self) -> int: ...


class TerminalRegister(Protocol):
    """Which terminals there are, their certificates and keys."""

    def terminal_of(self, certificate_digest: str) -> TerminalIdentity | Revoked | None:
        """Whose certificate this is. `certificate_digest`: `sha256:<hex>` of its DER bytes."""
        ...

    def terminal(self, code: str) -> TerminalIdentity | Revoked | None: ...

    def terminals(self) -> Sequence[TerminalRow]: ...

    def add_terminal(self, code: str, *, hall: str, number: str, secret_hash: str, expires_at: datetime) -> None:
        """Register it, or give it another code: the one before it no longer counts."""
        ...

    def one_time_code(self, terminal: str) -> OneTimeCode | None: ...

    def spend_try(self, terminal: str) -> int:
        """One try less of its code; how many are left."""
        ...

    def enrol(
        self,
        terminal: str,
        certificate: Certificate,
        *,
        secret_hash: str,
        key_id: str,
        public: bytes,
        at: datetime,
    ) -> bool:
        """The code is spent; older certificates and keys no longer count, and the terminal is heard (again).

        `secret_hash`: of the code that was shown. False, and nothing is changed, when that is spent already, locked,
        or no longer the terminal's: an operator may have acted meanwhile.
        """
        ...

    def renewed(self, terminal: str, certificate: Certificate) -> None: ...

    def certificates(self, terminal: str) -> Sequence[Certificate]:
        """Latest last."""
        ...

    def key_owner(self, key_id: str) -> KeyOwner | None: ...

    def keys_of(self, terminal: str) -> Mapping[str, bool]:
        """Every key it ever had, and whether it is believed today."""
        ...

    def revoke(self, terminal: str, at: datetime) -> bool:
        """False when there is no such terminal."""
        ...

    def seen(self, terminal: str, address: str, at: datetime) -> None: ...

    def keep_telemetry(self, terminal: str, content: bytes, at: datetime) -> None: ...


class JournalBooks(Protocol):
    """The journals of terminals as they came, what was found in them, and the gateway's own."""

    def journal_head(self, terminal: str) -> tuple[int, str] | None:
        """Sequence number and digest of the last row; None before the first."""
        ...

    def journal_digest(self, terminal: str, seq: int) -> str | None:
        """The digest at `seq` on the branch that goes on, and before it on those it grew from."""
        ...

    def keep_journal(
        self,
        terminal: str,
        *,
        after: tuple[int, str],
        rows: Sequence[JournalRow],
        heard: HeardSpeaker,
        findings: Sequence[tuple[str, str]],
    ) -> None:
        """Rows that follow `after`; a branch of their own unless that is the head. `findings`: kind and detail."""
        ...

    def journal_branches(self, terminal: str) -> Iterator[JournalBranch]: ...

    def speakers(self, terminal: str) -> Sequence[HeardSpeaker]:
        """The one that spoke last is last."""
        ...

    def findings(self, terminal: str) -> Sequence[AuditFinding]: ...

    def note(self, event: str, fields: Mapping[str, str | int], at: datetime) -> None:
        """A row of the gateway's own journal."""
        ...

    def own_journal(self) -> Sequence[JournalRow]: ...


class Documents(Protocol):
    """Signed documents for terminals: catalogues as imported, configurations as last given."""

    def catalogue(self) -> KeptCatalogue | None:
        """The current one."""
        ...

    def catalogue_version(self) -> str | None:
        """Of the current one, without reading it."""
        ...

    def catalogue_at(self, snapshot: str, cursor: int) -> KeptCatalogue | None: ...

    def keep_catalogue(self, catalogue: KeptCatalogue) -> None:
        """It becomes the current one."""
        ...

    def configuration(self, terminal: str) -> KeptConfiguration | None: ...

    def keep_configuration(self, terminal: str, configuration: KeptConfiguration) -> None: ...


class Storage(Submissions, Feeds, HandOns, TerminalRegister, JournalBooks, Documents, Protocol):
    """All metadata."""

    def close(self) -> None: ...

    def together(self) -> AbstractContextManager[None]:
        """What this thread writes inside becomes durable together, when the block is left; until then nobody else sees
        it. A write that fails undoes itself alone; OSError at the end undoes all of them."""
        ...

    def mark_simulated(self, simulated: bool) -> None:
        """Open for simulation or for real. Raises DirectoryRefused when it was used for the other."""
        ...

    def back_up(self, target: str) -> None:
        """A consistent copy, while others read and write, where `target` (a URL of the same kind) says."""
        ...

    def begin_epoch(self, *, restores: int) -> str:
        """After a restore: a new epoch, numbers that were never given, and all that is there counts as safe."""
        ...

    def faults(self) -> Sequence[str]:
        """What the engine itself finds wrong with what it keeps."""
        ...


class Objects(Protocol):
    """Blobs under their digest, and the parts of those that are still arriving.

    Calls for different uploads do not wait for one another; for one upload the caller makes them one by one.
    """

    def has(self, digest: str) -> bool:
        """Whether the blob is there, whole, and would be after a power cut."""
        ...

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The blob in pieces of at most a megabyte. Raises FileNotFoundError when it is not there."""
        ...

    def arrived(self, upload_id: str) -> int:
        """How many bytes of an upload are on disk, and would be after a power cut."""
        ...

    def append(self, upload_id: str, chunk: bytes, *, last: bool) -> None:
        """At the end of what has arrived. The `last` chunk need not outlive a crash before `complete`."""
        ...

    def complete(self, upload_id: str, digest: str) -> bool:
        """Turn an upload into a blob. False when its content has another digest; then the upload is empty again."""
        ...

    def drop(self, upload_id: str) -> None:
        """The upload is empty again."""
        ...

    def uploads(self) -> Iterator[tuple[str, datetime]]:
        """Every upload of which something has come and not all, and when the last of it came."""
        ...

    def digests(self) -> Iterator[str]:
        """Of every blob that is there, whole or not what its name says."""
        ...

    def free_bytes(self) -> int:
        """Room for more blobs."""
        ...
