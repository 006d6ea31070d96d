"""Names of local places and how they are spelt in Pinyin, read from `content/places.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text and one Pinyin syllable per character, without tones (`v` stands for ü)."""

    text: str
    syllables: tuple[str, ...]

    @property
    def letters(self) -> str:
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        return "".join(syllable[0] for syllable in self.syllables)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Local names in the order in which they are offered, and what may end such a name (区, 镇, 村)."""

    names: tuple[Spelling, ...] = ()
    endings: tuple[Spelling, ...] = ()


def read_places(path: Path) -> Gazetteer:
    """The gazetteer as the file has it.

    Raises ValueError when a text and its syllables differ in number: the file ships with the program.
    """
    tables: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return Gazetteer(_spellings(tables["names"]), _spellings(tables["endings"]))


def _spellings(table: dict[str, str]) -> tuple[Spelling, ...]:
    spellings = tuple(Spelling(text, tuple(pinyin.split())) for text, pinyin in table.items())
    for spelling in spellings:
        if len(spelling.text) != len(spelling.syllables):
            raise ValueError(f"{spelling.text} has {len(spelling.syllables)} syllables")
    return spellings
