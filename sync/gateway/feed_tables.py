"""Feeds in the gateway's file: acknowledgements in the order they were given, and the states of cases."""

from collections.abc import Sequence
from datetime import datetime

from kiosk.submission import digest_of
from sync.gateway.database import Database
from sync.gateway.records import CaseEvent, CaseRows, CaseState, Durability, FeedRows, Kept


class FeedTables(Database):
    """Satisfies `Feeds`."""

    def feed(self, terminal: str, after: int, limit: int) -> FeedRows:
        with self._snapshot():
            rows = self._rows(
                "SELECT cursor, sid FROM feed WHERE terminal = ? AND cursor > ? ORDER BY cursor LIMIT ?",
                terminal,
                after,
                limit + 1,
            )
            more = len(rows) > limit
            page = rows[:limit]
            cursor = int(page[-1][0]) if more else self._head()
            return FeedRows(
                epoch=self._setting("epoch") or "",
                cursor=cursor,
                history_before=self._history(terminal, after),
                history=self._history(terminal, cursor),
                durable_until=int(self._setting("durable_until") or 0),
                sids=tuple(str(sid) for _, sid in page),
                more=more,
            )

    def _history(self, terminal: str, cursor: int) -> str:
        found = self._one(
            "SELECT history FROM feed WHERE terminal = ? AND cursor <= ? ORDER BY cursor DESC LIMIT 1", terminal, cursor
        )
        return "" if found is None else str(found[0])

    def broken_histories(self) -> Sequence[str]:
        broken: dict[str, None] = {}
        last: dict[str, str] = {}
        with self._reading():
            # The first row of a sid is its acknowledgement, a second its rating.
            for terminal, history, content in self._execute(
                "SELECT feed.terminal, history, CASE WHEN EXISTS "
                "(SELECT 1 FROM feed AS earlier WHERE earlier.sid = feed.sid AND earlier.cursor < feed.cursor) "
                "THEN rating.content ELSE acknowledgement END "
                "FROM feed JOIN submission USING (sid) LEFT JOIN rating USING (sid) ORDER BY feed.cursor"
            ):
                before, last[str(terminal)] = last.get(str(terminal), ""), str(history)
                expected = digest_of(before.encode() + (content if isinstance(content, bytes) else b""))
                if history not in ("", expected):  # an older program wrote none
                    broken[str(terminal)] = None
        return tuple(broken)

    def durability(self) -> Durability:
        with self._snapshot():
            durable_until = int(self._setting("durable_until") or 0)
            waiting = self._one("SELECT at FROM feed WHERE cursor > ? ORDER BY cursor LIMIT 1", durable_until)
            since = None if waiting is None else datetime.fromisoformat(str(waiting[0]))
            return Durability(self._head(), durable_until, since)

    def safe_until(self, cursor: int) -> None:
        with self._writing():
            before = int(self._setting("durable_until") or 0)
            self._set("durable_until", str(max(before, min(cursor, self._head()))))

    def cases(self, terminal: str, after: int, limit: int) -> CaseRows:
        with self._snapshot():
            rows = self._rows(
                "SELECT cursor, sid, state, case_number FROM case_state WHERE terminal = ? AND cursor > ? "
                "ORDER BY cursor LIMIT ?",
                terminal,
                after,
                limit + 1,
            )
            more = len(rows) > limit
            page = rows[:limit]
            return CaseRows(
                cursor=int(page[-1][0]) if more else self._case_head(),
                rows=tuple(CaseState(str(sid), str(state), _text(number)) for _, sid, state, number in page),
                more=more,
            )

    def take_case(self, event: CaseEvent) -> Kept:
        case = event.case
        with self._writing():
            found = self._one("SELECT content FROM case_event WHERE event_id = ?", event.event_id)
            if found is not None:
                return Kept.SAME if bytes(found[0]) == event.content else Kept.OTHER
            self._execute(
                "INSERT INTO case_event VALUES (?, ?, ?, ?)", event.event_id, case.sid, event.number, event.content
            )
            self._execute(
                "UPDATE case_state SET cursor = ?, number = ?, state = ?, case_number = coalesce(?, case_number) "
                "WHERE sid = ? AND number < ?",
                self._case_head() + 1,
                event.number,
                case.state,
                case.case_number,
                case.sid,
                event.number,
            )
        return Kept.NEW

    def _head(self) -> int:
        ((head,),) = self._execute("SELECT coalesce(max(cursor), 0) FROM feed")
        return int(head)

    def _case_head(self) -> int:
        ((head,),) = self._execute("SELECT coalesce(max(cursor), 0) FROM case_state")
        return int(head)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
