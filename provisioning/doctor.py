"""Says what a terminal has and lacks: the machine, then all that its configuration names."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from drivers.configured import (
    code_reader,
    document_camera,
    document_scanner,
    identity_card_reader,
    page_printer,
    receipt_printer,
    smart_card_reader,
)
from drivers.probing import Device
from kiosk.configuration import Configuration, Devices
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

MAKERS: Mapping[str, Callable[..., Device]] = {
    "identity_card_reader": identity_card_reader,
    "smart_card_reader": smart_card_reader,
    "code_reader": code_reader,
    "document_camera": document_camera,
    "document_scanner": document_scanner,
    "receipt_printer": receipt_printer,
    "page_printer": page_printer,
}


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
    identity = read_identity(Path(configuration.store.directory))
    with ExitStack() as ends:
        return [
            ok("configuration", f"terminal {configuration.terminal.code}, {configuration.hall.name}"),
            *check_store(configuration.store),
            identity_finding(identity, configuration.terminal.code, datetime.now().astimezone()),
            *check_clock(configuration),
            check_gateway(configuration.gateway, identity.authority if isinstance(identity, Identity) else None),
            *(finding for device in MAKERS for finding in _check_device(device, configuration.devices, ends)),
        ]


def _check_device(name: str, devices: Devices, ends: ExitStack) -> list[Finding]:
    """None of what this terminal was not given."""
    settings = getattr(devices, name)
    if settings is None:
        return []
    texts = texts_of("zh_hans")
    connect = partial(MAKERS[name], settings, ends)
    return check_device(name.replace("_", " "), connect, texts, simulated=settings.simulated)
