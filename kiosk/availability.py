"""How this terminal's devices are, and what that leaves: which of them identify, and which items can be done now."""

from dataclasses import dataclass, field
from typing import assert_never

from kiosk.case import Case, TakePages, open_stops
from kiosk.faults import Fault
from kiosk.items import Item, Need
from kiosk.journeys.events import Device
from kiosk.ports import Degraded, Disconnected, NeedsAttention, Ready, Starting, Status


def fault_of(status: Status | None) -> Fault | None:
    """What keeps a device from working; nothing keeps one that is not there."""
    match status:
        case NeedsAttention(fault) | Disconnected(fault):
            return fault
        case Ready() | Degraded() | Starting() | None:
            return None


@dataclass(frozen=True, slots=True)
class Devices:
    """One status a device; None: this terminal was not given one."""

    identity_card_reader: Status = field(default_factory=Starting)
    document_camera: Status = field(default_factory=Starting)
    receipt_printer: Status = field(default_factory=Starting)
    store: Status = field(default_factory=Starting)
    smart_card_reader: Status | None = None
    code_reader: Status | None = None
    document_scanner: Status | None = None
    page_printer: Status | None = None

    def of(self, device: Device) -> Status | None:
        match device:
            case Device.READER:
                return self.identity_card_reader
            case Device.CAMERA:
                return self.document_camera
            case Device.PRINTER:
                return self.receipt_printer
            case Device.STORE:
                return self.store
            case Device.SMART_CARD:
                return self.smart_card_reader
            case Device.CODES:
                return self.code_reader
            case Device.SCANNER:
                return self.document_scanner
            case Device.PAGE_PRINTER:
                return self.page_printer
        assert_never(device)

    def works(self, device: Device) -> bool:
        """Whether it is there and nothing keeps it from working; one that is still starting may."""
        status = self.of(device)
        return status is not None and fault_of(status) is None

    @property
    def nobody_identified(self) -> Fault | None:
        """Why no card can be read now: no reader there is works."""
        if self.works(Device.READER) or self.works(Device.SMART_CARD):
            return None
        return fault_of(self.identity_card_reader)

    @property
    def blocking(self) -> Fault | None:
        """Why nothing can be handed in now."""
        return fault_of(self.store) or self.nobody_identified


def why_not_now(item: Item, devices: Devices, case: Case | None = None) -> Fault | None:
    """Why this item cannot be finished here now. `case`: it was begun, so what it has already is not needed again."""
    if fault := fault_of(devices.store):
        return fault
    return next((fault for need in item.needs if (fault := _lacking(need, devices, case))), None)


def _lacking(need: Need, devices: Devices, case: Case | None) -> Fault | None:
    match need:
        case "identification":
            return None if case else devices.nobody_identified
        case "document-capture":
            taken = case and not any(isinstance(stop, TakePages) for stop in open_stops(case))
            return None if taken or devices.works(Device.SCANNER) else fault_of(devices.document_camera)
        case "receipt-printer":
            return fault_of(devices.receipt_printer)
    assert_never(need)
