"""Says how a terminal stands: who it is, what waits and why, what staff must look at, and who must act."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.clock import MAY_DIFFER
from kiosk.configuration import Configuration
from kiosk.faults import WhoActs
from kiosk.health import Counter, DeviceHealth, DeviceState
from kiosk.submission import Json
from provisioning.findings import WORDS, Finding, Grade, ok
from provisioning.surroundings import foreign_owner, space_of
from sync.agent.enrolment import RENEW_AFTER, RENEW_LATE
from sync.outbox.identity import Identity, NotEnrolled, read_identity
from sync.outbox.overview import Aside, NoStore, Overview, overview
from sync.outbox.running import is_agent_running
from sync.outbox.schema import StoreTrouble

WAITS_LONG = timedelta(hours=1)
RENEWAL_FAILS = 5 / 6  # of a certificate's life: half of the time for renewing is over
_ASIDE = {"rejected": "the gateway found it malformed", "conflict": "the gateway has something else under its number"}
_CASE_GONE = ("parked", "gone")
_TO_DO = {
    WhoActs.CLEAR: "let staff on site look at it",
    WhoActs.MAINTENANCE: "run kiosk-provision doctor; it may need an engineer",
    WhoActs.CONFIGURATION: "correct the configuration",
    WhoActs.RESET: "it comes back by itself; else run kiosk-provision doctor",
}
PAPER_ENDS_SOON_DAYS = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A report for people, and what it was made from for programs."""

    findings: Sequence[Finding]
    identity: Identity | NotEnrolled | None
    store: Overview | None

    @property
    def is_fine(self) -> bool:
        """Whether nobody must act."""
        return all(finding.grade is Grade.OK for finding in self.findings)

    @property
    def text(self) -> str:
        return "\n".join(line for finding in self.findings for line in _lines(finding))

    @property
    def as_json(self) -> dict[str, Json]:
        identity: dict[str, Json] | None = None
        if isinstance(self.identity, Identity):
            identity = {
                "terminal": self.identity.terminal,
                "gateway": self.identity.gateway_url,
                "valid_from": self.identity.not_before.isoformat(),
                "valid_until": self.identity.not_after.isoformat(),
            }
        rows: list[Json] = [
            {
                "grade": finding.grade.value,
                "subject": finding.subject,
                "what": finding.what,
                "to_do": finding.to_do,
                "who_acts": finding.who_acts and finding.who_acts.value,
            }
            for finding in self.findings
        ]
        store = self.store.as_json() if self.store else None
        return {"fine": self.is_fine, "findings": rows, "identity": identity, "store": store}


def status(configuration: Configuration, *, now: datetime) -> Standing:
    """Reads while the agent and the terminal run, and changes nothing. `now` in the zone it is to be told in."""
    directory = Path(configuration.store.directory)
    who = ok("terminal", f"{configuration.terminal.code}, {configuration.hall.name}")
    if owner := foreign_owner(directory):
        to_do = f"run this as the terminal's user: sudo -u {owner} kiosk-provision status ..."
        return Standing([who, _fail("store", f"{directory} belongs to {owner}", to_do)], None, None)
    try:
        identity = read_identity(directory)
        runs = is_agent_running(directory)
        new_roll_mm = round(configuration.devices.receipt_printer.roll_m * 1000)
        store = overview(directory, now, budget_mb=configuration.store.budget_mb, new_roll_mm=new_roll_mm)
    except StoreTrouble as trouble:
        what = f"does not open: {trouble or type(trouble).__name__}"
        finding = _fail("store", what, "see the disk and the key; delete nothing", WhoActs.MAINTENANCE)
        return Standing([who, finding], None, None)
    findings = [who, identity_finding(identity, configuration.terminal.code, now)]
    if isinstance(identity, Identity):
        findings.append(_agent(runs))
    if isinstance(store, NoStore):
        return Standing([*findings, ok("store", "nothing was ever kept here")], identity, None)
    findings += [clock_finding(store), *_gateway(store, now), _waiting(store, now)]
    there = configuration.devices.names  # one that was taken out stays in the store
    findings += [device_finding(device, now) for device in store.devices if device.device in there]
    findings += [_aside(one) for one in store.aside]
    findings += [*_platform(store), _journal(store), _sent(store)]
    if directory.is_dir():
        used = f"{_megabytes(store.used_bytes)} of {_megabytes(store.budget_bytes)} used; "
        findings.append(space_of("store", shutil.disk_usage(directory).free, configuration.store.reserve_mb, used))
    return Standing(findings, identity, store)


