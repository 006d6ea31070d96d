"""Traces: written without anybody, read strictly, and played back as a device."""

import json
import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.traces import invented
from drivers.traces.protocols import PLAIN, PROTOCOLS, WireProtocol, by_saying, protocol_named
from drivers.traces.recording import RecordedTransport, Recording, Tape
from drivers.traces.replaying import DialogueDiffers, Replay, ReplayedTransport
from drivers.traces.trace_file import DamagedTrace, Entry, Header, Way, entry_line, header_line, read_trace
from drivers.transport import TransportLost, open_transport
from kiosk.check_digits import is_bank_card, is_resident_number
from tests.wires.scripted_wire import ScriptedWire

HEADER = header_line(Header("receipt_printer", "escpos", "plain", date(2026, 7, 1)))
OCTETS = st.one_of(st.binary(max_size=80), st.lists(st.sampled_from([b"ab", bytes(40), b"\0"])).map(b"".join))


def tape(path: Path, protocol: WireProtocol = PLAIN, clock: list[float] | None = None) -> Tape:
    moments = iter(clock or [])
    return Tape(path, "receipt_printer", "escpos", protocol, clock=lambda: next(moments, 0.0))


def dialogue(path: Path, *entries: tuple[int, Way, bytes]) -> Path:
    path.write_text(HEADER + "".join(entry_line(Entry(*entry)) for entry in entries), "ascii")
    return path


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from([Way.SENT, Way.RECEIVED]), OCTETS), max_size=6))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, Way, bytes]]
) -> None:
    path = dialogue(tmp_path_factory.mktemp("trace") / "x.trace", *sorted(said, key=lambda entry: entry[0]))
    trace = read_trace(path)
    assert [(one.at_ms, one.way, one.octets) for one in trace.entries] == sorted(said, key=lambda entry: entry[0])
    assert (trace.header.driver, trace.header.recorded) == ("escpos", date(2026, 7, 1))


def test_zero_bytes_are_written_by_their_number() -> None:
    line = json.loads(entry_line(Entry(3, Way.SENT, b"ab" + bytes(5000) + b"c" + bytes(31))))
    assert line == {"at_ms": 3, "sent": ["6162", 5000, "63" + "00" * 31]}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 3: is no JSON"),
        ("[1]", "line 3: is no JSON object"),
        ('{"at_ms": 1, "sent": "0g"}', "line 3: not hexadecimal digits: 0g"),
        ('{"at_ms": 1, "sent": [-1]}', "line 3: neither digits nor a number of zero bytes: -1"),
        ('{"at_ms": 1, "sent": [250000000, 250000000]}', "line 3: more than 256000000 bytes"),
        ('{"at_ms": 1, "said": "00"}', "line 3: has not just one of sent, received, lost"),
        ('{"at_ms": 1, "sent": "00", "received": "00"}', "line 3: has not just one"),
        ('{"at_ms": -1, "sent": "00"}', "line 3: at_ms is no whole number from 0 on"),
        ('{"sent": "00"}', "line 3: at_ms"),
        ('{"at_ms": 1, "lost": 7}', "line 3: lost in no known way"),
    ],
)
def test_a_damaged_trace_is_told_with_its_line_and_why(tmp_path: Path, line: str, why: str) -> None:
    path = dialogue(tmp_path / "x.trace", (0, Way.SENT, b"a"))
    path.write_text(path.read_text("ascii") + line + "\n", "ascii")
    with pytest.raises(DamagedTrace, match=why.replace("[", r"\[")):
        read_trace(path)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("", "is empty"),
        ('{"trace": 2}', "line 1: is no head of a trace of format version 1"),
        ('{"trace": 1, "device": "x"}', "line 1: lacks one of"),
        (HEADER.replace("2026-07-01", "once"), "line 1: recorded on no day: once"),
        (HEADER.replace("plain", "morse"), "line 1: no protocol of a trace: 'morse'"),
    ],
)
def test_a_head_that_says_nothing_is_told(tmp_path: Path, head: str, why: str) -> None:
    path = tmp_path / "x.trace"
    path.write_text(head, "ascii")
    with pytest.raises(DamagedTrace, match=why):
        Replay(path)
    with pytest.raises(ValueError, match=why):
        open_transport(f"trace:{path}")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_trace_or_damaged(tmp_path_factory: pytest.TempPathFactory, octets: bytes) -> None:
    path = tmp_path_factory.mktemp("trace") / "x.trace"
    path.write_bytes(octets)
    with pytest.raises(DamagedTrace):
        read_trace(path)
    path.write_bytes(HEADER.encode() + octets)
    try:
        assert read_trace(path).header.driver == "escpos"
    except DamagedTrace as trouble:
        line = trouble.line
    else:
        line = 2
    assert line > 1


def test_what_is_said_is_timed_cleaned_whole_and_written_when_the_next_question_comes(tmp_path: Path) -> None:
    path = tmp_path / "x.trace"
    protocol = WireProtocol("plain", by_saying(received=bytes.upper))
    recorded = RecordedTransport(
        ScriptedWire([b"an", b"swer", None]), tape(path, protocol, [100.0, 100.25, 101.0, 101.5])
    )
    recorded.write(b"question")
    assert recorded.read(within_s=0) + recorded.read(within_s=0) == b"answer"
    assert path.read_text("ascii").count("\n") == 1, "only the head: the exchange is not over"
    recorded.write(b"another")
    with pytest.raises(TransportLost):
        recorded.read(within_s=0)
    recorded.close()
    assert [(one.at_ms, one.way, one.octets) for one in read_trace(path).entries] == [
        (0, Way.SENT, b"question"),
        (250, Way.RECEIVED, b"ANSWER"),
        (1000, Way.SENT, b"another"),
        (1500, Way.LOST, b"transport"),
    ]


