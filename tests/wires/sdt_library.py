"""Hands at a reader behind a maker's library, which is made here with gcc; its state is files beside the library."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

PHOTO = bytes(range(256)) * 4
_SOURCE = Path(__file__).with_suffix(".c")


@cache
def _built() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        library = Path(directory) / "libsdtapi.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O0", "-w", "-o", library, _SOURCE], check=True)
        return library.read_bytes()


class SdtLibrary:
    """`misbehave("find hangs")`: one of its functions does from now on what the name says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.library = folder / "libsdtapi.so"
        self.library.write_bytes(_built())
        self.plug()

    @property
    def address(self) -> str:
        return f"sdt:{self.library}?port=1001"

    @property
    def left_behind(self) -> bytes:
        """What the library managed to write into a file of its own."""
        file = self._folder / "left-behind"
        return file.read_bytes() if file.exists() else b""

    def lay(self, chip: bytes) -> None:
        self.lift()
        (self._folder / "card").write_bytes(chip + PHOTO)

    def lift(self) -> None:
        for name in ("card", "read"):
            (self._folder / name).unlink(missing_ok=True)

    def unplug(self) -> None:
        (self._folder / "plugged").unlink()

    def plug(self) -> None:
        (self._folder / "plugged").touch()

    def misbehave(self, how: str | None) -> None:
        (self._folder / "misbehaves").unlink(missing_ok=True)
        if how is not None:
            (self._folder / "misbehaves").write_text(how)


@contextmanager
def sdt_library() -> Iterator[SdtLibrary]:
    with tempfile.TemporaryDirectory() as directory:
        yield SdtLibrary(Path(directory))
