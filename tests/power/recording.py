"""Records what goes to the disk below one directory: SQLite's files through a VFS, all else at the calls of `os`.

The VFS stands under the cipher, so it sees what the disk sees. Bytes that Python wrote are found when their file is
synced, moved or left: what is never synced may vanish anyway.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

PLAIN_VFS = "recorded"
VFS_UNDER_CIPHER = f"multipleciphers-{PLAIN_VFS}"  # SQLite3 Multiple Ciphers makes it where it is asked for

# What lies below a directory, by relative path: a file's bytes, a link's target, None for a directory.
Image = Mapping[str, bytes | str | None]
ROOT = 0


class Write(NamedTuple):
    inode: int
    offset: int
    content: bytes


class Resize(NamedTuple):
    inode: int
    size: int


class Sync(NamedTuple):
    inode: int


class Rename(NamedTuple):
    """Names that change in one: (directory, name, inode). None takes the name away; what is given comes first."""

    changes: tuple[tuple[int, str, int | None], ...]


class SyncDirectory(NamedTuple):
    inode: int


class Mark(NamedTuple):
    """So many steps of the history have returned."""

    returned: int


Op = Write | Resize | Sync | Rename | SyncDirectory | Mark


class Tape:
    """All that was done below `root`, in order, beginning with `image`, which is on the disk already.

    What `lying` names is never synced: a disk that answers before it has written.
    """

    def __init__(self, root: Path, image: Image, *, lying: frozenset[type] = frozenset()) -> None:
        self.root = root
        self.image = image
        self.ops: list[Op] = []
        self.shared_memory: list[tuple[int, str, bytes]] = []  # position, path, what the -shm file held then
        self._lying = lying
        self.tree = Tree(image)
        self._seen = {self.tree.at(path): content for path, content in image.items() if isinstance(content, bytes)}

    def mark(self, returned: int) -> None:
        for path in self.root.rglob("*-shm"):
            name, content = str(path.relative_to(self.root)), path.read_bytes()
            if not self.shared_memory or self.shared_memory[-1][1:] != (name, content):
                self.shared_memory.append((len(self.ops), name, content))
        self.ops.append(Mark(returned))

    def holds(self, path: Path) -> bool:
        return path.is_relative_to(self.root) and not path.name.endswith("-shm")

    def found(self, path: Path) -> int:
        """The inode at `path`; what nobody saw being made is made now."""
        name = str(path.relative_to(self.root))
        inode = self.tree.at(name)
        if inode is not None:
            return inode
        parent = self.found(path.parent)
        mode = path.lstat().st_mode
        target = None if stat.S_ISDIR(mode) else str(path.readlink()) if stat.S_ISLNK(mode) else b""
        inode = self.tree.new(target)
        self.rename((parent, path.name, inode))
        return inode

    def rename(self, *changes: tuple[int, str, int | None]) -> None:
        op = Rename(changes)
        self.tree.apply(op)
        self.ops.append(op)

    def gone(self, path: Path) -> None:
        if self.tree.at(str(path.relative_to(self.root))) is not None:
            self.rename((self.found(path.parent), path.name, None))

    def sync(self, inode: int) -> None:
        op = SyncDirectory(inode) if self.tree.kind[inode] is None else Sync(inode)
        if type(op) not in self._lying:
            self.ops.append(op)

    def catch_up(self, path: Path) -> int:
        """The inode at `path`, with the bytes it holds now written."""
        inode = self.found(path)
        if not isinstance(self.tree.kind[inode], bytes):
            return inode
        before, now = self._seen.get(inode, b""), path.read_bytes()
        if len(now) < len(before):
            self.ops.append(Resize(inode, len(now)))
        if now.startswith(before):
            if len(now) > len(before):
                self.ops.append(Write(inode, len(before), now[len(before) :]))
        elif now != before[: len(now)]:
            self.ops.append(Write(inode, 0, now))
        self._seen[inode] = now
        return inode


class Tree:
    """Names and inodes. `kind`: bytes for a file (empty here), a link's target, None for a directory."""

    def __init__(self, image: Image) -> None:
        self.kind: dict[int, bytes | str | None] = {ROOT: None}
        self.names: dict[tuple[int, str], int] = {}
        for path in sorted(image):
            parent, _, name = path.rpartition("/")
            held = image[path]
            self.names[self.at(parent or "."), name] = self.new(b"" if isinstance(held, bytes) else held)

    def new(self, kind: bytes | str | None) -> int:
        inode = len(self.kind)
        self.kind[inode] = kind
        return inode

    def at(self, path: str) -> Any:
        """The inode at a relative path, or None."""
        inode: int | None = ROOT
        for name in () if path == "." else path.split("/"):
            inode = self.names.get((inode, name)) if inode is not None else None
        return inode

    def walk(self, directory: int = ROOT, below: str = "") -> Iterator[tuple[str, int]]:
        """Every path that can be reached, a directory before what is in it, in an order that no name decides."""
        for (parent, name), inode in sorted(self.names.items(), key=lambda entry: (entry[1], entry[0])):
            if parent == directory:
                yield below + name, inode
                yield from self.walk(inode, f"{below}{name}/")

    def apply(self, op: Rename) -> None:
        for directory, name, inode in op.changes:
            if inode is None:
                self.names.pop((directory, name), None)
            else:
                self.names[directory, name] = inode


