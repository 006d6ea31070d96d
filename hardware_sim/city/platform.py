"""The city itself: takes hand-ons, moves cases, reports to the gateway in a thread of its own; hostile when told so."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from hardware_sim.city.cases import NEXT, Book, Case, Delivery, Event, State
from hardware_sim.city.hand_on import SIGNATURE, Attachment, HandOn, Wrong, checked_hand_on, is_digest_of, signature_of
from hardware_sim.city.hostility import Mode
from hardware_sim.control import Refused, known

RETRY_S = 1.0
ASK_WITHIN_S = 10.0
CORRECTED_EVERY = 3  # of the cases that move by themselves, one in so many is sent back for a correction first
NOBODY = f"sha256:{'0' * 64}"


@dataclass(frozen=True, slots=True)
class Answer:
    """To a hand-on. `lost`: the connection ends instead."""

    status: HTTPStatus
    body: dict[str, Any]
    lost: bool = False


class City:
    """`auto_s`: every open case moves one step each so many seconds. `authority`: who vouches for the gateway.

    `start` and `stop` run its thread; all other methods may be called in any thread. Unknown sids, states and modes
    raise `Refused`.
    """

    def __init__(
        self,
        *,
        gateway: str,
        key: bytes,
        authority: Path | None = None,
        auto_s: float | None = None,
        slow_s: float = 5.0,
        file: Path | None = None,
    ) -> None:
        self._gateway = gateway.rstrip("/")
        self._key = key.strip()
        self._verify = True if authority is None else str(authority)
        self._auto_s, self._slow_s = auto_s, slow_s
        self._book = Book(file)
        self._modes: set[Mode] = set()
        self._faults: list[str] = []
        self._refusals = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="city")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What has not been reported stays in the file, if there is one."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    # What hands do.

    def advance(self, sid: str, state: str | None = None, corrections: tuple[str, ...] = ()) -> None:
        """To `state`, else to the next one. `corrections`: what is asked for in `correction`."""
        with self._changed:
            case = self._case(sid)
            if state is None and case.state not in NEXT:
                raise Refused(f"{sid} is {case.state}; nothing follows unless you name it")
            self._move(case, State(known(state, State, "state")) if state else NEXT[case.state], corrections)
            self._book.keep()
            self._changed.notify_all()

    def forget(self, sid: str) -> None:
        """Report the case as gone, and know nothing of it any more."""
        with self._changed:
            self._move(self._case(sid), State.GONE)
            self._book.forget(sid)
            self._book.keep()
            self._changed.notify_all()

    def set_mode(self, name: str, *, on: bool) -> None:
        """Off also sends again what the gateway refused meanwhile."""
        mode = Mode(known(name, Mode, "mode"))
        with self._changed:
            if on:
                self._modes.add(mode)
                self._changed.notify_all()
                return
            self._modes.discard(mode)
            if mode is Mode.LATE:
                waiting = [event for event in self._book.events if event.delivery is Delivery.WAITING]
                rest = [event for event in self._book.events if event.delivery is not Delivery.WAITING]
                self._book.events = rest + waiting[::-1]
            self.deliver()

    def deliver(self) -> None:
        """Report again what the gateway refused."""
        with self._changed:
            for event in self._book.events:
                if event.delivery is Delivery.REFUSED:
                    event.delivery = Delivery.WAITING
            self._changed.notify_all()

    def status(self) -> dict[str, Any]:
        """Modes, cases, reports, hand-ons by idempotency key with how often each came, and faults found in them."""
        with self._changed:
            return {
                "modes": sorted(self._modes),
                "cases": [asdict(case) for case in self._book.cases.values()],
                "events": [asdict(event) for event in self._book.events],
                "deliveries": dict(self._book.deliveries),
                "repeats": sum(count - 1 for count in self._book.deliveries.values()),
                "faults": list(self._faults),
            }

    def wait_until(self, met: Callable[[dict[str, Any]], object], *, within_s: float = 10.0) -> dict[str, Any]:
        """The status as soon as it is so. Raises TimeoutError when it does not become so."""
        with self._changed:
            if not self._changed.wait_for(lambda: met(self.status()), within_s):
                raise TimeoutError(f"the city stands at {self.status()}")
            return self.status()

    # What the gateway does.

    def take(self, body: bytes, *, signature: str, idempotency_key: str) -> Answer:
        """A hand-on, by the rules and by the modes."""
        with self._changed:
            if Mode.SLOW in self._modes:
                self._changed.wait_for(lambda: self._stopping or Mode.SLOW not in self._modes, self._slow_s)
            if Mode.REFUSE in self._modes:
                return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"reason": "refused"})
            if Mode.GONE in self._modes:
                self._refusals += 1
                return Answer(HTTPStatus.NOT_FOUND if self._refusals % 2 else HTTPStatus.GONE, {"reason": "gone"})
        hand_on = checked_hand_on(body, signature=signature, idempotency_key=idempotency_key, key=self._key)
        if isinstance(hand_on, HandOn) and not self._is_known(hand_on):
            fault = self._attachment_fault(hand_on.attachments)
            hand_on = Wrong(HTTPStatus.BAD_GATEWAY, fault) if fault else hand_on
        with self._changed:
            answer = self._kept(hand_on)
            self._book.keep()
            self._changed.notify_all()
            return answer

    def _is_known(self, hand_on: HandOn) -> bool:
        with self._changed:
            return hand_on.key in self._book.deliveries

    def _kept(self, hand_on: HandOn | Wrong) -> Answer:
        if isinstance(hand_on, HandOn):
            case = self._book.cases.get(hand_on.sid)
            if case is not None and case.fingerprint != hand_on.fingerprint:
                hand_on = Wrong(HTTPStatus.CONFLICT, f"{hand_on.sid} came before with another fingerprint")
        if isinstance(hand_on, Wrong):
            self._faults.append(hand_on.fault)
            return Answer(hand_on.status, {"reason": hand_on.fault})
        came = self._book.deliveries[hand_on.key] = self._book.deliveries.get(hand_on.key, 0) + 1
        if case is None:
            case = self._book.cases[hand_on.sid] = Case(
                hand_on.sid,
                hand_on.fingerprint,
                hand_on.slip_code,
                State.PRE_EXAMINATION,
                parked=hand_on.parked,
                attachments=[one.sha256 for one in hand_on.attachments],
            )
            self._move(case, State.PRE_EXAMINATION)
        if hand_on.rating is not None:
            case.rating = hand_on.rating
        return Answer(
            HTTPStatus.OK, {"sid": hand_on.sid, "repeated": came > 1}, lost=Mode.TWICE in self._modes and came == 1
        )

    def _attachment_fault(self, attachments: tuple[Attachment, ...]) -> str:
        """Fetch each from the gateway; what is wrong with one of them, or nothing."""
        for one in attachments:
            path = urlsplit(one.url).path
            try:
                answer = self._ask("GET", path, signed=path.encode())
            except requests.RequestException as error:
                return f"{one.sha256}: {type(error).__name__}"
            if answer.status_code != HTTPStatus.OK:
                return f"{one.sha256}: the gateway answered {answer.status_code}"
            if len(answer.content) != one.size or not is_digest_of(one.sha256, answer.content):
                return f"{one.sha256}: other bytes came"
        return ""

    # What the city does by itself.

    def _run(self) -> None:
        while True:
            with self._changed:
                due = self._changed.wait_for(lambda: self._stopping or self._next_event(), self._auto_s)
                if self._stopping:
                    return
                if not due:
                    self._move_all()
                    continue
                event = self._next_event()
            if event is not None and not self._report(event):
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, RETRY_S)

    def _next_event(self) -> Event | None:
        if Mode.LATE in self._modes:
            return None
        return next((event for event in self._book.events if event.delivery is Delivery.WAITING), None)

    def _report(self, event: Event) -> bool:
        """Whether the gateway said anything final."""
        with self._changed:
            content = event.content(fingerprint=self._claimed_fingerprint(event))
            times = 2 if Mode.TWICE in self._modes else 1
        answers = [status for _ in range(times) if (status := self._post(content))]
        with self._changed:
            event.answers += answers
            final = [status for status in answers if status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS]
            if final:
                event.delivery = Delivery.TAKEN if HTTPStatus.OK in final else Delivery.REFUSED
                self._book.keep()
            self._changed.notify_all()
            return bool(final)

    def _post(self, content: bytes) -> int:
        """The gateway's answer, 0 when there is none."""
        try:
            return self._ask("POST", "/v1/city/cases", signed=content, body=content).status_code
        except requests.RequestException:
            return 0

    def _ask(self, method: str, path: str, *, signed: bytes, body: bytes | None = None) -> requests.Response:
        """Ask the gateway, and only it: no proxy or authority from the environment. Raises RequestException."""
        headers = {SIGNATURE: signature_of(signed, self._signing_key()), "Content-Type": "application/json"}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                self._gateway + path,
                data=body,
                headers=headers,
                verify=self._verify,
                timeout=ASK_WITHIN_S,
                allow_redirects=False,
            )

    def _claimed_fingerprint(self, event: Event) -> str:
        if Mode.WRONG_PERSON not in self._modes:
            return event.fingerprint
        others = (case.fingerprint for case in self._book.cases.values() if case.sid != event.sid)
        return next(others, NOBODY)

    def _signing_key(self) -> bytes:
        with self._changed:
            return b"another key" if Mode.WRONG_SIGNATURE in self._modes else self._key

    def _move_all(self) -> None:
        for number, case in enumerate(self._book.cases.values(), start=1):
            if case.state is State.PRE_EXAMINATION and case.reported == 1 and number % CORRECTED_EVERY == 0:
                self._move(case, State.CORRECTION)
            elif case.state in NEXT:
                self._move(case, NEXT[case.state])
        self._book.keep()
        self._changed.notify_all()

    def _move(self, case: Case, state: State, corrections: tuple[str, ...] = ()) -> None:
        at = datetime.now(UTC)
        if Mode.TIME_LIE in self._modes:
            at += timedelta(days=365 * (10 - len(self._book.events) % 20))
        self._book.move(case.sid, state, at=at, corrections=corrections)

    def _case(self, sid: str) -> Case:
        return self._book.cases[known(sid, self._book.cases, "case")]
