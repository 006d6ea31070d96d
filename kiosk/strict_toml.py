"""Makes a model that knows its keys of TOML texts. All that is wrong is found at once, with its line. Reads no file."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from kiosk.toml_lines import Place, toml_lines

Model = TypeVar("Model", bound=BaseModel)

DEEPEST = 32
LARGEST_INTEGER = 2**63  # TOML's own
_TOO_MUCH = f"nests deeper than {DEEPEST} tables, or has an integer of more than 64 bits"


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with the text of this name. Lines count from 1."""

    name: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.message}"


def parse_layers(texts: Mapping[str, str], model: type[Model]) -> Model | tuple[Flaw, ...]:
    """Named texts (at least one) laid over one another, the last on top: tables merge, anything else is replaced.

    What TOML writes as an array or a string may be a tuple, an enum or a date of the model.
    """
    tree: dict[str, Any] = {}
    origins: dict[Place, tuple[str, int]] = {}
    for name, text in texts.items():
        try:
            layer = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            return (_syntax_flaw(name, text, error),)
        except (ValueError, RecursionError):  # of numbers and nesting that Python itself does not take
            return (Flaw(name, 1, _TOO_MUCH),)
        if _is_too_much(layer):
            return (Flaw(name, 1, _TOO_MUCH),)
        tree = merged(tree, layer)
        origins |= {place: (name, line) for place, line in toml_lines(text).items()}
    try:
        return model.model_validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        whole = ([*texts][-1], 1)
        flaws = (_flaw(detail, tree, origins, whole, model) for detail in error.errors(include_url=False))
        return tuple(sorted(flaws, key=lambda flaw: (flaw.name, flaw.line)))


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


def _is_too_much(tree: object, depth: int = 0) -> bool:
    if isinstance(tree, dict | list):
        inside = tree.values() if isinstance(tree, dict) else tree
        return depth >= DEEPEST or any(_is_too_much(part, depth + 1) for part in inside)
    return isinstance(tree, int) and not -LARGEST_INTEGER <= tree < LARGEST_INTEGER


def _syntax_flaw(name: str, text: str, error: tomllib.TOMLDecodeError) -> Flaw:
    message, _, place = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", place)
    return Flaw(name, int(line[1]) if line else text.count("\n") + 1, f"is not TOML: {message}")


def _flaw(
    detail: ErrorDetails,
    tree: dict[str, Any],
    origins: dict[Place, tuple[str, int]],
    whole: tuple[str, int],
    model: type[BaseModel],
) -> Flaw:
    place = _place_in(tree, detail["loc"])
    name, line = next((origins[place[:n]] for n in range(len(place), 0, -1) if place[:n] in origins), whole)
    return Flaw(name, line, _message(detail, place, model))


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
    if issubclass(model, RootModel):  # a mapping or list without a table around it
        models = set(_models_in(model.model_fields["root"].annotation))
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
