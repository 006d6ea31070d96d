"""The rules of the house that no linter knows."""

import ast
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGES = ("kiosk", "drivers", "sync", "ui", "terminal", "provisioning", "hardware_sim")
# Written so that this file does not match itself.
FOREIGN_PATH = re.compile(r"/[w]ork/|/[f]arm/|/[r]oot/|bash_job[s]|\.\./shared")
TEXT = {".py", ".qml", ".toml", ".md", ".txt", ".js", ".html", ".css", ".svg", ".json", ".service", ""}


def of_the_repository(*suffixes: str) -> Iterator[Path]:
    for path in REPOSITORY.rglob("*"):
        first = path.relative_to(REPOSITORY).parts[0]
        if first in {".venv", ".git", "build"} or "__pycache__" in path.parts or first.startswith((".hypo", ".ruff")):
            continue
        if path.is_file() and path.suffix in suffixes:
            yield path


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(attr=name) | ast.Name(id=name):
                    yield name, node.lineno


@pytest.mark.parametrize("path", sorted((REPOSITORY / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_no_test_waits_by_time(path: Path) -> None:
    waits = [line for name, line in calls(ast.parse(path.read_text("utf-8"))) if name in {"sleep", "qWait", "qSleep"}]
    assert not waits, f"lines {waits}"


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = [path.name for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_owns(package: str) -> None:
    silent = [
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_nothing_points_outside_the_repository() -> None:
    pointing = {
        f"{path.relative_to(REPOSITORY)}: {found.group()}"
        for path in of_the_repository(*TEXT)
        if (found := FOREIGN_PATH.search(path.read_text("utf-8", errors="replace")))
    }
    assert not pointing


def test_nothing_is_left_to_do_in_the_tree() -> None:
    marks = re.compile(r"\b(TO[D]O|FIXM[E]|XX[X]|raise NotImplemented[E]rror)\b")
    left = {
        str(path.relative_to(REPOSITORY)) for path in of_the_repository(".py", ".qml") if marks.search(path.read_text())
    }
    assert not left


def commands(document: str) -> set[str]:
    """The commands in a document: indented or fenced lines and `words in backticks`."""
    text = (REPOSITORY / document).read_text("utf-8")
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip() for block in fenced for line in block.splitlines()]
    return {command.removeprefix("$ ") for command in (*lines, *re.findall(r"`([^`\n]+)`", text))}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_the_commands_that_a_document_names_exist(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    for command in commands(document):
        words = command.removeprefix(".venv/bin/").split()
        match words:
            case ["make", target, *_] if "=" not in target:
                assert target in targets, command
            case ["python", "-m", module, *_] if "<" not in module:
                assert importlib.util.find_spec(module), command
            case [script, *_] if script.startswith("kiosk-") or words[0:1] == ["kiosk"]:
                assert script in scripts, command


@pytest.mark.parametrize(
    "document",
    sorted(REPOSITORY.glob("*.md")) + sorted((REPOSITORY / "docs").rglob("*.md")),
    ids=lambda path: path.name,
)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("script", ["kiosk", "kiosk-sim", "kiosk-gateway", "kiosk-provision"])
def test_every_console_script_leads_to_a_function(script: str) -> None:
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    module, _, function = scripts[script].partition(":")
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    defined = {n.name for n in ast.parse(Path(spec.origin).read_text("utf-8")).body if isinstance(n, ast.FunctionDef)}
    assert function in defined
