"""What the gateway does with submissions and ratings, whatever carries them: outcomes, no HTTP."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import assert_never

from kiosk.check_digits import is_receipt_number, luhn
from kiosk.submission import Json, canonical
from sync.gateway.json_object import json_object
from sync.gateway.manifest_rules import ManifestFault, UnsignedBy, is_sid, judge
from sync.gateway.outcomes import Faulty, OtherTerminal, SomethingElse, Unknown, UnknownKey
from sync.gateway.ports import Objects, Storage
from sync.gateway.records import Acknowledgement, Kept, KeptRating, Manifest, Signed, TerminalIdentity
from sync.gateway.signing import Signing
from sync.steps import reached

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
ACKNOWLEDGEMENT = "hall-terminal/acknowledgement/1"
FEED = "hall-terminal/acknowledgements/1"
PAGE_ROWS = 500
NUMBERS_A_DAY = 10_000_000
NUMBERS_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class Known:
    """The manifest is kept; `new` when it was not before."""

    manifest: Manifest
    missing: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class OtherLife:
    """It was announced to this gateway before its last start."""


@dataclass(frozen=True, slots=True)
class Missing:
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """`answer`: the acknowledgement, the same bytes for every commit of this submission."""

    answer: Signed


@dataclass(frozen=True, slots=True)
class Rated:
    rating: KeptRating
    new: bool


class Reception:
    """Takes submissions into `storage` and `objects`. Methods may be called from any thread.

    `catalogue_version` tells the current one; `durable_at_commit`: what is committed here counts as safe;
    `now` is the gateway's clock; `wake` is called after something new is to be handed on.
    """

    def __init__(
        self,
        storage: Storage,
        objects: Objects,
        *,
        signing: Signing,
        catalogue_version: Callable[[], str | None],
        simulated: bool,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        durable_at_commit: bool = False,
    ) -> None:
        self._storage = storage
        self._objects = objects
        self._signing = signing
        self._catalogue_version = catalogue_version
        self._simulated = simulated
        self._now = now
        self._started_at = now()
        self.life = secrets.token_hex(8)
        self._wake = wake
        self._durable_at_commit = durable_at_commit
        if durable_at_commit:
            storage.safe_until(storage.durability().head)

    def announce(
        self, terminal: TerminalIdentity, sid: str, content: bytes, signature: str | None
    ) -> Known | Faulty | SomethingElse | OtherTerminal | UnknownKey:
        judged = judge(
            content,
            sid=sid,
            terminal=terminal,
            signature=signature,
            simulated=self._simulated,
            catalogue_version=self._catalogue_version(),
        )
        if isinstance(judged, UnsignedBy):
            return UnknownKey()
        if isinstance(judged, tuple):
            return Faulty(judged)
        kept = self._storage.keep_manifest(judged)
        match kept:
            case Kept.NEW | Kept.SAME:
                return Known(judged, self._missing(judged), new=kept is Kept.NEW)
            case Kept.OTHER:
                return SomethingElse()
            case Kept.OTHERS:
                self._storage.note("gateway.other_terminal", {"terminal": terminal.code, "sid": sid}, self._now())
                return OtherTerminal()
        assert_never(kept)

    def commit(
        self, terminal: TerminalIdentity, sid: str, earlier: Signed | None = None, *, life: str | None = None
    ) -> Received | Missing | Unknown | OtherLife:
        """`earlier`: an acknowledgement that the terminal has from before a restore of this gateway.

        `life`: of the gateway that it was announced to. A commit that was on its way since an earlier one is not taken:
        files may have been lost between, and with them the acknowledgement that the terminal has.
        """
        manifest = self._storage.manifest(sid) if is_sid(sid) else None
        if manifest is None or manifest.terminal != terminal.code:
            return Unknown()
        before = self._storage.acknowledgement(sid)
        if before is not None:
            return Received(self._signed(before))
        if life not in (None, self.life):
            return OtherLife()
        missing = self._missing(manifest)
        if missing:
            return Missing(missing)
        reached("gateway.before_commit")
        received_at = self._now().astimezone(CHINA).replace(microsecond=0)
        answer = self._storage.commit(
            sid,
            lambda series: self._acknowledge(manifest, series, received_at),
            least=self._least(received_at),
            at=received_at,
            earlier=None if earlier is None else self._ours(manifest, earlier),
            durable=self._durable_at_commit,
        )
        self._wake()
        return Received(self._signed(answer))

    def rate(self, terminal: TerminalIdentity, content: bytes) -> Rated | Faulty | SomethingElse | Unknown:
        rating = _rating(content)
        if isinstance(rating, Faulty):
            return rating
        manifest = self._storage.manifest(rating.sid)
        if manifest is None or manifest.terminal != terminal.code:
            return Unknown()
        if self._storage.acknowledgement(rating.sid) is None:
            return Unknown()
        kept = self._storage.keep_rating(rating, at=self._now(), durable=self._durable_at_commit)
        self._wake()
        return Rated(rating, new=kept is Kept.NEW) if kept in (Kept.NEW, Kept.SAME) else SomethingElse()

    def acknowledgements(self, terminal: TerminalIdentity, after: int) -> Signed:
        """A page of this terminal's feed."""
        page = self._storage.feed(terminal.code, after, PAGE_ROWS)
        return self._signing.document(
            {
                "format": FEED,
                "terminal": terminal.code,
                "epoch": page.epoch,
                "cursor": page.cursor,
                "history_before": page.history_before,
                "history": page.history,
                "durable_until": page.durable_until,
                "rows": list(page.sids),
                "more": page.more,
                "at": self._now().astimezone(CHINA).isoformat(timespec="seconds"),
            }
        )

    def cases(self, terminal: TerminalIdentity, after: int) -> bytes:
        """A page of what became of this terminal's submissions, as JSON; nothing personal."""
        page = self._storage.cases(terminal.code, after, PAGE_ROWS)
        rows: list[Json] = [{"sid": row.sid, "state": row.state, "case_number": row.case_number} for row in page.rows]
        return canonical({"cursor": page.cursor, "more": page.more, "rows": rows})

    def _least(self, received_at: datetime) -> int:
        return least_series(received_at, self._started_at)

    def _missing(self, manifest: Manifest) -> tuple[str, ...]:
        digests = dict.fromkeys(one.digest for one in manifest.attachments)
        return tuple(digest for digest in digests if not self._objects.has(digest))

    def _signed(self, answer: Signed) -> Signed:
        """What was acknowledged before there were signatures is signed now; Ed25519 gives the same line each time."""
        return answer if answer.signature else self._signing.sign(answer.content)

    def _acknowledge(self, manifest: Manifest, series: int, received_at: datetime) -> Acknowledgement:
        number = receipt_number(series)
        signed = self._signing.document(
            {
                "format": ACKNOWLEDGEMENT,
                "sid": manifest.sid,
                "fingerprint": manifest.fingerprint,
                "receipt_number": number,
                "received_at": received_at.isoformat(),
            }
        )
        return Acknowledgement(series, number, signed)

    def _ours(self, manifest: Manifest, earlier: Signed) -> Acknowledgement | None:
        """An earlier acknowledgement of this very manifest that we signed; None when it is anything else."""
        if not self._signing.is_ours(earlier):
            return None
        value = json.loads(earlier.content)
        number = value.get("receipt_number")
        is_of_it = (value.get("format"), value.get("sid"), value.get("fingerprint")) == (
            ACKNOWLEDGEMENT,
            manifest.sid,
            manifest.fingerprint,
        )
        if not is_of_it or not isinstance(number, str) or not is_receipt_number(number):
            return None
        return Acknowledgement(None, number, earlier)


