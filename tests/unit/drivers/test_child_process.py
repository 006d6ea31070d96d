"""A library in a child process: it is asked, waited for, ended with all it started, and left alone when it fails."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.child_process import ChildProcess, NoAnswer
from tests.system.waiting import until

WITHIN_S = 10.0
SERVES = {
    "echoes": "wire.send(request)",
    "prints": "print('chatter', flush=True); wire.send(request)",
    "hangs": "threading.Event().wait()",
    "dies": "os.kill(os.getpid(), 11)",
    "leaves": "return",
    "answers too much": "wire.send(bytes(1001))",
    "answers in pieces": "[wire.send(bytes([at]) * 300) for at in range(3)]",
    "starts another": "subprocess.Popen(['sh', '-c', f'sleep 600 # {mark}']); wire.send(b'')",
}


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Callable[[str], ChildProcess]]:
    made: list[ChildProcess] = []

    def make(name: str, left_alone_s: tuple[float, ...] = (0.0,)) -> ChildProcess:
        script = tmp_path / "script.py"
        loop = f"while (request := wire.receive()) is not None:\n        {SERVES[name]}"
        script.write_text(f"import os, subprocess, sys, threading\ndef serve(wire, mark):\n    {loop}\n")
        mark = f"mark of {tmp_path}"
        made.append(ChildProcess(script, mark, longest=1000, with_packages=False, left_alone_s=left_alone_s))
        return made[-1]

    yield make
    for each in made:
        each.close()


Make = Callable[..., ChildProcess]


def answer(child: ChildProcess, request: bytes = b"?", within_s: float = WITHIN_S) -> bytes | NoAnswer:
    assert child.send(request)
    return child.receive(until=time.monotonic() + within_s)


def processes(mark: str) -> list[str]:
    found = subprocess.run(["pgrep", "--full", mark], capture_output=True, text=True, check=False)
    return found.stdout.split()


@pytest.mark.parametrize("name", ["echoes", "prints"])
def test_each_request_has_its_answer_whatever_the_library_prints(child: Make, name: str) -> None:
    asked = child(name)
    for request in (b"", b"one", bytes(range(256)) * 3):
        assert answer(asked, request) == request


def test_answers_that_come_before_they_are_taken_are_kept_apart(child: Make) -> None:
    asked = child("answers in pieces")
    assert answer(asked) == bytes(300)
    until_then = time.monotonic() + WITHIN_S
    assert [asked.receive(until=until_then) for _ in range(2)] == [b"\1" * 300, b"\2" * 300]
    assert asked.receive(until=time.monotonic()) is NoAnswer.NOT_YET
    assert asked.running


def test_one_that_hangs_is_not_waited_for_longer_and_can_be_ended(child: Make) -> None:
    hangs = child("hangs")
    assert hangs.start(within_s=WITHIN_S)
    began = time.monotonic()
    assert answer(hangs, within_s=0.1) is NoAnswer.NOT_YET
    assert hangs.running
    hangs.close()
    assert time.monotonic() - began < 2.0
    assert hangs.receive(until=time.monotonic()) is NoAnswer.ENDED


def test_one_that_takes_no_requests_any_more_blocks_nobody(child: Make) -> None:
    hangs = child("hangs")
    sent = 0
    while hangs.send(bytes(50_000)):
        sent += 1
    assert sent <= 3
    assert not hangs.running


@pytest.mark.parametrize("name", ["dies", "leaves", "answers too much"])
def test_one_that_ends_or_answers_too_much_is_ended_and_the_next_request_starts_another(child: Make, name: str) -> None:
    asked = child(name)
    for _ in range(2):
        assert answer(asked) is NoAnswer.ENDED
        assert not asked.running


def test_a_script_that_cannot_be_loaded_never_starts(tmp_path: Path) -> None:
    absent = ChildProcess(tmp_path / "absent.py", longest=10)
    assert not absent.start(within_s=WITHIN_S)
    assert absent.send(b"?")
    assert absent.receive(until=time.monotonic() + WITHIN_S) is NoAnswer.ENDED


def test_what_it_has_started_ends_with_it(child: Make, tmp_path: Path) -> None:
    starts, mark = child("starts another"), f"mark of {tmp_path}$"
    assert answer(starts) == b""
    until(lambda: len(processes(mark)) == 2, "both run")
    starts.close()
    until(lambda: not processes(mark), "both have ended")


def test_when_its_starter_is_killed_it_ends_with_all_it_started(child: Make, tmp_path: Path) -> None:
    child("starts another")
    mark = f"mark of {tmp_path}$"
    starter = f"""
import sys, time
from pathlib import Path
from drivers.child_process import ChildProcess
child = ChildProcess(Path({str(tmp_path / "script.py")!r}), {mark[:-1]!r}, longest=10)
child.send(b"?")
print(child.receive(until=time.monotonic() + 10), flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", starter]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"b''\n"
        program.kill()
    until(lambda: not processes(mark), "nothing is left")


def test_who_fails_is_left_alone_ever_longer_until_it_works(child: Make) -> None:
    fails = child("echoes", left_alone_s=(0.0, 600.0))
    fails.failed("did nothing")
    assert (fails.failures, fails.left_alone) == (1, False)
    fails.failed("did nothing")
    assert (fails.failures, fails.left_alone) == (2, True)
    assert answer(fails, b"all the same") == b"all the same"
    fails.worked()
    assert (fails.failures, fails.left_alone) == (0, False)
