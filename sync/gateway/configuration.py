"""What terminals are configured with from afar: files in layers (defaults < hall < terminal), signed, numbered.

`DATA/configuration/{defaults.toml,halls/<hall>.toml,terminals/<CODE>.toml}`; each may lack. Only what
`kiosk.configuration` lets an operator set from afar is taken; anything else in a file is named, and the configuration
before it stays.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from pydantic import create_model

from kiosk.configuration import Configuration, Strict, Terminal
from kiosk.submission import Json, canonical
from sync.gateway.manifest_rules import is_file_name
from sync.gateway.ports import Documents
from sync.gateway.records import KeptConfiguration, Signed, TerminalIdentity
from sync.gateway.signing import Signing
from sync.strict_toml import FileFault, read_layers

log = logging.getLogger(__name__)
FORMAT = "hall-terminal/configuration/1"


def _partly(model: Any, *names: str) -> Any:
    """The table with every key (or these) left to be said or not."""
    fields: dict[str, Any] = {
        name: (Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation, None)
        for name, field in model.model_fields.items()
        if not names or name in names
    }
    return create_model(f"Partial{model.__name__}", __base__=Strict, **fields)


def _from_afar() -> type[Strict]:
    known = Configuration.model_fields
    tables: dict[str, Any] = {
        name: (_partly(known[name].annotation), None) for name in ("hall", "times", "agent") if name in known
    }
    return create_model("FromAfar", __base__=Strict, **tables, terminal=(_partly(Terminal, "number"), None))


FROM_AFAR = _from_afar()


@dataclass(frozen=True, slots=True)
class Configured:
    """`serial` only grows, and changes exactly when the settings do."""

    answer: Signed
    serial: int


class Configurations:
    """Reads the layers in `directory` anew for every answer."""

    def __init__(self, directory: Path, storage: Documents, signing: Signing, *, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._storage = storage
        self._signing = signing
        self._now = now
        self._numbering = Lock()
        self._told: dict[str, str] = {}

    def answer(self, terminal: TerminalIdentity) -> Configured:
        """The signed configuration. When a file is wrong: the last good one, before the first an empty one."""
        with self._numbering:
            kept = self._storage.configuration(terminal.code)
            try:
                wanted = canonical(self.settings(terminal.code, terminal.hall))
            except FileFault as fault:
                if self._told.get(terminal.code) != str(fault):  # once, not at every request
                    log.error("the configuration of %s stays as it was: %s", terminal.code, fault)
                self._told[terminal.code] = str(fault)
                wanted = kept.settings if kept else canonical({})
            else:
                self._told.pop(terminal.code, None)
            if kept is None or kept.settings != wanted:
                kept = self._numbered(terminal.code, wanted, kept)
                self._storage.keep_configuration(terminal.code, kept)
            return Configured(kept.signed, kept.serial)

    def settings(self, code: str, hall: str) -> dict[str, Json]:
        """What the layers say for one terminal. Raises FileFault with every fault and its line."""
        layers = [self._directory / "defaults.toml", self._directory / "terminals" / f"{code}.toml"]
        if is_file_name(hall):
            layers.insert(1, self._directory / "halls" / f"{hall}.toml")
        there = [layer for layer in layers if layer.exists()]
        if not there:
            return {}
        said: dict[str, Json] = read_layers(there, FROM_AFAR).model_dump(mode="json", exclude_unset=True)
        return said

    def _numbered(self, code: str, wanted: bytes, before: KeptConfiguration | None) -> KeptConfiguration:
        now = self._now()
        serial = max((before.serial if before else 0) + 1, int(now.timestamp()))
        document = self._signing.document(
            {
                "format": FORMAT,
                "terminal": code,
                "serial": serial,
                "at": now.isoformat(timespec="seconds"),
                "settings": json.loads(wanted),
            }
        )
        return KeptConfiguration(serial, wanted, document)
