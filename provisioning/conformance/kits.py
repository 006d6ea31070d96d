"""For each device port: its rules, whose hands there are, how an adapter is made, where the simulator has it."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from drivers import configured
from kiosk import configuration, ports
from provisioning.conformance import person, simulator
from provisioning.conformance.person import Person
from provisioning.conformance.rules import (
    code_reader,
    document_camera,
    identity_card_reader,
    receipt_printer,
    smart_card_reader,
)
from provisioning.conformance.simulator import Simulator
from provisioning.conformance.trying import Hands, Rule

Status = Mapping[str, Any]  # of the simulation


@dataclass(frozen=True, slots=True)
class Kit:
    """`simulated_at`: by driver, where the simulation's status says that it is; the first is the one for others."""

    port: type
    rules: tuple[Rule, ...]
    settings: Callable[..., Any]
    connect: Callable[[Any, ExitStack], object]
    simulated_hands: Callable[[Simulator], Hands]
    persons_hands: Callable[[Person], Hands]
    simulated_at: Mapping[str, Callable[[Status], str]]


KITS: Mapping[str, Kit] = {
    "identity_card_reader": Kit(
        ports.IdentityCardReader,
        identity_card_reader.RULES,
        configuration.IdentityCardReaderDevice,
        configured.identity_card_reader,
        simulator.SimulatedCards,
        person.PersonsCards,
        {"sam": lambda status: f"serial:{status['identity_card_reader']['address']}"},
    ),
    "smart_card_reader": Kit(
        ports.SmartCardReader,
        smart_card_reader.RULES,
        configuration.SmartCardReaderDevice,
        configured.smart_card_reader,
        simulator.SimulatedSlot,
        person.PersonsSlot,
        {"pcsc": lambda status: str(status["smart_card_reader"]["address"])},
    ),
    "code_reader": Kit(
        ports.CodeReader,
        code_reader.RULES,
        configuration.CodeReaderDevice,
        configured.code_reader,
        simulator.SimulatedCodes,
        person.PersonsCodes,
        {
            "scan-engine": lambda status: str(status["code_reader"]["address"]),
            "camera": lambda status: str(status["code_reader"]["camera_address"]),
        },
    ),
    "document_camera": Kit(
        ports.DocumentCamera,
        document_camera.RULES,
        configuration.DocumentCameraDevice,
        configured.document_camera,
        simulator.SimulatedDesk,
        person.PersonsDesk,
        {"frames": lambda status: str(status["document_camera"]["address"])},
    ),
    "receipt_printer": Kit(
        ports.ReceiptPrinter,
        receipt_printer.RULES,
        configuration.ReceiptPrinterDevice,
        configured.receipt_printer,
        simulator.SimulatedPrinter,
        person.PersonsPrinter,
        {"escpos": lambda status: str(status["receipt_printer"]["address"])},
    ),
}
