"""`docs/fault-matrix.md` promises tests; each is there."""

import ast
import re
from itertools import pairwise
from pathlib import Path

from hardware_sim.faults import FAULTS
from kiosk.faults import ALL

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"`([a-z_]+\.[a-z_.]+)`")
SENTENCE = re.compile(r"[\u4e00-\u9fff]+")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def tables() -> list[list[list[str]]]:
    """The rows below the head of each table, cell by cell: of wires and disks, and of devices."""
    lines = (ROOT / "docs" / "fault-matrix.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    heads = [at - 1 for at, row in enumerate(cells) if set("".join(row)) == {"-"}]
    return [cells[begin + 2 : end] for begin, end in pairwise([*heads, len(cells)])]


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_fault_matrix_names_exists_and_every_fault_has_one() -> None:
    wires, devices = tables()
    assert len(wires) > 30
    for fault, *holds, shown_by in wires + devices:
        assert all(holds), fault
        named = NAMED.findall(shown_by)
        assert named, f"nothing shows what must hold under: {fault}"
        for path, name in named:
            assert name in names_in(path), f"{path}::{name}"


def test_every_fault_that_can_be_simulated_stands_in_the_matrix_once() -> None:
    _, devices = tables()
    assert sorted(row[0].split("`")[1] for row in devices) == sorted(FAULTS)


def test_the_codes_and_sentences_in_the_matrix_are_those_of_the_terminal() -> None:
    _, devices = tables()
    said = " ".join(path.read_text("utf-8") for path in (ROOT / "ui" / "texts" / "zh_hans").glob("*.toml"))
    for fault, port, screen, *_ in devices:
        assert all(code in ALL for code in CODE.findall(port)), fault
        for sentence in SENTENCE.findall(screen):
            assert sentence in said, f"{fault}: {sentence}"
