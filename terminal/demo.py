"""`make demo`: the whole main job. With a screen a window to try; without one, a scripted citizen offscreen.

Without a screen `build/demo/` then holds `screens/NN-name.png`, the slip (`slip.png`, `slip.txt`), the submission as
the gateway stored it (`submission.json` and the attachments), what the gateway lists (`received.json`), how the
terminal stands (`status.json`) and `journey.json`. Exit status 0 only if all agree.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from terminal.hand import Hand, Unmet
from terminal.supervisor import House, NotStarted

CARD = "chen-guilan"
PHONE = "13800005678"
SIGNATURE = [
    [(0.15, 0.35), (0.30, 0.33), (0.28, 0.45)],
    [(0.22, 0.30), (0.21, 0.55), (0.19, 0.70)],
    [(0.42, 0.40), (0.55, 0.36), (0.50, 0.55), (0.44, 0.66)],
    [(0.65, 0.38), (0.82, 0.34), (0.70, 0.50), (0.86, 0.62)],
]


class Disagreement(Exception):
    """What was left behind does not tell one story."""


class Journey:
    """The citizen's steps, each with a picture and the time it took."""

    def __init__(self, house: House, hand: Hand, out: Path) -> None:
        self.house = house
        self.hand = hand
        self.out = out
        self.steps: list[dict[str, Any]] = []
        self._began = time.monotonic()
        (out / "screens").mkdir(parents=True)

    def step(self, name: str) -> None:
        """The citizen stands before this page now."""
        now = time.monotonic()
        milliseconds = round((now - self._began) * 1000)
        self.steps.append({"name": name, "ms": milliseconds})
        self.hand.picture(self.out / "screens" / f"{len(self.steps):02}-{name}.png")
        print(f"  {len(self.steps):2}  {name:24} {milliseconds:6} ms", flush=True)
        self._began = time.monotonic()

    def walk(self) -> None:
        """An old-age allowance, from a card to a slip in the hand."""
        hand, sim = self.hand, self.house.sim
        hand.wait("idle")
        self.step("idle")
        hand.tap("startButton")
        hand.wait("home")
        self.step("home")
        hand.tap("item-old-age-allowance")
        hand.wait("guide")
        self.step("guide")
        hand.tap("primaryButton")
        hand.wait("identify")
        self.step("identify")
        sim("card", "insert", CARD)
        hand.wait("question", name="choice-same")
        self.step("question-lives")
        sim("card", "lift")
        hand.tap("choice-same")
        hand.tap("primaryButton")
        hand.wait("question", name="key-1")
        hand.tap_keys(PHONE[:9])
        self.step("question-phone")
        hand.tap_keys(PHONE[9:])
        hand.tap("primaryButton")
        hand.wait("question", name="choice-social-security-card")
        hand.tap("choice-social-security-card")
        self.step("question-account")
        hand.tap("primaryButton")
        self.photograph()
        hand.wait("check")
        self.step("check")
        hand.wait_touchable("backButton")
        while not hand.can_tap("primaryButton"):
            hand.tap("nextPage")
            self.step("check-on")
        hand.tap("primaryButton")
        hand.wait("sign")
        hand.draw("signaturePad", SIGNATURE)
        self.step("sign")
        hand.tap("primaryButton")
        hand.wait("done", text="请取走凭条", within_s=30)
        hand.wait("done", name="rate-5")
        self.step("done")
        hand.tap("rate-5")
        hand.wait("done", text="谢谢")
        self.step("rated")
        hand.tap("primaryButton")
        hand.wait("goodbye")
        self.step("goodbye")
        hand.wait("idle", within_s=30)
        self.step("idle-again")

    def photograph(self) -> None:
        """Three papers: two are laid under the camera, the third comes later."""
        hand, sim = self.hand, self.house.sim
        for at, (page, last) in enumerate(
            (("social-security-card", True), ("household-front", False), ("household-member", True))
        ):
            hand.wait("capture")
            if at == 0:
                self.step("capture-empty")
            sim("page", "put", page)
            slot = 1 if page == "household-member" else 0
            hand.wait("capture", name=f"taken-{slot}", within_s=30)
            self.step(f"capture-{page}")
            sim("page", "put", "none")
            if last:
                hand.tap("primaryButton")
        hand.tap("laterButton")