def receipt_number(series: int) -> str:
    """收件编号: the day in China, seven digits of the gateway's own series, a Luhn digit."""
    return f"{series}{luhn(str(series))}"


def least_series(received_at: datetime, started_at: datetime) -> int:
    """The smallest number that may be given at `received_at` by a gateway that runs since `started_at`.

    After a start it lies past all that could have been given on that day before, also by files that were lost since:
    a hundred for each second.
    """
    received, started = received_at.astimezone(CHINA), started_at.astimezone(CHINA)
    same_day = received.date() == started.date()
    passed_s = (started.hour * 60 + started.minute) * 60 + started.second + 1 if same_day else 0
    return int(f"{received:%Y%m%d}") * NUMBERS_A_DAY + NUMBERS_A_SECOND * passed_s


def _rating(content: bytes) -> KeptRating | Faulty:
    value = json_object(content)
    if isinstance(value, Faulty):
        return value
    faults = []
    rating_id, sid, level, given_at = (value.get(key) for key in ("rating_id", "sid", "level", "given_at"))
    if not isinstance(rating_id, str) or not is_sid(rating_id):
        faults.append(ManifestFault("/rating_id", "must be a UUIDv7"))
    if not isinstance(sid, str) or not is_sid(sid):
        faults.append(ManifestFault("/sid", "must be a UUIDv7"))
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 5:
        faults.append(ManifestFault("/level", "must be 1 to 5"))
    if not _is_zoned_time(given_at):
        faults.append(ManifestFault("/given_at", "must be a time with its zone"))
    if faults:
        return Faulty(tuple(faults))
    known: dict[str, Json] = {"rating_id": rating_id, "sid": sid, "level": level, "given_at": given_at}
    return KeptRating(str(rating_id), str(sid), canonical(known))


def _is_zoned_time(value: Json) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
