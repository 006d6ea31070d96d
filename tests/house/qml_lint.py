"""Lints every QML file, with the types that Python defines known to the linter. Any warning fails.

The linter needs a module's types as a file: pyside6-metaobjectdump reads them from the Python source and
pyside6-qmltyperegistrar writes them as qmltypes. They go into a copy of `ui/qml`, so that a module may
have types of both kinds.
"""

import ast
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import PySide6

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "ui" / "qml"
IMPORTS = REPOSITORY / "build" / "qml-lint"
QT = Path(PySide6.__file__).parent / "Qt" / "metatypes"
FOREIGN = [QT / f"qt6{name}_metatypes.json" for name in ("core", "gui", "qml", "quick")]


def qml_module(source: Path) -> str | None:
    """The `QML_IMPORT_NAME` that a Python file assigns."""
    for node in ast.parse(source.read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="QML_IMPORT_NAME")], value=ast.Constant(value=str(name))):
                return name
    return None


def python_types(sources: Iterable[Path]) -> dict[str, list[Path]]:
    modules: defaultdict[str, list[Path]] = defaultdict(list)
    for source in sorted(sources):
        if name := qml_module(source):
            modules[name].append(source)
    return dict(modules)


def describe(module: str, sources: Iterable[Path]) -> None:
    """Write the module's qmltypes beside its qmldir, and name them there."""
    directory = IMPORTS.joinpath(*module.split("."))
    directory.mkdir(parents=True, exist_ok=True)
    dumps = []
    for source in sources:
        dump = directory / f"{source.stem}.json"
        run("pyside6-metaobjectdump", "-o", dump, source)
        complete(dump, source)
        dumps.append(dump)
    types = directory / "python.qmltypes"
    run(
        "pyside6-qmltyperegistrar", "--generate-qmltypes", types, "-o", "/dev/null", *dumps,
        "--import-name", module, "--major-version", "1", "--foreign-types", ",".join(map(str, FOREIGN)),
    )  # fmt: skip
    qmldir = directory / "qmldir"
    declared = qmldir.read_text("utf-8") if qmldir.exists() else f"module {module}\n"
    qmldir.write_text(f"{declared.rstrip()}\ntypeinfo {types.name}\n", "utf-8")


def complete(dump: Path, source: Path) -> None:
    """WORKAROUND(PySide6 6.11.3): until metaobjectdump writes down `@Property(..., constant=True)`.

    And until it takes a class for an object whose base stands in another file: all that QML knows are objects.
    """
    constants = {
        (cls.name, method.name)
        for cls in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(cls, ast.ClassDef)
        for method in cls.body
        if isinstance(method, ast.FunctionDef) and any(map(is_constant, method.decorator_list))
    }
    described = json.loads(dump.read_text("utf-8"))
    for cls in (cls for file in described for cls in file["classes"]):
        cls["object"] |= any(known["name"] == "QML.Element" for known in cls.get("classInfos", ()))
        for known in cls.get("properties", ()):
            known["constant"] = (cls["className"], known["name"]) in constants
    dump.write_text(json.dumps(described), "utf-8")


def is_constant(decorator: ast.expr) -> bool:
    match decorator:
        case ast.Call(func=ast.Name(id="Property"), keywords=keywords):
            return any(k.arg == "constant" and getattr(k.value, "value", None) is True for k in keywords)
    return False


def run(tool: str, *arguments: object) -> None:
    subprocess.run([Path(sys.executable).parent / tool, *map(str, arguments)], check=True)


def main() -> None:
    shutil.rmtree(IMPORTS, ignore_errors=True)
    shutil.copytree(SOURCE, IMPORTS)
    for module, sources in python_types((REPOSITORY / "ui").rglob("*.py")).items():
        describe(module, sources)
    files = sorted(IMPORTS.rglob("*.qml"))
    linter = Path(sys.executable).parent / "pyside6-qmllint"
    command = [linter, "--max-warnings", "0", "-I", IMPORTS, *files]
    outcome = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if outcome.returncode:
        # Named as the files that one edits; and without the wrapper's repetition of the whole command.
        told = (outcome.stdout + outcome.stderr).replace(str(IMPORTS), str(SOURCE.relative_to(REPOSITORY)))
        sys.exit("\n".join(line for line in told.splitlines() if "--max-warnings" not in line))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
