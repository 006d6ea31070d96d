"""The OpenAPI 3.1 document of every route: what may be sent, and every answer there is."""

from collections.abc import Mapping

from kiosk.submission import Json, canonical
from sync.gateway import openapi_schemas as schemas
from sync.gateway.openapi_schemas import Object, ref
from sync.gateway.uploads_api import BYTES
from sync.wire.headers import LIFE_HEADER
from sync.wire.signatures import HEADER

JSON = "application/json"
REFUSAL = ref("Refusal")
_NUMBER: Object = {"type": "integer", "minimum": 0}
_DIGITS: Object = {"type": "string", "pattern": "^[0-9]{1,15}$"}
_TEXT: Object = {"type": "string"}
_REQUEST_ID: Object = {"X-Request-Id": {"schema": _TEXT}}
_SIGNATURE: Object = {HEADER: {"required": True, "schema": schemas.SIGNATURE}}
_ETAG: Object = {"ETag": {"required": True, "schema": _TEXT}}
_TUS: Object = {"Tus-Resumable": {"required": True, "schema": {"const": "1.0.0"}}}
_OFFERS: Object = {name: {"required": True, "schema": _TEXT} for name in ("Tus-Version", "Tus-Extension")}
_OFFSET: Object = {"Upload-Offset": {"required": True, "schema": _DIGITS}}
_RETRY: Object = {"Retry-After": {"required": True, "schema": _DIGITS}}


def document() -> bytes:
    """Its JSON."""
    paths: dict[str, Json] = {}
    for (method, path), described in operations().items():
        paths.setdefault(path, {})
        operation = paths[path]
        assert isinstance(operation, dict)
        operation[method.lower()] = described
    return canonical(
        {
            "openapi": "3.1.0",
            "info": {"title": "Hall gateway", "version": "1", "license": {"name": "GPL-3.0-or-later"}},
            "paths": paths,
            "components": {
                "schemas": schemas.SCHEMAS,
                "securitySchemes": {
                    "terminal": {"type": "mutualTLS"},
                    "admin": {"type": "http", "scheme": "bearer"},
                },
            },
        }
    )


