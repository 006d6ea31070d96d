"""The scan engine: its bursts, and what goes wrong on its wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codes.scan_engine import ScanEngine
from drivers.codes.scan_engine_frames import ACKNOWLEDGED, NotWhole, OnlyAcknowledged, Scanned, parse_burst
from kiosk.codes import CodeSource, Symbology
from kiosk.faults import CODE_READER_NOT_WORKING, CODE_READER_SILENT, CODE_READER_UNPLUGGED
from kiosk.ports import CodeRead, Disconnected, NeedsAttention, NoCode, Ready
from tests.wires.engine_wire import LIGHT_OUT, TRIGGER, EngineWire

PAYLOADS = st.binary(min_size=1, max_size=60).filter(lambda payload: not payload.endswith((b"\r", b"\n")))
TERMINATORS = st.sampled_from([b"\r", b"\n", b"\r\n"])


@given(PAYLOADS, TERMINATORS)
def test_a_code_behind_its_acknowledgement_is_told_byte_for_byte(payload: bytes, terminator: bytes) -> None:
    burst = ACKNOWLEDGED + payload + terminator
    assert parse_burst(burst, acknowledgement_due=True, terminated=True) == Scanned(payload)


@given(PAYLOADS, TERMINATORS)
def test_a_code_before_or_without_its_acknowledgement_is_told(payload: bytes, terminator: bytes) -> None:
    if not payload.startswith(ACKNOWLEDGED):
        for late in (b"", ACKNOWLEDGED):
            burst = payload + terminator + late
            assert parse_burst(burst, acknowledgement_due=True, terminated=True) == Scanned(payload)


@given(PAYLOADS, TERMINATORS)
def test_the_codes_of_two_triggers_are_never_told_as_one(payload: bytes, terminator: bytes) -> None:
    if not payload.startswith(ACKNOWLEDGED):
        burst = payload + terminator + ACKNOWLEDGED + payload + terminator
        assert parse_burst(burst, acknowledgement_due=True, terminated=True) == NotWhole()


@given(PAYLOADS)
def test_bytes_like_an_acknowledgement_are_content_when_none_is_due(payload: bytes) -> None:
    hostile = ACKNOWLEDGED + payload + ACKNOWLEDGED
    assert parse_burst(hostile + b"\r", acknowledgement_due=False, terminated=True) == Scanned(hostile)


@given(PAYLOADS, TERMINATORS)
def test_a_code_sent_twice_at_once_is_one_code(payload: bytes, terminator: bytes) -> None:
    assert parse_burst((payload + terminator) * 2, acknowledgement_due=False, terminated=True) == Scanned(payload)


def test_bytes_without_their_end_are_half_a_code() -> None:
    assert parse_burst(b"1001", acknowledgement_due=False, terminated=True) == NotWhole()
    assert parse_burst(b"1001", acknowledgement_due=False, terminated=False) == Scanned(b"1001")
    assert parse_burst(b"\r", acknowledgement_due=False, terminated=True) == NotWhole()
    assert parse_burst(b"x" * 8193 + b"\r", acknowledgement_due=False, terminated=True) == NotWhole()


def test_an_acknowledgement_alone_is_no_code() -> None:
    assert parse_burst(ACKNOWLEDGED, acknowledgement_due=True, terminated=True) == OnlyAcknowledged()


@given(st.binary(), st.booleans(), st.booleans())
def test_any_bytes_are_a_code_or_none(received: bytes, due: bool, terminated: bool) -> None:
    parsed = parse_burst(received, acknowledgement_due=due, terminated=terminated)
    if isinstance(parsed, Scanned):
        assert parsed.payload
        assert parsed.payload in received


def engine_on(wire: EngineWire, **settings: bool) -> ScanEngine:
    return ScanEngine(wire, clock=wire.clock, **settings)


def code(payload: bytes) -> CodeRead:
    return CodeRead(payload, payload.decode(), Symbology.NOT_TOLD, CodeSource.SCAN_ENGINE)


@pytest.mark.parametrize("chunk", [1, 3, 7, 8, 64])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n"])
def test_a_code_is_read_however_its_bytes_arrive(chunk: int, late: bool, terminator: bytes) -> None:
    wire = EngineWire(shown=b"1001011944", chunk=chunk, late_acknowledgement=late, terminator=terminator)
    assert engine_on(wire).look() == code(b"1001011944")


def test_an_engine_that_does_not_acknowledge_and_sends_its_code_works() -> None:
    assert engine_on(EngineWire(shown=b"1001", acknowledges=False)).look() == code(b"1001")


def test_an_engine_that_sends_no_terminators_works_when_it_is_said_so() -> None:
    wire = EngineWire(shown=b"1001", terminator=b"")
    assert engine_on(wire, terminated=False).look() == code(b"1001")
    assert engine_on(wire).look() == NoCode()


def test_a_double_fire_is_one_code() -> None:
    wire = EngineWire(shown=b"1001", fires=2)
    engine = engine_on(wire)
    assert [engine.look() for _ in range(3)] == [code(b"1001"), NoCode(), NoCode()]


@pytest.mark.parametrize("after", range(12))
def test_a_code_during_which_the_plug_was_pulled_is_no_code(after: int) -> None:
    wire = EngineWire(shown=b"1001011944", chunk=1, lost_after=len(ACKNOWLEDGED) + after - 1)
    engine = engine_on(wire)
    assert engine.look() == Disconnected(CODE_READER_UNPLUGGED)
    wire.plug()
    assert engine.look() == code(b"1001011944")


def test_an_engine_that_does_not_answer_is_silent_and_comes_back() -> None:
    wire = EngineWire(silent=True)
    engine = engine_on(wire)
    assert (engine.status(), engine.look()) == (Disconnected(CODE_READER_SILENT),) * 2
    wire.silent, wire.shown = False, b"1001"
    assert engine.status() == Ready()
    assert engine.look() == code(b"1001")


def test_an_engine_that_answers_something_else_needs_attention() -> None:
    wire = EngineWire(acknowledges=False)
    engine = engine_on(wire)
    write = wire.write
    wire.write = lambda data: (write(data), wire.send(b"?"))[0]  # type: ignore[method-assign,assignment]
    assert engine.status() == NeedsAttention(CODE_READER_NOT_WORKING)


def test_the_rest_of_a_code_that_nobody_waited_for_is_never_a_code() -> None:
    wire = EngineWire(shown=b"1" * 3000, chunk=4)
    engine = engine_on(wire)
    assert engine.look() == NoCode()  # it is still arriving
    engine.rest()
    wire.hide()
    looked = {type(engine.look()) for _ in range(8)}
    assert looked == {NoCode}
    assert wire.commands[:2] == [TRIGGER, LIGHT_OUT]


def test_a_long_code_arrives_over_several_looks_with_one_trigger() -> None:
    wire = EngineWire(shown=b"A" * 3600, chunk=4)
    engine = engine_on(wire)
    looks = [engine.look() for _ in range(3)]
    assert looks == [NoCode(), code(b"A" * 3600), NoCode()]
    assert wire.commands.count(TRIGGER) == 2


def test_an_engine_that_never_stops_sending_needs_attention() -> None:
    wire = EngineWire(shown=b"A" * 20000)
    engine = engine_on(wire)
    assert NeedsAttention(CODE_READER_NOT_WORKING) in [engine.look() for _ in range(3)]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8))
def test_noise_gives_an_outcome(noise: list[bytes]) -> None:
    wire = EngineWire()
    engine = engine_on(wire)
    for octets in noise:
        wire.send(octets)
        assert isinstance(engine.look(), CodeRead | NoCode | NeedsAttention | Disconnected)
        assert isinstance(engine.status(), Ready | NeedsAttention | Disconnected)


def test_late_acknowledgements_of_earlier_looks_never_join_two_codes() -> None:
    wire = EngineWire(silent=True)
    engine = engine_on(wire)
    for sent, expected in (
        (ACKNOWLEDGED, NoCode()),  # the first look's trigger; its code is slow
        (b"1001\r", code(b"1001")),  # in the second look, whose own acknowledgement is slower still
        (ACKNOWLEDGED + b"1001\r" + ACKNOWLEDGED + b"1001\r", NoCode()),
        (ACKNOWLEDGED + b"2002\r", code(b"2002")),
    ):
        wire.write = lambda data, sent=sent: wire.commands.append(data) or wire.send(sent)  # type: ignore[method-assign,misc]
        assert engine.look() == expected
