"""What the terminal runs with: its files, and on top of them what its platform has sent. Read once, at the start.

A document that cannot be used never stops the terminal: the files serve, and the technician is told.
"""

import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.configuration import Configuration
from kiosk.items import Catalogue
from sync.catalogue import parse_catalogue, read_catalogue
from sync.configuration_file import effective_from
from sync.outbox.drain import Drain
from sync.outbox.pulled import Pulled, PulledDocument
from sync.outbox.schema import StoreTrouble
from sync.strict_toml import Findings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Current:
    """`catalogue`: what may be begun today of `whole`. `versions`: what the store had of each kind, used or not;
    None: it did not answer."""

    configuration: Configuration
    whole: Catalogue
    catalogue: Catalogue
    versions: Mapping[Pulled, str] | None

    def is_outdated(self, versions: Mapping[Pulled, str] | None, at: datetime, clock: ClockReading) -> bool:
        """Whether a start at this moment, with these versions in the store, would offer something else."""
        if versions is not None and versions != (self.versions or {}):
            return True
        return offered(self.whole, at, clock).items != self.catalogue.items


def read_current(local: Configuration, shipped_items: Path, *, at: datetime) -> Current:
    """Raises FileFault when the items that ship are broken."""
    configuration, whole, clock = local, read_catalogue(shipped_items), UNKNOWN
    versions: dict[Pulled, str] | None = None
    try:
        with closing(Drain(Path(local.store.directory))) as drain:
            clock = ClockReading(drain.floor())
            documents = [document for kind in Pulled if (document := drain.pulled(kind))]
            versions = {document.kind: document.version for document in documents}
            for document in documents:
                match _read(local, document):
                    case Configuration() as configuration:
                        pass
                    case Catalogue() as whole:
                        pass
                    case Findings(sentences):
                        log.error("the platform's %s cannot be used: %s", document.kind.value, "; ".join(sentences))
                        drain.journal(f"{document.kind.value}.refused", cause="unusable")
    except StoreTrouble as trouble:  # the terminal shows it as a fault
        log.warning("what the platform has sent could not be read: %s", type(trouble).__name__)
    return Current(configuration, whole, offered(whole, at, clock), versions)


def offered(whole: Catalogue, at: datetime, clock: ClockReading) -> Catalogue:
    """What may be begun at `at`; where the clock is behind signed time, at that."""
    return whole.on(max(at, clock.floor or at).astimezone(at.tzinfo).date())


def _read(local: Configuration, document: PulledDocument) -> Configuration | Catalogue | Findings:
    match document.kind:
        case Pulled.CONFIGURATION:
            return effective_from(local, document.content)
        case Pulled.CATALOGUE:
            return parse_catalogue(document.content)