def test_a_trace_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "traces")
    for _ in range(2):
        recording.tape("receipt_printer", "escpos", PLAIN).flush()
    files = sorted((tmp_path / "traces").iterdir())
    assert [path.name for path in files] == ["receipt_printer-001.trace", "receipt_printer-002.trace"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        tape(files[0])


@pytest.mark.expects_warnings
def test_a_disk_that_takes_no_more_ends_the_trace_and_not_the_device(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.trace"
    recorded = RecordedTransport(ScriptedWire([b"answer", b"again"]), tape(path))
    path.unlink()
    path.mkdir()
    recorded.write(b"question")
    assert recorded.read(within_s=0) == b"answer"
    recorded.write(b"question")
    assert recorded.read(within_s=0) == b"again"
    recorded.close()
    assert "written no further" in caplog.text
    assert caplog.text.count("written no further") == 1


def test_a_replay_answers_as_the_device_did_and_is_lost_where_it_was(tmp_path: Path) -> None:
    path = dialogue(
        tmp_path / "x.trace",
        (0, Way.SENT, b"question"),
        (5000, Way.RECEIVED, b"answer"),
        (9000, Way.LOST, b"transport"),
    )
    replay = Replay(path)
    wire = ReplayedTransport(replay)
    assert wire.read(within_s=0) == b"", "nobody asked yet"
    wire.write(b"question")
    assert wire.read(within_s=0) == b"answer"
    with pytest.raises(TransportLost):
        wire.read(within_s=0)
    assert replay.finished
    assert wire.read(within_s=0) == b""


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ([b"questiom"], r"entry 1: then byte 7 and on was 6e; now 1 bytes are sent: 6d"),
        ([b"quest"], r"entry 1: then 8 bytes were sent; now 5 bytes are sent: 7175657374"),
        ([b"question", b"more"], r"entry 2: then the device was heard; now 4 bytes"),
    ],
)
def test_a_dialogue_that_differs_says_at_which_entry_and_how(tmp_path: Path, said: list[bytes], how: str) -> None:
    path = dialogue(tmp_path / "x.trace", (0, Way.SENT, b"question"), (5, Way.RECEIVED, b"answer"))
    wire = ReplayedTransport(Replay(path))
    for octets in said[:-1]:
        wire.write(octets)
    with pytest.raises(DialogueDiffers, match=how):
        wire.write(said[-1])
    wire = ReplayedTransport(Replay(path))
    wire.write(b"question")
    wire.read(within_s=0)
    with pytest.raises(DialogueDiffers, match="entry 3: the trace has ended"):
        wire.write(b"question")


def test_answers_take_their_time_when_they_are_asked_to(tmp_path: Path) -> None:
    path = dialogue(tmp_path / "x.trace", (100, Way.SENT, b"q"), (2100, Way.RECEIVED, b"a"))
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    replay = Replay(path, timed=True, clock=lambda: now[0], sleep=sleep)
    replay.send(b"q")
    assert (replay.receive(within_s=0.5), now[0]) == (b"", 0.5)
    assert (replay.receive(within_s=5), now[0]) == (b"a", 2.0)
    assert isinstance(open_transport(f"trace:{path}?timed"), ReplayedTransport)
    with pytest.raises(ValueError, match="not a trace"):
        open_transport(f"trace:{path}?fast")


def test_every_protocol_that_a_trace_can_name_is_there() -> None:
    assert [protocol_named(name).name for name in PROTOCOLS] == list(PROTOCOLS)


@pytest.mark.parametrize(
    ("personal", "becomes"),
    [
        ("100101194909314567", "000000000000000000"),
        ("100101196705220031", "100101194401010028"),
        ("13912345678", "19900000000"),
        ("4111111111111111", "6200000000000005"),
        ("湘桥区义井巷12号", "样样样样样样00样"),
        ("TEST, Person x9", "XXXX, Xxxxxx x0"),
    ],
)
def test_text_keeps_its_shape_and_checks_and_says_nothing(personal: str, becomes: str) -> None:
    assert invented.text(personal.encode("gb18030")).decode("gb18030") == becomes
    assert invented.text(personal.encode(), "utf-8").decode() == becomes


@given(st.one_of(st.binary(max_size=60), st.text(max_size=30).map(str.encode)), st.sampled_from(["gb18030", "utf-8"]))
def test_any_text_keeps_its_length_and_is_replaced_once_and_for_all(octets: bytes, encoding: str) -> None:
    cleaned = invented.text(octets, encoding)
    assert len(cleaned) == len(octets)
    assert invented.text(cleaned, encoding) == cleaned


@given(st.from_regex(r"[0-9]{11,19}", fullmatch=True))
def test_a_number_whose_check_holds_becomes_one_whose_check_holds(digits: str) -> None:
    became = invented.number(digits)
    assert is_resident_number(became) or not is_resident_number(digits)
    assert is_bank_card(became) or not is_bank_card(digits) or is_resident_number(digits) or set(digits) == {"0"}


def test_resident_numbers_of_traces_are_of_region_10() -> None:
    numbers = {invented.resident_number(serial) for serial in range(100)}
    assert len(numbers) == 100
    assert all(is_resident_number(number) and number.startswith("10") for number in numbers)
    assert invented.number(invented.resident_number(1)) == invented.resident_number(1)
