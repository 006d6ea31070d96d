"""Every adapter of ours keeps the rules of its port, on every wire it has. One bench a wire, for all of its rules."""

from collections.abc import Iterator
from typing import Any

import pytest

from provisioning.conformance.kits import KITS
from provisioning.conformance.trying import Result, Rule, name_of, tried
from tests.contract.benches import ADAPTERS, Bench

BUSY_MACHINE_S = 10.0  # what other tests on this machine may add to a call
NO_MOUTH = {"a-slip-waits-in-the-mouth-until-it-is-taken", "a-forgotten-slip-is-gone-before-the-next-comes"}
NOT_SILENCED = {"a-slip-that-nobody-confirms-is-unknown"}
NOT_TRIED = {
    ("receipt_printer", "scripted wire"): NO_MOUTH | NOT_SILENCED,
    ("receipt_printer", "scripted wire, kiosk mechanism"): NOT_SILENCED,
    ("receipt_printer", "simulated, TCP"): NO_MOUTH,
    ("receipt_printer", "simulated, serial"): NO_MOUTH,
    ("receipt_printer", "simulated, USB"): NO_MOUTH | NOT_SILENCED,
    ("receipt_printer", "simulated kiosk mechanism, TCP"): NOT_SILENCED,
}
LOGGED = {"a-scanner-that-stops-answering-ends-the-scan"}  # a child process that hangs is said in the log
EACH = [
    pytest.param(
        (port, wire),
        rule,
        id=f"{port}, {wire}: {name_of(rule)}",
        marks=[pytest.mark.expects_warnings] if name_of(rule) in LOGGED else [],
    )
    for port, wires in ADAPTERS.items()
    for wire in wires
    for rule in KITS[port].rules
]


@pytest.fixture(scope="module")
def bench(request: pytest.FixtureRequest) -> Iterator[Bench[Any, Any]]:
    port, wire = request.param
    with ADAPTERS[port][wire]() as bench:
        yield bench


@pytest.mark.parametrize(("bench", "rule"), EACH, indirect=["bench"])
def test_an_adapter_keeps(bench: Bench[Any, Any], rule: Rule, request: pytest.FixtureRequest) -> None:
    port, wire = request.node.callspec.params["bench"]
    verdict = tried(rule, bench.adapter, bench.hands, port=KITS[port].port, grace_s=BUSY_MACHINE_S)
    bench.hands.tidy()
    wanted = Result.NOT_TRIED if name_of(rule) in NOT_TRIED.get((port, wire), ()) else Result.PASSED
    assert (verdict.result, verdict.why if verdict.result != wanted else "") == (wanted, "")
