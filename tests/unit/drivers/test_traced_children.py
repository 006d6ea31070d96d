"""Child processes on tape and played back, and a printer that is asked over HTTP: what fails, fails again."""

import time
from pathlib import Path

import pytest

from drivers.child_process import ChildProcess, NoAnswer
from drivers.page_printer.ipp_traces import IPP, wire_at
from drivers.page_printer.ipp_wire import NotReached
from drivers.traces.children import RecordedChild, ReplayedChild, child_at
from drivers.traces.protocols import PLAIN
from drivers.traces.recording import Tape
from drivers.traces.replaying import DialogueDiffers, Replay
from drivers.traces.trace_file import DamagedTrace, Way, read_trace

WITHIN_S = 10.0
SCRIPT = """
def serve(wire, *_):
    while (request := wire.receive()) is not None:
        if request == b"die":
            return
        if request != b"say nothing":
            wire.send(request.upper())
            wire.send(b"and more")
"""


def conversation(child: RecordedChild | ReplayedChild) -> list[object]:
    """Two answers, silence, an end, and another start."""
    said: list[object] = [child.running, child.start(within_s=WITHIN_S), child.running]
    for request, within_s in ((b"one", WITHIN_S), (b"say nothing", 0.1), (b"die", WITHIN_S)):
        said += [child.send(request), child.receive(until=time.monotonic() + within_s)]
        if request == b"one":
            said.append(child.receive(until=time.monotonic() + within_s))
    said += [child.running, child.send(b"again"), child.receive(until=time.monotonic() + WITHIN_S)]
    child.close()
    return [*said, child.running]


def test_what_a_child_answers_and_how_it_ends_is_played_back(tmp_path: Path) -> None:
    script, trace = tmp_path / "script.py", tmp_path / "x.trace"
    script.write_text(SCRIPT)
    child = ChildProcess(script, longest=1000, with_packages=False)
    said = conversation(RecordedChild(child, Tape(trace, "document_scanner", "sane", PLAIN)))
    assert said[3:6] == [True, b"ONE", b"and more"]
    assert NoAnswer.NOT_YET in said
    assert NoAnswer.ENDED in said
    assert [entry.octets for entry in read_trace(trace).entries if entry.way is Way.RECEIVED] == [
        b"ONE", b"and more", b"AGAIN",
    ]  # fmt: skip
    assert conversation(ReplayedChild(Replay(trace))) == said
    replayed = child_at(f"trace:{trace}", lambda: child, None)
    with pytest.raises(DialogueDiffers, match="entry 1"):
        replayed.send(b"two")
    with pytest.raises(DamagedTrace, match="cannot be read"):
        child_at(f"trace:{tmp_path / 'none'}", lambda: child, None)
    assert child_at("pcsc:x", lambda: child, None) is child


def test_a_printer_that_was_not_reached_is_not_reached_again(tmp_path: Path) -> None:
    trace = tmp_path / "x.trace"
    tape = Tape(trace, "page_printer", "ipp", IPP)
    request = b"\x02\x00\x00\x0b\x00\x00\x00\x01\x01E\x00\x0bprinter-uri\x00\x0eipp://hall/ipp\x03"
    with pytest.raises(NotReached):
        wire_at("ipp://127.0.0.1:9/ipp/print", tape).ask(request, until=time.monotonic() + 1)
    tape.flush()
    wire = wire_at(f"trace:{trace}")
    assert wire.address.uri == "ipp://hall/ipp"
    with pytest.raises(NotReached):
        wire.ask(request, until=time.monotonic() + 1)
    with pytest.raises(DialogueDiffers, match="ended"):
        wire.ask(request, until=time.monotonic() + 1)
    with pytest.raises(ValueError, match="not the address of a printer"):
        wire_at("http://hall/", None)
