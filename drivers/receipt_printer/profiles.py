"""What kinds of printer there are: the rows of `profiles.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from kiosk.configuration import Strict


class Profile(Strict):
    """A printer as the encoder needs to know it. `columns` counts half-width characters."""

    width_dots: int
    chinese_columns: int
    encoding: Literal["gb18030", "gbk"]
    cutter: bool
    qr_module_dots: int
    feed_lines_to_tear: int

    @property
    def columns(self) -> int:
        return 2 * self.chinese_columns


@cache
def profiles() -> dict[str, Profile]:
    rows = tomllib.loads(Path(__file__).with_name("profiles.toml").read_text(encoding="utf-8"))
    return {name: Profile.model_validate(row) for name, row in rows.items()}


def profile_named(name: str) -> Profile:
    """ValueError when no row has this name."""
    try:
        return profiles()[name]
    except KeyError:
        raise ValueError(f"no printer profile {name!r}; there are {', '.join(sorted(profiles()))}") from None
