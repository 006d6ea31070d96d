"""The lane of blobs: one upload of each case at a time, the oldest case first."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import assert_never

from kiosk.submission import Json
from sync.agent.exchange import Again, Exchange, Gone
from sync.agent.lane import Agenda, Work
from sync.agent.schedule import Trouble
from sync.agent.tus import Interrupted, NotKnown, TusClient, Uploaded
from sync.outbox.drain import Blob, Drain
from sync.outbox.schema import State
from sync.steps import reached

log = logging.getLogger(__name__)


class Uploading:
    """Satisfies `lane.Source`. `pace(n)` is called before n bytes of a blob are sent, and may wait."""

    def __init__(self, drain: Drain, exchange: Exchange, *, pace: Callable[[int], None] = lambda _: None) -> None:
        self._drain = drain
        self._tus = TusClient(exchange, "v1/uploads", pace=pace, went_back=self._went_back)
        self._sending: Blob | None = None

    def agenda(self, now_s: float) -> Agenda:
        pending, works = self._drain.pending(), []
        for case in pending:
            if case.state in (State.ANNOUNCED, State.UPLOADING):
                blob = self._drain.next_blob(case.sid)
                if blob is None:
                    self._drain.committing(case.sid)
                else:
                    works.append(Work(case.sid, partial(self._upload, blob)))
        return Agenda(works, {case.sid for case in pending})

    def keep_note(self, document: Mapping[str, Json]) -> None:
        self._drain.note_agent(document)

    def _upload(self, blob: Blob) -> Again | Interrupted | None:
        """Send one blob from the gateway's offset on."""
        self._sending = blob
        outcome = self._tus.upload(
            _Content(self._drain, blob),
            metadata={"sid": blob.sid, "name": blob.name, "sha256": blob.digest},
            path=blob.upload_path,
            begun=lambda path: self._drain.upload_begun(blob, path),
        )
        match outcome:
            case Uploaded():
                self._drain.uploaded(blob)
                if self._drain.next_blob(blob.sid) is None:
                    self._drain.committing(blob.sid)
                reached("agent.uploaded")
                return None
            case Gone():
                self._drain.upload_begun(blob, None)
                return Again("an upload is gone", Trouble.CASE)
            case NotKnown():
                self._drain.announce_again(blob.sid)
                return Again("the gateway does not know it", Trouble.CASE)
            case Interrupted():
                return outcome
        assert_never(outcome)

    def _went_back(self, _: str, had: int, has: int) -> None:
        blob = self._sending
        assert blob is not None
        log.warning("%s: the gateway had acknowledged %d bytes of a blob, and has %d", blob.sid, had, has)
        self._drain.journal("upload.went_back", sid=blob.sid, blob=blob.digest, had=had, has=has)


class _Content:
    """A blob as it is read while it is sent. Nothing of the store is held between two reads."""

    def __init__(self, drain: Drain, blob: Blob) -> None:
        self._drain = drain
        self._blob = blob
        self.size = blob.size

    def read(self, offset: int, size: int) -> bytes:
        return self._drain.chunk(self._blob, offset=offset, size=size)