def identity_finding(identity: Identity | NotEnrolled, terminal: str, now: datetime) -> Finding:
    """Who the terminal is to its gateway, and how long."""
    subject = "identity"
    match identity:
        case NotEnrolled(why):
            return _fail(subject, f"not enrolled: {why}", "run kiosk-provision enrol with a code of the platform")
        case Identity(not_before=since, not_after=until):
            pass
    if identity.terminal != terminal:
        what = f"enrolled as {identity.terminal}, configured as {terminal}"
        return _fail(subject, what, "enrol it anew, or correct terminal.code")
    days = (until - now).days
    if now > until + RENEW_LATE:
        what = f"ran out on {_day(until, now)}, too long ago to be renewed"
        return _fail(subject, what, "run kiosk-provision enrol with a new code; what waits is kept")
    if now > until:
        what = f"ran out on {_day(until, now)}; it is renewed when the gateway is reached"
        return Finding(Grade.WARN, subject, what, "see the network, and that the agent runs", WhoActs.MAINTENANCE)
    if now >= since + (until - since) * RENEWAL_FAILS:
        what = f"{days} days left, and it was not renewed yet"
        return Finding(Grade.WARN, subject, what, "see the network, and that the agent runs", WhoActs.MAINTENANCE)
    renewal = _day(since + (until - since) * RENEW_AFTER, now)
    return ok(subject, f"good until {_day(until, now)}, {days} days; renews itself from {renewal} on")


def clock_finding(store: Overview) -> Finding:
    """Beside the highest time that the platform has signed."""
    behind = timedelta(seconds=round(store.clock_behind_s))
    if behind > MAY_DIFFER:
        to_do = "set the clock, see the time server and the battery; nothing is taken in until then"
        return _fail("clock", f"wrong: at least {behind} behind what the platform has signed", to_do)
    offset_ms = store.agent.get("clock_offset_ms")
    if isinstance(offset_ms, int) and (off := abs(timedelta(seconds=round(offset_ms / 1000)))) > MAY_DIFFER:
        way = "behind" if offset_ms > 0 else "ahead of"
        what = f"{off} {way} the platform's when it last answered"
        return Finding(Grade.WARN, "clock", what, "see the time server and the battery", WhoActs.MAINTENANCE)
    return ok("clock", "plausible" if store.floor else "nobody has vouched for it yet")


def device_finding(health: DeviceHealth, now: datetime) -> Finding:
    """How a device was when the terminal last looked, what it has done, and how long its paper lasts."""
    subject = health.device.replace("_", " ")
    said = [f"{health.state.value}{_since(health.since, now)}"]
    said += [fault.code for fault in health.faults]
    said += [_counted(counter, amount) for counter, amount in health.counters.items()]
    if health.paper and health.paper.left_mm is not None:
        said.append(f"about {health.paper.left_mm / 1000:.0f} m of paper left")
    if health.paper and health.paper.days is not None:
        said.append(f"for about {health.paper.days:g} days")
    what = ", ".join(said)
    if health.faults:
        grade = Grade.WARN if health.state is DeviceState.ONLINE else Grade.FAIL
        return Finding(grade, subject, what, _TO_DO[health.faults[0].who_acts], health.faults[0].who_acts)
    if health.paper and health.paper.days is not None and health.paper.days < PAPER_ENDS_SOON_DAYS:
        return Finding(Grade.WARN, subject, what, "bring a new roll", WhoActs.CLEAR)
    return ok(subject, what)


def _counted(counter: Counter, amount: int) -> str:
    if counter is Counter.PAPER_MM:
        return f"{amount / 1000:.1f} m of paper used"
    return f"{amount} {counter.value.replace('_', ' ')}"


def _agent(runs: bool) -> Finding:
    if runs:
        return ok("agent", "runs")
    to_do = "start it (kiosk agent); when it ends at once its log says why. What waits is kept"
    return _fail("agent", "does not run: nothing is sent", to_do, WhoActs.MAINTENANCE)


