"""Reads TOML files into a model that knows its keys. All that is wrong with a file is told at once, with its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from kiosk.strict_toml import parse_layers
from kiosk.toml_lines import toml_lines

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where. Lines count from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is wrong with a document that came from afar, a sentence each."""

    sentences: tuple[str, ...]


class FileFault(Exception):
    """A file does not say what it should."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


def read_strict(path: Path, model: type[Model]) -> Model:
    """The file as `model`. Raises FileFault."""
    return read_layers([path], model)


def read_layers(paths: Sequence[Path], model: type[Model]) -> Model:
    """The files laid over one another, the last on top, as `parse_layers` does it. Raises FileFault."""
    outcome = parse_layers({str(path): _text_of(path) for path in paths}, model)
    if isinstance(outcome, tuple):
        raise FileFault([Finding(Path(flaw.name), flaw.line, flaw.message) for flaw in outcome])
    return outcome


def finding_at(paths: Sequence[Path], place: tuple[str, ...], message: str) -> Finding:
    """What is wrong with this key, where the last file that sets it does so; its table where none does."""
    lines = [(path, toml_lines(_text_of(path))) for path in reversed(paths)]
    for length in range(len(place), 0, -1):
        for path, line_of in lines:
            if place[:length] in line_of:
                return Finding(path, line_of[place[:length]], message)
    return Finding(paths[-1], 1, message)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileFault([Finding(path, 1, f"cannot be read: {error.strerror}")]) from error
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileFault([Finding(path, line, "is not UTF-8")]) from error
