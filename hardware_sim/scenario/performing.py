"""Performs scenarios: each step is a touch on the screen, a hand at a device, a fault, or a look at what must hold."""

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware_sim.control import NotRunning, PrintedPage, Refused
from hardware_sim.scenario.reading import Scenario, Step
from hardware_sim.scenario.report import FAILED, Result, StepResult
from hardware_sim.scenario.world import Finger, Unmet, World, WorldFailed, stood_on

WITHIN_S = 10.0
PAGE_WITHIN_S = 20.0
CUT_WITHIN_S = 30.0
MOST_IN_VAIN = 2
LOOK_EVERY_S = 0.1
SIGNATURE = (
    ((0.15, 0.35), (0.30, 0.33), (0.28, 0.45)),
    ((0.22, 0.30), (0.21, 0.55), (0.19, 0.70)),
    ((0.42, 0.40), (0.55, 0.36), (0.50, 0.55), (0.44, 0.66)),
    ((0.65, 0.38), (0.82, 0.34), (0.70, 0.50), (0.86, 0.62)),
)


def perform(scenarios: Sequence[Scenario], out: Path, *, told: Callable[[Result], None]) -> None:
    """One after another, those that need the same world in one and the same. `told` hears of each as it ends.

    A world that broke is made anew for those that are left, unless that was in vain twice in a row; one that did not
    start is not.
    """
    kinds: dict[tuple[bool, tuple[str, ...]], list[Scenario]] = {}
    for scenario in scenarios:
        kinds.setdefault((scenario.landscape, device_words(scenario)), []).append(scenario)
    numbers = itertools.count(1)
    for (landscape, words), left in kinds.items():
        in_vain = 0
        while left:
            trouble = ""
            try:
                with World(out / "worlds" / str(next(numbers)), landscape=landscape, devices=words) as world:
                    while left and not trouble:
                        result = Performance(left.pop(0), world, out).result()
                        trouble = result.trouble
                        in_vain = in_vain + 1 if trouble else 0
                        told(result)
            except WorldFailed as failure:
                trouble, in_vain = str(failure), MOST_IN_VAIN
            while left and in_vain >= MOST_IN_VAIN:
                told(Result(left.pop(0), trouble=trouble))


def device_words(scenario: Scenario) -> tuple[str, ...]:
    """What `kiosk-sim up` is told for it."""
    words = ["--seed", str(scenario.seed), "--clock", scenario.clock]
    words += ["--smart-cards"] if scenario.smart_cards else []
    words += ["--papers"] if scenario.papers else []
    return tuple(words)


