"""What the gateway keeps and tells: the records that cross its storage ports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class TerminalIdentity:
    """Who speaks. `keys`: its signing keys, key id to 32 raw public bytes."""

    code: str
    hall: str
    keys: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Revoked:
    """The terminal of this certificate is no longer heard."""

    code: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes of ours and the signature line that goes beside them."""

    content: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment as the manifest names it."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that passed the rules. `content` is its bytes as they came, `fingerprint` their digest.

    `terminal` announced it; `signature` is its signature line; `parked` says why staff must look at it first.
    """

    sid: str
    slip_code: str
    content: bytes
    fingerprint: str
    attachments: tuple[Attached, ...]
    terminal: str
    signature: str
    parked: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes of one blob of one submission go."""

    upload_id: str
    sid: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`series`: the day and the number in its series; None for one that was given before a restore."""

    series: int | None
    receipt_number: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class KeptSubmission:
    """All that is kept of one submission, for a check. Without `acknowledgement` it is not committed yet."""

    manifest: Manifest
    acknowledgement: Signed | None
    receipt_number: str
    is_in_feed: bool
    is_in_outbox: bool


@dataclass(frozen=True, slots=True)
class KeptRating:
    """`content` is the canonical JSON of the rating."""

    rating_id: str
    sid: str
    content: bytes


class Kept(Enum):
    """What became of something that is kept once."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"  # something else is there under this id; nothing was changed
    OTHERS = "others"  # it is there and another terminal's; nothing was changed


@dataclass(frozen=True, slots=True)
class HandOn:
    """A row of the outbox to the city: a submission, or (`rating` given) its rating. `attempts` failed so far."""

    row: int
    manifest: Manifest
    acknowledgement: bytes
    rating: bytes | None
    attempts: int


@dataclass(frozen=True, slots=True)
class FeedRows:
    """A part of one terminal's acknowledgement feed. `cursor` is where the next part begins.

    `history_before` and `history` stand for all rows of this terminal up to where the part begins and where it ends:
    a digest over each row's content and the one before, '' without any. A gateway whose files were copied back gives
    others.
    """

    epoch: str
    cursor: int
    history_before: str
    history: str
    durable_until: int
    sids: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Durability:
    """How far the feed is safe. `waiting_since`: when the first row that is in no backup came; None when all are."""

    head: int
    durable_until: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class CaseState:
    sid: str
    state: str
    case_number: str | None


@dataclass(frozen=True, slots=True)
class CaseRows:
    cursor: int
    rows: tuple[CaseState, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """What the city says of a case. `number` counts per sid; `at` is the city's word and decides nothing."""

    event_id: str
    number: int
    case: CaseState
    content: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """One line of the list of submissions. `receipt_number` and `level` are empty until there is one."""

    sid: str
    slip_code: str
    receipt_number: str
    level: str
    terminal: str
    state: str
    parked: str


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """The latest enrolment code of a terminal. `answered`: digest of the request and certificate it was spent on."""

    hall: str
    secret_hash: str
    expires_at: datetime
    tries_left: int
    answered: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a terminal. `request` is the digest of what asked for it."""

    digest: str
    pem: str
    request: str
    not_before: datetime
    not_after: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a terminal says of itself with its journal: the store's instance, this boot, the machine."""

    instance: str
    boot: str
    machine: str


@dataclass(frozen=True, slots=True)
class HeardSpeaker:
    speaker: Speaker
    address: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """`forked`, `gap` or `clone`; `detail` names both sides. `times`: how often it was found."""

    kind: str
    detail: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class TerminalRow:
    """What the register says of a terminal. `telemetry` is its last, as it came."""

    code: str
    hall: str
    number: str
    revoked: bool
    enrolled: bool
    seen_at: datetime | None
    address: str
    telemetry: bytes | None
    telemetry_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose signing key it is or was. `current`: whether it is believed today."""

    terminal: str
    public: bytes
    current: bool


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row of a journal. `fields` is canonical JSON, `digest` the chain's up to here."""

    seq: int
    at: str
    event: str
    fields: str
    digest: str


@dataclass(frozen=True, slots=True)
class JournalBranch:
    """Rows that follow one another, after the place where they begin. The last branch is the one that goes on."""

    branch: int
    after_seq: int
    after_digest: str
    rows: tuple[JournalRow, ...]


@dataclass(frozen=True, slots=True)
class KeptCatalogue:
    snapshot: str
    cursor: int
    version: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class KeptConfiguration:
    """`settings` is the canonical form of what the signed document says."""

    serial: int
    settings: bytes
    signed: Signed
