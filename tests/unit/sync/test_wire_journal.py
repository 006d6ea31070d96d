"""The journal's chain as both ends compute it, and what may stand in it."""

import hashlib
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.journal import (
    CATALOGUE,
    EMPTY,
    GENESIS,
    Entry,
    Head,
    declared,
    declared_events,
    follow,
    holds,
    next_digest,
    read_digest,
    read_events,
    write_digest,
    write_time,
)

SID = "019a0000-0000-7000-8000-000000000001"
AT = "2026-11-23T09:46:00.000+00:00"
ENTRIES = tuple(Entry(seq, AT, "submission.committing", {"sid": SID}) for seq in range(1, 5))


def chained(entries: tuple[Entry, ...]) -> list[tuple[Entry, bytes]]:
    rows, digest = [], GENESIS
    for entry in entries:
        digest = next_digest(digest, entry)
        rows.append((entry, digest))
    return rows


def test_a_digest_is_the_sha_256_of_the_one_before_and_the_canonical_entry() -> None:
    entry = Entry(1, AT, "submission.announced", {"sid": SID, "missing": 2})
    said = rfc8785.dumps({"fields": {"missing": 2, "sid": SID}, "at": AT, "event": "submission.announced", "seq": 1})
    assert next_digest(GENESIS, entry) == hashlib.sha256(bytes(32) + said).digest()


def test_a_chain_holds_from_its_start_and_from_any_row_on() -> None:
    rows = chained(ENTRIES)
    assert holds(GENESIS, rows)
    assert holds(rows[1][1], rows[2:])
    assert follow(EMPTY, ENTRIES) == Head(4, rows[3][1])
    assert follow(Head(2, rows[1][1]), ENTRIES[2:]) == Head(4, rows[3][1])


def test_a_row_that_was_edited_left_out_or_moved_is_noticed() -> None:
    rows = chained(ENTRIES)
    edited = (Entry(2, AT, "submission.announced", {"sid": SID, "missing": 9}), rows[1][1])
    assert not holds(GENESIS, [rows[0], edited, *rows[2:]])
    assert not holds(GENESIS, [rows[0], *rows[2:]])
    assert not holds(GENESIS, [rows[1], rows[0]])
    assert not holds(bytes([1]) * 32, rows)
    assert follow(EMPTY, [ENTRIES[0], ENTRIES[2]]) is None


@given(st.binary(min_size=32, max_size=32))
def test_a_digest_is_read_as_it_was_written(digest: bytes) -> None:
    assert read_digest(write_digest(digest)) == digest


@given(st.text(max_size=80))
def test_what_is_no_digest_is_none(text: str) -> None:
    found = read_digest(text)
    assert found is None or write_digest(found) == text


def test_every_declared_event_says_what_it_means_and_has_known_kinds() -> None:
    assert len(declared_events()) > 20
    with pytest.raises(ValueError, match="not declared"):
        read_events('["some.event"]\nmeaning = ""\nfields = {}')
    with pytest.raises(ValueError, match="no known kind"):
        read_events('["some.event"]\nmeaning = "x"\nfields = { name = "text" }')


def test_no_kind_takes_free_text_and_no_event_the_words_of_a_person() -> None:
    for event, kinds in declared_events().items():
        for name in kinds:
            for text in ("陈桂兰", "chen guilan", "Chen", "100101194401010028", "", "a@b", "138 0000 0000"):
                fields = {other: text if other == name else 0 for other in kinds}
                with pytest.raises(ValueError, match=event):
                    declared(event, fields)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("submission.lost", {}),
        ("submission.committing", {}),
        ("submission.committing", {"sid": SID, "name": "x"}),
        ("submission.announced", {"sid": SID, "missing": -1}),
        ("submission.announced", {"sid": SID, "missing": True}),
        ("submission.announced", {"sid": SID, "missing": 2**53}),
        ("submission.acknowledged", {"sid": SID, "received_at": "2026-11-23T09:46:00"}),
        ("certificate.renewed", {"not_after": "never"}),
        ("feed.adopted", {"epoch": "sha256:00"}),
    ],
)
def test_what_the_catalogue_does_not_declare_is_a_bug(event: str, fields: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match=event):
        declared(event, fields)


def test_a_time_is_written_in_utc() -> None:
    written = declared("certificate.renewed", {"not_after": datetime(2026, 11, 23, 9, 46, tzinfo=UTC)})
    assert written == {"not_after": AT}
    with pytest.raises(ValueError, match="zone"):
        write_time(datetime(2026, 11, 23))  # noqa: DTZ001 - what must not be


@given(st.text(max_size=200))
def test_a_catalogue_is_read_whole_or_refused(text: str) -> None:
    try:
        events = read_events(text)
    except ValueError:
        return
    assert all(isinstance(kinds, dict) for kinds in events.values())


def test_the_catalogue_file_is_what_is_read() -> None:
    assert read_events(CATALOGUE.read_text(encoding="utf-8")) == declared_events()
