"""SANE's network protocol as bytes, the scanner's end of it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices import saned_wire
from hardware_sim.devices.saned_wire import Action, Call, Kind, Option, Parameters, Range, Status, next_request, words

INT32 = st.integers(0, 2**31 - 1)
NAMES = st.binary(max_size=40).filter(lambda text: b"\0" not in text)


@given(
    st.sampled_from([Call.CLOSE, Call.START, Call.CANCEL, Call.GET_PARAMETERS, Call.GET_OPTION_DESCRIPTORS]),
    INT32,
    st.integers(0, 8),
)
def test_a_call_is_heard_when_all_of_it_is_there_and_not_before(call: Call, handle: int, short: int) -> None:
    sent = saned_wire.request(call, handle)
    heard = bytearray(sent[: len(sent) - short])
    request = next_request(heard)
    if short:
        assert request is None
        assert heard == sent[: len(sent) - short]
    else:
        assert request is not None
        assert (request.call, request.words, bytes(heard)) == (call, (handle,), b"")


@given(NAMES, NAMES)
def test_calls_that_come_together_are_heard_in_order(user: bytes, device: bytes) -> None:
    heard = bytearray(
        saned_wire.request(Call.INIT, saned_wire.VERSION, texts=[user])
        + saned_wire.request(Call.GET_DEVICES)
        + saned_wire.request(Call.OPEN, texts=[device])
        + saned_wire.request(Call.CONTROL_OPTION, 0, 3, Action.SET, Kind.INT, value=struct.pack(">i", 300))
        + saned_wire.request(Call.CONTROL_OPTION, 0, 3, Action.SET_AUTO)
        + saned_wire.request(Call.EXIT)
    )
    requests = [next_request(heard) for _ in range(6)]
    assert [request.call for request in requests if request] == [
        Call.INIT, Call.GET_DEVICES, Call.OPEN, Call.CONTROL_OPTION, Call.CONTROL_OPTION, Call.EXIT,
    ]  # fmt: skip
    assert requests[0] is not None
    assert requests[0].texts == (user,)
    assert requests[3] is not None
    assert (requests[3].words, requests[3].texts) == ((0, 3, Action.SET, Kind.INT, 4), (struct.pack(">i", 300),))
    assert not heard


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_call_or_waited_for_or_refused(octets: bytes) -> None:
    heard = bytearray(octets)
    try:
        request = next_request(heard)
    except ValueError:
        return
    assert len(heard) < len(octets) if request else bytes(heard) == octets
    assert words("to-device", octets)
    assert words("from-device", octets)


def test_a_string_of_a_million_characters_is_refused_before_it_comes() -> None:
    with pytest.raises(ValueError, match="no call"):
        next_request(bytearray(struct.pack(">II", Call.OPEN, 1_000_000)))


def test_answers_are_laid_out_as_the_standard_has_them() -> None:
    assert saned_wire.devices(Status.GOOD, [("abc", "de", "f", "")]).hex() == (
        "000000000000000200000000000000046162630000000003646500000000026600000000010000000001"
    )
    assert saned_wire.controlled(Status.GOOD, 4, Kind.STRING, b"ADF\0").hex() == (
        "00000000000000040000000300000004000000044144460000000000"
    )
    range_ = saned_wire.options([Option("x", "", Kind.FIXED, constraint=Range(0, 9))])
    assert range_.endswith(struct.pack(">5I", 1, 0, 0, 9, 0))
    listed = saned_wire.options([Option("x", "", Kind.INT, constraint=(75, 100))])
    assert listed.endswith(struct.pack(">5I", 2, 3, 2, 75, 100))
    assert saned_wire.parameters(Status.GOOD, Parameters(colour=True, width=10, lines=7)) == struct.pack(
        ">7I", 0, 1, 1, 30, 10, 7, 8
    )
    assert saned_wire.record(b"abc") + saned_wire.ended(Status.EOF) == b"\0\0\0\3abc\xff\xff\xff\xff\5"


def test_the_wires_bytes_are_told_in_words() -> None:
    opened = saned_wire.request(Call.OPEN, texts=[b"hall-scanner"])
    assert words("to-device", opened) == "SANE_NET_OPEN hall-scanner"
    assert words("to-device", opened[:9]) == "part of a call, 9 bytes"
    asked = saned_wire.request(Call.CONTROL_OPTION, 0, 2, Action.GET, Kind.STRING, value=b"\0" * 16)
    assert words("to-device", asked + saned_wire.request(Call.START, 0)) == (
        "SANE_NET_CONTROL_OPTION get option 2, SANE_NET_START"
    )
    assert words("to-device", b"GET / HTTP/1.1") == "no call"
    assert words("from-device", saned_wire.started(Status.JAMMED, 0)) == "answer: JAMMED"
    assert words("from-device", saned_wire.record(bytes(500))) == "image, 500 bytes"
    assert words("from-device", saned_wire.ended(Status.EOF)) == "image ends: EOF"
