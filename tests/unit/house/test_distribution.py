"""What a terminal installs: the screens, texts and items, and nothing through which it could be driven from outside."""

import tomllib
from pathlib import Path

from setuptools import find_packages

ROOT = Path(__file__).parents[3]


def test_automation_is_not_among_what_is_installed() -> None:
    chosen = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]
    packages = find_packages(str(ROOT), include=chosen["include"], exclude=chosen["exclude"])
    assert "terminal" in packages
    assert "ui.texts" in packages
    assert not [package for package in packages if "automation" in package]
    assert (ROOT / "terminal" / "automation" / "__init__.py").exists()
