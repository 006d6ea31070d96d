"""What the agent pulled from the platform: the catalogue, the configuration, the states of this terminal's cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import apsw

from sync.outbox.standing import Standing, write


class Pulled(Enum):
    """The kinds of documents that are kept, one of each."""

    CATALOGUE = "catalogue"
    CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class PulledDocument:
    """`content` is the whole, verified; `signature` the line of the last signed answer it was made from.

    `version`: the catalogue's twelve hex digits, or the configuration's serial, which is its `cursor` too.
    """

    kind: Pulled
    content: bytes
    signature: str
    snapshot: str
    cursor: int
    version: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CaseState:
    """Where a submission of this terminal stands with the department. Nothing personal."""

    sid: str
    state: str
    case_number: str | None


def keep_document(connection: apsw.Connection, document: PulledDocument) -> None:
    """It takes the place of the one before."""
    connection.execute(
        "INSERT INTO pulled (kind, content, signature, snapshot, cursor, version, taken_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind) DO UPDATE SET content = excluded.content, "
        "signature = excluded.signature, snapshot = excluded.snapshot, cursor = excluded.cursor, "
        "version = excluded.version, taken_at = excluded.taken_at",
        (
            document.kind.value,
            document.content,
            document.signature,
            document.snapshot,
            document.cursor,
            document.version,
            document.taken_at.isoformat(),
        ),
    )


def forget_documents(connection: apsw.Connection) -> None:
    connection.execute("DELETE FROM pulled")


def read_document(connection: apsw.Connection, kind: Pulled) -> PulledDocument | None:
    found = connection.execute(
        "SELECT content, signature, snapshot, cursor, version, taken_at FROM pulled WHERE kind = ?", (kind.value,)
    ).fetchone()
    if found is None:
        return None
    content, signature, snapshot, cursor, version, taken_at = found
    return PulledDocument(kind, content, signature, snapshot, cursor, version, datetime.fromisoformat(taken_at))


def read_versions(connection: apsw.Connection) -> Mapping[Pulled, str]:
    """The version of each kind that is kept."""
    rows = connection.execute("SELECT kind, version FROM pulled ORDER BY kind")
    return {Pulled(kind): str(version) for kind, version in rows}


def keep_case_states(connection: apsw.Connection, rows: Iterable[CaseState], cursor: int) -> None:
    """The feed of case states was read to `cursor`. What is not kept here any more is left out."""
    connection.executemany(
        "INSERT INTO case_state (sid, state, case_number) SELECT sid, ?, ? FROM submission WHERE sid = ? "
        "ON CONFLICT (sid) DO UPDATE SET state = excluded.state, case_number = excluded.case_number",
        [(row.state, row.case_number, row.sid) for row in rows],
    )
    write(connection, Standing.CASE_CURSOR, cursor)


def read_case_states(connection: apsw.Connection) -> Mapping[str, CaseState]:
    """By sid."""
    rows = connection.execute("SELECT sid, state, case_number FROM case_state ORDER BY sid")
    return {str(sid): CaseState(sid, state, case_number) for sid, state, case_number in rows}
