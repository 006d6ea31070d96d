"""The configuration of one terminal: TOML files laid over one another, and what its gateway says on top of them.

Only some tables may come from afar. A document that would not make a whole configuration is not taken at all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kiosk.configuration import Configuration
from kiosk.strict_toml import merged, messages_of
from sync.strict_toml import Findings, read_layers
from sync.wire.json_object import read_object

FORMAT = "hall-terminal/configuration/1"
FROM_AFAR: Mapping[str, frozenset[str] | None] = {  # None: the whole table
    "hall": None,
    "times": None,
    "agent": None,
    "terminal": frozenset({"number"}),
}
SHORTEST_FROM_AFAR_S = {"times": 3.0, "agent": 10.0}  # what is set too short could not be set right from there


@dataclass(frozen=True, slots=True)
class RemoteConfiguration:
    """What a gateway says to one terminal. `serial` only grows; `at`: when it was signed."""

    terminal: str
    serial: int
    at: datetime
    settings: Mapping[str, Any]


def read_configuration(paths: Sequence[Path]) -> Configuration:
    """The files in order, the last on top; what none of them says is the model's default. Raises FileFault."""
    return read_layers(paths, Configuration)


def parse_remote(content: bytes) -> RemoteConfiguration | Findings:
    """The gateway's document, once its signature is known to hold."""
    match read_object(content):
        case {"format": format_, **_rest} if format_ != FORMAT:
            return Findings((f"its format is {format_!r}, not {FORMAT}",))
        case {
            "format": _,
            "terminal": str(terminal),
            "serial": int(serial),
            "at": str(at),
            "settings": dict(settings),
        } if moment := _moment_of(at):
            return RemoteConfiguration(terminal, serial, moment, settings)
    return Findings(("terminal, serial, at or settings are missing or wrong",))


def effective(local: Configuration, remote_settings: Mapping[str, Any]) -> Configuration | Findings:
    """The local configuration with the gateway's settings on top, or all that is wrong with them."""
    foreign = [f"{name} may not be set from afar" for name in _names(remote_settings) if not _may_come(name)]
    if foreign:
        return Findings(tuple(foreign))
    tree = merged(local.model_dump(mode="json"), remote_settings)
    try:
        whole = Configuration.model_validate_json(json.dumps(tree))
    except ValidationError as error:
        return Findings(messages_of(error, tree, Configuration))
    short = [f"{name} is too short to be set from afar" for name in _too_short(whole, remote_settings)]
    return Findings(tuple(short)) if short else whole


def effective_from(local: Configuration, content: bytes) -> Configuration | Findings:
    """The same from the gateway's whole document, which must be meant for this terminal."""
    match parse_remote(content):
        case Findings() as findings:
            return findings
        case RemoteConfiguration(terminal) if terminal != local.terminal.code:
            return Findings((f"it is meant for terminal {terminal}, and this is {local.terminal.code}",))
        case RemoteConfiguration(settings=settings):
            return effective(local, settings)


def _moment_of(text: str) -> datetime | None:
    """An RFC 3339 moment with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _names(settings: Mapping[str, Any]) -> list[str]:
    """`table.key` for each key in a table, and a bare name for what is no table."""
    return [
        name
        for table, keys in settings.items()
        for name in ([f"{table}.{key}" for key in keys] if isinstance(keys, Mapping) else [table])
    ]


def _too_short(whole: Configuration, settings: Mapping[str, Any]) -> list[str]:
    return [
        f"{table}.{key}"
        for table, shortest_s in SHORTEST_FROM_AFAR_S.items()
        for key in settings.get(table, ())
        if key.endswith("_s") and getattr(getattr(whole, table), key) < shortest_s
    ]


def _may_come(name: str) -> bool:
    table, _, key = name.partition(".")
    keys = FROM_AFAR.get(table, frozenset())
    return bool(key) and (keys is None or key in keys)