class _RecordedFile(apsw.VFSFile):
    def __init__(self, tape: Tape, name: str | apsw.URIFilename, flags: list[int]) -> None:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        asked = flags[0]
        super().__init__("unix", name, flags)
        self._tape = tape
        self._inode = tape.found(path)
        # As in SQLite's os_unix.c: the first sync of a journal or log that may be new syncs its directory too.
        log = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
        new_log = asked & apsw.SQLITE_OPEN_CREATE and asked & log
        self._directory = tape.found(path.parent) if new_log else None

    def xWrite(self, content: bytes, offset: int) -> None:
        super().xWrite(content, offset)
        self._tape.ops.append(Write(self._inode, offset, bytes(content)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._tape.ops.append(Resize(self._inode, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._tape.sync(self._inode)
        if self._directory is not None:
            self._tape.sync(self._directory)
            self._directory = None


class _RecordedVfs(apsw.VFS):
    """Records for `tape`, and only while there is one."""

    def __init__(self) -> None:
        self.tape: Tape | None = None
        super().__init__(PLAIN_VFS, "unix")

    def xOpen(self, name: str | apsw.URIFilename, flags: list[int]) -> apsw.VFSFile:
        if self.tape is None:
            raise RuntimeError("nothing is being recorded")
        return _RecordedFile(self.tape, name, flags)

    def xDelete(self, name: str, sync_directory: bool) -> None:
        super().xDelete(name, sync_directory)
        if self.tape is not None:
            self.tape.gone(Path(name))
            if sync_directory:
                self.tape.sync(self.tape.found(Path(name).parent))


_VFS = _RecordedVfs()


@contextmanager
def recorded(tape: Tape) -> Iterator[None]:
    """Everything this process does below the tape's directory goes on the tape."""
    replaced = {name: getattr(os, name) for name in _CALLS}
    for name, record in _CALLS.items():
        setattr(os, name, _recording(replaced[name], record, tape))
    _VFS.tape = tape
    try:
        yield
    finally:
        _VFS.tape = None
        for name, call in replaced.items():
            setattr(os, name, call)


Record = Callable[[Tape, Callable[..., Any], tuple[Path, ...], tuple[Any, ...], dict[str, Any]], Any]


def _recording(call: Callable[..., Any], record: Record, tape: Tape) -> Callable[..., Any]:
    def recording(*arguments: Any, **named: Any) -> Any:
        paths = tuple(_path(one, named.get("dir_fd")) for one in arguments[:2] if not isinstance(one, int))
        if isinstance(arguments[0], int):
            paths = (Path(f"/proc/self/fd/{arguments[0]}").readlink(),)
        if not any(tape.holds(path) for path in paths):
            return call(*arguments, **named)
        return record(tape, call, paths, arguments, named)

    return recording


def _path(given: Any, directory: int | None) -> Path:
    base = Path.cwd() if directory is None else Path(f"/proc/self/fd/{directory}").readlink()
    return base / os.fspath(given)


def _made(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    """open, mkdir, symlink (whose second path is the new one)."""
    answer = call(*arguments, **named)
    tape.found(paths[-1])
    return answer


def _synced(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    answer = call(*arguments, **named)
    (path,) = paths
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if tape.holds(child):
                tape.found(child)
    tape.sync(tape.catch_up(path) if not path.name.endswith(_OF_SQLITE) else tape.found(path))
    return answer


def _resized(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    answer = call(*arguments, **named)
    tape.catch_up(paths[0])
    return answer


def _linked(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    inode = tape.catch_up(paths[0])
    answer = call(*arguments, **named)
    tape.rename((tape.found(paths[1].parent), paths[1].name, inode))
    return answer


def _renamed(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    source, target = paths
    inode = tape.catch_up(source)
    answer = call(*arguments, **named)
    tape.rename(
        (tape.found(target.parent), target.name, inode),
        (tape.found(source.parent), source.name, None),
    )
    return answer


def _removed(tape: Tape, call: Any, paths: Any, arguments: Any, named: Any) -> Any:
    answer = call(*arguments, **named)
    tape.gone(paths[0])
    return answer


_OF_SQLITE = (".db", "-wal", "-journal")  # the VFS sees their bytes
_CALLS: dict[str, Record] = {
    "open": _made,
    "mkdir": _made,
    "symlink": _made,
    "fsync": _synced,
    "fdatasync": _synced,
    "truncate": _resized,
    "ftruncate": _resized,
    "link": _linked,
    "rename": _renamed,
    "replace": _renamed,
    "unlink": _removed,
    "remove": _removed,
    "rmdir": _removed,
}
