"""`docs/fault-matrix.md` promises tests; each is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows() -> list[list[str]]:
    """Fault, what must hold, and the tests, of each row below the head."""
    lines = (ROOT / "docs" / "fault-matrix.md").read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_fault_matrix_names_exists_and_every_fault_has_one() -> None:
    assert len(rows()) > 30
    for fault, must_hold, shown_by in rows():
        assert must_hold
        named = NAMED.findall(shown_by)
        assert named, f"nothing shows what must hold under: {fault}"
        for path, name in named:
            assert name in names_in(path), f"{path}::{name}"
