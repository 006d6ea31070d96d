"""A body that must be one JSON object, whoever sends it."""

import json

from kiosk.submission import Json
from sync.gateway.manifest_rules import ManifestFault
from sync.gateway.outcomes import Faulty


def json_object(content: bytes) -> dict[str, Json] | Faulty:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return Faulty((ManifestFault("", "not JSON"),))
    return value if isinstance(value, dict) else Faulty((ManifestFault("", "not an object"),))
