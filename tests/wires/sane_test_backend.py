"""SANE's own test backend, as a scanner `test:1`: glass, and a feeder that is empty after ten sheets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

NAME = "test:1"
SHEETS = 10
SMALL = {"resolution_max": "30.0", "resolution": "30.0", "test-picture": '"Grid"', "geometry_max": "300.0"}


class TestBackend:
    """`configure` holds from the next look or scan on: a child reads it anew each time."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "dll.conf").write_text("test\n")
        self.plug()

    def configure(self, settings: Mapping[str, str]) -> None:
        """Lines of `test.conf` (sane-test(5)), beside those that make pages small."""
        lines = [f"{name} {value}" for name, value in {"number_of_devices": "2", **SMALL, **settings}.items()]
        (self.folder / "test.conf").write_text("\n".join(lines) + "\n")

    def plug(self) -> None:
        self.configure({})

    def unplug(self) -> None:
        """Another one stays."""
        self.configure({"number_of_devices": "1"})

    def break_down(self) -> None:
        """Without any device it crashes when one is opened."""
        self.configure({"number_of_devices": "0"})


@contextmanager
def sane_test_backend(folder: Path) -> Iterator[TestBackend]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANE_CONFIG_DIR", str(folder))
        yield TestBackend(folder)
