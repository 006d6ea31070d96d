"""Holds every call of an adapter to what its port says: no exception, one of the outcomes, a known fault, in time.

The outcomes come from the port's annotations, the time from its docstrings ("at most 0.6 s").
"""

import re
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from kiosk.faults import ALL
from provisioning.conformance.device_thread import DeviceThread
from provisioning.conformance.expectations import Broken, faults_in, told

_AT_MOST = re.compile(r"\bat most ([0-9.]+) s\b", re.IGNORECASE)


def verbs_of(port: type) -> list[str]:
    return [name for name in dir(port) if not name.startswith("_") and callable(getattr(port, name))]


def bound_of(port: type, verb: str) -> float | None:
    """The seconds within which the port says that this call returns."""
    found = _AT_MOST.search(getattr(port, verb).__doc__ or "")
    return float(found[1]) if found else None


def outcomes_of(port: type, verb: str) -> tuple[type, ...]:
    return _kinds(get_type_hints(getattr(port, verb))["return"])


def _kinds(hint: Any) -> tuple[type, ...]:
    if isinstance(hint, UnionType):
        return tuple(kind for part in get_args(hint) for kind in _kinds(part))
    return (get_origin(hint) or hint,)


class Watched:
    """Passes calls on to an adapter. `grace_s`: what this machine's own delays may add to a bound. `thread`: from which
    it is called, where not from here."""

    def __init__(self, adapter: object, port: type, *, grace_s: float, thread: DeviceThread | None = None) -> None:
        self._run: Callable[[Callable[[], Any]], Any] = thread.run if thread else lambda call: call()
        self._adapter = adapter
        self._port = port
        self._grace_s = grace_s

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        call = getattr(self._adapter, verb, None)
        if not callable(call):
            raise Broken(f"the adapter has no {verb}, which {self._port.__name__} asks for")
        bound_s, kinds = bound_of(self._port, verb), outcomes_of(self._port, verb)

        def watched(*arguments: Any, **named: Any) -> Any:
            began = time.monotonic()
            try:
                said = self._run(lambda: call(*arguments, **named))
            except Broken as broken:
                raise Broken(f"{verb} {broken}") from broken
            except Exception as error:
                raise Broken(f"{verb} raised {_where(error, self._adapter)}; no call of a port raises") from error
            took_s = time.monotonic() - began
            if not isinstance(said, kinds):
                raise Broken(f"{verb} gave {told(said)}, which is none of {', '.join(k.__name__ for k in kinds)}")
            if unknown := [fault.code for fault in faults_in(said) if ALL.get(fault.code) != fault]:
                raise Broken(f"{verb} gave the fault {unknown[0]!r}, for which kiosk/faults.py has no words")
            if bound_s is not None and took_s > bound_s + self._grace_s:
                raise Broken(f"{verb} took {took_s:.2f} s; the port says at most {bound_s:g} s")
            return said

        return watched


def _where(error: Exception, adapter: object) -> str:
    """The last line of the adapter's own package, without the message, in which anything may stand."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(getattr(sys.modules[type(adapter).__module__], "__file__", "")).parent
    last = next((frame for frame in reversed(frames) if Path(frame.filename).parent == package), frames[-1])
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
