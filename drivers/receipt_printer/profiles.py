"""What kinds of printer there are: the rows of `profiles.toml`, or of a file of the operator's own."""

from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, RootModel, model_validator

from kiosk.configuration import Strict
from kiosk.strict_toml import parse_layers

BUILT_IN = Path(__file__).with_name("profiles.toml")
CHARACTER_DOTS = 24

Octets = Annotated[str, Field(pattern=r"^[0-9a-f]{2}( [0-9a-f]{2})*$")]  # a command: "1d 65 05"
Dots = Annotated[int, Field(ge=0, le=255)]


class Presenter(Strict):
    """Holds a slip in its mouth until it is taken. `present`: hand it out; `clear`: take back or drop what was left."""

    present: Octets
    clear: Octets


class Profile(Strict):
    """A printer as the encoder and the driver need to know it.

    `character_mode`: how it is brought to read `encoding` (`chinese`: `1C26` and `1C2E`; `utf-8`: `1C28 43`).
    `cutter`: `feed-and-cut` is `1D5642 n`, `cut` is a feed and `1D5600`. `feed_dots`: paper after the last line, to the
    knife or the bar where it is torn. `status`: `escpos` is `1004 n` and `1D61`, `custom` is `100414`.
    `confirmation`: `gs-h`: it says by a job's id that all is on paper; `status-drained`: it answers what was asked
    behind the job; `none`: nobody will ever know.
    """

    width_dots: Annotated[int, Field(ge=96, le=2048, multiple_of=8)]
    chinese_columns: Annotated[int, Field(ge=4)]
    dots_per_mm: Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)]
    encoding: Literal["gb18030", "gbk", "utf-8"]
    character_mode: Literal["chinese", "utf-8", "none"]
    cutter: Literal["feed-and-cut", "cut", "none"]
    feed_dots: Dots
    qr: Literal["native", "raster"]
    qr_module_dots: Annotated[int, Field(ge=2, le=16)]
    status: Literal["escpos", "custom"]
    confirmation: Literal["gs-h", "status-drained", "none"]
    presenter: Presenter | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.chinese_columns * CHARACTER_DOTS > self.width_dots:
            raise ValueError(f"{self.chinese_columns} characters of {CHARACTER_DOTS} dots are wider than the paper")
        if self.presenter and self.cutter == "none":
            raise ValueError("a presenter needs a cutter")
        if self.status == "custom" and self.confirmation == "gs-h":
            raise ValueError("gs-h is a confirmation of printers whose status is escpos")
        if (self.character_mode == "utf-8") != (self.encoding == "utf-8"):
            raise ValueError(f"character_mode {self.character_mode} does not read {self.encoding}")
        return self

    @property
    def columns(self) -> int:
        """In half-width characters."""
        return 2 * self.chinese_columns


class _Rows(RootModel[dict[str, Profile]]):
    pass


@cache
def profiles(path: Path = BUILT_IN) -> dict[str, Profile]:
    """Every row of a file. ValueError says what is wrong with it, by file and line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from error
    outcome = parse_layers({str(path): text}, _Rows)
    if isinstance(outcome, tuple):
        raise ValueError("\n".join(map(str, outcome)))
    return outcome.root


def profile_named(name: str) -> Profile:
    """`80mm` is a row of the built-in file, `/etc/terminal/printers.toml#ours` one of another. Else a ValueError."""
    path, _, row = name.rpartition("#")
    rows = profiles(Path(path)) if path else profiles()
    if row in rows:
        return rows[row]
    nearest = get_close_matches(row, rows, n=1, cutoff=0.0)
    hint = f"; the nearest known one is {nearest[0]}" if nearest else ""
    raise ValueError(f"no printer profile {name!r}{hint}; there are {', '.join(sorted(rows))}")
