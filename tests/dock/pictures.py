"""Pictures of the dock's page to be looked at: `python -m tests.dock.pictures [DIR]` (default `build/dock`)."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.dock.browser import Browser
from tests.dock.docked import Docked, dock_process

SIZES = ((1280, 720), (1920, 1080))
PAPERS = (("household-front", "camera"), ("household-member", "feeder"), ("recent-photo", "glass"))


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for words in ((), ("--landscape",)):
        with dock_process(*words) as (url, folder), Browser() as browser:
            dock = Docked(browser, url, folder)
            for size in SIZES:
                browser.resize(*size)
                pattern = f"{'landscape-' if words else ''}{{}}-{size[0]}.png"
                _take_all(dock, partial(_take, dock, out, pattern), landscape=bool(words))


def _take(dock: Docked, out: Path, pattern: str, name: str) -> None:
    path = out / pattern.format(name)
    dock.shows("[...document.images].every((one) => one.complete)")
    dock.browser.picture(path)
    print(path)


def _take_all(dock: Docked, take: Callable[[str], None], *, landscape: bool) -> None:
    dock.browser.open(dock.url)
    dock.browser.run("sessionStorage.clear()")
    dock.open()
    take("1-nobody")
    dock.click("#walk-up")
    take("2-crowd")
    dock.click("[data-who='chen-guilan']")
    for thing in ("identity", "social", "phone"):
        dock.click(f"[data-thing='{thing}']:not(:disabled)")
    for paper, place in PAPERS:
        dock.click(f"[data-paper='{paper}'] [data-place='{place}']")
        dock.has(f"[data-paper='{paper}'] [data-place='{place}'][aria-pressed='true']")
    dock.click(".station.receipt .plate button")
    for fault in ("printer.paper-near-end", "printer.slow"):
        dock.click(f"[data-fault='{fault}'] .switch")
    dock.has(".station.receipt[data-tone='attention']")
    take("3-faults")
    dock.click("#all-right")
    dock.click("#tab-wires")
    take("4-wires")
    dock.click("#walk-away")
    dock.has(".nobody")
    dock.click("#tab-scenarios")
    if landscape:
        return
    dock.click("#walk-up")
    dock.click("[data-who='huang-yan']")
    dock.click("[data-scenario='happy-allowance'] .run")
    dock.shows("document.querySelector('.playing progress').value > 4")  # a terminal that was not idle starts anew
    dock.stands("capture", name="taken-0")
    take("5-scenario")
    dock.stands("done", text="请取走凭条")
    dock.has(".spot.mouth.taken img")
    take("6-slip")
    dock.click("#larger")
    take("7-larger")
    dock.click("#larger")
    dock.has(".playing[data-outcome='passed']", within_s=60)
    dock.click(".spot.mouth")
    dock.click(".given .slip")
    take("8-viewer")
    dock.click("#viewer button")


if __name__ == "__main__":
    main(Path(*sys.argv[1:2]) if sys.argv[1:] else Path("build/dock"))
