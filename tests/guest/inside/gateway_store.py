"""The gateway's end under power cuts: its own process serves, two clients send submissions and tell its answers."""

import base64
import json
import re
import shutil
import signal
import threading
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import requests
from processes import Forked, until
from submissions import TERMINAL, sid_of, submission
from told import Event, Told

from kiosk.submission import Attachment
from sync.agent.enrolment import Enrolled, enrol
from sync.gateway import cli
from sync.gateway.check import check
from sync.gateway.opened import opened_parts
from sync.outbox.identity import Identity, read_identity
from sync.wire.enrolment_code import EnrolmentCode, parse_code
from sync.wire.signatures import HEADER, SigningKey

CLIENTS = 2
SUBMISSIONS_A_LIFE = 40
TIMEOUT_S = 30
TUS = {"Tus-Resumable": "1.0.0"}


class NotServed(Exception):
    """The gateway did not do what was asked; it is losing its disk."""


class GatewayStore:
    """`start` serves the data directory and lets the clients loose; `faults` serves it again and compares."""

    name = "gateway"

    def __init__(self, seed: int, files: Path) -> None:
        self._seed = seed
        self._files = files
        self._log = files / "work.log"
        self._keys = files / "keys"
        self._identity: Identity | None = None
        self._served: Forked | None = None
        self._clients: list[Forked] = []

    def start(self, directory: Path, told: Told, *, first: int, earlier: Sequence[Event] = ()) -> None:
        """New submissions are numbered from `first`. A directory that is new gets its terminal first."""
        if not any(event["kind"] == "enrolled" for event in earlier):
            shutil.rmtree(self._keys, ignore_errors=True)
            self._identity = None
            self._enrol(directory)
            told.tell("enrolled")
        done = {event["number"] for event in earlier if event["kind"] == "acknowledged"}
        begun = {event["number"] for event in earlier if event["kind"] == "announced"} - done
        numbers = [*sorted(begun), *range(first, first + SUBMISSIONS_A_LIFE)]
        url = self._serve(directory)
        self._clients = [
            Forked(lambda mine=numbers[place::CLIENTS]: self._send(url, told, mine), self._log)
            for place in range(CLIENTS)
        ]

    def stopped_by_itself(self) -> bool:
        return all(client.ended() for client in self._clients)

    def kill(self) -> None:
        for process in (self._served, *self._clients):
            if process is not None:
                process.kill()

    def faults(self, directory: Path, events: Sequence[Event]) -> Iterator[str]:
        """What was answered and is not so, and whatever is not whole."""
        if any(event["kind"] == "enrolled" for event in events):
            try:
                url = self._serve(directory)
            except NotServed as refusal:
                yield f"the directory is not served any more: {refusal}"
                return
            with requests.Session() as session:
                for event in events:
                    fault = self._fault(session, url, event)
                    if fault:
                        yield f"{event}: {fault}"
            self._stop()
        if directory.exists():
            with opened_parts(directory, now=lambda: datetime.now(UTC)) as parts:
                yield from (f"kiosk-gateway check: {finding}" for finding in check(parts))
                received = parts.storage.received()
                for name in ("sid", "receipt_number"):
                    found = [getattr(row, name) for row in received if getattr(row, name)]
                    if len(found) != len(set(found)):
                        yield f"a {name} is there twice"

    def _fault(self, session: requests.Session, url: str, event: Event) -> str | None:
        match event["kind"]:
            case "announced":
                status = self._announce(session, url, event["number"]).status_code
                return None if status == 200 else f"answered {status} now"
            case "offset":
                answer = session.head(url + event["path"], headers=TUS, timeout=TIMEOUT_S)
                offset = answer.headers.get("Upload-Offset", "-1")
                return None if int(offset) >= event["offset"] else f"the offset is {offset} now"
            case "acknowledged":
                answer = session.post(
                    f"{url}/v1/submissions/{sid_of(self._seed, event['number'])}/commit", timeout=TIMEOUT_S
                )
                same = answer.text == event["content"] and answer.headers["Hall-Signature"] == event["signature"]
                return None if same else f"answered {answer.status_code} {answer.text} now"
        return None

    def _enrol(self, directory: Path) -> None:
        """With a one-time code, over TLS."""
        url = self._serve(directory, "--tls", "127.0.0.1")
        said = self._files / "code.json"
        words = ["terminals", "add", TERMINAL, "--hall", "湘桥区政务服务大厅", "--data", str(directory), "--json"]
        said.unlink(missing_ok=True)
        if Forked(lambda: cli.main(words), said).wait(within_s=60):
            raise NotServed(said.read_text("utf-8"))
        code = parse_code(json.loads(said.read_text("utf-8"))["code"])
        assert isinstance(code, EnrolmentCode), code
        outcome = enrol(self._keys, code, url, now=datetime.now(UTC))
        if not isinstance(outcome, Enrolled):
            raise NotServed(str(outcome))
        self._stop()

    def _serve(self, directory: Path, *words: str) -> str:
        """The address of a gateway of its own process."""
        log = self._files / f"served-{uuid.uuid4().hex[:8]}.log"
        command = ["serve", "--data", str(directory), "--simulated", "--port", "0", "--admission-rate", "10000"]
        self._served = Forked(lambda: cli.main([*command, *(words or ("--as-terminal", TERMINAL))]), log)
        served = self._served
        until(
            lambda: served.ended() or (log.exists() and "listening on " in log.read_text("utf-8")),
            "the gateway listens",
            within_s=60,
        )
        found = re.search(r"listening on (\S+)", log.read_text("utf-8"))
        if found is None:
            raise NotServed(log.read_text("utf-8")[-500:])
        return found.group(1).rstrip("/")

    def _stop(self) -> None:
        served, self._served = self._served, None
        assert served is not None
        served.signal(signal.SIGTERM)
        served.wait(within_s=60)

    # What a client does.

    def _send(self, url: str, told: Told, numbers: Sequence[int]) -> None:
        with requests.Session() as session:
            for number in numbers:
                try:
                    self._send_one(session, url, told, number)
                except (requests.RequestException, NotServed) as trouble:
                    print(number, type(trouble).__name__, trouble)
                    return
        threading.Event().wait(1)

    def _send_one(self, session: requests.Session, url: str, told: Told, number: int) -> None:
        missing = _served(self._announce(session, url, number), 200, 201).json()["missing"]
        told.tell("announced", number=number)
        one_of = {one.digest: one for one in submission(self._seed, number).attachments}
        for digest in missing:
            self._upload(session, url, told, number, one_of[digest])
        commit = session.post(f"{url}/v1/submissions/{sid_of(self._seed, number)}/commit", timeout=TIMEOUT_S)
        _served(commit, 200)
        told.tell("acknowledged", number=number, content=commit.text, signature=commit.headers["Hall-Signature"])

    def _announce(self, session: requests.Session, url: str, number: int) -> requests.Response:
        manifest = submission(self._seed, number).manifest
        return session.put(
            f"{url}/v1/submissions/{sid_of(self._seed, number)}",
            manifest,
            headers={HEADER: self._signing().sign(manifest).line},
            timeout=TIMEOUT_S,
        )

    def _signing(self) -> SigningKey:
        if self._identity is None:
            found = read_identity(self._keys)
            assert isinstance(found, Identity), found
            self._identity = found
        return self._identity.signing

    def _upload(self, session: requests.Session, url: str, told: Told, number: int, one: Attachment) -> None:
        metadata = {"sid": sid_of(self._seed, number), "name": one.name, "sha256": one.digest}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())
        headers = {**TUS, "Upload-Length": str(len(one.content)), "Upload-Metadata": pairs}
        path = _served(session.post(f"{url}/v1/uploads", headers=headers, timeout=TIMEOUT_S), 201).headers["Location"]
        path = path.removeprefix(url)
        head = _served(session.head(url + path, headers=TUS, timeout=TIMEOUT_S), 200, 204)
        offset = int(head.headers["Upload-Offset"])
        random = Random(f"{self._seed}/{number}/{offset}")
        while offset < len(one.content):
            part = one.content[offset : offset + random.choice((1_000, 20_000, 60_000))]
            answer = session.patch(
                url + path,
                part,
                headers={
                    **TUS,
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/offset+octet-stream",
                    "Hall-Sync-Unit": "16384",
                },
                timeout=TIMEOUT_S,
            )
            offset = int(_served(answer, 204).headers["Upload-Offset"])
            told.tell("offset", number=number, path=path, offset=offset)


def _served(answer: requests.Response, *statuses: int) -> requests.Response:
    if answer.status_code not in statuses:
        raise NotServed(f"{answer.request.method} answered {answer.status_code} {answer.text[:200]}")
    return answer
