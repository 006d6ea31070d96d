"""A list for QML: rows of one frozen dataclass, whose fields are the roles."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex, Qt

FIRST_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class Rows(QAbstractListModel):
    """Only what changed is told, so that what a finger rests on lives on. Roles are camelCase in QML."""

    def __init__(self, kind: type, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(field.name for field in fields(kind))
        self._rows: tuple[object, ...] = ()

    def swap(self, rows: Sequence[object]) -> None:
        before, after = self._rows, tuple(rows)
        kept = min(len(before), len(after))
        if len(before) > kept:
            self.beginRemoveRows(QModelIndex(), kept, len(before) - 1)
            self._rows = before[:kept]
            self.endRemoveRows()
        for at in range(kept):
            if before[at] != after[at]:
                self._rows = (*self._rows[:at], after[at], *self._rows[at + 1 :])
                self.dataChanged.emit(self.index(at), self.index(at))
        if len(after) > kept:
            self.beginInsertRows(QModelIndex(), kept, len(after) - 1)
            self._rows = after
            self.endInsertRows()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        if not index.isValid() or not FIRST_ROLE <= role < FIRST_ROLE + len(self._names):
            return None
        value = getattr(self._rows[index.row()], self._names[role - FIRST_ROLE])
        return list(value) if isinstance(value, tuple) else value

    def roleNames(self) -> dict[int, QByteArray]:
        return {FIRST_ROLE + at: QByteArray(camel(name).encode()) for at, name in enumerate(self._names)}


def camel(name: str) -> str:
    """`field_id` as `fieldId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
