"""Every parser of bytes that strangers write, as `bytes -> what it declares`. An exception or a hang is a finding.

Each has seeds: inputs that it understands, from which a fuzzer gets past preambles, lengths and checks.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tests.fuzz import ways

Parse = Callable[[bytes], object]
Way = Callable[..., Parse]


@dataclass(frozen=True, slots=True)
class Target:
    """Functions or classes of one module, the way that bytes come to them, and the function of `seeds` for them."""

    module: str
    names: tuple[str, ...]
    seeds: str
    way: Way = ways.as_they_are
    longest: int = 8192

    def load(self) -> Parse:
        """Imports late, so that a fuzzer can instrument what it imports."""
        module = import_module(self.module)
        return self.way(*(getattr(module, name) for name in self.names))

    def seed_inputs(self) -> list[bytes]:
        make: Callable[[], Iterable[bytes]] = getattr(import_module("tests.fuzz.seeds"), self.seeds)
        return list(make())


def _target(path: str, seeds: str, way: Way = ways.as_they_are, **more: Any) -> Target:
    """`path`: the module and, behind a colon, its names."""
    module, _, names = path.partition(":")
    return Target(module, tuple(names.split()), seeds, way, **more)


TARGETS: dict[str, Target] = {
    # what cards and their readers say
    "identity card frames": _target("drivers.identity_card.sam_frames:first_reply parse_reply", "sam_replies"),
    "identity card answers": _target(
        "drivers.identity_card.sam_frames:parse_sam_number parse_text_and_photo parse_newest_address", "sam_payloads"
    ),
    "identity card traces": _target("drivers.identity_card.sam_traces:without_the_card", "sam_replies"),
    "identity card chip": _target("kiosk.chip_layouts:parse_chip", "chips"),
    "identity card photo": _target("drivers.identity_card.portrait:parse_picture", "portraits", longest=40_000),
    "makers' libraries": _target("drivers.vendor_library:parse_call", "library_calls"),
    "storage card stream": _target("drivers.identity_card.pcsc_storage:parse_stream", "storage_streams"),
    "storage card talk": _target("drivers.identity_card.pcsc_storage:read_storage_card", "storage_talks", ways.talked),
    "social security records": _target(
        "drivers.smart_card.social_security_card:parse_records", "records", ways.as_records
    ),
    "social security talk": _target(
        "drivers.smart_card.social_security_card:read_social_security_card read_card_number",
        "social_security_talks",
        ways.talked,
    ),
    # what printers say
    "printer answers": _target("drivers.receipt_printer.escpos_status:parse_heard parse_identity", "printer_answers"),
    "kiosk printer answers": _target("drivers.receipt_printer.custom_status:parse_full_status", "custom_answers"),
    # what scanners say
    "document scanner answers": _target("drivers.document_scanner.sane_answers:parse_answer", "scanner_answers"),
    # what is held in front of a camera or a scanner
    "scan engine bursts": _target("drivers.codes.scan_engine_frames:parse_burst", "bursts", ways.as_burst),
    "wedge keys": _target("drivers.codes.wedge_keys:parse_keys", "key_events", ways.as_keys),
    "code texts": _target("drivers.codes.content:text_of text_by_eci", "code_texts"),
    "pictures of codes": _target("tests.fuzz.ways:codes_of_file", "code_pictures", longest=20_000),
    "page printer answers": _target(
        "drivers.page_printer.ipp_messages:parse_answer", "page_printer_answers", longest=20_000
    ),
    # what files and platforms say
    "traces": _target("drivers.traces.trace_file:parse_trace", "traces", ways.or_damaged, longest=20_000),
    "traces of slips": _target("drivers.receipt_printer.escpos_traces:without_the_slip", "receipts"),
    "traces of pages": _target("tests.fuzz.ways:printed_unseen", "page_printer_answers", longest=20_000),
    "usb addresses": _target("drivers.usb_bulk:parse_usb_address", "usb_addresses", ways.as_text),
    "configuration": _target("tests.fuzz.ways:configuration_of", "configurations", ways.as_text),
    "printer profiles": _target("tests.fuzz.ways:profiles_of", "printer_profiles", ways.as_text),
    "platform's configuration": _target("sync.configuration_file:parse_remote", "remote_configurations"),
    "platform's catalogue": _target("sync.catalogue:parse_catalogue", "catalogues", longest=20_000),
    "enrolment code": _target("sync.wire.enrolment_code:parse_code", "enrolment_codes", ways.as_text),
    "signature line": _target("sync.wire.signatures:parse_signature", "signature_lines", ways.as_text),
    "digest": _target("sync.wire.journal:read_digest", "digests", ways.as_text),
    "messages": _target("sync.wire.json_object:read_object", "messages"),
    "manifests": _target("tests.fuzz.ways:manifest_of", "manifests"),
    # what comes to the simulator
    "simulated card reader": _target("hardware_sim.devices.sam_machine:next_frame", "sam_questions", ways.cut),
    "simulated scan engine": _target(
        "hardware_sim.devices.scan_engine_machine:next_command", "engine_orders", ways.cut
    ),
    "simulated printer": _target("hardware_sim.devices.escpos_stream:EscPosStream", "receipts", ways.fed),
    "simulated printer's paper": _target("tests.fuzz.ways:paper_of", "receipts", longest=2048),
    "simulated cards' wire": _target("hardware_sim.devices.vpcd_wire:next_message", "vpcd_messages", ways.cut),
    "simulated cards": _target("tests.fuzz.ways:cards_answer", "apdus"),
    "simulated document scanner": _target("tests.fuzz.ways:scanner_calls", "scanner_calls"),
    "usb/ip requests": _target("hardware_sim.devices.usbip_frames:next_request", "usbip_requests", ways.cut),
    "usb/ip transfers": _target("hardware_sim.devices.usbip_frames:next_command", "usbip_transfers", ways.cut),
    "usb control": _target("tests.fuzz.ways:usb_control", "usb_setups"),
    "control api": _target("tests.fuzz.ways:control_answers", "control_requests"),
    "scenarios": _target("tests.fuzz.ways:scenario_of", "scenarios"),
}
