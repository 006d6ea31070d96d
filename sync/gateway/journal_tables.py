"""Journals in the gateway's file: those of terminals, branch by branch, and the gateway's own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from kiosk.submission import canonical
from sync.gateway.database import Database
from sync.gateway.records import AuditFinding, HeardSpeaker, JournalBranch, JournalRow, Speaker
from sync.wire.journal import EMPTY, Entry, declared, next_digest, read_digest, write_digest, write_time


class JournalTables(Database):
    """Satisfies `JournalBooks`."""

    def journal_head(self, terminal: str) -> tuple[int, str] | None:
        with self._reading():
            found = self._one(
                "SELECT branch, after_seq, after_digest FROM journal_branch WHERE terminal = ? "
                "ORDER BY branch DESC LIMIT 1",
                terminal,
            )
            if found is None:
                return None
            last = self._one("SELECT seq, digest FROM journal WHERE branch = ? ORDER BY seq DESC LIMIT 1", found[0])
        seq, digest = found[1:] if last is None else last
        return int(seq), str(digest)

    def journal_digest(self, terminal: str, seq: int) -> str | None:
        with self._reading():
            branches = self._rows(
                "SELECT branch, after_seq, after_digest FROM journal_branch WHERE terminal = ? ORDER BY branch DESC",
                terminal,
            )
            needed: tuple[int, str] | None = None  # where the branch after this one begins
            for branch, after_seq, after_digest in branches:
                if needed is not None and self._in_branch(branch, after_seq, after_digest, needed[0]) != needed[1]:
                    continue
                if seq >= after_seq:
                    return self._in_branch(branch, after_seq, after_digest, seq)
                needed = (after_seq, after_digest)
        return None

    def _in_branch(self, branch: int, after_seq: int, after_digest: str, seq: int) -> str | None:
        if seq == after_seq:
            return after_digest
        found = self._one("SELECT digest FROM journal WHERE branch = ? AND seq = ?", branch, seq)
        return None if found is None else str(found[0])

    def keep_journal(
        self,
        terminal: str,
        *,
        after: tuple[int, str],
        rows: Sequence[JournalRow],
        heard: HeardSpeaker,
        findings: Sequence[tuple[str, str]],
    ) -> None:
        now = heard.last_seen.astimezone(UTC).isoformat()
        with self._writing():
            if rows or self.journal_head(terminal) is None:
                self._append(self._branch(terminal, after), rows)
            self._execute(
                "INSERT INTO speaker VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(turn), 0) + 1 FROM speaker)) "
                "ON CONFLICT DO UPDATE SET address = excluded.address, last_seen = excluded.last_seen, "
                "turn = excluded.turn",
                terminal,
                heard.speaker.instance,
                heard.speaker.boot,
                heard.speaker.machine,
                heard.address,
                heard.first_seen.astimezone(UTC).isoformat(),
                now,
            )
            for kind, detail in findings:
                self._execute(
                    "INSERT INTO finding VALUES (?, ?, ?, ?, ?, 1) "
                    "ON CONFLICT DO UPDATE SET last_at = excluded.last_at, times = times + 1",
                    terminal,
                    kind,
                    detail,
                    now,
                    now,
                )

    def _branch(self, terminal: str, after: tuple[int, str]) -> int:
        """The branch whose head is `after`; a new one when it is not the last branch's."""
        if self.journal_head(terminal) != after:
            self._execute(
                "INSERT INTO journal_branch (terminal, after_seq, after_digest) VALUES (?, ?, ?)", terminal, *after
            )
        ((branch,),) = self._execute("SELECT max(branch) FROM journal_branch WHERE terminal = ?", terminal)
        return int(branch)

    def _append(self, branch: int, rows: Sequence[JournalRow]) -> None:
        self._execute_all(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)",
            [(branch, row.seq, row.at, row.event, row.fields, row.digest) for row in rows],
        )

    def journal_branches(self, terminal: str) -> Iterator[JournalBranch]:
        for branch, seq, digest in self._rows(
            "SELECT branch, after_seq, after_digest FROM journal_branch WHERE terminal = ? ORDER BY branch", terminal
        ):
            rows = self._rows(
                "SELECT seq, at, event, fields, digest FROM journal WHERE branch = ? ORDER BY seq", branch
            )
            yield JournalBranch(int(branch), int(seq), str(digest), tuple(JournalRow(*row) for row in rows))

    def speakers(self, terminal: str) -> Sequence[HeardSpeaker]:
        rows = self._rows(
            "SELECT instance, boot, machine, address, first_seen, last_seen FROM speaker WHERE terminal = ? "
            "ORDER BY turn",
            terminal,
        )
        return tuple(
            HeardSpeaker(
                Speaker(instance, boot, machine), address, datetime.fromisoformat(first), datetime.fromisoformat(last)
            )
            for instance, boot, machine, address, first, last in rows
        )

    def findings(self, terminal: str) -> Sequence[AuditFinding]:
        rows = self._rows(
            "SELECT kind, detail, first_at, last_at, times FROM finding WHERE terminal = ? ORDER BY first_at, rowid",
            terminal,
        )
        return tuple(
            AuditFinding(kind, detail, datetime.fromisoformat(first), datetime.fromisoformat(last), int(times))
            for kind, detail, first, last, times in rows
        )

    def note(self, event: str, fields: Mapping[str, str | int], at: datetime) -> None:
        written = declared(event, fields)
        with self._writing():
            last = self._one("SELECT seq, digest FROM own_journal ORDER BY seq DESC LIMIT 1")
            seq, digest = (EMPTY.seq, EMPTY.digest) if last is None else (int(last[0]), read_digest(str(last[1])))
            if digest is None:
                raise OSError("the gateway's own journal holds a digest that is none")
            entry = Entry(seq + 1, write_time(at), event, written)
            self._execute(
                "INSERT INTO own_journal VALUES (?, ?, ?, ?, ?)",
                entry.seq,
                entry.at,
                event,
                canonical(dict(written)).decode(),
                write_digest(next_digest(digest, entry)),
            )

    def own_journal(self) -> Sequence[JournalRow]:
        rows = self._rows("SELECT seq, at, event, fields, digest FROM own_journal ORDER BY seq")
        return tuple(JournalRow(*row) for row in rows)
