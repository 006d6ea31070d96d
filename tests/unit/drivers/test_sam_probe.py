"""A technician's probe of a reader: which card lies there, without whose it is, on the screen and in the trace."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.chip_layouts import parse_chip
from kiosk.identity import IdentityCard
from tests.wires.sam_wire import SAM_NUMBER_SHOWN, SamWire

CHIP = bytes.fromhex(
    json.loads((Path(__file__).parents[2] / "golden/cards.json").read_text(encoding="utf-8"))[0]["chip"]
)


@pytest.fixture
def reader() -> Iterator[str]:
    """A reader behind a serial server, with a card on it, for one visitor."""
    wire = SamWire(chip=CHIP)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            host, _ = listener.accept()
            with host:
                while command := host.recv(100):
                    wire.write(command)
                    host.sendall(wire.pending)
                    wire.pending = b""

        thread = threading.Thread(target=serve, name="reader behind a serial server")
        thread.start()
        yield f"tcp:127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def probe(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "drivers.identity_card.sam_reader", "--probe", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


def test_a_card_that_is_read_and_traced_stays_nobodys(reader: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    said = probe("--address", reader, "--read", "--trace", str(trace), "--json")
    assert (said.returncode, said.stderr) == (0, "")
    findings = {finding["name"]: finding["value"] for finding in map(json.loads, said.stdout.splitlines())}
    assert findings["SAM number"] == SAM_NUMBER_SHOWN
    assert (findings["card"], findings["read"]) == ("present", "resident-identity-card")
    card = parse_chip(CHIP)
    assert isinstance(card, IdentityCard)
    written = trace.read_text(encoding="ascii")
    assert sum(len(line) > 2000 for line in written.splitlines()) == 1, "the card that was read"
    for personal in (card.address, card.issuer):
        assert personal not in said.stdout
        assert personal.encode("utf-16-le").hex() not in written


@pytest.mark.parametrize("address", ["usb:0400:c35a", "serial:/dev/absent?baud=auto"])
def test_a_reader_that_is_absent_is_bad_on_every_wire(address: str) -> None:
    said = probe("--address", address, "--read")
    assert said.returncode == 1
    assert "BAD status: disconnected: idcard.reader.unplugged" in said.stdout
