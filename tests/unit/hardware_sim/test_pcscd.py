"""The private PC/SC service: it comes up, restarts in its place, and never outlives who started it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware_sim.pcscd import PcscdFailed, PrivatePcscd, VirtualReader, is_possible
from tests.system.waiting import until

STARTS_ONE_AND_IS_KILLED = """
import os, pathlib, signal, sys
from hardware_sim.pcscd import PrivatePcscd
PrivatePcscd(pathlib.Path(sys.argv[1])).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def service(short_path: Path) -> Iterator[PrivatePcscd]:
    assert is_possible() is None, is_possible()
    with PrivatePcscd(short_path) as service:
        yield service


@pytest.fixture
def short_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pcscd")


def is_answered(service: PrivatePcscd) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(service.environment["PCSCLITE_CSOCK_NAME"]) == 0


def processes_of(directory: Path) -> list[str]:
    found = subprocess.run(["pgrep", "-f", str(directory / "reader.conf")], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_it_answers_while_it_runs_and_restarts_in_its_place(service: PrivatePcscd, short_path: Path) -> None:
    readers = service.readers
    for reader in readers:
        with socket.create_connection(("127.0.0.1", reader.port)):
            service.restart()
            assert is_answered(service)
    assert service.readers == readers
    service.stop()
    assert not is_answered(service)
    assert not processes_of(short_path)


def test_two_run_beside_each_other_on_ports_of_their_own(service: PrivatePcscd, short_path: Path) -> None:
    with PrivatePcscd(short_path / "second") as second:
        assert {reader.port for reader in service.readers}.isdisjoint(reader.port for reader in second.readers)


def test_a_port_that_somebody_else_took_meanwhile_is_a_failure_in_words(
    service: PrivatePcscd, short_path: Path
) -> None:
    second = PrivatePcscd(short_path / "second")
    second.readers = tuple(VirtualReader(reader.name, reader.port) for reader in service.readers)
    with pytest.raises(PcscdFailed, match="in use"):
        second.start()
    assert not second.running


def test_it_ends_with_a_process_that_was_killed(short_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", STARTS_ONE_AND_IS_KILLED, str(short_path)], check=False)
    assert died.returncode == -signal.SIGKILL
    until(lambda: not processes_of(short_path), "no pcscd left")


def test_a_path_too_long_for_a_socket_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too long"):
        PrivatePcscd(tmp_path / ("x" * 100))


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hardware_sim.pcscd.DRIVER", tmp_path / "absent.so")
    assert "vsmartcard-vpcd" in str(is_possible())