def agreed(house: House, out: Path, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Gathers what the world keeps of the visit. Raises Disagreement unless it all tells one story."""
    receipts = house.sim("receipts")
    if len(receipts) != 1:
        raise Disagreement(f"{len(receipts)} slips came out of the printer")
    shutil.copy(receipts[0]["picture_path"], out / "slip.png")
    slip = str(receipts[0]["text"])
    (out / "slip.txt").write_text(slip, encoding="utf-8")
    received = list((house.gateway_directory / "received").iterdir())
    if len(received) != 1:
        raise Disagreement(f"{len(received)} submissions reached the gateway")
    for file in received[0].iterdir():
        shutil.copy(file, out / file.name)
    submission = json.loads((out / "submission.json").read_text(encoding="utf-8"))
    receipt = json.loads((out / "receipt.json").read_text(encoding="utf-8"))
    standing, listed = house.status(), house.received()
    _write(out / "status.json", standing)
    _write(out / "received.json", listed)
    person = next(p for p in house.sim("people") if p["key"] == CARD)
    bare = slip.replace(" ", "")
    answers = {answer["field"]: answer["value"] for answer in submission["answers"]}
    checks = {
        "the slip shows the gateway's receipt number": receipt["receipt_number"] in bare,
        "the slip shows the submission's slip code": submission["slip_code"] in bare,
        "the receipt is this submission's": receipt["sid"] == submission["sid"],
        "the name is the card's": answers["name"] == submission["applicant"]["name"] == person["name"],
        "the number is the card's": answers["number"] == submission["applicant"]["number"] == person["number"],
        "the address is the card's": answers["address"] == person["address"],
        "the telephone is what was typed": answers["phone"] == PHONE,
        "three pages came along": len(submission["attachments"]) == 3
        and all(list(out.glob(f"*{a['name']}")) for a in submission["attachments"]),
        "the rating came along": (out / "rating.json").exists(),
        "the gateway lists it alone": [row["receipt_number"] for row in listed] == [receipt["receipt_number"]],
        "the terminal has an identity, and nothing waits there": standing["identity"] is not None
        and not any(standing["store"]["waiting"].values()),
    }
    for what, holds in checks.items():
        print(f"  {'ok  ' if holds else 'FAIL'}  {what}", flush=True)
    if not all(checks.values()):
        raise Disagreement("; ".join(what for what, holds in checks.items() if not holds))
    journey = {"slip_code": submission["slip_code"], "receipt_number": receipt["receipt_number"], "steps": steps}
    _write(out / "journey.json", journey)
    return journey


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/demo"))
    parser.add_argument("--offscreen", action="store_true", help="the scripted citizen, even where a screen is")
    parser.add_argument("--landscape", action="store_true")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    out = options.out.resolve()
    out.mkdir(parents=True)
    screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and not options.offscreen
    environment = {} if screen else {"QT_QPA_PLATFORM": "offscreen"}
    try:
        with House(out / "house", environment=environment, landscape=options.landscape) as house:
            for what, start in (
                ("starting the gateway", house.start_gateway),
                ("starting the simulated devices", lambda: house.write_configuration(house.start_devices())),
                ("enrolling the terminal", house.enrol),
                ("starting the agent", house.start_agent),
                ("starting the terminal", lambda: house.start_terminal(driven=not screen)),
            ):
                print(what, flush=True)
                start()
            return _by_hand(house) if screen else _scripted(house, out)
    except (NotStarted, Unmet, Disagreement) as trouble:
        print(f"the demo failed: {trouble}", file=sys.stderr)
        return 1


def _scripted(house: House, out: Path) -> int:
    with Hand(house.automation_socket) as hand:
        journey = Journey(house, hand, out)
        journey.walk()
        told = agreed(house, out, journey.steps)
    print(f"received as {told['receipt_number']}, slip {told['slip_code']}; see {out}")
    return 0


def _by_hand(house: House) -> int:
    print(
        f"""
The terminal is on the screen. In another shell (.venv/bin first):
  lay a card down     kiosk-sim card insert {CARD} --run-dir {house.sim_directory}
  take it away        kiosk-sim card lift --run-dir {house.sim_directory}
  lay a page down     kiosk-sim page put household-front --run-dir {house.sim_directory}
  all else            kiosk-sim --help
Close the window to end.""",
        flush=True,
    )
    return house.wait_for("terminal")


if __name__ == "__main__":
    sys.exit(main())
