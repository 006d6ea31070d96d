"""Reads scenarios strictly: all that is wrong with a file is told at once, by line and with the nearest thing known."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware_sim.control import Refused
from hardware_sim.faults import NOW, Value, fault_named
from hardware_sim.scenario.language import CODES, EXPECTATIONS, NAMES, PEOPLE, TOP, VERBS, Kinds
from hardware_sim.scenario.toml_places import NotToml, Place, read_toml

DEEPEST_INCLUDE = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Lines count from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Step:
    """`verb` and `value` as in `VERBS`; `options` hold what else stands there, a fault's parameters whole."""

    verb: str
    value: Any
    options: Mapping[str, Any]
    path: Path
    line: int

    @property
    def text(self) -> str:
        shown = ", ".join(f"{name} = {value}" for name, value in self.options.items())
        return f"{self.verb} {_plain(self.value)}" + (f" ({shown})" if shown else "")


@dataclass(frozen=True, slots=True)
class Scenario:
    path: Path
    title: str
    about: str
    seed: int
    landscape: bool
    smart_cards: bool
    papers: bool
    clock: str
    people: Mapping[str, Mapping[str, str]]
    codes: Mapping[str, Mapping[str, str]]
    steps: tuple[Step, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What goes wrong, each once; a plug that is pulled is a fault too."""
        given = (
            step.value if step.verb == "fault" else f"{step.value}.unplugged"
            for step in self.steps
            if step.verb in ("fault", "unplug")
        )
        return tuple(dict.fromkeys(given))

    @property
    def power_cuts(self) -> tuple[str, ...]:
        """Where the terminal loses its power, in order."""
        return tuple(
            str(step.options["at"]) for step in self.steps if (step.verb, step.value) == ("fault", "power.cut")
        )


class NotAScenario(Exception):
    """The file cannot be performed; `findings` say why."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda finding: (str(finding.path), finding.line)))
        super().__init__("\n".join(map(str, self.findings)))


def read_scenario(path: Path) -> Scenario:
    """Raises `NotAScenario` with every finding."""
    reader = _Reader(path, within=frozenset({path.resolve()}))
    scenario = reader.scenario()
    if reader.findings:
        raise NotAScenario(reader.findings)
    return scenario


@dataclass
class _Reader:
    path: Path
    findings: list[Finding] = field(default_factory=list)
    lines: Mapping[Place, int] = field(default_factory=dict)
    within: frozenset[Path] = frozenset()  # the files on the way here

    def scenario(self) -> Scenario:
        tree = self._tree(TOP)
        if not tree.get("title") and not self.findings:
            self._find((), "a scenario has a `title`")
        if not tree.get("steps") and not self.findings:
            self._find((), "a scenario has `[[steps]]`")
        if tree.get("clock", "real") not in ("real", "hand"):
            self._find(("clock",), f"clock: {tree['clock']} is neither real nor hand")
        people = {
            name: self._table(person, PEOPLE, ("people", name)) for name, person in tree.get("people", {}).items()
        }
        for name, person in people.items():
            if "like" not in person:
                self._find(("people", name), f"people.{name}: `like` is missing")
        codes = {name: self._table(code, CODES, ("codes", name)) for name, code in tree.get("codes", {}).items()}
        for name, code in codes.items():
            if ("text" in code) == ("payload_hex" in code):
                self._find(("codes", name), f"codes.{name}: has either `text` or `payload_hex`")
        steps = tuple(self._steps(tree.get("steps", ()), depth=0))
        self._names_exist(steps, codes)
        return Scenario(
            path=self.path,
            title=tree.get("title", ""),
            about=tree.get("about", ""),
            seed=tree.get("seed", 1),
            landscape=tree.get("landscape", False),
            smart_cards=tree.get("smart_cards", False),
            papers=tree.get("papers", False),
            clock=tree.get("clock", "real"),
            people=people,
            codes=codes,
            steps=steps,
        )

    def included(self, depth: int) -> Iterator[Step]:
        """The steps of a file that holds nothing else but a title and words about it."""
        tree = self._tree({key: TOP[key] for key in ("title", "about", "steps")})
        yield from self._steps(tree.get("steps", ()), depth=depth)

    def _tree(self, keys: Mapping[str, tuple[Kinds, str]]) -> dict[str, Any]:
        try:
            tree, self.lines = read_toml(self.path.read_text(encoding="utf-8"))
        except NotToml as error:
            self.findings.append(Finding(self.path, error.line, f"is not TOML: {error}"))
            return {}
        except UnicodeDecodeError:
            self.findings.append(Finding(self.path, 1, "is not UTF-8"))
            return {}
        except OSError as error:
            self.findings.append(Finding(self.path, 1, f"cannot be read: {error.strerror}"))
            return {}
        return self._table(tree, keys, ())

    def _table(self, table: object, keys: Mapping[str, tuple[Kinds, str]], place: Place) -> dict[str, Any]:
        """What is right of it."""
        if not isinstance(table, dict):
            self._find(place, f"{_named(place)} is a table")
            return {}
        right: dict[str, Any] = {}
        for key, value in table.items():
            if key not in keys:
                self._find((*place, key), _unknown("key", _named((*place, key)), key, keys))
            elif self._is(value, keys[key][0], (*place, key)):
                right[key] = value
        return right

    def _steps(self, steps: Iterable[object], *, depth: int) -> Iterator[Step]:
        for at, step in enumerate(steps):
            place: Place = ("steps", at)
            if not isinstance(step, dict):
                self._find(place, "a step is a table")
                continue
            yield from self._step(step, place, depth)

    def _step(self, step: dict[str, Any], place: Place, depth: int) -> Iterator[Step]:
        verbs = [key for key in step if key in VERBS]
        if len(verbs) != 1:
            known = ", ".join(VERBS)
            unknown = [key for key in step if not any(key in verb.options for verb in VERBS.values())]
            if verbs:
                self._find((*place, verbs[1]), f"a step has one verb; here are {' and '.join(verbs)}")
            elif unknown:
                self._find((*place, unknown[0]), _unknown("verb", unknown[0], unknown[0], VERBS))
            else:
                self._find(place, f"a step has one verb of: {known}")
            return
        name = verbs[0]
        verb, value, found = VERBS[name], step[name], len(self.findings)
        if not self._is(value, verb.takes, (*place, name)):
            return
        if verb.one_of and value not in verb.one_of:
            self._find((*place, name), _unknown("", f"{name}: {value}", str(value), verb.one_of))
        given = {key: option for key, option in step.items() if key != name}
        if name == "fault":
            options = self._fault(value, given, place)
        elif name == "expect":
            self._table(value, EXPECTATIONS, (*place, name))
            options = self._table(given, {key: (kinds, "") for key, kinds in verb.options.items()}, place)
        else:
            options = self._table(given, {key: (kinds, "") for key, kinds in verb.options.items()}, place)
        line = self._line((*place, name))
        if len(self.findings) > found:
            return
        if name == "include":
            yield from self._include(value, place, depth)
        else:
            yield Step(name, value, options, self.path, line)

    def _fault(self, name: str, given: dict[str, Any], place: Place) -> Mapping[str, Value]:
        try:
            kind = fault_named(name)
        except Refused as refusal:
            self._find((*place, "fault"), str(refusal))
            return {}
        on = given.pop("on", NOW) if "on" in given else None
        try:
            return kind.parse(given, on)
        except Refused as refusal:
            where = next(
                (key for key in given if str(refusal).startswith((f"{key}:", f"no parameter of {name} named {key}"))),
                "fault",
            )
            self._find((*place, where), str(refusal))
            return {}

    def _include(self, name: str, place: Place, depth: int) -> Iterator[Step]:
        if depth >= DEEPEST_INCLUDE:
            self._find((*place, "include"), f"{name}: files include one another too deeply")
            return
        path = self.path.parent / name
        if not _is_file(path):
            there = [str(file.relative_to(self.path.parent)) for file in self.path.parent.rglob("*.toml")]
            self._find((*place, "include"), _unknown("file", name, name, there))
            return
        if path.resolve() in self.within:
            self._find((*place, "include"), f"{name}: files include one another in a circle")
            return
        reader = _Reader(path, within=self.within | {path.resolve()})
        yield from reader.included(depth + 1)
        self.findings += reader.findings

    def _names_exist(self, steps: Iterable[Step], codes: Mapping[str, object]) -> None:
        for step in steps:
            if step.verb == "code" and step.value != "hide" and step.value not in codes:
                message = _unknown("code", step.value, step.value, [*codes, "hide"])
                self.findings.append(Finding(step.path, step.line, message))

    def _is(self, value: object, kinds: Kinds, place: Place) -> bool:
        """An integer is no boolean, as Python has it."""
        if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
            return True
        self._find(place, f"{_named(place)} is {NAMES[kinds]}, not {_plain(value)}")
        return False

    def _find(self, place: Place, message: str) -> None:
        self.findings.append(Finding(self.path, self._line(place), message))

    def _line(self, place: Place) -> int:
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def _unknown(what: str, shown: str, word: str, known: Iterable[str]) -> str:
    names = list(known)
    nearest = difflib.get_close_matches(word, names, n=1, cutoff=0.0)
    hint = f"; the nearest known one is {nearest[0]}" if nearest else ""
    return (f"unknown {what} {shown}" if what else f"{shown} is not known") + hint


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no name of a file
        return False


def _named(place: Place) -> str:
    return ".".join(str(part) for part in place if isinstance(part, str)) or "the file"


def _plain(value: object) -> str:
    match value:
        case True:
            return "true"
        case False:
            return "false"
        case dict():
            return ", ".join(f"{name} {_plain(part)}" for name, part in value.items())
        case list():
            return ", ".join(map(_plain, value))
        case _:
            return str(value)
