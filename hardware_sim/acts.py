"""What can be asked of a running part by name. An act is a method with types and a sentence: both are its document,
and what is asked is checked against them.
"""

import inspect
import threading
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from hardware_sim.control import Refused, known

Method = TypeVar("Method", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Act:
    """`waits`: it may take a while and does not keep other acts away meanwhile."""

    name: str
    do: Callable[..., object]
    waits: bool = False

    @property
    def meaning(self) -> str:
        return " ".join((inspect.getdoc(self.do) or "").split("\n\n")[0].split())

    @property
    def parameters(self) -> list[dict[str, object]]:
        """Name, type in words, and the default where there is one."""
        return [
            {"name": name, "type": _in_words(annotation)}
            | ({} if parameter.default is parameter.empty else {"default": parameter.default})
            for name, (parameter, annotation) in self._signature().items()
        ]

    def checked(self, details: Mapping[str, object]) -> None:
        """Raises `Refused` when the details are not the act's parameters."""
        wanted = self._signature()
        for name, value in details.items():
            annotation = wanted[known(name, wanted, f"parameter of {self.name}")][1]
            if not _fits(value, annotation):
                raise Refused(f"{self.name}: {name} is {_in_words(annotation)}, not {value!r:.80}")
        for name, (parameter, annotation) in wanted.items():
            if name not in details and parameter.default is parameter.empty:
                raise Refused(f"{self.name}: {name} is missing ({_in_words(annotation)})")

    def _signature(self) -> dict[str, tuple[inspect.Parameter, Any]]:
        hints = typing.get_type_hints(self.do)
        return {name: (one, hints[name]) for name, one in inspect.signature(self.do).parameters.items()}


def act(name: str, *, waits: bool = False) -> Callable[[Method], Method]:
    """Marks a method as the act of this name; the last word may not be left out: `card insert`."""

    def mark(method: Method) -> Method:
        method.__dict__["act"] = (name, waits)
        return method

    return mark


class Acts:
    """The acts of the given objects by name. One at a time, but for those that wait."""

    def __init__(self, *owners: object) -> None:
        self.by_name: dict[str, Act] = {}
        self._one_hand = threading.RLock()
        for owner in owners:
            for attribute, member in vars(type(owner)).items():
                if "act" in getattr(member, "__dict__", {}):
                    name, waits = member.act
                    self.by_name[name] = Act(name, getattr(owner, attribute), waits)

    def call(self, name: str, details: Mapping[str, object]) -> object:
        """Do it; raises `Refused` for names and details that are not known."""
        asked = self.by_name[known(name, self.by_name, "act")]
        asked.checked(details)
        if asked.waits:
            return asked.do(**details)
        with self._one_hand:
            return asked.do(**details)

    def listed(self) -> list[dict[str, object]]:
        """Every act as JSON."""
        return [
            {"act": one.name, "path": path_of(one.name), "meaning": one.meaning, "parameters": one.parameters}
            for one in self.by_name.values()
        ]


def path_of(name: str) -> str:
    return f"/v1/acts/{name.replace(' ', '-')}"


def _fits(value: object, annotation: Any) -> bool:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, one) for one in inner)
    if origin is list:
        return isinstance(value, list) and all(_fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict)
    if annotation in (int, float):
        return isinstance(value, (int, annotation)) and not isinstance(value, bool) and abs(value) <= 1e12
    return isinstance(value, annotation)


def _in_words(annotation: Any) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(map(_in_words, inner))
    if origin is list:
        return f"list of {_in_words(inner[0])}"
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", types.NoneType: "null"}
    return words.get(annotation, "object")
