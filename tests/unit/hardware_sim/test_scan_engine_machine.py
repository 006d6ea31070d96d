"""A scan engine as a machine: commands, triggers, what it sends of a code."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.scan_engine_machine import HOSTILE, ScanEngineMachine, next_command, spoiled

TRIGGER, STOP = bytes.fromhex("7E000801000201ABCD"), bytes.fromhex("7E000801000200ABCD")
DONE = bytes.fromhex("02000001003331")


def test_a_trigger_is_acknowledged_and_reads_one_code() -> None:
    machine = ScanEngineMachine()
    assert machine.look(b"early", 0.0) is None
    assert machine.receive(TRIGGER, 0.0) == DONE
    assert machine.look(None, 1.0) is None
    assert machine.look(b"code", 2.0) == b"code"
    assert machine.look(b"code", 2.1) is None


def test_a_trigger_ends_by_itself_after_five_seconds() -> None:
    machine = ScanEngineMachine()
    machine.receive(TRIGGER, 10.0)
    assert machine.deadline_s == 15.0
    assert machine.look(b"late", 15.0) is None
    assert not machine.lit


def test_how_long_it_looks_can_be_set_and_read() -> None:
    machine = ScanEngineMachine()
    assert machine.receive(bytes.fromhex("7E00080100061EABCD"), 0.0) == DONE
    assert machine.receive(bytes.fromhex("7E000701000601ABCD"), 0.0)[:5].hex() == "020000011e"
    machine.receive(TRIGGER, 0.0)
    assert machine.deadline_s == pytest.approx(3.0)
    machine.receive(bytes.fromhex("7E000801000600ABCD") + TRIGGER, 0.0)
    assert machine.deadline_s > 1e9


def test_stop_puts_the_light_out() -> None:
    machine = ScanEngineMachine()
    assert machine.receive(TRIGGER + STOP, 0.0) == DONE + DONE
    assert machine.look(b"code", 0.1) is None


def test_a_command_with_a_true_check_is_obeyed_and_one_with_a_false_check_is_not() -> None:
    machine = ScanEngineMachine()
    assert machine.receive(bytes.fromhex("7E00080100020102DA"), 0.0) == DONE
    machine.receive(STOP, 0.0)
    assert machine.receive(bytes.fromhex("7E00080100020102DB"), 0.0) == b""
    assert not machine.lit


def test_a_command_in_pieces_and_behind_noise_is_heard() -> None:
    machine = ScanEngineMachine()
    stream = b"\x00\x7e\x7e\x00\xff" + TRIGGER
    answers = [machine.receive(bytes([octet]), 0.0) for octet in stream]
    assert b"".join(answers) == DONE


@given(st.lists(st.binary(max_size=30)))
def test_after_any_noise_a_trigger_is_heard_at_the_latest_the_second_time(noise: list[bytes]) -> None:
    machine = ScanEngineMachine()
    for octets in noise:
        machine.receive(octets, 0.0)
    assert machine.receive(bytes(300) + TRIGGER, 0.0).endswith(DONE)


@given(st.binary(max_size=400))
def test_what_waits_for_more_is_never_longer_than_a_command(noise: bytes) -> None:
    received = bytearray(noise)
    while next_command(received) is not None:
        pass
    assert len(received) <= 6 + 255 + 2


def test_faults_spoil_a_code_in_their_own_ways() -> None:
    def sent(**faults: dict[str, object]) -> bytes:
        named = {f"scanner.{name.replace('_', '-')}": given for name, given in faults.items()}
        return spoiled(b"12345", named, b"\r", random.Random(1))

    assert sent() == b"12345\r"
    assert sent(double_fire={}) == b"12345\r12345\r"
    assert sent(half_code={}) == b"123"
    assert sent(noise={"bytes": 3})[3:] == b"12345\r"
    assert sent(noise={"bytes": 3}) == sent(noise={"bytes": 3})
    assert sent(hostile={"kind": "url"}) == HOSTILE["url"] + b"\r"
    assert len(sent(hostile={"kind": "long"})) == 4097
