"""The catalogue on its way to terminals: signed, proved, whole or as what has changed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.items import Catalogue
from kiosk.submission import Json, canonical
from sync.catalogue import parse_catalogue, read_catalogue
from sync.gateway.catalogues import CatalogueFault, Catalogues, NoCatalogue, Offered, OtherSnapshot, version_of
from sync.gateway.records import KeptCatalogue, Signed
from tests.gateway_bench import GatewayBench, gateway, line

SHIPPED = read_catalogue(Path("content/items"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GatewayBench]:
    with gateway(tmp_path) as opened:
        yield opened


@pytest.fixture
def catalogues(bench: GatewayBench) -> Catalogues:
    return Catalogues(bench.storage, bench.signing)


def imported(catalogues: Catalogues, bench: GatewayBench, catalogue: Catalogue = SHIPPED) -> KeptCatalogue:
    taken = catalogues.take(catalogues.sign(catalogue, at=bench.now))
    assert isinstance(taken, KeptCatalogue)
    return taken


def test_before_an_import_there_is_none(catalogues: Catalogues) -> None:
    assert catalogues.answer(None, None) == NoCatalogue()
    assert catalogues.current_version() is None


def test_what_was_signed_is_what_a_terminal_reads(catalogues: Catalogues, bench: GatewayBench) -> None:
    kept = imported(catalogues, bench)
    assert catalogues.answer(None, None) == Offered(kept.signed, f"{kept.snapshot}:1:{kept.version}")
    assert bench.signing.is_ours(kept.signed)
    read = parse_catalogue(kept.signed.content)
    assert isinstance(read, Catalogue)
    assert read.items == SHIPPED.items
    assert read.version == kept.version == catalogues.current_version()


def test_a_delta_leads_from_each_version_to_the_current_one(catalogues: Catalogues, bench: GatewayBench) -> None:
    first = imported(catalogues, bench)
    one, *others = SHIPPED.items
    changed = one.model_copy(update={"minutes": one.minutes + 1})
    imported(catalogues, bench, SHIPPED.model_copy(update={"items": (*others, one)}))
    third = imported(catalogues, bench, SHIPPED.model_copy(update={"items": (changed,)}))
    offered = catalogues.answer(first.snapshot, 1)
    assert isinstance(offered, Offered)
    assert bench.signing.is_ours(offered.answer)
    delta = json.loads(offered.answer.content)
    assert delta["format"] == "hall-terminal/catalogue-delta/1"
    assert (delta["from"], delta["cursor"], delta["order"]) == (1, 3, [one.id])
    assert delta["removed"] == [item.id for item in others]
    contents = {row["id"]: row["content"] for row in json.loads(first.signed.content)["items"]}
    contents |= {row["id"]: row["content"] for row in delta["changed"]}
    assert version_of([contents[item_id] for item_id in delta["order"]]) == delta["version"] == third.version
    assert offered.etag == f"{first.snapshot}:3:{third.version}"


def test_other_items_under_the_same_cursor_are_never_the_same(catalogues: Catalogues, bench: GatewayBench) -> None:
    """As after a restore: what was imported since the backup is lost, and its cursor is given again."""
    first = imported(catalogues, bench)
    lost = catalogues.sign(SHIPPED, at=bench.now)
    again = imported(catalogues, bench, SHIPPED.model_copy(update={"items": SHIPPED.items[:1]}))
    offered = catalogues.answer(first.snapshot, 2)
    assert isinstance(offered, Offered)
    known = json.loads(lost.content)
    assert (known["snapshot"], known["cursor"]) == (again.snapshot, again.cursor)
    assert offered.etag != f"{known['snapshot']}:{known['cursor']}:{known['version']}"
    assert json.loads(offered.answer.content)["version"] != known["version"], "so a terminal asks for the whole"


def test_from_elsewhere_no_delta_leads_here(catalogues: Catalogues, bench: GatewayBench) -> None:
    kept = imported(catalogues, bench)
    assert catalogues.answer("another", 1) == OtherSnapshot()
    assert catalogues.answer(kept.snapshot, 2) == OtherSnapshot()


def test_an_import_again_is_the_same_and_an_older_one_is_refused(catalogues: Catalogues, bench: GatewayBench) -> None:
    first = imported(catalogues, bench)
    assert catalogues.take(first.signed) == first
    imported(catalogues, bench)
    assert isinstance(catalogues.take(first.signed), CatalogueFault)


def test_a_tampered_catalogue_is_refused_and_the_old_one_stays(catalogues: Catalogues, bench: GatewayBench) -> None:
    kept = imported(catalogues, bench)
    signed = catalogues.sign(SHIPPED, at=bench.now)
    changed = signed.content.replace(b'"minutes":', b'"minutes":1')
    for tampered in (Signed(changed, signed.signature), Signed(signed.content, line(signed.content)), Signed(b"", "")):
        assert isinstance(catalogues.take(tampered), CatalogueFault)
    assert bench.storage.catalogue() == kept


@pytest.mark.parametrize(
    "members",
    [
        {"format": "hall-terminal/catalogue-delta/1"},
        {"version": "0" * 12},
        {"cursor": 0},
        {"cursor": True},
        {"snapshot": "../x"},
        {"items": []},
        {"items": [{"id": "a", "content": {"id": "a"}}]},
        {"items": None},
    ],
)
def test_a_signed_document_that_is_no_catalogue_is_refused(
    catalogues: Catalogues, bench: GatewayBench, members: dict[str, Json]
) -> None:
    whole = json.loads(catalogues.sign(SHIPPED, at=bench.now).content)
    assert isinstance(catalogues.take(bench.signing.sign(canonical({**whole, **members}))), CatalogueFault)


def test_an_item_under_another_id_is_refused(catalogues: Catalogues, bench: GatewayBench) -> None:
    whole = json.loads(catalogues.sign(SHIPPED, at=bench.now).content)
    whole["items"][0]["id"] = "other"
    assert isinstance(catalogues.take(bench.signing.sign(canonical(whole))), CatalogueFault)
