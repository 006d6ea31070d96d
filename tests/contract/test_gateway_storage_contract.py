"""What every metadata storage of the gateway must keep, whatever engine is behind its URL.

A further engine adds its URL to `URLS`; `{directory}` is an empty directory of the test's own.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.submission import digest_of
from sync.gateway.ports import Storage
from sync.gateway.records import (
    Acknowledgement,
    Attached,
    CaseEvent,
    CaseState,
    Certificate,
    HeardSpeaker,
    JournalRow,
    Kept,
    KeptCatalogue,
    KeptConfiguration,
    KeptRating,
    Manifest,
    Revoked,
    Signed,
    Speaker,
    TerminalIdentity,
)
from sync.gateway.storage import DirectoryRefused, open_storage
from tests.gateway_bench import LATE_EVENING_IN_LONDON as NOW

URLS = ["sqlite:{directory}"]
DAY = 202611230000000
LEAST = DAY + 7


class Engine:
    """One storage that can be closed and opened again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.storage: Storage = open_storage(url)

    def again(self) -> Storage:
        self.storage.close()
        self.storage = open_storage(self.url)
        return self.storage


@pytest.fixture(params=URLS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    opened = Engine(request.param.format(directory=tmp_path / "storage"))
    yield opened
    opened.storage.close()


def manifest(place: int, *, terminal: str = "CZ03", content: bytes = b"{}", parked: str | None = None) -> Manifest:
    sid = f"019a0000-0000-7000-8000-{place:012x}"
    attachments = (Attached("页 1.jpg", "sha256:" + "a" * 64, 7),)
    return Manifest(sid, "CZ03-0000-0014", content, digest_of(content), attachments, terminal, "key line", parked)


def acknowledged(series: int) -> Acknowledgement:
    return Acknowledgement(series, f"{series}0", Signed(b"acknowledgement %d" % series, "key line"))


def committed(storage: Storage, one: Manifest) -> Signed:
    storage.keep_manifest(one)
    return storage.commit(one.sid, acknowledged, least=LEAST, at=NOW)


def test_a_manifest_is_kept_once_as_it_came_and_for_good(engine: Engine) -> None:
    one = manifest(1, parked="format")
    assert [engine.storage.keep_manifest(one) for _ in range(2)] == [Kept.NEW, Kept.SAME]
    assert engine.storage.keep_manifest(manifest(1, content=b"[]")) is Kept.OTHER
    assert engine.storage.keep_manifest(manifest(1, terminal="CZ04")) is Kept.OTHERS
    assert engine.again().manifest(one.sid) == one
    assert engine.storage.manifest("nobody") is None


def test_one_blob_of_one_submission_has_one_upload(engine: Engine) -> None:
    engine.storage.keep_manifest(manifest(1))
    first = engine.storage.upload_for(manifest(1).sid, "sha256:", 7)
    assert engine.storage.upload_for(manifest(1).sid, "sha256:", 7) == first
    assert engine.again().upload(first.upload_id) == first
    assert engine.storage.upload("../none") is None


def test_a_commit_is_one_acknowledgement_one_feed_row_one_hand_on_row(engine: Engine) -> None:
    one = manifest(1)
    answer = committed(engine.storage, one)
    asked: list[int] = []

    def never(series: int) -> Acknowledgement:
        asked.append(series)
        return acknowledged(series)

    assert (
        engine.again().commit(one.sid, never, least=LEAST, at=NOW) == answer == engine.storage.acknowledgement(one.sid)
    )
    assert asked == []
    assert engine.storage.feed("CZ03", 0, 10).sids == (one.sid,)
    (row,) = engine.storage.hand_ons(NOW)
    assert (row.manifest, row.acknowledgement, row.rating, row.attempts) == (one, answer.content, None, 0)


def test_a_commit_that_fails_half_way_leaves_nothing(engine: Engine) -> None:
    one = manifest(1)
    engine.storage.keep_manifest(one)

    def fails(series: int) -> Acknowledgement:
        raise OSError("the key's disk is gone")

    with pytest.raises(OSError, match=r"gone|does not work"):
        engine.storage.commit(one.sid, fails, least=LEAST, at=NOW)
    assert engine.storage.acknowledgement(one.sid) is None
    assert engine.storage.feed("CZ03", 0, 10).sids == ()
    assert engine.storage.hand_ons(NOW) == ()


def test_two_who_commit_at_once_get_the_same_and_numbers_never_repeat(engine: Engine) -> None:
    manifests = [manifest(place) for place in range(1, 9)]
    for one in manifests:
        engine.storage.keep_manifest(one)
    answers: list[Signed] = []

    def commit_all() -> None:
        answers.extend(engine.storage.commit(one.sid, acknowledged, least=LEAST, at=NOW) for one in manifests)

    threads = [threading.Thread(target=commit_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 32
    assert len({answer.content for answer in answers}) == 8


def test_numbers_follow_the_days_last_and_never_lie_below_the_least(engine: Engine) -> None:
    given: list[int] = []

    def number(series: int) -> Acknowledgement:
        given.append(series)
        return acknowledged(series)

    next_day = DAY + 10_000_000
    for place, least in enumerate((LEAST, LEAST, LEAST + 90, DAY, next_day, LEAST), 1):
        engine.storage.keep_manifest(manifest(place))
        engine.storage.commit(manifest(place).sid, number, least=least, at=NOW)
    assert given == [LEAST, LEAST + 1, LEAST + 90, LEAST + 91, next_day, LEAST + 92]


def test_the_history_of_a_feed_is_made_of_everything_before(engine: Engine, tmp_path: Path) -> None:
    committed(engine.storage, manifest(1))
    first = engine.storage.feed("CZ03", 0, 10)
    assert (first.history_before, first.history == "") == ("", False)
    engine.storage.keep_rating(KeptRating("rating-1", manifest(1).sid, b"{}"), at=NOW)
    second = engine.storage.feed("CZ03", first.cursor, 10)
    assert second.history_before == first.history
    assert second.history not in ("", first.history)
    assert engine.storage.feed("CZ04", 0, 10).history == ""
    scheme = engine.url.partition(":")[0]
    other = Engine(f"{scheme}:{tmp_path / 'other'}")
    committed(other.storage, manifest(2))
    assert other.storage.feed("CZ03", 0, 10).history == first.history  # the same acknowledgement, bytes alone count
    other.storage.close()


def test_an_earlier_acknowledgement_is_taken_when_its_number_is_free(engine: Engine) -> None:
    taken = committed(engine.storage, manifest(1))
    earlier = Acknowledgement(None, "2020112300000001", Signed(b"earlier", "key line"))
    for place in (2, 3):
        engine.storage.keep_manifest(manifest(place))
    assert engine.storage.commit(manifest(2).sid, acknowledged, least=LEAST, at=NOW, earlier=earlier) == earlier.signed
    third = engine.storage.commit(manifest(3).sid, acknowledged, least=LEAST, at=NOW, earlier=earlier)
    assert third not in (taken, earlier.signed)


def test_the_feed_is_each_terminals_own_and_pages_meet(engine: Engine) -> None:
    for place in range(1, 6):
        committed(engine.storage, manifest(place, terminal="CZ03" if place % 2 else "CZ04"))
    first = engine.storage.feed("CZ03", 0, 2)
    rest = engine.storage.feed("CZ03", first.cursor, 2)
    assert first.sids + rest.sids == (manifest(1).sid, manifest(3).sid, manifest(5).sid)
    assert (first.more, rest.more, rest.cursor) == (True, False, 5)
    assert engine.again().feed("CZ03", 0, 2) == first


def test_what_is_safe_never_goes_back_and_never_beyond_the_head(engine: Engine) -> None:
    for place in (1, 2, 3):
        committed(engine.storage, manifest(place))
    assert engine.storage.durability().waiting_since == NOW
    for cursor, expected in ((2, 2), (1, 2), (99, 3)):
        engine.storage.safe_until(cursor)
        assert engine.again().durability().durable_until == expected
    assert engine.storage.durability().waiting_since is None


def test_a_rating_is_kept_once_and_handed_on_behind_its_submission(engine: Engine) -> None:
    one = manifest(1)
    committed(engine.storage, one)
    kept = KeptRating("rating-1", one.sid, b'{"level":5}')
    assert [engine.storage.keep_rating(kept, at=NOW) for _ in range(2)] == [Kept.NEW, Kept.SAME]
    assert engine.storage.keep_rating(KeptRating("rating-2", one.sid, b"{}"), at=NOW) is Kept.OTHER
    (first,) = engine.storage.hand_ons(NOW)
    engine.storage.handed_on(first.row)
    (second,) = engine.storage.hand_ons(NOW)
    assert (first.rating, second.rating) == (None, b'{"level":5}')
    engine.storage.handed_on(second.row)
    assert (engine.storage.hand_ons_waiting(), engine.storage.next_hand_on()) == (0, None)


def test_a_postponed_row_waits_alone(engine: Engine) -> None:
    committed(engine.storage, manifest(1))
    committed(engine.storage, manifest(2))
    first, second = engine.storage.hand_ons(NOW)
    engine.storage.postpone(first.row, NOW + timedelta(seconds=30))
    assert engine.again().hand_ons(NOW) == (second,)
    engine.storage.handed_on(second.row)
    assert engine.storage.next_hand_on() == NOW + timedelta(seconds=30)
    (later,) = engine.storage.hand_ons(NOW + timedelta(seconds=30))
    assert (later.row, later.attempts) == (first.row, 1)
    assert engine.storage.oldest_hand_on() == NOW


def test_a_case_follows_the_highest_number(engine: Engine) -> None:
    one = manifest(1)
    committed(engine.storage, one)

    def event(number: int, state: str) -> CaseEvent:
        return CaseEvent(f"e{number}", number, CaseState(one.sid, state, None), state.encode())

    assert engine.storage.take_case(event(2, "accepted")) is Kept.NEW
    assert engine.storage.take_case(event(1, "pre-examination")) is Kept.NEW
    assert engine.storage.take_case(event(2, "accepted")) is Kept.SAME
    assert engine.storage.take_case(event(2, "decided")) is Kept.OTHER
    rows = engine.again().cases("CZ03", 0, 10)
    assert rows.rows == (CaseState(one.sid, "accepted", None),)
    assert engine.storage.cases("CZ03", rows.cursor, 10).rows == ()
    assert engine.storage.cases("CZ04", 0, 10).rows == ()


def certificate(digest: str) -> Certificate:
    return Certificate(digest, f"pem of {digest}", f"request of {digest}", NOW, NOW + timedelta(days=90))


def enrol(storage: Storage, terminal: str, digest: str, key_id: str, secret_hash: str = "hash") -> bool:
    return storage.enrol(
        terminal, certificate(digest), secret_hash=secret_hash, key_id=key_id, public=key_id.encode(), at=NOW
    )


@pytest.fixture
def added(engine: Engine) -> Callable[[], None]:
    def add() -> None:
        soon = NOW + timedelta(hours=1)
        engine.storage.add_terminal("CZ03", hall="鼓楼", number="03", secret_hash="hash", expires_at=soon)

    add()
    return add


def test_a_code_is_spent_once_and_its_answer_stays(engine: Engine, added: Callable[[], None]) -> None:
    assert enrol(engine.storage, "CZ03", "d1", "k1")
    assert not enrol(engine.storage, "CZ03", "d2", "k2")
    code = engine.again().one_time_code("CZ03")
    assert code is not None
    assert code.answered == ("request of d1", "pem of d1")
    assert engine.storage.terminal_of("d1") == TerminalIdentity("CZ03", "鼓楼", {"k1": b"k1"})
    assert engine.storage.terminal_of("d2") is None
    assert engine.storage.one_time_code("ZZZZ") is None


def test_a_code_that_an_operator_took_back_meanwhile_enrols_nobody(engine: Engine, added: Callable[[], None]) -> None:
    assert not enrol(engine.storage, "CZ03", "d1", "k1", "the hash of the code before")
    engine.storage.revoke("CZ03", NOW)
    assert not enrol(engine.storage, "CZ03", "d1", "k1")
    assert engine.storage.terminal("CZ03") == Revoked("CZ03")
    assert engine.storage.keys_of("CZ03") == {}


def test_enrolling_again_ends_older_certificates_and_keys(engine: Engine, added: Callable[[], None]) -> None:
    enrol(engine.storage, "CZ03", "d1", "k1")
    engine.storage.renewed("CZ03", certificate("d2"))
    assert engine.storage.terminal_of("d1") == engine.storage.terminal_of("d2")
    added()
    assert enrol(engine.storage, "CZ03", "d3", "k3")
    assert [engine.storage.terminal_of(digest) for digest in ("d1", "d2")] == [Revoked("CZ03")] * 2
    assert engine.storage.terminal("CZ03") == TerminalIdentity("CZ03", "鼓楼", {"k3": b"k3"})
    owner = engine.storage.key_owner("k1")
    assert owner is not None
    assert (owner.terminal, owner.public, owner.current) == ("CZ03", b"k1", False)
    assert [one.revoked for one in engine.storage.certificates("CZ03")] == [True, True, False]


def test_a_revoked_terminal_is_revoked_under_every_certificate(engine: Engine, added: Callable[[], None]) -> None:
    enrol(engine.storage, "CZ03", "d1", "k1")
    assert engine.storage.revoke("CZ03", NOW)
    assert engine.again().terminal_of("d1") == Revoked("CZ03")
    (row,) = engine.storage.terminals()
    assert row.revoked
    added()
    assert engine.storage.terminal_of("d1") == Revoked("CZ03")
    enrol(engine.storage, "CZ03", "d2", "k1")
    assert engine.storage.terminal_of("d2") == TerminalIdentity("CZ03", "鼓楼", {"k1": b"k1"})


def test_tries_run_out_and_stay_out(engine: Engine, added: Callable[[], None]) -> None:
    assert [engine.storage.spend_try("CZ03") for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    code = engine.again().one_time_code("CZ03")
    assert code is not None
    assert code.tries_left == 0


def test_when_a_terminal_was_seen_and_what_it_told_is_kept(engine: Engine, added: Callable[[], None]) -> None:
    engine.storage.seen("CZ03", "192.0.2.7", NOW)
    engine.storage.keep_telemetry("CZ03", b"{}", NOW)
    (row,) = engine.again().terminals()
    assert (row.seen_at, row.address, row.telemetry, row.telemetry_at) == (NOW, "192.0.2.7", b"{}", NOW)


def rows(first: int, last: int) -> list[JournalRow]:
    return [JournalRow(seq, "at", "event", "{}", f"digest {seq}") for seq in range(first, last + 1)]


def test_a_journal_goes_on_from_its_head_and_branches_elsewhere(engine: Engine, added: Callable[[], None]) -> None:
    heard = HeardSpeaker(Speaker("i", "b", "m"), "192.0.2.7", NOW, NOW)

    def keep(after: tuple[int, str], more: list[JournalRow], *findings: tuple[str, str]) -> None:
        engine.storage.keep_journal("CZ03", after=after, rows=more, heard=heard, findings=findings)

    assert engine.storage.journal_head("CZ03") is None
    keep((0, "empty"), rows(1, 3))
    keep((3, "digest 3"), rows(4, 5))
    assert engine.again().journal_head("CZ03") == (5, "digest 5")
    keep((2, "digest 2"), [JournalRow(3, "at", "event", "{}", "other 3")], ("forked", "both"))
    keep((3, "other 3"), [], ("forked", "both"))
    assert engine.storage.journal_head("CZ03") == (3, "other 3")
    assert [engine.storage.journal_digest("CZ03", seq) for seq in (0, 1, 2, 3, 4)] == [
        "empty",
        "digest 1",
        "digest 2",
        "other 3",
        None,
    ]
    branches = list(engine.storage.journal_branches("CZ03"))
    assert [(branch.after_seq, [row.seq for row in branch.rows]) for branch in branches] == [
        (0, [1, 2, 3, 4, 5]),
        (2, [3]),
    ]
    (finding,) = engine.storage.findings("CZ03")
    assert (finding.kind, finding.detail, finding.times) == ("forked", "both", 2)


def test_who_spoke_last_stands_last(engine: Engine, added: Callable[[], None]) -> None:
    for boot in ("b1", "b2", "b1"):
        heard = HeardSpeaker(Speaker("i", boot, "m"), boot, NOW, NOW)
        engine.storage.keep_journal("CZ03", after=(0, "empty"), rows=(), heard=heard, findings=())
    assert [one.speaker.boot for one in engine.again().speakers("CZ03")] == ["b2", "b1"]


def test_the_gateways_own_journal_is_a_chain(engine: Engine) -> None:
    for code in ("CZ03", "CZ04"):
        engine.storage.note("gateway.terminal_added", {"terminal": code}, NOW)
    first, second = engine.again().own_journal()
    assert (first.seq, second.seq) == (1, 2)
    assert first.digest != second.digest
    with pytest.raises(ValueError, match="terminal"):
        engine.storage.note("gateway.terminal_added", {"name": "陈桂兰"}, NOW)


def test_documents_are_kept_as_they_were_signed(engine: Engine) -> None:
    catalogues = [KeptCatalogue("s", cursor, f"v{cursor}", Signed(b"%d" % cursor, "line")) for cursor in (1, 2)]
    for one in catalogues:
        engine.storage.keep_catalogue(one)
    assert engine.again().catalogue() == catalogues[1]
    assert engine.storage.catalogue_at("s", 1) == catalogues[0]
    assert engine.storage.catalogue_at("t", 1) is None
    for serial in (7, 8):
        engine.storage.keep_configuration("CZ03", KeptConfiguration(serial, b"{}", Signed(b"c", "line")))
    assert engine.again().configuration("CZ03") == KeptConfiguration(8, b"{}", Signed(b"c", "line"))
    assert engine.storage.configuration("CZ04") is None


def test_a_backup_is_a_whole_storage_and_begins_a_new_epoch(engine: Engine, tmp_path: Path) -> None:
    answer = committed(engine.storage, manifest(1))
    scheme = engine.url.partition(":")[0]
    engine.storage.back_up(f"{scheme}:{tmp_path / 'copy'}")
    committed(engine.storage, manifest(2))
    copy = Engine(f"{scheme}:{tmp_path / 'copy'}")
    before = copy.storage.feed("CZ03", 0, 10)
    assert (before.sids, copy.storage.acknowledgement(manifest(1).sid)) == ((manifest(1).sid,), answer)
    epoch = copy.storage.begin_epoch(restores=1)
    after = copy.again().feed("CZ03", 0, 10)
    assert (after.epoch, after.durable_until) == (epoch, 1)
    assert before.epoch != epoch
    assert copy.storage.faults() == []
    copy.storage.close()


def test_simulated_is_for_ever(engine: Engine) -> None:
    engine.storage.mark_simulated(True)
    with pytest.raises(DirectoryRefused):
        engine.again().mark_simulated(False)
