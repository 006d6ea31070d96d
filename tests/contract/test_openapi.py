"""The OpenAPI document tells the truth: every route, and whatever is sent, no answer that it does not declare."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sync.gateway.openapi import document, operations
from sync.gateway.serve import Serving, opened_gateway
from sync.gateway.uploads_api import BYTES
from tests.enrolled import enrolled
from tests.system.serving import served

schema = schemathesis.openapi.from_dict(json.loads(document()))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer(BYTES)
def as_bytes(_: schemathesis.SerializationContext, value: object) -> object:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[str]:
    enrolled(tmp_path, "CZ03", files=tmp_path / "terminal")
    with served(tmp_path, Serving(simulated=True, as_terminal="CZ03", admission_rate=100_000)) as url:
        yield url


@schema.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_gets_a_declared_answer(case: schemathesis.Case, gateway: str) -> None:
    case.call_and_validate(base_url=gateway, checks=CHECKS)


def test_every_route_is_in_the_document_and_the_reverse(tmp_path: Path) -> None:
    with opened_gateway(tmp_path, Serving()) as opened:
        routes = {
            (method, route.path)
            for route in opened.app.routes
            for method in route.methods - ({"HEAD"} if "GET" in route.methods else set())
        }
    assert routes == set(operations())