def _gateway(store: Overview, now: datetime) -> list[Finding]:
    note = store.agent
    since = _since(note.get("since"), now)
    findings = []
    if note.get("identity"):
        what = f"gateway and terminal do not believe each other: {note['identity']}"
        findings.append(_fail("gateway", what, "ask the platform whether this terminal was revoked; else enrol anew"))
    elif note.get("reachable") is False:
        findings.append(ok("gateway", f"not reached{since}: {note.get('reason') or 'no answer'}; {_tries(note, now)}"))
    elif note.get("reason"):
        findings.append(ok("gateway", f"reached, and busy: {note['reason']}; tries by itself"))
    else:
        findings.append(ok("gateway", f"reached{since}" if note.get("reachable") else "nothing known yet"))
    if note.get("renewal"):
        what = f"the gateway does not renew this terminal's certificate ({note['renewal']})"
        findings.append(_fail("renewal", what, "ask the platform for a new code, and run kiosk-provision enrol"))
    refused = note.get("refused")
    for kind, cause in refused.items() if isinstance(refused, dict) else ():
        what = f"what the gateway sent last is refused ({cause}); the one before stays"
        findings.append(Finding(Grade.WARN, kind, what, "tell the platform", WhoActs.CONFIGURATION))
    if note.get("clone"):
        what = f"another copy of this store speaks to the gateway ({note['clone']})"
        findings.append(_fail("copy", what, "find the other machine; the platform names both: terminals show"))
    return findings


def _waiting(store: Overview, now: datetime) -> Finding:
    count = sum(store.waiting.values())
    if not count or store.oldest_since is None:
        return ok("waiting", "nothing")
    states = ", ".join(f"{number} {state}" for state, number in store.waiting.items() if number)
    what = f"{count} on the way ({states}){_since(store.oldest_since, now)}"
    if now - datetime.fromisoformat(store.oldest_since) < WAITS_LONG:
        return ok("waiting", what)
    reached = store.agent.get("reachable")
    to_do = "see the network and the gateway" if reached is False else "see the agent and its log"
    return Finding(Grade.WARN, "waiting", what, f"{to_do}; what waits is kept", WhoActs.MAINTENANCE)


def _aside(one: Aside) -> Finding:
    what = f"{one.slip_code} is set aside: {_ASIDE.get(one.state, one.state)}; it is kept"
    return Finding(
        Grade.WARN, "aside", what, "let the citizen come to the window, and tell the platform", WhoActs.CLEAR
    )


def _platform(store: Overview) -> list[Finding]:
    findings = []
    stuck = [case for case in store.cases if case.state in _CASE_GONE]
    if stuck:
        what = f"{len(stuck)} of this terminal's submissions wait for staff at the platform"
        findings.append(Finding(Grade.WARN, "cases", what, "ask the platform's staff to look", WhoActs.CONFIGURATION))
    if store.feed.late:
        what = "the platform's last backup of what it received here is older than 7 days; nothing is erased meanwhile"
        findings.append(Finding(Grade.WARN, "backup", what, "see kiosk-gateway backup", WhoActs.CONFIGURATION))
    return findings


def _journal(store: Overview) -> Finding:
    journal = store.journal
    what = f"{journal.seq} rows, {journal.unsent} not sent yet"
    if journal.dropped:
        what += f", {journal.dropped} dropped before they were sent"
        return Finding(Grade.WARN, "journal", what, "see the network; the rows are gone", WhoActs.CONFIGURATION)
    return ok("journal", what)


def _sent(store: Overview) -> Finding:
    catalogue = f"catalogue {store.catalogue}" if store.catalogue else "the catalogue that ships"
    configuration = f"configuration {store.configuration}" if store.configuration else "its own configuration"
    return ok("runs with", f"{catalogue}, {configuration}")


def _lines(finding: Finding) -> list[str]:
    lines = [f"{finding.grade:<4}  {finding.subject:<9}  {finding.what}"]
    if finding.to_do:
        who = f" [{WORDS[finding.who_acts]}]" if finding.who_acts else ""
        lines.append(f"{'':<17}-> {finding.to_do}{who}")
    return lines


def _fail(subject: str, what: str, to_do: str, who: WhoActs = WhoActs.CONFIGURATION) -> Finding:
    return Finding(Grade.FAIL, subject, what, to_do, who)


def _tries(note: Mapping[str, Json], now: datetime) -> str:
    """When the agent tries again, where it said so."""
    lanes = note.get("lanes")
    next_tries = [
        at
        for lane in (lanes.values() if isinstance(lanes, dict) else ())
        if isinstance(lane, dict) and isinstance(at := lane.get("next_try"), str)
    ]
    if not next_tries:
        return "tries by itself"
    return f"tries by itself at {datetime.fromisoformat(min(next_tries)).astimezone(now.tzinfo):%H:%M:%S}"


def _day(moment: datetime, now: datetime) -> str:
    return f"{moment.astimezone(now.tzinfo):%Y-%m-%d}"


def _since(moment: Json, now: datetime) -> str:
    if not isinstance(moment, str):
        return ""
    return f" since {datetime.fromisoformat(moment).astimezone(now.tzinfo):%Y-%m-%d %H:%M}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