def operations() -> dict[tuple[str, str], Object]:
    """Every operation by method and path."""
    return {
        ("GET", "/v1/health"): _open(
            "Whether the gateway works", {"200": _json(ref("Health")), "503": _json(REFUSAL)}, counted=False
        ),
        ("GET", "/v1/openapi.json"): _open("This document", {"200": _json({"type": "object"})}, counted=False),
        ("GET", "/metrics"): {
            **_open(
                "Metrics for Prometheus",
                {
                    "200": {"description": "text format", "content": {"text/plain": {"schema": _TEXT}}},
                    "401": _json(REFUSAL, {"WWW-Authenticate": {"required": True, "schema": _TEXT}}),
                    "503": _json(REFUSAL, _RETRY),
                },
                counted=False,
            ),
            "security": [{"admin": []}],
        },
        ("PUT", "/v1/submissions/{sid}"): _terminal(
            "Announce a submission: its signed manifest",
            {
                **dict.fromkeys(("200", "201"), _json(ref("Announced"))),
                "409": _json(REFUSAL),
                "422": _json(ref("Faults")),
            },
            parameters=[_path("sid", schemas.SID), _header(HEADER, schemas.SIGNATURE)],
            body=ref("Manifest"),
        ),
        ("POST", "/v1/submissions/{sid}/commit"): _terminal(
            "Every blob is there: the acknowledgement, the same bytes for ever",
            {
                "200": _json(ref("Acknowledgement"), _SIGNATURE),
                "404": _json(REFUSAL),
                "409": _json(ref("Missing")),
            },
            parameters=[
                _path("sid", schemas.SID),
                _header(HEADER, schemas.SIGNATURE),
                _header(LIFE_HEADER, {"type": "string", "pattern": "^[0-9a-f]{1,64}$"}),
            ],
            body=ref("Acknowledgement"),
            body_required=False,
        ),
        ("POST", "/v1/ratings"): _terminal(
            "A citizen's rating of a submission that was received",
            {
                **dict.fromkeys(("200", "201"), _json(ref("Rated"))),
                "404": _json(REFUSAL),
                "409": _json(REFUSAL),
                "422": _json(ref("Faults")),
            },
            body=ref("Rating"),
        ),
        ("OPTIONS", "/v1/uploads"): _open(
            "What of tus 1.0 is spoken",
            {"204": _empty(_OFFERS | _TUS)},
            counted=False,
        ),
        ("POST", "/v1/uploads"): _upload(
            "Begin the upload of one blob of an announced submission",
            {
                "201": _empty(_TUS | _OFFSET | {"Location": {"required": True, "schema": _TEXT}}),
                "409": _empty(_TUS | _OFFSET),
                "413": _empty(_TUS),
                "460": _empty(_TUS),
            },
            parameters=[
                _header("Upload-Length", _NUMBER, required=True),
                _header("Upload-Metadata", _TEXT, required=True),
                *_BODY_HEADERS,
            ],
            takes_bytes=True,
        ),
        ("HEAD", "/v1/uploads/{upload_id}"): _upload(
            "Where an upload stands",
            {
                "200": _empty(_TUS | _OFFSET | {"Upload-Length": {"required": True, "schema": _DIGITS}}),
                "460": _empty(_TUS),
            },
            parameters=[_path("upload_id", schemas.UPLOAD_ID)],
        ),
        ("PATCH", "/v1/uploads/{upload_id}"): _upload(
            "Bytes of a blob; what was synced counts, also when the connection dies",
            {
                "204": _empty(_TUS | _OFFSET),
                "409": _empty(_TUS | _OFFSET),
                "413": _empty(_TUS),
                "415": _empty(_TUS),
                "460": _empty(_TUS),
            },
            parameters=[
                _path("upload_id", schemas.UPLOAD_ID),
                _header("Upload-Offset", _NUMBER, required=True),
                *_BODY_HEADERS,
            ],
            takes_bytes=True,
        ),
        ("GET", "/v1/acknowledgements"): _terminal(
            "This terminal's received submissions, and how far they are in a backup",
            {"200": _json(ref("Acknowledgements"), _SIGNATURE), "400": _json(REFUSAL)},
            parameters=[_query("after", _NUMBER)],
        ),
        ("GET", "/v1/cases"): _terminal(
            "The states of this terminal's submissions",
            {"200": _json(ref("Cases")), "400": _json(REFUSAL)},
            parameters=[_query("after", _NUMBER)],
        ),
        ("GET", "/v1/catalogue"): _terminal(
            "The catalogue of items: whole, or what changed since",
            {
                "200": _json(ref("Catalogue"), _SIGNATURE | _ETAG),
                "304": _empty(_ETAG),
                "400": _json(REFUSAL),
                "404": _json(REFUSAL),
                "409": _json(REFUSAL),
            },
            parameters=[_query("snapshot", _TEXT), _query("cursor", _NUMBER), _header("If-None-Match", _TEXT)],
        ),
        ("GET", "/v1/config"): _terminal(
            "This terminal's configuration",
            {"200": _json(ref("Configuration"), _SIGNATURE | _ETAG), "304": _empty(_ETAG)},
            parameters=[_header("If-None-Match", _TEXT)],
        ),
        ("POST", "/v1/audit"): _terminal(
            "A part of this terminal's journal",
            {"200": _json(ref("JournalTaken")), "422": _json(ref("Faults"))},
            parameters=[_header(HEADER, schemas.SIGNATURE)],
            body=ref("Journal"),
        ),
        ("POST", "/v1/telemetry"): _terminal(
            "How this terminal is", {"204": _empty({}), "422": _json(ref("Faults"))}, body=ref("Telemetry")
        ),
        ("GET", "/v1/authority"): _open(
            "The authority's certificate",
            {"200": {"description": "PEM", "content": {"text/plain": {"schema": _TEXT}}}},
        ),
        ("POST", "/v1/enrolment"): _open(
            "A terminal's first certificate, for a one-time code",
            {"200": _json(ref("Enrolled")), "403": _json(REFUSAL), "422": _json(ref("Faults"))},
            body=ref("Enrolment"),
        ),
        ("POST", "/v1/certificates/renew"): _open(
            "A terminal's next certificate, signed for by its key",
            {"200": _json(ref("Renewed")), "403": _json(REFUSAL), "422": _json(ref("Faults"))},
            parameters=[_header(HEADER, schemas.SIGNATURE)],
            body=ref("Renewal"),
        ),
        ("POST", "/v1/city/cases"): _open(
            "The city says what became of a case",
            {
                "200": _json({"type": "object"}),
                **dict.fromkeys(("403", "404", "409"), _json(REFUSAL)),
                "422": _json(ref("Faults")),
            },
            parameters=[_header("Hall-City-Signature", _TEXT)],
            body=ref("CaseEvent"),
        ),
        ("GET", "/v1/city/blobs/{digest}"): _open(
            "The city fetches an attachment",
            {
                "200": {"description": "its bytes", "content": {"application/octet-stream": {}}},
                **dict.fromkeys(("403", "404"), _json(REFUSAL)),
            },
            parameters=[_path("digest", schemas.DIGEST), _header("Hall-City-Signature", _TEXT)],
        ),
    }


