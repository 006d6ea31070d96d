"""Journals of terminals: followed from where they stand; edits, cuts and clones are found, and nothing gets stuck."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.submission import Json, canonical
from sync.gateway.check import check
from sync.gateway.journals import Journals, JournalTaken, read_part
from sync.gateway.outcomes import Faulty, UnknownKey
from sync.wire.journal import EMPTY, Entry, Head, follow, write_digest
from tests.gateway_bench import OTHER_KEY, GatewayBench, gateway, line

FIRST_BOOT = {"instance": "a1", "boot": "b1", "machine": "m1"}
NEXT_BOOT = {**FIRST_BOOT, "boot": "b2"}
CLONE = {**FIRST_BOOT, "boot": "b9", "machine": "m9"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        opened.register()
        yield opened


@pytest.fixture
def journals(bench: GatewayBench) -> Journals:
    return Journals(bench.storage, now=bench.clock)


def entries(first: int, last: int, *, event: str = "store.opened") -> list[Entry]:
    return [Entry(seq, "2026-11-23T00:00:00.000+00:00", event, {"schema": seq}) for seq in range(first, last + 1)]


def head(rows: Sequence[Entry], after: Head = EMPTY) -> Head:
    reached = follow(after, rows)
    assert reached is not None
    return reached


def part(after: Head, rows: Sequence[Entry], speaker: dict[str, str] = FIRST_BOOT) -> bytes:
    return canonical(
        {
            "format": "hall-terminal/journal/1",
            "terminal": "CZ03",
            **speaker,
            "after": {"seq": after.seq, "digest": write_digest(after.digest)},
            "rows": [row.as_json() for row in rows],
        }
    )


def take(bench: GatewayBench, journals: Journals, content: bytes) -> JournalTaken:
    taken = journals.take(bench.terminal, content, line(content), "192.0.2.7")
    assert isinstance(taken, JournalTaken)
    return taken


def test_a_journal_is_followed_and_an_answer_that_was_lost_changes_nothing(
    bench: GatewayBench, journals: Journals
) -> None:
    first, rest = entries(1, 3), entries(4, 6)
    start, end = head(first), head(rest, head(first))
    assert take(bench, journals, part(EMPTY, first)) == JournalTaken(3, write_digest(start.digest), ())
    for _ in range(2):
        assert take(bench, journals, part(start, rest)) == JournalTaken(6, write_digest(end.digest), ())
    overlapping = part(EMPTY, [*first, *rest, *entries(7, 7)])
    assert take(bench, journals, overlapping).seq == 7
    (branch,) = bench.storage.journal_branches("CZ03")
    assert [row.seq for row in branch.rows] == list(range(1, 8))
    assert bench.storage.findings("CZ03") == ()


def test_an_edited_row_is_a_fork(bench: GatewayBench, journals: Journals) -> None:
    take(bench, journals, part(EMPTY, entries(1, 4)))
    edited = [*entries(1, 2), *entries(3, 6, event="store.edited")]
    taken = take(bench, journals, part(EMPTY, edited))
    assert (taken.seq, taken.findings) == (6, ("forked",))
    assert take(bench, journals, part(head(edited), entries(7, 8))).findings == ()
    branches = list(bench.storage.journal_branches("CZ03"))
    assert [[row.seq for row in branch.rows] for branch in branches] == [[1, 2, 3, 4], [3, 4, 5, 6, 7, 8]]
    assert [row.event for row in bench.storage.own_journal()] == ["gateway.journal_finding"]


def test_a_journal_that_was_cut_off_or_copied_back_is_a_fork(bench: GatewayBench, journals: Journals) -> None:
    take(bench, journals, part(EMPTY, entries(1, 9)))
    assert take(bench, journals, part(head(entries(1, 5)), [])).findings == ()
    cut = take(bench, journals, part(head(entries(1, 5)), entries(6, 6, event="store.anew")))
    assert cut.findings == ("forked",)
    emptied = take(bench, journals, part(EMPTY, entries(1, 1, event="store.begun"), {**FIRST_BOOT, "instance": "a2"}))
    assert emptied.findings == ("forked",)


def test_what_came_before_a_fork_is_still_known(bench: GatewayBench, journals: Journals) -> None:
    take(bench, journals, part(EMPTY, entries(1, 5)))
    edited = [*entries(1, 3), *entries(4, 6, event="store.edited")]
    take(bench, journals, part(EMPTY, edited))
    assert take(bench, journals, part(head(entries(1, 2)), edited[2:])).findings == ()
    assert take(bench, journals, part(EMPTY, [*edited, *entries(7, 7)])) == JournalTaken(
        7, write_digest(head([*edited, *entries(7, 7)]).digest), ()
    )


def test_rows_that_never_came_are_a_gap(bench: GatewayBench, journals: Journals) -> None:
    take(bench, journals, part(EMPTY, entries(1, 2)))
    assert take(bench, journals, part(head(entries(1, 5)), entries(6, 7))).findings == ("gap",)
    assert take(bench, journals, part(head(entries(1, 7)), entries(8, 8))).findings == ()


def test_a_restart_is_no_clone_and_one_that_speaks_again_after_another_is(
    bench: GatewayBench, journals: Journals
) -> None:
    take(bench, journals, part(EMPTY, entries(1, 1)))
    assert take(bench, journals, part(head(entries(1, 1)), entries(2, 2), NEXT_BOOT)).findings == ()
    theirs = entries(3, 3, event="store.cloned")
    assert take(bench, journals, part(head(entries(1, 2)), theirs, CLONE)).findings == ()
    ours = take(bench, journals, part(head(entries(1, 2)), entries(3, 3), NEXT_BOOT))
    assert ours.findings == ("clone", "forked")
    take(bench, journals, part(head([*entries(1, 2), *theirs]), [], CLONE))
    found = {finding.kind: finding for finding in bench.storage.findings("CZ03")}
    assert found["clone"].times == 2
    assert "boot b2, machine m1" in found["clone"].detail
    assert "boot b9, machine m9" in found["clone"].detail
    heard = {one.speaker.boot: one for one in bench.storage.speakers("CZ03")}
    assert heard.keys() == {"b1", "b2", "b9"}
    assert heard["b9"].address == "192.0.2.7"


def test_everything_that_was_taken_can_be_proved(bench: GatewayBench, journals: Journals) -> None:
    take(bench, journals, part(EMPTY, entries(1, 4)))
    take(bench, journals, part(EMPTY, entries(1, 3, event="store.edited")))
    places = {finding.place for finding in check(bench.parts)}
    assert places == {"terminal CZ03"}  # only for its certificate, which is none


def test_only_the_terminals_own_signature_counts(bench: GatewayBench, journals: Journals) -> None:
    content = part(EMPTY, entries(1, 1))
    assert journals.take(bench.terminal, content, line(content, OTHER_KEY), "") == UnknownKey()
    for signature in (None, line(content + b" ")):
        assert isinstance(journals.take(bench.terminal, content, signature, ""), Faulty)


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"format": "x", "terminal": "CZ04"}, ["/format", "/terminal"]),
        ({"instance": 1, "boot": "\x00", "machine": "x" * 201}, ["/instance", "/boot", "/machine"]),
        ({"after": {"seq": -1, "digest": "x"}, "rows": {}}, ["/after", "/rows"]),
        ({"rows": [row.as_json() for row in entries(2, 3)]}, ["/rows/0", "/rows/1"]),
        ({"rows": [row.as_json() for row in (*entries(1, 1), *entries(3, 3))]}, ["/rows/1"]),
        ({"rows": [{"seq": 1, "at": "x", "event": "x", "fields": {"a": [1]}}]}, ["/rows/0"]),
        ({"rows": [{"seq": 1, "at": "x", "event": "x", "fields": {"a": 1.5}}]}, ["/rows/0"]),
        ({"rows": [1, None]}, ["/rows/0", "/rows/1"]),
    ],
)
def test_every_fault_of_a_part_is_named(members: dict[str, Json], pointers: list[str]) -> None:
    outcome = read_part(canonical({**json.loads(part(EMPTY, [])), **members}), "CZ03")
    assert isinstance(outcome, Faulty)
    assert [fault.pointer for fault in outcome.faults] == pointers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
ROW = st.fixed_dictionaries({"seq": st.just(1), "at": JSON, "event": JSON, "fields": JSON})


@given(st.dictionaries(st.sampled_from(["after", "instance", "boot"]), JSON), st.lists(ROW, max_size=2))
def test_any_part_is_judged(members: dict[str, object], rows: list[object]) -> None:
    whole = json.loads(part(EMPTY, []))
    read_part(json.dumps({**whole, "rows": rows, **members}).encode(), "CZ03")


@given(st.binary(max_size=60))
def test_any_bytes_are_no_part(content: bytes) -> None:
    assert isinstance(read_part(content, "CZ03"), Faulty)


def test_the_last_telemetry_is_kept(bench: GatewayBench, journals: Journals) -> None:
    content = b'{"format":"hall-terminal/telemetry/1","waiting":3}'
    assert isinstance(journals.telemetry(bench.terminal, b'{"format":"x"}'), Faulty)
    assert journals.telemetry(bench.terminal, content) is None
    (row,) = bench.storage.terminals()
    assert (row.telemetry, row.telemetry_at) == (content, bench.now)
