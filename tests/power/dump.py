"""Every row of a database, to be compared."""

from collections.abc import Mapping

import apsw

Dump = Mapping[str, list[tuple[object, ...]]]


def dump(connection: apsw.Connection) -> Dump:
    """All tables with all their rows. Blobs are compared whole."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for (name,) in tables}  # noqa: S608


def difference(expected: Dump | None, found: Dump) -> str:
    """In words: which rows lack, which are too many. Blobs only by their length."""
    if expected is None:
        return "there was no store yet"
    words = []
    for table in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(table, []), found.get(table, [])
        words += [f"lacks in {table}: {_short(row)}" for row in wanted if row not in there]
        words += [f"too much in {table}: {_short(row)}" for row in there if row not in wanted]
    return "; ".join(words) or "the same"


def _short(row: tuple[object, ...]) -> str:
    return ", ".join(
        f"{len(value)} bytes" if isinstance(value, bytes) and len(value) > 40 else repr(value) for value in row
    )
