"""For each device port: its rules, and hands at the simulator. A person's prompts stand in `person.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk import ports
from provisioning.conformance import simulator
from provisioning.conformance.rules import (
    code_reader,
    document_camera,
    identity_card_reader,
    receipt_printer,
    smart_card_reader,
)
from provisioning.conformance.simulator import Simulator
from provisioning.conformance.trying import Hands, Rule


@dataclass(frozen=True, slots=True)
class Kit:
    port: type
    rules: tuple[Rule, ...]
    simulated_hands: Callable[[Simulator], Hands]


KITS: Mapping[str, Kit] = {
    "identity_card_reader": Kit(ports.IdentityCardReader, identity_card_reader.RULES, simulator.SimulatedCards),
    "smart_card_reader": Kit(ports.SmartCardReader, smart_card_reader.RULES, simulator.SimulatedSlot),
    "code_reader": Kit(ports.CodeReader, code_reader.RULES, simulator.SimulatedCodes),
    "document_camera": Kit(ports.DocumentCamera, document_camera.RULES, simulator.SimulatedDesk),
    "receipt_printer": Kit(ports.ReceiptPrinter, receipt_printer.RULES, simulator.SimulatedPrinter),
}
