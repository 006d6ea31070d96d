"""Disks whose power can be cut: ext4 on a target of the device mapper, on a loop device over a file in memory.

What is cut is the disk beneath the file system: nothing is unmounted first, and the mount after it replays the journal.
"""

import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random
from typing import BinaryIO

SECTOR = 512
NAME = "failing"
DEVICE = Path("/dev/mapper") / NAME
MOUNTED = Path("/tmp/mounted")
MEMORY = Path("/tmp")

# drivers/md/dm-log-writes.c: one sector of superblock, then for each entry one sector and its data.
SUPERBLOCK = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
LOG_MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8


class Failing(Enum):
    """What dm-flakey does to every write from the cut on."""

    DROP = "drop_writes"  # says it was written: the disk's memory, lost with the power
    ERROR = "error_writes"


def run(*command: object) -> str:
    """Raises RuntimeError with what the command said when it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def formatted(path: Path, *, megabytes: int) -> Path:
    """A file with an empty ext4 file system."""
    path.unlink(missing_ok=True)
    run("mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0,nodiscard", path, f"{megabytes}M")
    return path


class FlakeyDisk:
    """The file system in `image` over dm-flakey. Mounted at `MOUNTED` from `mount` to `lose`."""

    def __init__(self, image: Path) -> None:
        self._loop = run("losetup", "--find", "--show", image).strip()
        self._sectors = int(run("blockdev", "--getsz", self._loop))

    def mount(self) -> None:
        run("dmsetup", "create", NAME, "--table", f"0 {self._sectors} linear {self._loop} 0")
        mount()

    def cut(self, failing: Failing, at_the_moment: Callable[[], None]) -> None:
        """From here on every write fails. `at_the_moment` is called while the disk stands still: what returned before
        it is on the disk, or never will be."""
        table = f"0 {self._sectors} flakey {self._loop} 0 0 1000 1 {failing.value}"
        run("dmsetup", "load", NAME, "--table", table)
        run("dmsetup", "suspend", "--nolockfs", NAME)
        at_the_moment()
        run("dmsetup", "resume", NAME)

    def lose(self) -> None:
        """Take the file system away, with all that is only in memory."""
        unmount()
        run("dmsetup", "remove", "--retry", NAME)
        run("blockdev", "--flushbufs", self._loop)

    def close(self) -> None:
        run("losetup", "--detach", self._loop)


@dataclass(frozen=True, slots=True)
class Entry:
    """One write as dm-log-writes kept it. `data_at`: where its bytes lie in the log; for a mark `name` is its text."""

    sector: int
    sectors: int
    flags: int
    data_at: int
    name: str


class RecordedDisk:
    """A copy of `image` over dm-log-writes: every write, flush and mark is kept in order."""

    def __init__(self, image: Path, *, log_megabytes: int) -> None:
        self._base = MEMORY / "recorded.base"
        self._log = MEMORY / "recorded.log"
        shutil.copyfile(image, self._base)
        data = shutil.copyfile(image, MEMORY / "recorded.data")
        self._replayed = 0
        with self._log.open("wb") as log:
            log.truncate(log_megabytes << 20)
        self._loops = [run("losetup", "--find", "--show", path).strip() for path in (data, self._log)]
        sectors = int(run("blockdev", "--getsz", self._loops[0]))
        run("dmsetup", "create", NAME, "--table", f"0 {sectors} log-writes {self._loops[0]} {self._loops[1]}")
        mount()

    def mark(self, name: str) -> None:
        run("dmsetup", "message", NAME, "0", "mark", name)

    def stop(self) -> Sequence[Entry]:
        """Unmount, end the recording, and read it."""
        unmount()
        run("dmsetup", "remove", "--retry", NAME)
        for loop in self._loops:
            run("losetup", "--detach", loop)
        return tuple(self._entries())

    def before(self, entries: Sequence[Entry], flush: int, random: Random) -> Path:
        """The disk as it may have been just before number `flush` of `entries` ended; `flush` grows from call to call.

        What an earlier flush covered is there. Of the writes after it, those with FUA, and of the others as many as
        chance wants.
        """
        earlier = max((place for place in range(flush) if entries[place].flags & FLUSH), default=-1) + 1
        with self._log.open("rb") as log:
            with self._base.open("r+b") as base:
                for entry in entries[self._replayed : earlier]:
                    _write(entry, log, base)
            self._replayed = earlier
            torn = Path(shutil.copyfile(self._base, MEMORY / "recorded.torn"))
            kept_share = random.choice((0.0, 0.25, 0.5, 0.75, 1.0))
            with torn.open("r+b") as onto:
                for entry in entries[earlier:flush]:
                    if entry.flags & FUA or random.random() < kept_share:
                        _write(entry, log, onto)
        return torn

    def _entries(self) -> Iterator[Entry]:
        with self._log.open("rb") as log:
            magic, version, count, sector_size = SUPERBLOCK.unpack(log.read(SUPERBLOCK.size))
            if (magic, version, sector_size) != (LOG_MAGIC, 1, SECTOR):
                raise RuntimeError(f"no log of writes: {magic:x} {version} {sector_size}")
            at = SECTOR
            for _ in range(count):
                log.seek(at)
                sector, sectors, flags, length = ENTRY.unpack(log.read(ENTRY.size))
                name = log.read(length).rstrip(b"\0").decode() if flags & MARK else ""
                yield Entry(sector, sectors, flags, at + SECTOR, name)
                at += SECTOR * (1 if flags & DISCARD else 1 + sectors)


def _write(entry: Entry, log: BinaryIO, onto: BinaryIO) -> None:
    if entry.flags & MARK:
        return
    log.seek(entry.data_at)
    onto.seek(entry.sector * SECTOR)
    length = entry.sectors * SECTOR
    onto.write(bytes(length) if entry.flags & DISCARD else log.read(length))


def mount(device: Path = DEVICE) -> None:
    MOUNTED.mkdir(exist_ok=True)
    run("mount", "-t", "ext4", "-o", "errors=remount-ro", device, MOUNTED)


def unmount() -> None:
    run("umount", MOUNTED)
