"""Reads TOML into a model that knows its keys. All that is wrong with a file is told at once, with its line."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sync.toml_lines import Place, toml_lines

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
    """The files laid over one another, the last on top: tables merge, anything else is replaced.

    What TOML writes as an array or a string may be a tuple, an enum or a date of the model. Raises FileFault.
    """
    tree: dict[str, Any] = {}
    origins: dict[Place, tuple[Path, int]] = {}
    for path in paths:
        text = _text_of(path)
        try:
            layer = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FileFault([_syntax_finding(path, text, error)]) from error
        tree = merged(tree, layer)
        origins |= {place: (path, line) for place, line in toml_lines(text).items()}
    try:
        return model.model_validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        whole = (paths[-1], 1)
        findings = (_finding(detail, tree, origins, whole, model) for detail in error.errors(include_url=False))
        raise FileFault(sorted(findings, key=lambda finding: (str(finding.path), finding.line))) from error


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


def _syntax_finding(path: Path, text: str, error: tomllib.TOMLDecodeError) -> Finding:
    message, _, place = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", place)
    return Finding(path, int(line[1]) if line else text.count("\n") + 1, f"is not TOML: {message}")


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`: tables merge, anything else is replaced."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


def messages_of(error: ValidationError, tree: Mapping[str, Any], model: type[BaseModel]) -> tuple[str, ...]:
    """What is wrong with `tree`, a sentence each, where there are no files and lines to name."""
    return tuple(_message(detail, _place_in(tree, detail["loc"]), model) for detail in error.errors(include_url=False))


def _finding(
    detail: ErrorDetails,
    tree: dict[str, Any],
    origins: dict[Place, tuple[Path, int]],
    whole: tuple[Path, int],
    model: type[BaseModel],
) -> Finding:
    place = _place_in(tree, detail["loc"])
    path, line = next((origins[place[:n]] for n in range(len(place), 0, -1) if place[:n] in origins), whole)
    return Finding(path, line, _message(detail, place, model))


def _place_in(tree: object, location: tuple[int | str, ...]) -> Place:
    """Pydantic's location without what it adds for the members of a union, and without what is missing."""
    place: Place = ()
    for step in location:
        if isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            continue
        place = (*place, step)
    return place


def _message(detail: ErrorDetails, place: Place, model: type[BaseModel]) -> str:
    name = ".".join(map(str, place))
    match detail["type"]:
        case "extra_forbidden":
            known = _known_keys(model, place[:-1])
            nearest = get_close_matches(str(place[-1]), known, n=1, cutoff=0.0)
            return f"unknown key {name}" + (f"; the nearest known one is {nearest[0]}" if nearest else "")
        case "missing":
            return f"{'.'.join((*map(str, place), str(detail['loc'][-1])))} is missing"
        case _:
            return f"{name}: {detail['msg']}" if name else detail["msg"]


def _known_keys(model: type[BaseModel], table: Place) -> list[str]:
    models: set[type[BaseModel]] = {model}
    for key in table:
        fields = [m.model_fields[key] for m in models if isinstance(key, str) and key in m.model_fields]
        if fields:  # else an index, or a key of a mapping, whose models are here already
            models = {found for field in fields for found in _models_in(field.annotation)}
    return sorted({key for m in models for key in m.model_fields})


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
