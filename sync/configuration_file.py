"""The configuration of one terminal, from TOML files laid over one another: defaults, the hall, the terminal."""

from collections.abc import Sequence
from pathlib import Path

from kiosk.configuration import Configuration
from sync.strict_toml import read_layers


def read_configuration(paths: Sequence[Path]) -> Configuration:
    """The files in order, the last on top; what none of them says is the model's default. Raises FileFault."""
    return read_layers(paths, Configuration)
