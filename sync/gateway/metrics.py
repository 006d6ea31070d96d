"""What Prometheus is told, in a registry of each application's own."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from sync.gateway.admission import Kind
from sync.gateway.ports import Objects, Storage
from sync.gateway.private_file import write_private

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
TOKEN_FILE = "admin.token"


class Metrics:
    """Counts what happens, and asks `storage` and `objects` for the rest when it is read."""

    def __init__(
        self, storage: Storage, objects: Objects, *, now: Callable[[], datetime], heard_lately: Callable[[], int]
    ) -> None:
        self._storage = storage
        self._objects = objects
        self._now = now
        self._heard_lately = heard_lately
        self._registry = registry = CollectorRegistry()
        self._requests = Counter("hall_requests", "Requests answered", ("method", "route", "status"), registry=registry)
        self._seconds = Histogram("hall_request_seconds", "Time to the answer", ("method", "route"), registry=registry)
        self._refused = Counter("hall_admission_refused", "Requests asked to come again", ("kind",), registry=registry)
        self.submissions = Counter("hall_submissions_received", "Manifests taken for the first time", registry=registry)
        self.commits = Counter("hall_commits_answered", "Commits answered with an acknowledgement", registry=registry)
        self.blob_bytes = Counter("hall_blob_bytes_written", "Bytes of attachments on disk", registry=registry)
        self._backlog = Gauge("hall_hand_on_waiting", "Rows that the city has not got yet", registry=registry)
        self._backlog_age = Gauge("hall_hand_on_oldest_seconds", "Age of the oldest of them", registry=registry)
        self._not_durable = Gauge("hall_feed_not_durable_rows", "Rows that are in no backup yet", registry=registry)
        self._durable_age = Gauge("hall_feed_not_durable_seconds", "Age of the oldest of them", registry=registry)
        self._free = Gauge("hall_objects_free_bytes", "Room for attachments", registry=registry)
        self._heard = Gauge("hall_terminals_heard", "Terminals heard in the last hour", registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def asked_to_come_again(self, kind: Kind) -> None:
        self._refused.labels(kind.value).inc()

    def page(self) -> bytes:
        """The whole of it, in Prometheus' text format. Raises OSError."""
        durability = self._storage.durability()
        self._backlog.set(self._storage.hand_ons_waiting())
        self._backlog_age.set(self._age_s(self._storage.oldest_hand_on()))
        self._not_durable.set(durability.head - durability.durable_until)
        self._durable_age.set(self._age_s(durability.waiting_since))
        self._free.set(self._objects.free_bytes())
        self._heard.set(self._heard_lately())
        return generate_latest(self._registry)

    def _age_s(self, since: datetime | None) -> float:
        return 0.0 if since is None else max((self._now() - since).total_seconds(), 0.0)


def admin_token(directory: Path) -> str:
    """The token that operators show; made at the first start. Raises OSError."""
    path = directory / TOKEN_FILE
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32).encode())
    return path.read_text(encoding="ascii").strip()
