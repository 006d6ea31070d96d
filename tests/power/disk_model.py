"""A disk that loses its power: what was synced stays, and of the rest any part may have been written, torn or whole."""

import random
from itertools import pairwise
from pathlib import Path

from tests.power.recording import Image, Mark, Op, Rename, Resize, Sync, SyncDirectory, Tape, Tree, Write

SECTOR_BYTES = 512
SHM_BYTES = 32_768


class DiskModel:
    """The disk under a tape, played up to any of its operations with `advance`.

    The rules: a sync makes a file's bytes and size durable, the sync of a directory the names in it. A rename is one
    change, but its new name may be there before the old one is gone. Names change in order, each on its own.
    """

    def __init__(self, tape: Tape) -> None:
        self.position = 0
        self.returned = 0  # how many steps of the history
        self._tape = tape
        self._tree = Tree(tape.image)
        self._kind = tape.tree.kind
        self._content = {
            self._tree.at(path): bytearray(held) for path, held in tape.image.items() if isinstance(held, bytes)
        }
        self._unsynced: dict[int, list[Write | Resize]] = {}
        self._names: list[Rename] = []

    def advance(self, position: int) -> None:
        """Play up to but not with the operation at `position`."""
        for op in self._tape.ops[self.position : position]:
            self._play(op)
        self.position = position

    def cut(self, chance: random.Random) -> Image:
        """What may be found after the power went now. The same `chance` finds the same."""
        tree = Tree({})
        tree.kind = self._kind
        tree.names = dict(self._tree.names)
        for change in _surviving(self._names, chance):
            partly = len(change.changes) > 1 and chance.random() < 0.3
            tree.apply(Rename(change.changes[:1]) if partly else change)
        image: dict[str, bytes | str | None] = {}
        found: dict[int, bytes] = {}
        for path, inode in tree.walk():
            kind = self._kind[inode]
            if isinstance(kind, bytes):
                found[inode] = found.get(inode) or self._found_content(inode, chance)
                image[path] = found[inode]
            else:
                image[path] = kind
        self._leave_shared_memory(image, chance)
        return image

    def _play(self, op: Op) -> None:
        match op:
            case Write(inode) | Resize(inode):
                self._unsynced.setdefault(inode, []).append(op)
            case Sync(inode):
                content = self._content.setdefault(inode, bytearray())
                for write in self._unsynced.pop(inode, ()):
                    _write(content, write)
            case Rename():
                self._names.append(op)
            case SyncDirectory(inode):
                self._names = [left for change in self._names for left in self._settle(change, inode)]
            case Mark(returned):
                self.returned = returned

    def _settle(self, change: Rename, directory: int) -> list[Rename]:
        """What is left of a change of names once `directory` was synced: nothing taken away before it is given."""
        last = max((at for at, part in enumerate(change.changes) if part[0] == directory), default=-1)
        self._tree.apply(Rename(change.changes[: last + 1]))
        return [Rename(change.changes[last + 1 :])] if last + 1 < len(change.changes) else []

    def _found_content(self, inode: int, chance: random.Random) -> bytes:
        durable, unsynced = self._content.get(inode, b""), self._unsynced.get(inode)
        if not unsynced:
            return bytes(durable)
        content = bytearray(durable)
        survivors = _surviving(unsynced, chance)
        end = max((write.offset + len(write.content) for write in unsynced if isinstance(write, Write)), default=0)
        if end > len(content) and chance.random() < 0.3:  # the size came to the disk before the bytes
            grown = chance.randint(1, end - len(content))
            content += chance.randbytes(grown) if chance.random() < 0.5 else bytes(grown)
        tearing = chance.choice((0.0, 0.2, 1.0))
        for write in survivors:
            if isinstance(write, Write) and chance.random() < tearing:
                _write_torn(content, write, chance)
            else:
                _write(content, write)
        return bytes(content)

    def _leave_shared_memory(self, image: dict[str, bytes | str | None], chance: random.Random) -> None:
        """SQLite's -shm file is never synced: it may be absent, of any moment before, or garbage."""
        for database in [path for path in image if path.endswith(".db")]:
            name, way = f"{database}-shm", chance.randrange(3)
            stale = [held for at, path, held in self._tape.shared_memory if path == name and at <= self.position]
            if way == 1 and stale:
                image[name] = chance.choice(stale)
            elif way == 2:
                image[name] = chance.randbytes(chance.choice((1, SHM_BYTES, SHM_BYTES, 2 * SHM_BYTES)))


def _surviving(changes: list, chance: random.Random) -> list:
    """Some of them, in order."""
    if not changes:
        return []
    one = chance.randrange(len(changes))
    match chance.randrange(8):
        case 0:
            return []
        case 1 | 2:
            return changes
        case 3:
            return changes[: one + 1]
        case 4:
            return changes[one:]
        case 5:
            return [change for at, change in enumerate(changes) if at != one]
        case 6:
            return [changes[one]]
        case _:
            share = chance.random()
            return [change for change in changes if chance.random() < share]


def _write(content: bytearray, op: Write | Resize) -> None:
    if isinstance(op, Resize):
        del content[op.size :]
        content.extend(bytes(op.size - len(content)))
        return
    if len(content) < op.offset:
        content.extend(bytes(op.offset - len(content)))
    content[op.offset : op.offset + len(op.content)] = op.content


def _write_torn(content: bytearray, op: Write, chance: random.Random) -> None:
    size = len(op.content)
    match chance.randrange(3):
        case 0:
            pieces = [(0, chance.randrange(size + 1))]
        case 1:
            pieces = [(chance.randrange(size + 1), size)]
        case _:
            first = SECTOR_BYTES - op.offset % SECTOR_BYTES
            edges = [0, *range(first, size, SECTOR_BYTES), size]
            pieces = [piece for piece in pairwise(edges) if chance.random() < 0.5]
    for start, stop in pieces:
        _write(content, Write(op.inode, op.offset + start, op.content[start:stop]))


def lay_out(image: Image, directory: Path) -> None:
    """The files of an image, in an empty directory."""
    for path in sorted(image):
        held, place = image[path], directory / path
        if held is None:
            place.mkdir(mode=0o700)
        elif isinstance(held, str):
            place.symlink_to(held)
        else:
            place.touch(mode=0o600)
            place.write_bytes(held)
