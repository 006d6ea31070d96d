"""The JSON schemas of what goes over the wire, for the OpenAPI document."""

from kiosk.submission import FORMAT, Json

Object = dict[str, Json]

_UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
SID: Object = {"type": "string", "pattern": f"^{_UUID7}$"}
DIGEST: Object = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
UPLOAD_ID: Object = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
SIGNATURE: Object = {"type": "string", "pattern": "^ed25519-[0-9a-f]{16} [A-Za-z0-9+/]{86}==$"}
TEXT: Object = {"type": "string"}
TIME: Object = {"type": "string", "format": "date-time"}
COUNT: Object = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
FLAG: Object = {"type": "boolean"}


def ref(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Object, optional: Object | None = None) -> Object:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def _list(item: Object) -> Object:
    return {"type": "array", "items": item}


def _or_null(schema: Object) -> Object:
    return {"anyOf": [schema, {"type": "null"}]}


_FAULTS: Object = _list(_object({"pointer": TEXT, "fault": TEXT}))
_CERTIFIED: Object = {
    "certificate": TEXT,
    "authority": TEXT,
    "gateway_keys": {"type": "object", "additionalProperties": TEXT},
}

SCHEMAS: Object = {
    "Refusal": _object(
        {"reason": TEXT},
        {"sid": SID, "rating_id": SID, "limit": COUNT, "tries_left": COUNT},
    ),
    "Faults": _object({"faults": _FAULTS}, {"sid": SID, "rating_id": SID}),
    "Health": _object({"status": {"const": "ok"}, "simulated": FLAG}),
    "Manifest": _object(
        {
            "format": {"const": FORMAT},
            "sid": SID,
            "slip_code": TEXT,
            "attachments": _list(_object({"name": TEXT, "sha256": DIGEST, "size": COUNT})),
        },
        {"simulated": FLAG, "terminal": _object({"code": TEXT}), "applicant": {"type": "object"}},
    ),
    "Announced": _object({"sid": SID, "fingerprint": DIGEST, "missing": _list(DIGEST), "life": TEXT}),
    "Missing": _object({"sid": SID, "missing": _list(DIGEST), "reason": TEXT}),
    "Acknowledgement": _object(
        {
            "format": {"const": "hall-terminal/acknowledgement/1"},
            "sid": SID,
            "fingerprint": DIGEST,
            "receipt_number": {"type": "string", "pattern": "^[0-9]{16}$"},
            "received_at": TIME,
        }
    ),
    "Rating": _object(
        {"rating_id": SID, "sid": SID, "level": {"type": "integer", "minimum": 1, "maximum": 5}, "given_at": TIME}
    ),
    "Rated": _object({"rating_id": SID, "sid": SID}),
    "Acknowledgements": _object(
        {
            "format": {"const": "hall-terminal/acknowledgements/1"},
            "terminal": TEXT,
            "epoch": TEXT,
            "cursor": COUNT,
            "history_before": TEXT,
            "history": TEXT,
            "durable_until": COUNT,
            "rows": _list(SID),
            "more": FLAG,
            "at": TIME,
        }
    ),
    "Cases": _object(
        {
            "cursor": COUNT,
            "more": FLAG,
            "rows": _list(_object({"sid": SID, "state": TEXT, "case_number": _or_null(TEXT)})),
        }
    ),
    "Catalogue": _object(
        {
            "format": {"enum": ["hall-terminal/catalogue/1", "hall-terminal/catalogue-delta/1"]},
            "snapshot": TEXT,
            "cursor": COUNT,
            "version": TEXT,
            "at": TIME,
        }
    ),
    "Configuration": _object(
        {
            "format": {"const": "hall-terminal/configuration/1"},
            "terminal": TEXT,
            "serial": COUNT,
            "at": TIME,
            "settings": {"type": "object"},
        }
    ),
    "Journal": _object(
        {
            "format": {"const": "hall-terminal/journal/1"},
            "terminal": TEXT,
            "instance": TEXT,
            "boot": TEXT,
            "machine": TEXT,
            "after": _object({"seq": COUNT, "digest": TEXT}),
            "rows": _list(_object({"seq": COUNT, "at": TIME, "event": TEXT, "fields": {"type": "object"}})),
        }
    ),
    "JournalTaken": _object({"seq": COUNT, "digest": TEXT, "findings": _list(TEXT)}),
    "Telemetry": _object(
        {
            "format": {"const": "hall-terminal/telemetry/1"},
            "waiting": COUNT,
            "oldest_at": _or_null(TIME),
            "aside": COUNT,
            "free_bytes": COUNT,
            "clock_offset_ms": _or_null({"type": "integer"}),
            "version": TEXT,
            "dropped_journal_rows": COUNT,
            "devices": {"type": "object", "additionalProperties": ref("Device")},
        }
    ),
    "Device": _object(
        {
            "state": {"enum": ["starting", "online", "noDevice", "hardwareError", "userError"]},
            "faults": _list(_object({"code": TEXT, "who_acts": TEXT})),
            "since": TIME,
            "counters": {"type": "object", "additionalProperties": COUNT},
            "paper": _or_null(
                _object(
                    {
                        "state": {"enum": ["full", "low", "out", "jammed", "unknown"]},
                        "left_mm": _or_null(COUNT),
                        "days": _or_null({"type": "number"}),
                    }
                )
            ),
        }
    ),
    "Enrolment": _object({"terminal": TEXT, "secret": TEXT, "csr": TEXT, "signing_key": TEXT}),
    "Enrolled": _object({**_CERTIFIED, "configuration": TEXT, "configuration_signature": TEXT}),
    "Renewal": _object({"format": {"const": "hall-terminal/renewal/1"}, "terminal": TEXT, "csr": TEXT, "at": TIME}),
    "Renewed": _object(_CERTIFIED),
    "CaseEvent": _object(
        {
            "format": {"const": "hall-city/case/1"},
            "id": TEXT,
            "sid": SID,
            "fingerprint": DIGEST,
            "number": COUNT,
            "state": TEXT,
            "case_number": _or_null(TEXT),
            "at": TIME,
        }
    ),
}
