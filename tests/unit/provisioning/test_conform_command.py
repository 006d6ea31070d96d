"""`kiosk-provision conform` on simulated devices, of drivers that packages bring, and broken off in the middle."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hardware_sim.control import Simulation
from hardware_sim.simulation import running
from provisioning.cli import main

VENDORS = '''
import threading

from drivers.identity_card.sam_reader import SamReader
from drivers.identity_card.sam_wires import sam_transport

TESTED_AGAINST = "nothing at all"
over = threading.Event()

class Forgetful(SamReader):
    """Finds a card that was read already."""
    def find_card(self):
        found = super().find_card()
        self.seen = getattr(self, "seen", None) or (found if type(found).__name__ == "CardPresent" else None)
        return self.seen or found

class Impatient(SamReader):
    def read_card(self):
        raise KeyboardInterrupt

class Hanging(SamReader):
    """Until the test is over."""
    def find_card(self):
        over.wait()
        self._transport.close()

def connect(settings, ends):
    wire = sam_transport(settings.address)
    ends.callback(wire.close)
    return DRIVERS[settings.driver](wire)

DRIVERS = {"acme-good": SamReader, "acme-forgetful": Forgetful, "acme-impatient": Impatient, "acme-hanging": Hanging}
'''
NAMES = ("good", "forgetful", "impatient", "hanging")
ENTRY_POINTS = "".join(f"identity_card_reader.acme-{name} = acme_drivers:connect\n" for name in NAMES)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulation]:
    with running(Path(tmp_path_factory.mktemp("conform")) / "sim") as simulation:
        yield simulation


@pytest.fixture
def _vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "acme_drivers-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-drivers\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[hall_terminal.drivers]\n{ENTRY_POINTS}")
    (tmp_path / "acme_drivers.py").write_text(VENDORS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("provisioning.conformance.trying.GRACE_S", 10.0)


def conformed(simulation: Simulation, *words: str) -> int:
    status = main(["conform", *words, "--run-dir", str(simulation.run_dir)])
    simulation.card_lift()
    return status


def test_one_of_our_drivers_keeps_its_rules_and_the_report_says_so(
    simulation: Simulation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformed(simulation, "identity-card-reader", "--report", str(tmp_path / "report.xml")) == 0
    out, err = capsys.readouterr()
    *lines, summary = out.splitlines()
    assert summary == "8 rules: 8 passed, 0 failed, 0 not tried"
    assert all(line.startswith("passed    ") for line in lines)
    assert "[8/8] A reader that was unplugged" in err
    suite = ElementTree.parse(tmp_path / "report.xml").getroot()
    properties = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert suite.get("name") == "conform.identity_card_reader.sam"
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("8", "0", "0")
    assert properties["device"] == "simulated"
    assert "never run against a real device" in properties["tested_against"]


@pytest.mark.usefixtures("_vendors")
def test_a_vendors_driver_is_tried_by_its_name(simulation: Simulation, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--driver", "acme-good", "--rule", "a-card-is-read-with-its-photo-or-with-none"]
    assert conformed(simulation, "identity_card_reader", *words, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["driver"], report["conforms"], report["complete"]) == ("acme-good", True, True)
    assert [verdict["result"] for verdict in report["verdicts"]] == ["passed"]


@pytest.mark.usefixtures("_vendors")
def test_a_driver_that_breaks_a_rule_fails_with_what_came(
    simulation: Simulation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--driver", "acme-forgetful", "--report", str(tmp_path / "report.json")]
    words += ["--rule", "a-card-that-was-read-is-found-again-only-after-it-was-lifted"]
    assert conformed(simulation, "identity_card_reader", *words) == 1
    expected = "looking again while the card that was read still lies there: expected NoCard, came CardPresent"
    assert expected in capsys.readouterr().out
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert (report["conforms"], report["tested_against"]) == (False, "nothing at all")
    assert expected in report["verdicts"][0]["why"]


@pytest.mark.usefixtures("_vendors")
def test_what_is_broken_off_leaves_a_report_that_says_so(
    simulation: Simulation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--driver", "acme-impatient", "--report", str(tmp_path / "report.xml")]
    words += ["--rule", "a-card-is-read-with-its-photo-or-with-none"]
    assert conformed(simulation, "identity_card_reader", *words) == 130
    assert "0 rules: 0 passed, 0 failed, 0 not tried; BROKEN OFF" in capsys.readouterr().out
    suite = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert (suite.get("errors"), [case.get("name") for case in suite.iter("testcase")]) == (
        "1",
        ["all-rules-were-tried"],
    )


@pytest.mark.usefixtures("_vendors")
def test_a_driver_that_never_returns_fails_and_nothing_more_is_tried(
    simulation: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("provisioning.conformance.device_thread.HANGS_AFTER_S", 0.5)
    assert conformed(simulation, "identity_card_reader", "--driver", "acme-hanging") == 1
    first, second, *_, summary = capsys.readouterr().out.splitlines()
    assert first.startswith("failed    an-idle-reader")
    assert first.endswith("find_card has not returned for 0.5 s")
    assert second.endswith("a call before it never returned")
    assert summary == "8 rules: 0 passed, 1 failed, 7 not tried"
    sys.modules["acme_drivers"].over.set()


def test_a_report_that_cannot_be_written_is_said_before_anything_is_tried(
    simulation: Simulation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformed(simulation, "identity_card_reader", "--report", str(tmp_path / "none" / "report.xml")) == 78
    out, err = capsys.readouterr()
    assert (out, "none/report.xml" in err) == ("", True)


def test_a_report_in_which_nothing_was_tried_is_no_success(
    simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["receipt_printer", "--rule", "a-slip-waits"]
    assert conformed(simulation, *words) == 1
    assert "not tried a-slip-waits" in capsys.readouterr().out


def test_rules_are_listed_without_a_device(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "page_printer", "--list"]) == 0
    assert "a-job-comes-out-whole-and-once\n    An idle printer is ready" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (["identity_card_raeder"], 2, "the nearest known one is identity_card_reader"),
        (["code_reader", "--rule", "a-kode-that-was-away"], 2, "the nearest known one is a-code-that-was"),
        (["code_reader", "--device", "real"], 2, "needs --driver and --address"),
        (["code_reader", "--setting", "profile"], 2, "not a setting"),
        (["document_scanner"], 2, "the simulation has no document_scanner"),
        (["receipt_printer", "--setting", "profile=60mm"], 78, "60mm"),
        (["receipt_printer", "--setting", "colour=red"], 78, "colour"),
        (["code_reader", "--driver", "weege", "--address", "x"], 2, "the nearest known one is wedge"),
    ],
)
def test_a_wrong_command_is_said_with_the_nearest_right_one(
    simulation: Simulation, capsys: pytest.CaptureFixture[str], words: list[str], status: int, why: str
) -> None:
    assert conformed(simulation, *words) == status
    assert why in capsys.readouterr().err


def test_without_a_simulation_it_says_how_to_start_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "code_reader", "--run-dir", str(tmp_path)]) == 69
    assert "kiosk-sim up" in capsys.readouterr().err


class Technician:
    """Does what the console asks for to a simulated reader, and says that it is done."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._asked = ""

    def write(self, text: str) -> int:
        self._asked = text
        return len(text)

    def flush(self) -> None: ...

    def readline(self) -> str:
        if "plugged in" in self._asked or "Put the device's plug in" in self._asked:
            self._simulation.reader_plug(plugged=True)
        if "no card lies" in self._asked or "Lift the card" in self._asked:
            self._simulation.card_lift()
        if "Lay an identity card" in self._asked:
            self._simulation.card_insert("lin-zhiqiang")
        if "Pull the device's plug" in self._asked:
            self._simulation.reader_plug(plugged=False)
        return "\n"


def test_a_technician_at_a_real_device_is_the_hands_and_nobody_stands_in_the_report(
    simulation: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    technician = Technician(simulation)
    monkeypatch.setattr("sys.stdin", technician)
    monkeypatch.setattr("sys.stderr", technician)
    monkeypatch.setattr("provisioning.conformance.trying.GRACE_S", 10.0)
    where = simulation.status()["identity_card_reader"]["tcp_address"]
    words = ["--device", "real", "--driver", "sam", "--address", where, "--report", str(tmp_path / "report.json")]
    assert conformed(simulation, "identity_card_reader", *words) == 0
    report = (tmp_path / "report.json").read_text("utf-8")
    assert capsys.readouterr().out.endswith("8 rules: 6 passed, 0 failed, 2 not tried\n")
    assert json.loads(report)["device"] == "real"
    (person,) = [one for one in simulation.people() if one["key"] == "lin-zhiqiang"]
    assert not [personal for personal in (person["name"], person["number"]) if personal in report]
