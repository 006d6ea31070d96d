"""A TOML file as a tree, and the line on which each of its keys and entries stands. Lines count from 1."""

import re
import tomllib
from collections import Counter
from typing import Any

Place = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")


DEEPEST = 32
_ENDS = ("]", "}", '"""', "'''")  # without one of them no statement of many lines ends


class NotToml(Exception):
    """It cannot be read as TOML; `line` is where that showed."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_toml(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """The tree and its lines; raises `NotToml`. Keys of an inline table stand on the line of their statement."""
    text = text.replace("\r\n", "\n")
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        found = re.match(r"line (\d+)", place)
        raise NotToml(int(found[1]) if found else text.count("\n") + 1, message or str(error)) from error
    except (ValueError, RecursionError) as error:  # of numbers and nesting that Python itself does not take
        raise NotToml(1, "it nests too deeply, or has a number of too many digits") from error
    if _is_deeper(tree, DEEPEST):
        raise NotToml(1, f"it nests deeper than {DEEPEST} tables")
    return tree, _lines(text)


def _is_deeper(tree: object, most: int) -> bool:
    if not isinstance(tree, dict | list):
        return False
    inside = tree.values() if isinstance(tree, dict) else tree
    return most <= 0 or any(_is_deeper(part, most - 1) for part in inside)


def _lines(text: str) -> dict[Place, int]:
    lines: dict[Place, int] = {}
    entries: Counter[Place] = Counter()
    table: Place = ()
    statement: list[str] = []
    began = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not statement:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if header := _HEADER.match(line):
                table = _resolved(_path_of(header["name"]), entries)
                if header["open"] == "[[":
                    table = (*table, entries[table])
                    entries[table[:-1]] += 1
                lines.setdefault(table, number)
                continue
            began = number
        statement.append(line)
        if len(statement) > 1 and not any(end in line for end in _ENDS):
            continue
        try:
            part = tomllib.loads("\n".join(statement))
        except tomllib.TOMLDecodeError:
            continue  # a value that goes on
        statement = []
        _mark(part, table, began, lines)
    return lines


def _path_of(name: str) -> Place:
    """`a."b c".d` as its parts."""
    tree: Any = tomllib.loads(f"{name} = 0")
    path: list[str] = []
    while isinstance(tree, dict):
        key, tree = next(iter(tree.items()))
        path.append(key)
    return tuple(path)


def _resolved(path: Place, entries: Counter[Place]) -> Place:
    """The path with the number of the last entry behind every array of tables on the way."""
    place: Place = ()
    for at, part in enumerate(path):
        place = (*place, part)
        if at < len(path) - 1 and entries[place]:
            place = (*place, entries[place] - 1)
    return place


def _mark(tree: object, place: Place, line: int, lines: dict[Place, int]) -> None:
    if isinstance(tree, dict):
        for key, value in tree.items():
            lines.setdefault((*place, key), line)
            _mark(value, (*place, key), line, lines)
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            lines.setdefault((*place, at), line)
            _mark(value, (*place, at), line, lines)
