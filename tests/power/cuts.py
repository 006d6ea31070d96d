"""Plays histories of one end on a recorded disk, cuts the power at their operations, and checks what is found."""

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from tests.power.disk_model import DiskModel, lay_out
from tests.power.recording import Image, Mark, Sync, SyncDirectory, Tape

Expected = TypeVar("Expected")
CUTS_A_LIFE = 60
LIVES = 3  # from one power cut to the next, on the same disk
CUTS_A_HISTORY = LIVES * CUTS_A_LIFE
TMPFS = Path("/dev/shm")


class Lost(AssertionError):
    """Something that was promised is not there after a cut, or something is there that never was."""


class End(Protocol[Expected]):
    """One end of the wire. `Expected` is what must be found after a step has returned."""

    name: str

    def nothing(self) -> Expected:
        """Before anything was ever begun."""
        ...

    def live(self, tape: Tape, before: Expected, chance: random.Random) -> Sequence[Expected]:
        """A random history below the tape's root, recorded; `tape.mark(n)` when the nth step has returned.

        What is expected before it and after each step.
        """
        ...

    def check(self, root: Path, allowed: Sequence[Expected], chance: random.Random) -> Expected:
        """Start anew on what was found: the first of the allowed must hold or the second, and the end must work.

        The third is there when the second is a commit that was still to return. What holds; or raises Lost.
        """
        ...


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """Names one state of a disk for good; written `terminal:17:0:233:5`."""

    end: str
    history: int
    life: int
    position: int
    choice: int

    def __str__(self) -> str:
        return f"{self.end}:{self.history}:{self.life}:{self.position}:{self.choice}"

    @classmethod
    def named(cls, name: str) -> "Cut":
        end, *numbers = name.split(":")
        return cls(end, *map(int, numbers))

    def chance(self, purpose: str) -> random.Random:
        return random.Random(f"{self} {purpose}")


@dataclass
class Tally:
    """What was tried, and the cuts after which something was lost, with what."""

    histories: int = 0
    cuts: int = 0
    in_flight: int = 0  # cuts inside a step
    operations: int = 0
    lost: list[tuple[Cut, str]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.histories += other.histories
        self.cuts += other.cuts
        self.in_flight += other.in_flight
        self.operations += other.operations
        self.lost += other.lost


class Histories(Generic[Expected]):
    """Histories of one end. Each has some lives: one recorded run from a found disk to the next cut."""

    def __init__(self, end: End[Expected], *, lying: frozenset[type] = frozenset()) -> None:
        self._end = end
        self._lying = lying

    def try_cuts(self, history: int, *, only: Cut | None = None, keep_in: Path | None = None) -> Tally:
        """`CUTS_A_HISTORY` cuts of one history, or one of them again.

        What was found after a cut that lost something is left in `keep_in`.
        """
        tally = Tally(histories=1)
        with _directory() as place:
            image: Image = {}
            expected = self._end.nothing()
            for life in range(LIVES):
                tape, steps = self._live(place, history, life, image, expected)
                tally.operations += len(tape.ops)
                chosen = sorted(self._chosen(tape, history, life))
                last = random.Random(f"{history} {life} last").choice(chosen)
                model = DiskModel(tape)
                for cut in chosen:
                    if only not in (None, cut) and cut != last:
                        continue
                    model.advance(cut.position)
                    found = model.cut(cut.chance("disk"))
                    allowed = steps[model.returned : model.returned + 3]
                    tally.cuts += 1
                    tally.in_flight += len(allowed) > 1
                    try:
                        held = self._check(place, cut, found, allowed)
                    except Lost as loss:
                        tally.lost.append((cut, str(loss)))
                        if keep_in is not None:
                            lay_out(found, _empty(keep_in / str(cut)))
                        continue
                    if cut == last:
                        image, expected = found, held
        return tally

    def _live(
        self, place: Path, history: int, life: int, image: Image, expected: Expected
    ) -> tuple[Tape, Sequence[Expected]]:
        root = _empty(place / "life")
        lay_out(image, root)
        tape = Tape(root, image, lying=self._lying)
        return tape, self._end.live(tape, expected, random.Random(f"{self._end.name} {history} {life}"))

    def _chosen(self, tape: Tape, history: int, life: int) -> Iterator[Cut]:
        """Half of them around syncs and returns, where promises change; the rest anywhere."""
        chance = random.Random(f"{history} {life} cuts")
        edges = [at for at, op in enumerate(tape.ops) if isinstance(op, Sync | SyncDirectory | Mark)]
        for choice in range(CUTS_A_LIFE):
            near = chance.choice(edges) + chance.randrange(2) if edges and choice % 2 else None
            position = chance.randrange(len(tape.ops) + 1) if near is None else near
            yield Cut(self._end.name, history, life, position, choice)

    def _check(self, place: Path, cut: Cut, found: Image, allowed: Sequence[Expected]) -> Expected:
        root = _empty(place / "found")
        lay_out(found, root)
        try:
            return self._end.check(root, allowed, cut.chance("check"))
        except Lost:
            raise
        except Exception as trouble:
            raise Lost(f"it does not work any more: {trouble!r}") from trouble


@contextmanager
def _directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="power-", dir=TMPFS if TMPFS.is_dir() else None) as name:
        yield Path(name).resolve()


def _empty(place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    return place