class Stopped(Exception):
    """Somebody does not want the scenario to go on."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """`begins` hears of each step before it is performed, `ended` what came of it; `may_go_on` is asked at each look
    and may raise `Stopped`, which leaves the terminal where it stands."""

    begins: Callable[[Step], None] = lambda _: None
    ended: Callable[[StepResult], None] = lambda _: None
    may_go_on: Callable[[], None] = lambda: None


class Performance:
    """One scenario in a world that others may have used before it."""

    def __init__(self, scenario: Scenario, world: World, out: Path, watcher: Watcher | None = None) -> None:
        self._watcher = watcher or Watcher()
        world.may_go_on = self._watcher.may_go_on
        self._scenario = scenario
        self._world = world
        self._out = out
        self._result = Result(scenario)
        self._power_cuts = list(scenario.power_cuts)
        self._codes: list[str] = []
        self._verbs: dict[str, Callable[[Any, Step], None]] = {
            "wait": self._wait,
            "touch": lambda words, step: self._finger.tap(words=words, within_s=_within_s(step)),
            "tap": lambda name, step: self._finger.tap(name=name, within_s=_within_s(step)),
            "keys": self._keys,
            "sign": lambda _, step: self._sign(),
            "read_on": lambda name, step: self._read_on(name),
            "card": lambda name, step: self._card(name),
            "smart_card": self._smart_card,
            "paper": self._paper,
            "sheets": self._sheets,
            "glass": self._glass,
            "code": lambda name, step: self._code(name),
            "roll": lambda what, step: self._roll(what, step.options.get("mm")),
            "cover": lambda position, step: self._do("paper cover", opened=position == "open"),
            "slip": lambda _, step: self._do("slip take"),
            "tray": lambda what, step: self._do(f"tray {what}"),
            "plug": lambda device, step: self._do("fault clear", name=f"{device}.unplugged"),
            "unplug": lambda device, step: self._do("fault set", name=f"{device}.unplugged", parameters={}),
            "platform": lambda where, step: self._world.set_platform(reachable=where == "back"),
            "fault": self._fault,
            "clear": lambda name, step: self._do("fault clear", name=None if name == "all" else name),
            "read_codes": lambda seconds, step: self._read_codes(seconds),
            "advance": lambda seconds, step: self._do("clock advance", seconds=seconds),
            "expect": self._expect,
            "picture": lambda name, step: self._picture(name),
        }

    def result(self) -> Result:
        """Performs it. What could not be made ready, or broke, is its trouble. Raises what the watcher does."""
        began = time.monotonic()
        left = list(self._scenario.steps)
        try:
            self._make_ready()
            self._result.ready_s = time.monotonic() - began
            while left and self._perform(left[0]):
                left.pop(0)
            if left:
                left.pop(0)
                with suppress(Unmet):
                    self._picture(FAILED)
                self._world.end_terminal()  # the next one begins with one that is as new
        except (WorldFailed, NotRunning) as trouble:
            self._result.trouble = str(trouble)
        self._result.steps += [StepResult(step, 0.0, None) for step in left]
        return self._result

    def _perform(self, step: Step) -> bool:
        """Whether it could be done."""
        self._watcher.may_go_on()
        self._watcher.begins(step)
        began = time.monotonic()
        why = self._why_not(step)
        stood = why.stood if isinstance(why, Unmet) else ""
        self._result.steps.append(StepResult(step, time.monotonic() - began, str(why or ""), stood))
        self._watcher.ended(self._result.steps[-1])
        return why is None

    @property
    def _finger(self) -> Finger:
        if self._world.finger is None:
            raise WorldFailed("no terminal runs")
        return self._world.finger

    def _why_not(self, step: Step) -> Unmet | Refused | None:
        """None when it was done."""
        try:
            self._verbs[step.verb](step.value, step)
        except (Unmet, Refused) as why:
            return why
        return None

    def _make_ready(self) -> None:
        """Devices as new, the platform there, nobody at the terminal."""
        make_as_new(self._world)
        if self._power_cuts or not self._world.is_idle():
            self._world.start_terminal(stop_at=self._power_cuts[0] if self._power_cuts else None)
        self._slips_before = len(self._world.sim.receipts())
        self._pages_before = len(self._pages())
        self._received_before = len(self._world.received())

    def _pages(self) -> list[PrintedPage]:
        return self._world.sim.pages_printed() if self._scenario.papers else []

    def _do(self, act: str, **details: Any) -> Any:
        return self._world.sim.ask(act, **details)

    # The citizen at the screen.

    def _wait(self, page: str, step: Step) -> None:
        wanted = {key: step.options[key] for key in ("text", "name") if key in step.options}
        self._finger.ask(do="wait", page=page, within_s=_within_s(step, PAGE_WITHIN_S), **wanted)

    def _keys(self, keys: str, step: Step) -> None:
        for key in keys:
            self._finger.tap(name=f"key-{key}", within_s=_within_s(step))

    def _sign(self) -> None:
        self._finger.ask(do="wait", name="signaturePad", within_s=WITHIN_S)
        self._finger.ask(do="draw", name="signaturePad", strokes=SIGNATURE)

    def _read_on(self, name: str) -> None:
        deadline = time.monotonic() + WITHIN_S
        while not self._finger.can_tap(name):
            self._watcher.may_go_on()
            if time.monotonic() > deadline:
                raise Unmet(f"{name} cannot be touched, nor can a page be turned")
            if self._finger.can_tap("nextPage"):
                self._finger.ask(do="tap", name="nextPage")
                deadline = time.monotonic() + WITHIN_S
            else:
                time.sleep(LOOK_EVERY_S)

    def _picture(self, name: str) -> None:
        number = len(self._result.pictures) + 1
        path = self._out / "pictures" / self._scenario.path.stem / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._finger.ask(do="picture", path=str(path))
        self._result.pictures.append((name, path))

    # Hands.

    def _card(self, name: str) -> None:
        if name == "lift":
            self._do("card lift")
        else:
            self._do("card insert", **self._person(name))

    def _smart_card(self, name: str, step: Step) -> None:
        if name == "remove":
            self._do("smartcard remove")
        else:
            self._do("smartcard insert", **self._person(name), **step.options)

    def _person(self, name: str) -> dict[str, Any]:
        """In the words of the acts: somebody of the scenario's own is like another, but for what is changed."""
        own = dict(self._scenario.people.get(name, {}))
        return {"name": own.pop("like", name)} | ({"changed": own} if own else {})

    def _paper(self, name: str, step: Step) -> None:
        self._do("page put", name=name, **step.options)

    def _sheets(self, names: list[str], step: Step) -> None:
        if names:
            self._do("sheets feed", names=names, **step.options)
        else:
            self._do("sheets take")

    def _glass(self, name: str, step: Step) -> None:
        if name == "lift":
            self._do("glass lift")
        else:
            self._do("glass put", name=name, **step.options)

    def _code(self, name: str) -> None:
        if name == "hide":
            self._do("code hide")
        else:
            self._do("code show", **self._scenario.codes[name])

    def _read_codes(self, seconds: float) -> None:
        """By the driver of the terminal's code reader in a process of its own, on the engine's second wire."""
        address = self._world.sim.status()["code_reader"]["tcp_address"]
        command = [sys.executable, "-m", "drivers.codes.scan_engine", "--probe", "--address", address, "--json"]
        done = subprocess.run([*command, "--read", str(seconds)], capture_output=True, text=True, check=False)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        if not any(one["name"] == "status" for one in said):
            raise WorldFailed(f"the driver of the code reader does not run: {done.stderr}")
        self._codes = [one["value"] for one in said if one["name"] == "code"]

    def _roll(self, what: str, mm: float | None) -> None:
        if what == "remove":
            self._do("paper remove")
        else:
            self._do("paper load", mm=mm)

    def _fault(self, name: str, step: Step) -> None:
        parameters = dict(step.options)
        if name == "power.cut":
            self._world.cut_power(within_s=CUT_WITHIN_S)
            self._power_cuts.pop(0)
            self._world.start_terminal(stop_at=self._power_cuts[0] if self._power_cuts else None)
            return
        self._do("fault set", name=name, on=parameters.pop("on", None), parameters=parameters)

    # What must hold.

    def _expect(self, wanted: dict[str, Any], step: Step) -> None:
        deadline = time.monotonic() + _within_s(step)
        while True:
            seen = self._finger.ask(do="look")
            unmet = self._unmet(wanted, seen)
            if not unmet:
                return
            self._watcher.may_go_on()
            if time.monotonic() > deadline:
                raise Unmet(unmet, stood_on(seen))
            time.sleep(LOOK_EVERY_S)

    def _unmet(self, wanted: dict[str, Any], seen: dict[str, Any]) -> str:
        """The first of what is not so."""
        shown = _squeezed(" | ".join(seen["texts"]))
        if "page" in wanted and seen["page"] != wanted["page"]:
            return f"the page is {seen['page']}, not {wanted['page']}"
        if "text" in wanted and _squeezed(wanted["text"]) not in shown:
            return f"{wanted['text']} stands nowhere"
        if "no_text" in wanted and _squeezed(wanted["no_text"]) in shown:
            return f"{wanted['no_text']} stands there"
        if wanted.keys() & {"slips", "slip_text"}:
            slips = self._world.sim.receipts()[self._slips_before :]
            if "slips" in wanted and len(slips) != wanted["slips"]:
                return f"{len(slips)} slips were printed, not {wanted['slips']}"
            if "slip_text" in wanted and not (slips and _squeezed(wanted["slip_text"]) in _squeezed(slips[-1].text)):
                return f"the newest slip does not say {wanted['slip_text']!r}: {slips[-1].text if slips else 'none'}"
        if "pages" in wanted and (pages := len(self._pages()) - self._pages_before) != wanted["pages"]:
            return f"{pages} sheets came out, not {wanted['pages']}"
        if "submissions" in wanted:
            received = len(self._world.received()) - self._received_before
            if received != wanted["submissions"]:
                return f"the platform received {received}, not {wanted['submissions']}"
        if "codes" in wanted and self._codes != wanted["codes"]:
            return f"the codes read are {self._codes}, not {wanted['codes']}"
        if wanted.get("no_code") in self._codes:
            return f"the code {wanted['no_code']!r} was read"
        return self._unmet_device(wanted) if "device" in wanted else ""

    def _unmet_device(self, wanted: dict[str, Any]) -> str:
        device = self._world.devices().get(wanted["device"])
        if device is None:
            return f"the terminal knows nothing of {wanted['device']}"
        codes = [fault["code"] for fault in device["faults"]]
        said = f"{wanted['device']} is {device['state']} ({', '.join(codes) or 'no fault'})"
        if "is" in wanted and device["state"] != wanted["is"]:
            return said
        return said if "because" in wanted and wanted["because"] not in codes else ""


def make_as_new(world: World) -> None:
    """Nothing lies on the devices, nothing is wrong with them, and the platform is there."""
    sim = world.sim
    sim.ask("fault clear", name=None)
    sim.ask("card lift")
    sim.ask("page put", name="none")
    sim.ask("paper load")
    sim.ask("paper clear")
    for act in ("smartcard remove", "code hide", "slip take", "sheets take", "glass lift", "pages clear", "tray load"):
        with suppress(Refused):  # where such a device is not there
            sim.ask(act)
    world.set_platform(reachable=True)


def _within_s(step: Step, unless_said: float = WITHIN_S) -> float:
    return float(step.options.get("within_s", unless_said))


def _squeezed(text: str) -> str:
    """Without white space, since lines are broken where they must."""
    return "".join(text.split())
