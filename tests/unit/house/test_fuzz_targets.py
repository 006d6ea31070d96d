"""Every parser of foreign bytes is fuzzed, and the fuzzer begins with what each understands."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGES = ("kiosk", "drivers", "sync", "hardware_sim")


def parsers_of_bytes() -> Iterator[tuple[str, str]]:
    """Module and name of each function `parse_...` whose first argument is bytes."""
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
            for node in ast.parse(path.read_text("utf-8")).body:
                match node:
                    case ast.FunctionDef(
                        name=name, args=ast.arguments(args=[ast.arg(annotation=ast.Name(id="bytes")), *_])
                    ):
                        if name.startswith("parse_"):
                            yield module, name


def test_every_parser_of_bytes_is_among_the_targets() -> None:
    targets = {(target.module, name) for target in TARGETS.values() for name in target.names}
    parsers = set(parsers_of_bytes())
    assert ("drivers.identity_card.sam_frames", "parse_reply") in parsers
    assert not parsers - targets


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    target = TARGETS[name]
    parse, seeds = target.load(), target.seed_inputs()
    assert seeds
    assert max(map(len, seeds)) <= target.longest
    for seed in seeds:
        parse(seed)
