"""What the terminal may count on when it seals."""

import resource
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import apsw
import pytest

from kiosk import ports
from kiosk.faults import PAPER_OUT, PRINTER_SILENT, STORE_FULL, STORE_NOT_WORKING
from kiosk.ports import NeedsAttention, NotPrinted, NotSealed, Printed, PrintUnknown, Ready, Sealed, SealUnknown
from kiosk.submission import Attachment, Rating, Receipt, SealedSubmission
from sync.outbox.drain import Drain
from sync.outbox.keys import StoreRefused
from sync.outbox.schema import DATABASE, State, open_store
from sync.outbox.store import Outbox

MakeSubmission = Callable[..., SealedSubmission]
PAGE = Attachment("page-1.jpg", "image/jpeg", b"\xff\xd8" + bytes(100_000))
SID = "019a0000-0000-7000-8000-00000000cccc"
GIVEN_AT = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path, reserve_mb=1)
    yield box
    box.close()


def rating(sid: str, rating_id: str = "019a0000-0000-7000-8000-00000000aaaa", level: int = 5) -> Rating:
    return Rating(rating_id, sid, level, GIVEN_AT)


def test_it_satisfies_the_port(outbox: Outbox) -> None:
    port: ports.Outbox = outbox
    assert port.status() == Ready()


