"""What the terminal starts with: its files, and what its platform has sent where that can be used."""

import hashlib
import json
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from kiosk.clock import UNKNOWN, ClockReading
from kiosk.configuration import Configuration
from kiosk.submission import Json, canonical
from sync.catalogue import read_catalogue
from sync.outbox.drain import Drain
from sync.outbox.pulled import Pulled
from terminal.application import CONTENT
from terminal.current import Current, read_current

ITEMS = CONTENT / "items"
SHIPPED = read_catalogue(ITEMS)
NOW = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def local(tmp_path: Path) -> Configuration:
    device = {"address": "tcp:127.0.0.1:9", "simulated": True}
    tree = {
        "terminal": {"code": "CZ03", "number": "03 号机"},
        "hall": {"name": "大厅", "short_name": "大厅", "desk": "咨询台", "telephone": "0", "hours": "9:00-17:00"},
        "gateway": {"url": "https://127.0.0.1:9"},
        "store": {"directory": str(tmp_path / "store")},
        "devices": dict.fromkeys(("identity_card_reader", "document_camera", "receipt_printer"), device),
    }
    return Configuration.model_validate_json(json.dumps(tree))


def pull(local: Configuration, kind: Pulled, content: bytes, version: str) -> None:
    with closing(Drain(Path(local.store.directory))) as drain:
        drain.keep_pulled(kind, content, "", snapshot="s", cursor=1, version=version)


def configuration(settings: Json, terminal: str = "CZ03") -> bytes:
    return canonical(
        {
            "format": "hall-terminal/configuration/1",
            "terminal": terminal,
            "serial": 1,
            "at": NOW.isoformat(),
            "settings": settings,
        }
    )


def catalogue(*contents: Json) -> tuple[bytes, str]:
    version = hashlib.sha256(canonical({"items": list(contents)})).hexdigest()[:12]
    rows: list[Json] = [{"id": "x", "content": content} for content in contents]
    return canonical({"format": "hall-terminal/catalogue/1", "version": version, "items": rows}), version


def item(place: int, **members: Json) -> dict[str, Json]:
    content: dict[str, Json] = json.loads(SHIPPED.items[place].model_dump_json())
    return content | members


def start(local: Configuration, at: datetime = NOW) -> Current:
    return read_current(local, ITEMS, at=at)


def versions_in(local: Configuration) -> dict[Pulled, str]:
    with closing(Drain(Path(local.store.directory))) as drain:
        return {kind: document.version for kind in Pulled if (document := drain.pulled(kind))}


def test_without_a_platform_the_files_serve(local: Configuration) -> None:
    current = start(local)
    assert (current.configuration, current.catalogue.items) == (local, SHIPPED.items)
    assert not current.is_outdated({}, NOW, UNKNOWN)


def test_what_was_pulled_is_used_from_the_next_start_on(local: Configuration) -> None:
    before = start(local)
    pull(local, Pulled.CONFIGURATION, configuration({"hall": {"desk": "二楼"}}), "1")
    content, version = catalogue(item(1))
    pull(local, Pulled.CATALOGUE, content, version)
    assert before.is_outdated(versions_in(local), NOW, UNKNOWN)
    after = start(local)
    assert after.configuration.hall.desk == "二楼"
    assert (after.catalogue.version, after.catalogue.items) == (version, (SHIPPED.items[1],))
    assert not after.is_outdated(versions_in(local), NOW, UNKNOWN)


@pytest.mark.expects_warnings
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Pulled.CONFIGURATION, configuration({"hall": {"dest": "二楼"}})),
        (Pulled.CONFIGURATION, configuration({}, terminal="CZ04")),
        (Pulled.CONFIGURATION, b"not it"),
        (Pulled.CATALOGUE, catalogue({"id": "x"})[0]),
        (Pulled.CATALOGUE, b"not it"),
    ],
)
def test_a_broken_document_never_stops_the_terminal_and_the_technician_is_told(
    kind: Pulled, content: bytes, local: Configuration, caplog: pytest.LogCaptureFixture
) -> None:
    pull(local, kind, content, "0" * 12)
    current = start(local)
    assert (current.configuration, current.catalogue.items) == (local, SHIPPED.items)
    assert f"the platform's {kind.value} cannot be used" in caplog.text
    assert not current.is_outdated(versions_in(local), NOW, UNKNOWN), "it does not start anew for ever"
    with closing(Drain(Path(local.store.directory))) as drain:
        assert f"{kind.value}.refused" in [row.event for row in drain.journal_unsent(100).rows]


@pytest.mark.expects_warnings
def test_a_store_that_does_not_open_leaves_the_files(local: Configuration) -> None:
    Path(local.store.directory).write_text("in the way")
    assert start(local).catalogue.items == SHIPPED.items


def test_an_item_is_offered_from_its_first_day_and_not_after_its_last(local: Configuration) -> None:
    content, version = catalogue(item(0, effective_from="2026-11-24"), item(1, cancelled_from="2026-11-24"))
    pull(local, Pulled.CATALOGUE, content, version)
    today = start(local)
    assert [one.id for one in today.catalogue.items] == [SHIPPED.items[1].id]
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    assert not today.is_outdated(versions_in(local), midnight - timedelta(seconds=1), UNKNOWN)
    assert today.is_outdated(versions_in(local), midnight, UNKNOWN)
    assert [one.id for one in start(local, midnight).catalogue.items] == [SHIPPED.items[0].id]


def test_a_clock_set_back_does_not_bring_back_what_was_cancelled(local: Configuration) -> None:
    content, version = catalogue(item(0), item(1, cancelled_from="2026-11-24"))
    pull(local, Pulled.CATALOGUE, content, version)
    floor = NOW + timedelta(days=3)
    with closing(Drain(Path(local.store.directory))) as drain:
        drain.raise_floor(floor)
    current = start(local)
    assert [one.id for one in current.catalogue.items] == [SHIPPED.items[0].id]
    assert not current.is_outdated(versions_in(local), NOW, ClockReading(floor))
