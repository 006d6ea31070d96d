"""Tries rules on one adapter, and says of each: it holds, it does not and why, or it was not tried and why."""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from kiosk.ports import Ready
from provisioning.conformance.device_thread import DeviceThread
from provisioning.conformance.expectations import Broken, CannotDo, expect_soon
from provisioning.conformance.watching import Watched, verbs_of

Rule = Callable[[Any, Any], None]  # an adapter and hands; raises Broken or CannotDo
GRACE_S = 0.2
STARTS_WITHIN_S = 60.0


class Hands(Protocol):
    """What every kind of hands can do; see the protocols beside the rules for the rest."""

    def tidy(self) -> None:
        """As a citizen finds it: plugged in, nothing on it, paper in, no trouble."""
        ...


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one rule. `why` is empty where it passed."""

    rule: str
    sentence: str
    result: Result
    why: str = ""
    took_s: float = 0.0


def name_of(rule: Rule) -> str:
    return rule.__name__.replace("_", "-")


def sentence_of(rule: Rule) -> str:
    return (inspect.getdoc(rule) or "").partition("\n")[0]


def tried(
    rule: Rule,
    adapter: object,
    hands: Hands,
    *,
    port: type,
    grace_s: float = GRACE_S,
    thread: DeviceThread | None = None,
) -> Verdict:
    """One rule on a tidied device."""
    result, why, began = Result.PASSED, "", time.monotonic()
    try:
        hands.tidy()
        _begin_afresh(Watched(adapter, port, grace_s=STARTS_WITHIN_S, thread=thread), port)
        rule(Watched(adapter, port, grace_s=grace_s, thread=thread), hands)
    except Broken as broken:
        result, why = Result.FAILED, str(broken)
    except CannotDo as cannot:
        result, why = Result.NOT_TRIED, str(cannot)
    return Verdict(name_of(rule), sentence_of(rule), result, why, round(time.monotonic() - began, 3))


def _begin_afresh(watched: Watched, port: type) -> None:
    """As between two citizens: nobody looks, scans or prints, and the device is well. What must be started has time."""
    for verb in {"rest", "cancel"}.intersection(verbs_of(port)):
        getattr(watched, verb)()
    expect_soon(Ready, watched.status, "asked how it is before the rule, with all in order")


def conform(
    rules: Iterable[Rule], adapter: object, hands: Hands, *, port: type, grace_s: float, thread: DeviceThread
) -> Iterator[Verdict]:
    """A verdict as soon as it is known. After a call that never returned nothing more is tried."""
    for rule in rules:
        if thread.hangs:
            yield Verdict(name_of(rule), sentence_of(rule), Result.NOT_TRIED, "a call before it never returned")
        else:
            yield tried(rule, adapter, hands, port=port, grace_s=grace_s, thread=thread)
