"""Each kind of lie that an adapter can tell breaks the rule that is there for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kiosk.faults import ALL
from kiosk.ports import CapturedPage, CardPresent, CodeRead, NoCard, NotPrinted, PagesPrinted, Printed, Ready, ScanEnded
from provisioning.conformance import expectations
from provisioning.conformance.kits import KITS
from provisioning.conformance.rules import page_printer
from provisioning.conformance.trying import Result, name_of, tried
from tests.contract.benches import ADAPTERS

Lie = Callable[..., object]


class Lying:
    """An adapter of ours, of which one call lies."""

    def __init__(self, adapter: Any, verb: str, lie: Lie) -> None:
        self._adapter, self._verb, self._lie = adapter, verb, lie

    def __getattr__(self, verb: str) -> Any:
        if verb == self._verb:
            return lambda *given, **named: self._lie(self._adapter, *given, **named)
        return getattr(self._adapter, verb)


def prints_twice(printer: Any, job: Any) -> object:
    printer.print(job)
    return printer.print(replace(job, job_id=f"{job.job_id}-again"))


def finds_forever() -> Lie:
    found: list[object] = []

    def find(reader: Any) -> object:
        if isinstance(said := reader.find_card(), CardPresent):
            found.append(said)
        return CardPresent() if found else said

    return find


def loses_a_page() -> Lie:
    lost: list[object] = []

    def following(scanner: Any) -> object:
        said = scanner.next()
        if isinstance(said, CapturedPage) and not lost:
            lost.append(said)
            return scanner.next()
        return said

    return following


def shortened(reader: Any) -> object:
    said = reader.look()
    return replace(said, payload=said.payload.strip()) if isinstance(said, CodeRead) else said


LIES: list[tuple[str, str, str, Lie, str]] = [
    ("identity_card_reader", "scripted wire", "find_card", finds_forever(), "a-card-that-was-read-is-found-again"),
    ("identity_card_reader", "scripted wire", "find_card", lambda reader: NoCard(), "a-card-is-read"),
    ("identity_card_reader", "scripted wire", "status", lambda reader: Ready(), "a-reader-that-was-unplugged"),
    ("code_reader", "scan engine, scripted wire", "look", shortened, "what-a-stranger-wrote"),
    ("code_reader", "scan engine, scripted wire", "rest", lambda reader: None, "rest-forgets"),
    ("document_camera", "folder", "rest", lambda camera: [], "rest-is-always-allowed"),
    ("document_camera", "folder", "status", lambda camera: Ready(), "a-camera-that-was-unplugged"),
    ("document_scanner", "simulated, on the network", "next", loses_a_page(), "a-stack-is-read"),
    ("document_scanner", "simulated, on the network", "next", lambda scanner: ScanEnded(), "a-jam-keeps"),
    ("receipt_printer", "scripted wire", "print", lambda printer, job: Printed(), "without-paper"),
    ("receipt_printer", "scripted wire", "print", prints_twice, "each-slip"),
    ("receipt_printer", "scripted wire", "print", lambda *_: NotPrinted(ALL["printer.silent"]), "each-slip"),
    ("page_printer", "simulated", "next", lambda printer: PagesPrinted(1), "what-is-no-document"),
    ("page_printer", "simulated", "next", lambda printer: PagesPrinted(1), "sheets-that-nobody-counted"),
    ("page_printer", "simulated", "cancel", lambda *_: NotPrinted(ALL["printer.silent"]), "a-job-that-was-taken-back"),
]


@pytest.mark.parametrize(("port", "wire", "verb", "lie", "rule"), LIES)
def test_a_lie_breaks_its_rule(
    port: str, wire: str, verb: str, lie: Lie, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expectations, "BACK_WITHIN_S", 0.5)
    monkeypatch.setattr(page_printer, "ENDS_WITHIN_S", 10.0)
    kit = KITS[port]
    chosen = next(one for one in kit.rules if name_of(one).startswith(rule))
    with ADAPTERS[port][wire]() as bench:
        verdict = tried(chosen, Lying(bench.adapter, verb, lie), bench.hands, port=kit.port, grace_s=10.0)
    assert (verdict.result, bool(verdict.why)) == (Result.FAILED, True)
