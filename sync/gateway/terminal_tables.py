"""Terminals in the gateway's file: their codes, certificates and keys, and when each was last seen."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sync.gateway.database import Database
from sync.gateway.records import Certificate, KeyOwner, OneTimeCode, Revoked, TerminalIdentity, TerminalRow

TRIES = 5


class TerminalTables(Database):
    """Satisfies `TerminalRegister`."""

    def terminal_of(self, certificate_digest: str) -> TerminalIdentity | Revoked | None:
        with self._reading():
            found = self._one("SELECT terminal, revoked FROM certificate WHERE digest = ?", certificate_digest)
            if found is None:
                return None
            return Revoked(str(found[0])) if found[1] else self.terminal(str(found[0]))

    def terminal(self, code: str) -> TerminalIdentity | Revoked | None:
        with self._reading():
            found = self._one("SELECT hall, revoked_at FROM terminal WHERE code = ?", code)
            if found is None:
                return None
            if found[1] is not None:
                return Revoked(code)
            keys = self._execute("SELECT key_id, public FROM terminal_key WHERE terminal = ? AND believed", code)
            return TerminalIdentity(code, str(found[0]), {str(key_id): bytes(public) for key_id, public in keys})

    def terminals(self) -> Sequence[TerminalRow]:
        rows = self._rows(
            "SELECT code, hall, number, revoked_at IS NOT NULL, "
            "EXISTS (SELECT 1 FROM certificate WHERE terminal = code AND NOT revoked), "
            "seen_at, address, telemetry, telemetry_at FROM terminal ORDER BY code"
        )
        return tuple(_terminal_row(row) for row in rows)

    def add_terminal(self, code: str, *, hall: str, number: str, secret_hash: str, expires_at: datetime) -> None:
        with self._writing():
            self._execute(
                "INSERT INTO terminal (code, hall, number, secret_hash, code_expires_at, tries_left) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET hall = excluded.hall, "
                "number = excluded.number, secret_hash = excluded.secret_hash, tries_left = excluded.tries_left, "
                "code_expires_at = excluded.code_expires_at, answered_request = NULL, answered_certificate = NULL",
                code,
                hall,
                number,
                secret_hash,
                expires_at.astimezone(UTC).isoformat(),
                TRIES,
            )

    def one_time_code(self, terminal: str) -> OneTimeCode | None:
        with self._reading():
            found = self._one(
                "SELECT hall, secret_hash, code_expires_at, tries_left, answered_request, answered_certificate "
                "FROM terminal WHERE code = ?",
                terminal,
            )
        if found is None:
            return None
        hall, secret_hash, expires_at, tries_left, request, certificate = found
        answered = None if request is None else (str(request), str(certificate))
        return OneTimeCode(str(hall), str(secret_hash), datetime.fromisoformat(expires_at), int(tries_left), answered)

    def spend_try(self, terminal: str) -> int:
        with self._writing():
            self._execute("UPDATE terminal SET tries_left = max(0, tries_left - 1) WHERE code = ?", terminal)
            ((left,),) = self._execute("SELECT tries_left FROM terminal WHERE code = ?", terminal)
        return int(left)

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
        with self._writing():
            if not self._one(
                "SELECT 1 FROM terminal "
                "WHERE code = ? AND secret_hash = ? AND tries_left > 0 AND answered_request IS NULL",
                terminal,
                secret_hash,
            ):
                return False
            self._execute("UPDATE certificate SET revoked = 1 WHERE terminal = ?", terminal)
            self._execute("UPDATE terminal_key SET believed = 0 WHERE terminal = ?", terminal)
            self._add_certificate(terminal, certificate)
            self._execute(
                "INSERT INTO terminal_key (key_id, terminal, public) VALUES (?, ?, ?) "
                "ON CONFLICT (key_id) DO UPDATE SET believed = 1",
                key_id,
                terminal,
                public,
            )
            self._execute(
                "UPDATE terminal SET answered_request = ?, answered_certificate = ?, revoked_at = NULL, seen_at = ? "
                "WHERE code = ?",
                certificate.request,
                certificate.pem,
                at.astimezone(UTC).isoformat(),
                terminal,
            )
        return True

    def renewed(self, terminal: str, certificate: Certificate) -> None:
        with self._writing():
            self._add_certificate(terminal, certificate)

    def certificates(self, terminal: str) -> Sequence[Certificate]:
        rows = self._rows(
            "SELECT digest, pem, request, not_before, not_after, revoked FROM certificate "
            "WHERE terminal = ? ORDER BY not_after, rowid",
            terminal,
        )
        return tuple(
            Certificate(
                digest, pem, request, datetime.fromisoformat(since), datetime.fromisoformat(until), bool(revoked)
            )
            for digest, pem, request, since, until, revoked in rows
        )

    def key_owner(self, key_id: str) -> KeyOwner | None:
        with self._reading():
            found = self._one("SELECT terminal, public, believed FROM terminal_key WHERE key_id = ?", key_id)
        return None if found is None else KeyOwner(str(found[0]), bytes(found[1]), bool(found[2]))

    def keys_of(self, terminal: str) -> Mapping[str, bool]:
        rows = self._rows("SELECT key_id, believed FROM terminal_key WHERE terminal = ? ORDER BY rowid", terminal)
        return {str(key_id): bool(believed) for key_id, believed in rows}

    def revoke(self, terminal: str, at: datetime) -> bool:
        with self._writing():
            if self._one("SELECT 1 FROM terminal WHERE code = ?", terminal) is None:
                return False
            self._execute(
                "UPDATE terminal SET revoked_at = ?, tries_left = 0 WHERE code = ?",
                at.astimezone(UTC).isoformat(),
                terminal,
            )
        return True

    def seen(self, terminal: str, address: str, at: datetime) -> None:
        with self._writing():
            self._execute(
                "UPDATE terminal SET seen_at = ?, address = ? WHERE code = ?",
                at.astimezone(UTC).isoformat(),
                address,
                terminal,
            )

    def keep_telemetry(self, terminal: str, content: bytes, at: datetime) -> None:
        with self._writing():
            self._execute(
                "UPDATE terminal SET telemetry = ?, telemetry_at = ? WHERE code = ?",
                content,
                at.astimezone(UTC).isoformat(),
                terminal,
            )

    def _add_certificate(self, terminal: str, certificate: Certificate) -> None:
        self._execute(
            "INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?, 0)",
            certificate.digest,
            terminal,
            certificate.pem,
            certificate.request,
            certificate.not_before.astimezone(UTC).isoformat(),
            certificate.not_after.astimezone(UTC).isoformat(),
        )


def _terminal_row(row: tuple[Any, ...]) -> TerminalRow:
    code, hall, number, revoked, enrolled, seen_at, address, telemetry, telemetry_at = row
    return TerminalRow(
        code=str(code),
        hall=str(hall),
        number=str(number),
        revoked=bool(revoked),
        enrolled=bool(enrolled),
        seen_at=None if seen_at is None else datetime.fromisoformat(seen_at),
        address=str(address),
        telemetry=None if telemetry is None else bytes(telemetry),
        telemetry_at=None if telemetry_at is None else datetime.fromisoformat(telemetry_at),
    )
