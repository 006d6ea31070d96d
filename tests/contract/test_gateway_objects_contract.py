"""What every object store of the gateway must keep, whatever engine is behind its URL.

A further engine adds its URL to `URLS`; `{directory}` is an empty directory of the test's own.
"""

import threading
from pathlib import Path

import pytest

from kiosk.submission import digest_of
from sync.gateway.ports import Objects
from sync.gateway.storage import open_objects

URLS = ["directory:{directory}"]
CONTENT = bytes(range(256)) * 8_000
DIGEST = digest_of(CONTENT)


class Engine:
    """One object store that can be opened again, as after a restart."""

    def __init__(self, url: str) -> None:
        self._url = url

    def opened(self) -> Objects:
        return open_objects(self._url)


@pytest.fixture(params=URLS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return Engine(request.param.format(directory=tmp_path / "objects"))


def test_nothing_is_there_before_it_came(engine: Engine) -> None:
    objects = engine.opened()
    assert not objects.has(DIGEST)
    assert objects.arrived("upload") == 0
    assert list(objects.digests()) == []
    with pytest.raises(FileNotFoundError):
        list(objects.pieces(DIGEST))


def test_what_was_appended_is_there_after_a_restart(engine: Engine) -> None:
    engine.opened().append("upload", CONTENT[:1000], last=False)
    again = engine.opened()
    assert again.arrived("upload") == 1000
    assert not again.has(DIGEST)
    again.append("upload", CONTENT[1000:], last=True)
    assert again.complete("upload", DIGEST)
    once_more = engine.opened()
    assert once_more.has(DIGEST)
    assert b"".join(once_more.pieces(DIGEST)) == CONTENT
    assert all(len(piece) <= 1_000_000 for piece in once_more.pieces(DIGEST))
    assert once_more.arrived("upload") == 0
    assert list(once_more.digests()) == [DIGEST]


def test_what_is_not_the_blob_is_thrown_away(engine: Engine) -> None:
    objects = engine.opened()
    objects.append("upload", b"x" * 100, last=True)
    assert not objects.complete("upload", DIGEST)
    assert (objects.arrived("upload"), objects.has(DIGEST)) == (0, False)
    objects.append("upload", CONTENT, last=True)
    assert objects.complete("upload", DIGEST)


def test_a_blob_of_no_bytes_is_one(engine: Engine) -> None:
    objects = engine.opened()
    assert objects.complete("upload", digest_of(b""))
    assert b"".join(objects.pieces(digest_of(b""))) == b""


def test_an_upload_that_is_dropped_is_empty(engine: Engine) -> None:
    objects = engine.opened()
    objects.append("upload", b"half", last=False)
    objects.drop("upload")
    objects.drop("never begun")
    assert engine.opened().arrived("upload") == 0


def test_the_same_blob_may_come_twice_at_once(engine: Engine) -> None:
    objects = engine.opened()
    outcomes: list[bool] = []

    def upload(name: str) -> None:
        objects.append(name, CONTENT, last=True)
        outcomes.append(objects.complete(name, DIGEST))

    threads = [threading.Thread(target=upload, args=(f"upload{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True] * 4
    assert b"".join(objects.pieces(DIGEST)) == CONTENT


def test_it_says_how_much_room_there_is(engine: Engine) -> None:
    assert engine.opened().free_bytes() > 0
