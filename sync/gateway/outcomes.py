"""What may become of a message, whichever it is. Outcomes of one kind of message stand beside what takes it."""

from dataclasses import dataclass

from sync.gateway.manifest_rules import ManifestFault


@dataclass(frozen=True, slots=True)
class Faulty:
    """It does not say what it must; every fault is named."""

    faults: tuple[ManifestFault, ...]


@dataclass(frozen=True, slots=True)
class SomethingElse:
    """There is something else under this id. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such thing, or none of this terminal's."""


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """Signed by a key that is not one of this terminal's."""


@dataclass(frozen=True, slots=True)
class OtherTerminal:
    """Another terminal announced this sid. Nothing was changed; the gateway's journal has it."""
