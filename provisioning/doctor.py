"""Says what a terminal has and lacks: the machine, then all that its configuration names."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from drivers.configured import code_reader, document_camera, identity_card_reader, receipt_printer, smart_card_reader
from kiosk.configuration import Configuration
from kiosk.faults import WhoActs
from provisioning.findings import Finding, Grade, ok
from provisioning.machine import check_machine
from provisioning.status import clock_finding, identity_finding
from provisioning.surroundings import check_device, check_gateway, check_store, foreign_owner
from sync.configuration_file import read_configuration
from sync.outbox.identity import Identity, read_identity
from sync.outbox.overview import NoStore, overview
from sync.outbox.schema import StoreTrouble
from sync.strict_toml import FileFault
from ui.texts import texts_of


def examine(configuration_files: Sequence[Path]) -> list[Finding]:
    """Every check; a configuration that cannot be read ends with the machine's."""
    findings = check_machine(os.environ)
    try:
        configuration = read_configuration(configuration_files)
    except FileFault as fault:
        return findings + [
            Finding(Grade.FAIL, f"{found.path}:{found.line}", found.message, "correct the file", WhoActs.CONFIGURATION)
            for found in fault.findings
        ]
    return findings + examine_configured(configuration)


def check_clock(configuration: Configuration) -> list[Finding]:
    """Beside the highest time that the platform has signed; nothing where no store is, or it is another user's."""
    if foreign_owner(Path(configuration.store.directory)):
        return []
    try:
        store = overview(
            Path(configuration.store.directory), datetime.now(UTC), budget_mb=configuration.store.budget_mb
        )
    except StoreTrouble as trouble:
        what = f"does not open: {trouble or type(trouble).__name__}"
        return [Finding(Grade.FAIL, "store", what, "see the disk and the key; delete nothing", WhoActs.MAINTENANCE)]
    return [] if isinstance(store, NoStore) else [clock_finding(store)]


def examine_configured(configuration: Configuration) -> list[Finding]:
    """The store's place, who the terminal is, its clock, the gateway, and every device."""
    reader = configuration.devices.identity_card_reader
    camera = configuration.devices.document_camera
    printer = configuration.devices.receipt_printer
    slot, codes = configuration.devices.smart_card_reader, configuration.devices.code_reader
    identity = read_identity(Path(configuration.store.directory))
    texts = texts_of("zh_hans")
    with ExitStack() as ends:
        return [
            ok("configuration", f"terminal {configuration.terminal.code}, {configuration.hall.name}"),
            *check_store(configuration.store),
            identity_finding(identity, configuration.terminal.code, datetime.now().astimezone()),
            *check_clock(configuration),
            check_gateway(configuration.gateway, identity.authority if isinstance(identity, Identity) else None),
            *check_device(
                "identity card reader", lambda: identity_card_reader(reader, ends), texts, simulated=reader.simulated
            ),
            *(
                check_device(
                    "smart card reader", lambda: smart_card_reader(slot, ends), texts, simulated=slot.simulated
                )
                if slot
                else ()
            ),
            *(
                check_device("code reader", lambda: code_reader(codes, ends), texts, simulated=codes.simulated)
                if codes
                else ()
            ),
            *check_device("document camera", lambda: document_camera(camera, ends), texts, simulated=camera.simulated),
            *check_device(
                "receipt printer", lambda: receipt_printer(printer, ends), texts, simulated=printer.simulated
            ),
        ]
