"""For each device port: its rules, whose hands there are, how an adapter is made, where the simulator has it.

A package may bring a simulated device of its own for its driver: an entry point of the group `hall_terminal.benches`,
named `<port>.<driver>`, of a context manager that gives the device's address and hands at it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from drivers import configured
from kiosk import configuration, ports
from provisioning.conformance import person, simulated_hands
from provisioning.conformance.person import Person
from provisioning.conformance.rules import (
    code_reader,
    document_camera,
    document_scanner,
    identity_card_reader,
    page_printer,
    receipt_printer,
    smart_card_reader,
)
from provisioning.conformance.simulator import Simulator
from provisioning.conformance.trying import Hands, Rule

BENCHES = "hall_terminal.benches"
Status = Mapping[str, Any]  # of the simulation
Bench = Callable[[], AbstractContextManager[tuple[str, Hands]]]


@dataclass(frozen=True, slots=True)
class Simulated:
    """Where the simulation's status says that a device is, and hands at it."""

    address: Callable[[Status], str]
    hands: Callable[[Simulator], Hands]


@dataclass(frozen=True, slots=True)
class Kit:
    """`simulated`: by driver; the first is the one for drivers that are not ours."""

    port: type
    rules: tuple[Rule, ...]
    settings: Callable[..., Any]
    connect: Callable[[Any, ExitStack], object]
    persons_hands: Callable[[Person], Hands]
    simulated: Mapping[str, Simulated]

    def simulated_for(self, driver: str) -> Simulated:
        return self.simulated.get(driver) or next(iter(self.simulated.values()))


def package_bench(port: str, driver: str) -> Bench | None:
    """The simulated device that a package brings for its driver."""
    for entry in entry_points(group=BENCHES, name=f"{port}.{driver}"):
        bench: Bench = entry.load()
        return bench
    return None


def _at(port: str, key: str, hands: Callable[[Simulator], Hands]) -> Simulated:
    return Simulated(lambda status: str(status[port][key]), hands)


KITS: Mapping[str, Kit] = {
    "identity_card_reader": Kit(
        ports.IdentityCardReader,
        identity_card_reader.RULES,
        configuration.IdentityCardReaderDevice,
        configured.identity_card_reader,
        person.PersonsCards,
        {"sam": _at("identity_card_reader", "tcp_address", simulated_hands.SimulatedCards)},
    ),
    "smart_card_reader": Kit(
        ports.SmartCardReader,
        smart_card_reader.RULES,
        configuration.SmartCardReaderDevice,
        configured.smart_card_reader,
        person.PersonsSlot,
        {"pcsc": _at("smart_card_reader", "address", simulated_hands.SimulatedSlot)},
    ),
    "code_reader": Kit(
        ports.CodeReader,
        code_reader.RULES,
        configuration.CodeReaderDevice,
        configured.code_reader,
        person.PersonsCodes,
        {
            "scan-engine": _at("code_reader", "address", simulated_hands.SimulatedCodes),
            "camera": _at("code_reader", "camera_address", simulated_hands.SimulatedCodesBeforeACamera),
        },
    ),
    "document_camera": Kit(
        ports.DocumentCamera,
        document_camera.RULES,
        configuration.DocumentCameraDevice,
        configured.document_camera,
        person.PersonsDesk,
        {"frames": _at("document_camera", "address", simulated_hands.SimulatedDesk)},
    ),
    "receipt_printer": Kit(
        ports.ReceiptPrinter,
        receipt_printer.RULES,
        configuration.ReceiptPrinterDevice,
        configured.receipt_printer,
        person.PersonsPrinter,
        {"escpos": _at("receipt_printer", "address", simulated_hands.SimulatedPrinter)},
    ),
    "document_scanner": Kit(
        ports.DocumentScanner,
        document_scanner.RULES,
        configuration.DocumentScannerDevice,
        configured.document_scanner,
        person.PersonsScanner,
        {"sane": _at("document_scanner", "address", simulated_hands.SimulatedScanner)},
    ),
    "page_printer": Kit(
        ports.PagePrinter,
        page_printer.RULES,
        configuration.PagePrinterDevice,
        configured.page_printer,
        person.PersonsPagePrinter,
        {"ipp": _at("page_printer", "address", simulated_hands.SimulatedPagePrinter)},
    ),
}
