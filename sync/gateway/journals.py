"""Journals of terminals: proved row by row, followed from where the gateway has them, forks and clones found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from kiosk.submission import Json, canonical
from sync.gateway.json_object import json_object
from sync.gateway.manifest_rules import ManifestFault
from sync.gateway.outcomes import Faulty, UnknownKey
from sync.gateway.ports import Storage
from sync.gateway.records import HeardSpeaker, JournalRow, Speaker, TerminalIdentity
from sync.wire.journal import Entry, next_digest, read_digest, write_digest
from sync.wire.signatures import is_signed, parse_signature

FORMAT = "hall-terminal/journal/1"
TELEMETRY = "hall-terminal/telemetry/1"
ROWS_LIMIT = 1000
TEXT_LIMIT = 200
EMPTY = (0, write_digest(bytes(32)))


@dataclass(frozen=True, slots=True)
class JournalTaken:
    """Every row up to here has come. `findings`: `forked`, `gap`, `clone`."""

    seq: int
    digest: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a journal whose rows follow one another."""

    speaker: Speaker
    after: tuple[int, str]
    rows: tuple[JournalRow, ...]

    @property
    def head(self) -> tuple[int, str]:
        return (self.rows[-1].seq, self.rows[-1].digest) if self.rows else self.after


class Journals:
    """Takes what terminals send. One at a time, so that what was found and what is kept agree."""

    def __init__(self, storage: Storage, *, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        self._one = Lock()

    def take(
        self, terminal: TerminalIdentity, content: bytes, signature: str | None, address: str
    ) -> JournalTaken | Faulty | UnknownKey:
        """Whatever is found, the rows are kept, so that nothing gets stuck. The same part again changes nothing."""
        signed_by = parse_signature(signature or "")
        if signed_by is None:
            return Faulty((ManifestFault("", "not signed"),))
        if signed_by.key_id not in terminal.keys:
            return UnknownKey()
        if not is_signed(content, signed_by, terminal.keys):
            return Faulty((ManifestFault("", "the signature does not match"),))
        part = read_part(content, terminal.code)
        if isinstance(part, Faulty):
            return part
        now = self._now()
        heard = HeardSpeaker(part.speaker, address, now, now)
        with self._one:
            head = self._storage.journal_head(terminal.code)
            spoke = [one.speaker for one in self._storage.speakers(terminal.code)]
            findings = list(self._clone(part.speaker, spoke))
            after, rows = self._new_rows(terminal.code, part, head or EMPTY)
            if after != (head or EMPTY):
                kind = "gap" if after[0] > (head or EMPTY)[0] else "forked"
                findings.append((kind, _told(spoke[-1] if spoke else part.speaker, part.speaker)))
            self._storage.keep_journal(terminal.code, after=after, rows=rows, heard=heard, findings=findings)
        for kind, _ in findings:
            self._storage.note("gateway.journal_finding", {"terminal": terminal.code, "finding": kind}, now)
        return JournalTaken(*part.head, tuple(kind for kind, _ in findings))

    def telemetry(self, terminal: TerminalIdentity, content: bytes) -> Faulty | None:
        """The last one is kept."""
        value = json_object(content)
        if isinstance(value, Faulty):
            return value
        if value.get("format") != TELEMETRY:
            return Faulty((ManifestFault("/format", f"must be {TELEMETRY}"),))
        self._storage.keep_telemetry(terminal.code, content, self._now())
        return None

    def _new_rows(
        self, terminal: str, part: Part, head: tuple[int, str]
    ) -> tuple[tuple[int, str], Sequence[JournalRow]]:
        """Where the rows that are new here begin, and these. An answer that was lost makes a terminal repeat some."""
        if part.after == head or self._at(terminal, part.after[0]) != part.after[1]:
            return part.after, part.rows
        for place, row in enumerate(part.rows):
            if row.seq > head[0]:
                break
            if self._at(terminal, row.seq) != row.digest:
                return (part.after if place == 0 else _place(part.rows[place - 1])), part.rows[place:]
        else:
            return head, ()
        return head, part.rows[place:]

    def _at(self, terminal: str, seq: int) -> str | None:
        return EMPTY[1] if seq == 0 else self._storage.journal_digest(terminal, seq)

    def _clone(self, speaker: Speaker, spoke: Sequence[Speaker]) -> Sequence[tuple[str, str]]:
        """A store or a boot that another followed never speaks again, unless there are two."""
        if speaker not in spoke or spoke[-1] == speaker:
            return ()
        return (("clone", _told(*sorted((spoke[-1], speaker), key=_words))),)


def read_part(content: bytes, terminal: str) -> Part | Faulty:
    """A part of `terminal`'s journal, its digests made anew; every fault is named."""
    value = json_object(content)
    if isinstance(value, Faulty):
        return value
    faults = [
        ManifestFault(f"/{key}", "must be a text")
        for key in ("instance", "boot", "machine")
        if not _is_text(value.get(key))
    ]
    if value.get("format") != FORMAT:
        faults.append(ManifestFault("/format", f"must be {FORMAT}"))
    if value.get("terminal") != terminal:
        faults.append(ManifestFault("/terminal", "must be the terminal that speaks"))
    after, written = value.get("after"), value.get("rows")
    seq = after.get("seq") if isinstance(after, dict) else None
    digest = read_digest(str(after.get("digest"))) if isinstance(after, dict) else None
    if not _is_count(seq) or digest is None:
        faults.append(ManifestFault("/after", "must be a seq and a digest"))
    if not isinstance(written, list) or len(written) > ROWS_LIMIT:
        faults.append(ManifestFault("/rows", f"must be a list of at most {ROWS_LIMIT}"))
    if faults or not isinstance(seq, int) or digest is None or not isinstance(written, list):
        return Faulty(tuple(faults))
    rows: list[JournalRow] = []
    for place, row in enumerate(written):
        entry = _entry(row)
        if entry is None or entry.seq != seq + place + 1:
            faults.append(ManifestFault(f"/rows/{place}", "does not follow the row before it"))
            continue
        digest = next_digest(digest, entry)
        fields = canonical(dict(entry.fields)).decode()
        rows.append(JournalRow(entry.seq, entry.at, entry.event, fields, write_digest(digest)))
    if faults:
        return Faulty(tuple(faults))
    speaker = Speaker(*(str(value[key]) for key in ("instance", "boot", "machine")))
    return Part(speaker, (seq, str(after["digest"] if isinstance(after, dict) else "")), tuple(rows))


def _entry(row: Json) -> Entry | None:
    if not isinstance(row, dict):
        return None
    seq, at, event, fields = (row.get(key) for key in ("seq", "at", "event", "fields"))
    if not isinstance(seq, int) or isinstance(seq, bool) or not isinstance(at, str) or not isinstance(event, str):
        return None
    if not _is_text(at) or not _is_text(event) or not isinstance(fields, dict):
        return None
    checked: dict[str, str | int] = {}
    for name, value in fields.items():
        if not _is_text(name) or not (_is_text(value) or _is_count(value)) or not isinstance(value, str | int):
            return None
        checked[name] = value
    return Entry(seq, at, event, checked)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LIMIT and (value.isprintable())


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _place(row: JournalRow) -> tuple[int, str]:
    return row.seq, row.digest


def _words(speaker: Speaker) -> str:
    return f"instance {speaker.instance}, boot {speaker.boot}, machine {speaker.machine}"


def _told(one: Speaker, other: Speaker) -> str:
    return f"{_words(one)} / {_words(other)}"