def _open(
    summary: str,
    answers: Mapping[str, Object],
    *,
    parameters: list[Json] | None = None,
    body: Object | None = None,
    body_required: bool = True,
    counted: bool = True,
) -> Object:
    """An operation of anybody. `counted`: admission may ask to come again, and the disk may fail."""
    every: dict[str, Object] = dict(answers)
    if counted:
        every |= {"429": _json(REFUSAL, _RETRY), "503": _json(REFUSAL, _RETRY)}
    if body is not None:
        every |= {"408": _json(REFUSAL), "413": _json(REFUSAL)}
    operation: Object = {"summary": summary, "parameters": parameters or [], "responses": dict(every)}
    if body is not None:
        operation["requestBody"] = {"required": body_required, "content": {JSON: {"schema": body}}}
    return operation


def _terminal(
    summary: str,
    answers: Mapping[str, Object],
    *,
    parameters: list[Json] | None = None,
    body: Object | None = None,
    body_required: bool = True,
) -> Object:
    """An operation of a terminal of ours."""
    every = {"401": _json(REFUSAL), "403": _json(REFUSAL), **answers}
    operation = _open(summary, every, parameters=parameters, body=body, body_required=body_required)
    return {**operation, "security": [{"terminal": []}]}


def _upload(
    summary: str, answers: Mapping[str, Object], *, parameters: list[Json], takes_bytes: bool = False
) -> Object:
    every = {
        **({"400": _empty(_TUS)} if takes_bytes else {}),
        "404": _empty(_TUS),
        "412": _empty(_TUS | {"Tus-Version": {"required": True, "schema": _TEXT}}),
        **answers,
    }
    version = _header("Tus-Resumable", {"const": "1.0.0"}, required=True)
    operation = _terminal(summary, every, parameters=[version, *parameters])
    if takes_bytes:
        operation["requestBody"] = {"required": False, "content": {BYTES: {"schema": {"format": "binary"}}}}
    return operation


def _json(schema: Object, headers: Mapping[str, Json] | None = None) -> Object:
    return {
        "description": "JSON",
        "content": {JSON: {"schema": schema}},
        "headers": {**_REQUEST_ID, **(headers or {})},
    }


def _empty(headers: Mapping[str, Json]) -> Object:
    return {"description": "headers alone", "headers": {**_REQUEST_ID, **headers}}


def _path(name: str, schema: Object) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: Object) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def _header(name: str, schema: Object, *, required: bool = False) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": schema}


_BODY_HEADERS: list[Json] = [
    _header("Upload-Checksum", {"type": "string", "pattern": "^(sha1|sha256) [A-Za-z0-9+/]+={0,2}$"}),
    _header("Hall-Sync-Unit", _NUMBER),
]
