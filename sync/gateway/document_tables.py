"""Signed documents in the gateway's file: catalogues as imported, the configuration last given to each terminal."""

from typing import Any

from sync.gateway.database import Database
from sync.gateway.records import KeptCatalogue, KeptConfiguration, Signed

_CATALOGUE = "SELECT snapshot, cursor, version, content, signature FROM catalogue"


class DocumentTables(Database):
    """Satisfies `Documents`."""

    def catalogue(self) -> KeptCatalogue | None:
        found = self._rows(f"{_CATALOGUE} ORDER BY place DESC LIMIT 1")
        return _catalogue(found[0]) if found else None

    def catalogue_version(self) -> str | None:
        found = self._rows("SELECT version FROM catalogue ORDER BY place DESC LIMIT 1")
        return str(found[0][0]) if found else None

    def catalogue_at(self, snapshot: str, cursor: int) -> KeptCatalogue | None:
        found = self._rows(f"{_CATALOGUE} WHERE snapshot = ? AND cursor = ?", snapshot, cursor)
        return _catalogue(found[0]) if found else None

    def keep_catalogue(self, catalogue: KeptCatalogue) -> None:
        with self._writing():
            self._execute(
                "INSERT INTO catalogue (snapshot, cursor, version, content, signature) VALUES (?, ?, ?, ?, ?)",
                catalogue.snapshot,
                catalogue.cursor,
                catalogue.version,
                catalogue.signed.content,
                catalogue.signed.signature,
            )

    def configuration(self, terminal: str) -> KeptConfiguration | None:
        found = self._rows(
            "SELECT serial, settings, content, signature FROM configuration WHERE terminal = ?", terminal
        )
        if not found:
            return None
        ((serial, settings, content, signature),) = found
        return KeptConfiguration(int(serial), bytes(settings), Signed(bytes(content), str(signature)))

    def keep_configuration(self, terminal: str, configuration: KeptConfiguration) -> None:
        with self._writing():
            self._execute(
                "INSERT INTO configuration VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal) DO UPDATE SET "
                "serial = excluded.serial, settings = excluded.settings, content = excluded.content, "
                "signature = excluded.signature",
                terminal,
                configuration.serial,
                configuration.settings,
                configuration.signed.content,
                configuration.signed.signature,
            )


def _catalogue(row: tuple[Any, ...]) -> KeptCatalogue:
    snapshot, cursor, version, content, signature = row
    return KeptCatalogue(str(snapshot), int(cursor), str(version), Signed(bytes(content), str(signature)))
