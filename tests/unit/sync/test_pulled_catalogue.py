"""A platform's catalogue is taken whole and proved, or not at all."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.items import Catalogue
from kiosk.submission import Json, canonical
from sync.catalogue import FORMAT, parse_catalogue, read_catalogue
from sync.strict_toml import Findings

SHIPPED = read_catalogue(Path(__file__).parents[3] / "content" / "items")
CONTENTS: list[Json] = [json.loads(item.model_dump_json()) for item in SHIPPED.items]


def document(contents: list[Json], **members: Json) -> bytes:
    version = hashlib.sha256(canonical({"items": contents})).hexdigest()[:12]
    items: list[Json] = [{"id": f"item-{place}", "content": content} for place, content in enumerate(contents)]
    return json.dumps(
        {"format": FORMAT, "snapshot": "s", "cursor": 1, "version": version, "items": items} | members
    ).encode()


def test_what_a_platform_sends_is_offered_in_its_order() -> None:
    catalogue = parse_catalogue(document(list(reversed(CONTENTS))))
    assert isinstance(catalogue, Catalogue)
    assert catalogue.items == tuple(reversed(SHIPPED.items))


def test_items_that_are_not_the_versions_are_not_taken() -> None:
    assert isinstance(parse_catalogue(document(CONTENTS, version="0" * 12)), Findings)


def test_one_broken_item_refuses_the_whole_and_is_named() -> None:
    broken = json.loads(json.dumps(CONTENTS))
    broken[1]["minuts"] = broken[1].pop("minutes")
    findings = parse_catalogue(document(broken))
    assert isinstance(findings, Findings)
    assert [sentence.partition(":")[0] for sentence in findings.sentences] == [f"item {broken[1]['id']}"] * 2


def test_an_item_that_stands_twice_refuses_the_whole() -> None:
    assert isinstance(parse_catalogue(document([CONTENTS[0], CONTENTS[0]])), Findings)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", document([]), document([5]), document(CONTENTS, format="x")])
def test_what_is_no_catalogue_is_not_taken(content: bytes) -> None:
    assert isinstance(parse_catalogue(content), Findings)


@given(st.binary() | st.dictionaries(st.sampled_from(["format", "version", "items"]), st.text()).map(canonical))
def test_whatever_comes_is_a_catalogue_or_findings(content: bytes) -> None:
    assert isinstance(parse_catalogue(content), Catalogue | Findings)
