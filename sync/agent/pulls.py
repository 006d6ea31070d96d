"""What the agent fetches and reports when nothing more urgent waits: each at its own interval.

Only what our gateway signed is taken, and whole or not at all: a refused one is journalled, and the old one stays.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random

from kiosk.configuration import Agent as Intervals
from kiosk.submission import Json, canonical, digest_of
from sync.agent.catalogue_change import DELTA, Assembled, NotProved, assemble
from sync.agent.clock import Clock
from sync.agent.enrolment import Refused, Renewed, Why
from sync.agent.exchange import Again, Answer
from sync.agent.lane import Agenda, Work
from sync.agent.note import AgentNote
from sync.agent.platform_client import AS_JSON, PlatformClient, Signed, time_of
from sync.agent.schedule import Trouble
from sync.catalogue import FORMAT as WHOLE
from sync.outbox.drain import Drain
from sync.outbox.feed import FeedPage
from sync.outbox.pulled import CaseState, Pulled
from sync.wire.journal import write_digest

log = logging.getLogger(__name__)
CATALOGUE_LIMIT_BYTES = 30_000_000
RENEWAL, AUDIT = "renewal", "audit"
JOURNAL_ROWS = 500
JOURNAL_LOOK_S = 30.0
GRACE_S = 72 * 3600
FEED, CONFIGURATION = "hall-terminal/acknowledgements/1", "hall-terminal/configuration/1"
JOURNAL, TELEMETRY = "hall-terminal/journal/1", "hall-terminal/telemetry/1"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where this agent runs. `instance`: new with every start; `boot` and `machine`: the system's own ids. A copy of
    the disk elsewhere differs in them."""

    instance: str
    boot: str
    machine: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the pulls are told from outside.

    `judge_configuration`: what is wrong with a verified document, as sentences. `configuration_taken`: a new one is
    kept. `telemetry`: its members that only the machine knows. `renew`: ask for a new certificate, when `renewal_due`
    says so of a signed time; `renewed`: there is one.
    """

    judge_configuration: Callable[[bytes], tuple[str, ...]]
    configuration_taken: Callable[[], None]
    telemetry: Callable[[], Mapping[str, Json]]
    whereabouts: Whereabouts
    renewal_due: Callable[[datetime], bool]
    renew: Callable[[], Renewed | Refused]
    renewed: Callable[[], None]


class Pulls:
    """Satisfies `submitting.Lower`. `terminal`: our code, which every signed answer must name."""

    def __init__(
        self,
        drain: Drain,
        client: PlatformClient,
        *,
        terminal: str,
        intervals: Intervals,
        around: Around,
        clock: Clock,
        note: AgentNote,
        random: Random,
    ) -> None:
        self._drain = drain
        self._client = client
        self._terminal = terminal
        self._intervals = intervals
        self._around = around
        self._clock = clock
        self._note = note
        self._random = random
        self._steps: Mapping[str, tuple[Callable[[], Again | None], float]] = {  # the most urgent first
            RENEWAL: (self._renew, intervals.renewal_s),
            "configuration": (self._configuration, intervals.configuration_s),
            "feed": (self._feed, intervals.feed_s),
            "catalogue": (self._catalogue, intervals.catalogue_s),
            "cases": (self._cases, intervals.cases_s),
            AUDIT: (self._audit, intervals.audit_s),
            "telemetry": (self._telemetry, intervals.telemetry_s),
        }
        self._due_s = dict.fromkeys(self._steps, float("-inf"))
        self._journal_look_s = float("-inf")
        self._refused: dict[Pulled, str] = {}

    def urgent(self, now_s: float) -> Sequence[Work]:
        """A new certificate: without one that the gateway takes nothing else is believed.

        Due by signed time, or when the gateway does not take ours any more: our clock may be wrong by any amount.
        """
        if not self._note.stale:
            if self._due_s[RENEWAL] > now_s:
                return ()
            floor = self._drain.floor()
            if floor is None or not self._around.renewal_due(floor):
                self._due_s[RENEWAL] = now_s + self._intervals.renewal_s
                return ()
        return (Work(RENEWAL, partial(self._take, RENEWAL)),)

    def agenda(self, now_s: float) -> Agenda:
        if now_s >= self._journal_look_s:
            self._journal_look_s = now_s + JOURNAL_LOOK_S
            unsent = len(self._drain.journal_unsent(JOURNAL_ROWS).rows)
            if unsent >= JOURNAL_ROWS:
                self._due_s[AUDIT] = now_s
            elif not unsent and self._due_s[AUDIT] <= now_s:
                self._due_s[AUDIT] = now_s + JOURNAL_LOOK_S
        due = [key for key, due_s in self._due_s.items() if due_s <= now_s and key != RENEWAL]
        later_s = min((due_s for due_s in self._due_s.values() if due_s > now_s), default=None)
        return Agenda([Work(key, partial(self._take, key)) for key in due], self._steps.keys(), later_s)

    def acknowledged(self, now_s: float) -> None:
        self._soon("feed", now_s + self._intervals.feed_waiting_s)

    def _take(self, key: str) -> Again | None:
        """One of them; after a success it rests for its interval."""
        step, interval_s = self._steps[key]
        self._due_s[key] = float("inf")
        outcome = step()
        now_s = self._clock.monotonic_s()
        if outcome is not None:
            self._due_s[key] = now_s  # the schedule knows how long to wait
            return outcome
        self._soon(key, now_s + interval_s * self._random.uniform(0.9, 1.1))
        return None

    def _soon(self, key: str, at_s: float) -> None:
        self._due_s[key] = min(self._due_s[key], at_s)

    def _renew(self) -> Again | None:
        match self._around.renew():
            case Renewed(not_after):
                log.info("there is a new certificate, until %s", not_after.isoformat())
                self._drain.journal("certificate.renewed", not_after=not_after)
                self._note.renewed()
                self._around.renewed()
                return None
            case Refused(Why.ENROLLED_ANEW):
                self._around.renewed()
                return None
            case Refused(Why.NO_NETWORK | Why.DISK as why):
                return Again(f"renewal: {why.value}", Trouble.UNREACHABLE)
            case Refused(Why.REVOKED | Why.TOO_LATE | Why.UNKNOWN_KEY as why):
                if self._note.not_renewed(why.value):
                    log.warning("the gateway does not renew our certificate: %s", why.value)
                    self._drain.journal("certificate.refused", cause=why.value)
                known = self._note.document()["identity"]  # it was asked without the certificate: no word on that
                return Again(f"renewal: {why.value}", Trouble.IDENTITY if known else Trouble.CASE)
            case Refused(why):
                return Again(f"renewal: {why.value}", Trouble.IDENTITY)

    def _feed(self) -> Again | None:
        after: int | None = self._drain.feed().cursor
        while after is not None:
            signed = self._signed(self._client.exchange.ask("GET", f"v1/acknowledgements?after={after}"), FEED)
            if isinstance(signed, (Again, Answer)):
                return signed.again() if isinstance(signed, Answer) else signed
            page = _page(after, signed.document)
            if page is None or signed.document.get("terminal") != self._terminal:
                return Again("signed, but not this terminal's feed", Trouble.CASE)
            self._note.signed_now(page.at)
            after = self._drain.apply_feed(page)
        feed = self._drain.feed()
        if feed.durable_until < feed.cursor:
            self._soon("feed", self._clock.monotonic_s() + self._intervals.feed_waiting_s)
        self._drain.erase_due(self._clock.now(), grace_s=GRACE_S)
        return None

    def _configuration(self) -> Again | None:
        kept = self._drain.pulled(Pulled.CONFIGURATION)
        headers = {} if kept is None else {"If-None-Match": f'"{kept.cursor}"'}
        answer = self._client.exchange.ask("GET", "v1/config", headers=headers)
        if isinstance(answer, Answer) and answer.status == 304:
            self._has(Pulled.CONFIGURATION)
            return None
        signed = self._signed(answer, CONFIGURATION)
        if not isinstance(signed, Signed):
            return self._not_taken(Pulled.CONFIGURATION, signed)
        serial, at = signed.document.get("serial"), time_of(signed.document.get("at"))
        if signed.document.get("terminal") != self._terminal or type(serial) is not int or at is None:
            return self._refuse(Pulled.CONFIGURATION, "not-ours", signed.content)
        if kept is not None and serial < kept.cursor:
            return self._refuse(Pulled.CONFIGURATION, "older", signed.content)
        self._drain.raise_floor(at)
        if kept is not None and serial == kept.cursor:
            self._has(Pulled.CONFIGURATION)
            return None
        faults = self._around.judge_configuration(signed.content)
        if faults:
            log.warning("configuration %d: %s", serial, "; ".join(faults))
            return self._refuse(Pulled.CONFIGURATION, "faulty", signed.content)
        self._drain.keep_pulled(
            Pulled.CONFIGURATION, signed.content, signed.line, snapshot="", cursor=serial, version=str(serial)
        )
        self._around.configuration_taken()
        self._has(Pulled.CONFIGURATION)
        return None

    def _catalogue(self) -> Again | None:
        """A change over what is kept; whatever is wrong with it, the whole is asked for next."""
        kept = self._drain.pulled(Pulled.CATALOGUE)
        if kept is not None:
            query = f"?snapshot={kept.snapshot}&cursor={kept.cursor}"
            tag = f'"{kept.snapshot}:{kept.cursor}:{kept.version}"'
            answer = self._ask_catalogue(query, {"If-None-Match": tag})
            if isinstance(answer, Answer) and answer.status == 304:
                self._has(Pulled.CATALOGUE)
                return None
            signed = self._signed(answer, DELTA, WHOLE)
            if isinstance(signed, Signed) and self._keep_catalogue(signed, kept.content) is None:
                self._has(Pulled.CATALOGUE)
                return None
            if not isinstance(signed, Signed) and not (isinstance(answer, Answer) and answer.status == 409):
                return self._not_taken(Pulled.CATALOGUE, signed)
        answer = self._ask_catalogue("", {})
        signed = self._signed(answer, WHOLE)
        if not isinstance(signed, Signed):
            return self._not_taken(Pulled.CATALOGUE, signed)
        wrong = self._keep_catalogue(signed, None if kept is None else kept.content)
        if wrong is None:
            self._has(Pulled.CATALOGUE)
            return None
        return self._refuse(Pulled.CATALOGUE, wrong.cause, signed.content)

    def _ask_catalogue(self, query: str, headers: Mapping[str, str]) -> Answer | Again:
        return self._client.exchange.ask(
            "GET", f"v1/catalogue{query}", headers=headers, limit_bytes=CATALOGUE_LIMIT_BYTES
        )

    def _keep_catalogue(self, signed: Signed, before: bytes | None) -> NotProved | None:
        match assemble(signed.document, before):
            case Assembled(content, snapshot, cursor, version, at):
                self._drain.raise_floor(at)
                self._drain.keep_pulled(
                    Pulled.CATALOGUE, content, signed.line, snapshot=snapshot, cursor=cursor, version=version
                )
                return None
            case NotProved() as wrong:
                return wrong

    def _cases(self) -> Again | None:
        more = True
        while more:
            after = self._drain.case_cursor()
            answer = self._client.exchange.ask("GET", f"v1/cases?after={after}")
            if isinstance(answer, Again):
                return answer
            said = answer.names() if answer.status == 200 else None
            match said:
                case {"cursor": int(cursor), "more": bool(more), "rows": list(rows)}:
                    states = [_case_state(row) for row in rows]
                case _:
                    return answer.again()
            if any(state is None for state in states) or (more and cursor <= after):
                return Again("not a list of case states", Trouble.CASE)
            self._drain.keep_case_states([state for state in states if state is not None], cursor)
        return None

    def _audit(self) -> Again | None:
        part = self._drain.journal_unsent(JOURNAL_ROWS)
        last = part.rows[-1].seq if part.rows else part.after_seq  # another agent may have sent them
        where = self._around.whereabouts
        content = canonical(
            {
                "format": JOURNAL,
                "terminal": self._terminal,
                "instance": where.instance,
                "boot": where.boot,
                "machine": where.machine,
                "after": {"seq": part.after_seq, "digest": write_digest(part.after_digest)},
                "rows": [row.as_json() for row in part.rows],
            }
        )
        answer = self._client.ask_signed("POST", "v1/audit", content)
        if isinstance(answer, Again):
            return answer
        said = answer.names(seq=last) if answer.status == 200 else None
        if said is None:
            return answer.again()
        self._drain.journal_sent(last)
        findings = said.get("findings")
        for finding in findings if isinstance(findings, list) else ():
            self._found(finding.get("finding") if isinstance(finding, dict) else finding)
        if len(part.rows) == JOURNAL_ROWS:
            self._soon(AUDIT, self._clock.monotonic_s())
        return None

    def _found(self, finding: Json) -> None:
        if finding in ("forked", "clone") and self._note.clone(str(finding)):
            log.warning("the gateway found: %s; another copy of this terminal's disk may be in use", finding)
            self._drain.journal("clone.noticed", finding=str(finding))

    def _telemetry(self) -> Again | None:
        pending = self._drain.pending()
        content = canonical(
            {
                "format": TELEMETRY,
                "waiting": len(pending),
                "oldest_at": pending[0].since.isoformat() if pending else None,
                "clock_offset_ms": self._note.document()["clock_offset_ms"],
                "dropped_journal_rows": self._drain.journal_dropped(),
                **self._around.telemetry(),
            }
        )
        answer = self._client.exchange.ask("POST", "v1/telemetry", body=content, headers=AS_JSON)
        if isinstance(answer, Again):
            return answer
        return None if answer.status == 204 else answer.again()

    def _signed(self, answer: Answer | Again, *formats: str) -> Signed | Answer | Again:
        """A verified 200. Other answers as they are."""
        if isinstance(answer, Again) or answer.status != 200:
            return answer
        for format_ in formats[:-1]:
            signed = self._client.verified(answer, format_)
            if isinstance(signed, Signed):
                return signed
        return self._client.verified(answer, formats[-1])

    def _not_taken(self, kind: Pulled, answer: Answer | Again) -> Again | None:
        if isinstance(answer, Again) and answer.trouble is Trouble.CASE:
            return self._refuse(kind, "signature", b"")
        if isinstance(answer, Answer) and answer.names(reason=f"no-{kind.value}") is not None:
            return None
        return answer.again() if isinstance(answer, Answer) else answer

    def _has(self, kind: Pulled) -> None:
        """What is kept is what the gateway has."""
        self._note.refused(kind.value, None)

    def _refuse(self, kind: Pulled, cause: str, content: bytes) -> Again | None:
        """The old one stays: this question is answered for now. The same refusal again is told only once."""
        self._note.refused(kind.value, cause)
        what = f"{cause} {digest_of(content)}"
        if self._refused.get(kind) != what:
            self._refused[kind] = what
            log.warning("the gateway's %s is refused (%s); the one before stays", kind.value, cause)
            self._drain.journal(f"{kind.value}.refused", cause=cause)
        return None


def _page(after: int, document: Mapping[str, Json]) -> FeedPage | None:
    match document:
        case {
            "epoch": str(epoch),
            "cursor": int(cursor),
            "history_before": str(history_before),
            "history": str(history),
            "durable_until": int(durable_until),
            "rows": list(rows),
            "more": bool(more),
            "at": written_at,
        }:
            at, sids = time_of(written_at), [row for row in rows if isinstance(row, str)]
            if at is None or len(sids) != len(rows):
                return None
            return FeedPage(after, epoch, cursor, durable_until, sids, more, at, history_before, history)
    return None


def _case_state(row: Json) -> CaseState | None:
    match row:
        case {"sid": str(sid), "state": str(state), "case_number": (str() | None) as case_number}:
            return CaseState(sid, state, case_number)
    return None