def test_what_is_sealed_is_there_whole_after_a_restart(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    assert outbox.seal(submission) == Sealed()
    outbox.close()
    drain = Drain(tmp_path)
    assert [(case.sid, case.state) for case in drain.pending()] == [(submission.sid, State.SEALED)]
    assert drain.manifest(submission.sid) == submission.manifest
    drain.announced(submission.sid, [PAGE.digest])
    blob = drain.next_blob(submission.sid)
    assert blob is not None
    assert drain.chunk(blob, offset=0, size=10**6) == PAGE.content
    assert drain.chunk(blob, offset=99_999, size=256) == PAGE.content[99_999:]
    drain.close()


def test_an_attachment_is_read_from_anywhere_and_nothing_is_held_open_between_two_reads(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    photo = Attachment("page-1.jpg", "image/jpeg", secrets.token_bytes(100_000))
    submission = make_submission([photo])
    outbox.seal(submission)
    with closing(Drain(tmp_path)) as drain:
        drain.announced(submission.sid, [photo.digest])
        blob = drain.next_blob(submission.sid)
        assert blob is not None
        for offset, size in ((0, 1), (15_999, 2), (64_000, 40_000), (99_000, 1000), (100_000, 1)):
            assert drain.chunk(blob, offset=offset, size=size) == photo.content[offset : offset + size]
            drain.upload_begun(blob, f"/v1/uploads/{offset}")
            with closing(open_store(tmp_path)) as other:
                other.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def test_attachments_of_the_same_name_or_the_same_content_are_all_kept(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    pages = [Attachment("a", "text/plain", content) for content in (b"one", b"two", b"one", b"")]
    submission = make_submission(pages)
    outbox.seal(submission)
    with closing(Drain(tmp_path)) as drain:
        drain.announced(submission.sid, [page.digest for page in pages])
        sent = []
        while blob := drain.next_blob(submission.sid):
            sent.append(drain.chunk(blob, offset=0, size=blob.size))
            drain.uploaded(blob)
    assert sent == [b"one", b"two", b""], "what is twice the same is sent once"


def test_sealing_again_changes_nothing_and_is_sealed(outbox: Outbox, make_submission: MakeSubmission) -> None:
    submission = make_submission([PAGE])
    assert outbox.seal(submission) == Sealed()
    assert outbox.seal(submission) == Sealed()
    assert outbox.waiting() == (submission.sid,)


def test_other_content_under_a_sealed_sid_is_a_bug(outbox: Outbox, make_submission: MakeSubmission) -> None:
    submission = make_submission()
    outbox.seal(submission)
    with pytest.raises(ValueError, match="other content"):
        outbox.seal(SealedSubmission(submission.sid, submission.slip_code, b"{}", ()))


def test_waiting_names_the_oldest_first(outbox: Outbox, make_submission: MakeSubmission) -> None:
    first, second = make_submission(), make_submission()
    outbox.seal(second)
    outbox.seal(first)
    assert outbox.waiting() == (second.sid, first.sid)


def test_there_is_a_receipt_only_when_the_platform_has_answered(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    outbox.seal(submission)
    assert outbox.receipt_of(submission.sid) is None
    drain = Drain(tmp_path)
    receipt = Receipt(submission.sid, "2026112300000014", GIVEN_AT)
    drain.acknowledged(receipt, b"{}", "line")
    drain.close()
    assert outbox.receipt_of(submission.sid) == receipt
    assert outbox.waiting() == ()


def test_a_refused_submission_is_kept_and_waits(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    outbox.seal(submission)
    drain = Drain(tmp_path)
    drain.set_aside(submission.sid, State.REJECTED, b'{"faults":[]}')
    assert drain.pending() == ()
    assert drain.manifest(submission.sid) == submission.manifest
    drain.close()
    assert outbox.state_of(submission.sid) is State.REJECTED
    assert outbox.waiting() == (submission.sid,)


def test_the_first_rating_of_a_submission_stays(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    outbox.seal(submission)
    assert outbox.keep_rating(rating(submission.sid)) == Sealed()
    assert outbox.keep_rating(rating(submission.sid, "019a0000-0000-7000-8000-00000000bbbb", level=1)) == Sealed()
    drain = Drain(tmp_path)
    assert drain.ratings() == (), "not before its submission is acknowledged"
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", GIVEN_AT), b"{}", "line")
    assert drain.ratings() == (rating(submission.sid),)
    drain.rating_sent(rating(submission.sid).rating_id)
    assert drain.ratings() == ()
    drain.close()


def test_a_step_forward_happens_only_from_the_state_before(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    submission = make_submission([PAGE])
    outbox.seal(submission)
    drain = Drain(tmp_path)
    drain.acknowledged(Receipt(submission.sid, "2026112300000014", GIVEN_AT), b"first", "line")
    drain.acknowledged(Receipt(submission.sid, "2026112300000022", GIVEN_AT), b"second", "line")
    drain.announced(submission.sid, [PAGE.digest])
    drain.set_aside(submission.sid, State.CONFLICT, b"")
    drain.close()
    receipt = outbox.receipt_of(submission.sid)
    assert receipt is not None
    assert receipt.receipt_number == "2026112300000014"


def test_the_agent_sees_that_the_terminal_wrote(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    drain = Drain(tmp_path)
    before = drain.version()
    assert drain.version() == before
    outbox.seal(make_submission())
    assert drain.version() != before
    drain.close()


def test_a_print_job_ends_as_the_printer_said(outbox: Outbox) -> None:
    for job, outcome in (
        ("a", Printed()),
        ("b", NotPrinted(PAPER_OUT)),
        ("c", PrintUnknown(PRINTER_SILENT)),
        ("d", None),
    ):
        outbox.record_print(job, SID, None)
        outbox.record_print(job, SID, outcome)
    outbox.record_print("a", SID, None)
    assert [state for _, _, state in outbox.print_jobs()] == ["printed", "not-printed", "unknown", "begun"]


def test_a_job_left_begun_is_unknown_after_a_restart(outbox: Outbox, tmp_path: Path) -> None:
    outbox.record_print("job", SID, None)
    outbox.close()
    again = Outbox(tmp_path)
    assert again.print_jobs() == (("job", SID, "unknown"),)
    again.close()


def test_nothing_is_sealed_below_the_reserve(tmp_path: Path, make_submission: MakeSubmission) -> None:
    sealed = make_submission()
    roomy = Outbox(tmp_path, reserve_mb=0)
    roomy.seal(sealed)
    roomy.close()
    outbox = Outbox(tmp_path, reserve_mb=10**9)
    assert outbox.seal(make_submission()) == NotSealed(STORE_FULL)
    assert outbox.status() == NeedsAttention(STORE_FULL)
    assert outbox.seal(sealed) == Sealed(), "what is there stays sealed"
    assert outbox.waiting() == (sealed.sid,)
    outbox.close()


def test_a_store_that_has_grown_to_its_budget_is_full_and_says_so_before_a_visit(
    tmp_path: Path, make_submission: MakeSubmission
) -> None:
    with closing(Outbox(tmp_path, reserve_mb=0, budget_mb=6)) as outbox:
        assert outbox.status() == Ready()
        large = Attachment("page-1.jpg", "image/jpeg", bytes(1_000_000))
        assert outbox.seal(make_submission([large])) == Sealed()
        assert outbox.status() == NeedsAttention(STORE_FULL)
        assert outbox.seal(make_submission([large])) == Sealed(), "a visit that had begun still finds room"
        sealed = 2
        while outbox.seal(make_submission([large])) == Sealed():
            sealed += 1
        assert outbox.seal(make_submission([large])) == NotSealed(STORE_FULL)
        assert sealed == len(outbox.waiting()) == 5
        outbox.status()
    assert (tmp_path / DATABASE).stat().st_size <= 6_000_000


@pytest.mark.expects_warnings
def test_a_full_disk_seals_nothing_and_recovers_without_a_restart(
    tmp_path: Path, make_submission: MakeSubmission
) -> None:
    opened: list[apsw.Connection] = []

    def small_disk(directory: Path) -> apsw.Connection:
        opened.append(open_store(directory))
        opened[-1].pragma("max_page_count", opened[-1].pragma("page_count"))
        return opened[-1]

    outbox = Outbox(tmp_path, reserve_mb=1, opener=small_disk)
    submission = make_submission([PAGE])
    assert outbox.seal(submission) == NotSealed(STORE_FULL)
    assert outbox.waiting() == ()
    opened[-1].pragma("max_page_count", 10**6)
    assert outbox.seal(submission) == Sealed()
    assert outbox.waiting() == (submission.sid,)
    outbox.close()


@contextmanager
def no_file_grows_beyond(limit_bytes: int) -> Iterator[None]:
    """The system answers a write past the limit with an error, as a broken disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.expects_warnings
def test_an_i_o_error_seals_nothing_and_recovers_without_a_restart(
    outbox: Outbox, tmp_path: Path, make_submission: MakeSubmission
) -> None:
    earlier, submission = make_submission(), make_submission([PAGE])
    outbox.seal(earlier)
    watcher = Drain(tmp_path)
    with no_file_grows_beyond((tmp_path / f"{DATABASE}-wal").stat().st_size + 4096):
        assert outbox.seal(submission) == NotSealed(STORE_NOT_WORKING)
        outbox.record_print("job", earlier.sid, None)
        assert outbox.keep_rating(rating(earlier.sid)) in (NotSealed(STORE_NOT_WORKING), Sealed())
    assert outbox.waiting() == (earlier.sid,)
    assert outbox.status() == Ready()
    assert outbox.seal(submission) == Sealed()
    assert outbox.waiting() == (earlier.sid, submission.sid)
    watcher.close()


@pytest.mark.expects_warnings
def test_a_seal_whose_end_cannot_be_looked_up_is_unknown_until_it_is_tried_again(
    tmp_path: Path, make_submission: MakeSubmission
) -> None:
    unplugged = False

    def disk(directory: Path) -> apsw.Connection:
        if unplugged:
            raise apsw.CantOpenError
        return open_store(directory)

    outbox, submission = Outbox(tmp_path, reserve_mb=1, opener=disk), make_submission([PAGE])
    outbox.seal(make_submission())
    watcher = Drain(tmp_path)
    unplugged = True
    with no_file_grows_beyond((tmp_path / f"{DATABASE}-wal").stat().st_size + 4096):
        assert outbox.seal(submission) == SealUnknown(STORE_NOT_WORKING)
    unplugged = False
    assert outbox.seal(submission) == Sealed()
    assert outbox.waiting().count(submission.sid) == 1
    watcher.close()
    outbox.close()


@pytest.mark.expects_warnings
def test_a_store_that_cannot_be_opened_is_a_fault_and_not_an_exception(
    tmp_path: Path, make_submission: MakeSubmission
) -> None:
    in_the_way = tmp_path / "store"
    in_the_way.write_text("not a directory")
    outbox = Outbox(in_the_way, reserve_mb=1)
    assert outbox.status() == NeedsAttention(STORE_NOT_WORKING)
    assert outbox.seal(make_submission()) == NotSealed(STORE_NOT_WORKING)
    assert outbox.waiting() == ()
    in_the_way.unlink()
    assert outbox.status() == Ready()
    assert outbox.seal(make_submission()) == Sealed()
    outbox.close()


def test_a_key_that_others_may_read_stops_the_start(outbox: Outbox, tmp_path: Path) -> None:
    outbox.close()
    (tmp_path / "outbox.key").chmod(0o644)
    with pytest.raises(StoreRefused):
        Outbox(tmp_path)


PERSONAL = ("陈桂兰".encode(), "陈桂兰".encode("utf-16-le"), b"100101194401010028", b"synthetic-attachment")
SEAL_AND_STAY = """
import sys
from pathlib import Path
from kiosk.submission import Attachment, SealedSubmission
from sync.outbox.store import Outbox
outbox = Outbox(Path(sys.argv[1]), reserve_mb=0)
for place in range(30):
    attachment = Attachment("a", "text/plain", b"synthetic-attachment" * 5000)
    manifest = '{"name":"陈桂兰","number":"100101194401010028"}'.encode() * 50
    sid = f"019a0000-0000-7000-8000-{place:012}"
    print(outbox.seal(SealedSubmission(sid, "CZ03", manifest, (attachment,))), flush=True)
sys.stdin.read()
"""


def test_nothing_can_be_read_in_the_files_while_open_and_after_a_kill(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SEAL_AND_STAY, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(30)] == ["Sealed()"] * 30
        readable_while_open = readable(tmp_path)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size > 0
    assert readable_while_open == []
    assert readable(tmp_path) == []
    outbox = Outbox(tmp_path)
    assert len(outbox.waiting()) == 30
    outbox.close()


def readable(directory: Path) -> list[tuple[str, bytes]]:
    files = [path for path in directory.iterdir() if path.is_file()]
    assert files
    return [(path.name, text) for path in files for text in PERSONAL if text in path.read_bytes()]


def test_the_search_for_readable_text_finds_it_in_a_store_without_a_key(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "open.db"))
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.execute("INSERT INTO t VALUES (?)", (PERSONAL[0].decode(),))
    connection.close()
    assert readable(tmp_path) == [("open.db", PERSONAL[0])]
