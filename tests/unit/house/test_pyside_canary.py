"""PySide6 6.12.0 on Python 3.11 takes references to True and None away until the interpreter aborts."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal

EMITS = 20_000


class Emitter(QObject):
    told = Signal(object)
    told_nothing = Signal()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None are immortal")
def test_emitting_loses_no_reference_to_true_or_none() -> None:
    emitter = Emitter()
    heard: list[object] = []
    emitter.told.connect(lambda _: None)
    emitter.told_nothing.connect(heard.clear)
    before = sys.getrefcount(True), sys.getrefcount(None)
    for _ in range(EMITS):
        emitter.told.emit(True)
        emitter.told.emit(None)
        emitter.told_nothing.emit()
        emitter.setObjectName("")
    after = sys.getrefcount(True), sys.getrefcount(None)
    lost = max(b - a for b, a in zip(before, after, strict=True))
    assert lost < EMITS / 100
