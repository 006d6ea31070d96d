"""The commands of the simulated devices: hands, faults, clock, and what came of them."""

import argparse
import json
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hardware_sim.commands.building import Family, word
from hardware_sim.control import Part, Simulation


def add_devices(commands: Any) -> None:
    top = Family(commands, Part.SIMULATION)
    _add_general(top)
    _add_hands(top)
    _add_printer(top)
    _add_faults(top)


def _add_general(top: Family) -> None:
    up = top.add_up("start all devices and print their addresses", _start, _status_text)
    up.add_argument("--no-pace", action="store_true", help="no wire, chip or paper takes its real time")
    up.add_argument("--seed", type=int, default=0, metavar="N", help="what chance is made from (default: %(default)s)")
    up.add_argument("--clock", choices=("real", "hand"), default="real", help="`hand`: only `clock advance` moves it")
    up.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="the real clock goes X times as fast")
    up.add_argument("--smart-cards", action="store_true", help="with a smart card reader, and a pcscd of its own")
    up.add_argument("--papers", action="store_true", help="with a document scanner and an A4 printer")
    up.add_argument("--reader-baud", type=int, choices=BAUDS, default=115_200, help="of the identity card reader")
    top.add("down", "stop all devices", lambda sim, _: sim.down())
    top.add("status", "addresses, state and faults of the devices", lambda sim, _: sim.status(), _status_text)
    people = top.add("people", "whose cards can be inserted: the cast, or strangers", _people, _people_text)
    people.add_argument("--strangers", type=int, metavar="N", help="so many invented people instead of the cast")
    people.add_argument("--seed", type=int, default=0, metavar="S", help="others for another seed")
    people.add_argument("--kind", metavar="KIND", help="all of them: rare-name, long-address, under-16, expired, ...")
    wires = top.add("wires", "what passed over the wires lately, in words", _wires, _wires_text)
    wires.add_argument("--follow", action="store_true", help="and what passes from now on, until Ctrl+C")
    receipts = top.add("receipts", "what was printed", _receipts, _receipts_text)
    receipts.add_argument("--at-least", type=int, default=0, metavar="N", help="wait until so many lie in the tray")
    receipts.add_argument("--within", type=float, default=20.0, metavar="S", help="wait at most so many seconds")


def _add_hands(top: Family) -> None:
    card = top.family("card", "cards on the identity card reader")
    insert = card.add("insert", "lay somebody's card on the reader", _card_insert)
    insert.add_argument("name", help="of the cast, or a stranger such as resident:17")
    insert.add_argument("--for-bytes", type=int, metavar="N", help="pull it away after N bytes of the answer to a read")
    card.add("lift", "take the card away", lambda sim, _: sim.card_lift())

    smart_card = top.family("smartcard", "cards in the smart card reader")
    insert = smart_card.add("insert", "put somebody's card in", _smart_card_insert)
    insert.add_argument("name", nargs="?", default="chen-guilan", help="whose card (default: %(default)s)")
    insert.add_argument("--kind", default="social-security", help="social-security, contactless, storage or unknown")
    smart_card.add("remove", "take the card out", lambda sim, _: sim.ask("smartcard remove"))

    page = top.family("page", "pages under the document camera")
    put = page.add("put", "lay a page down, or take it away (none)", _page_put)
    put.add_argument("name", help="household-front, household-member, recent-photo, blank-sheet, none")
    put.add_argument("--person", default="chen-guilan", help="whose page (default: %(default)s)")
    for trouble in ("dark", "blurred", "half", "glare"):
        put.add_argument(f"--{trouble}", dest="troubles", action="append_const", const=trouble)

    _add_sheets(top)
    _add_pages(top)
    code = top.family("code", "codes in front of the scan engine and of the code camera")
    show = code.add("show", "hold a code there", _code_show)
    show.add_argument("text", nargs="?", help="what it says")
    show.add_argument("--payload-hex", metavar="HEX", help="its bytes, instead of a text")
    show.add_argument("--symbology", default="QR Code", help="default: %(default)s")
    show.add_argument("--charset", help="named in the code: utf-8, gb18030, gbk, gb2312")
    show.add_argument("--medium", default="phone", help="phone or paper")
    show.add_argument(
        "--trouble", dest="troubles", action="append", help="tilt, small, noise, blur, glare, dark, stale"
    )
    code.add("hide", "take it away", lambda sim, _: sim.ask("code hide"))

    for name, plug in (
        ("reader", Simulation.reader_plug),
        ("camera", Simulation.camera_plug),
        ("scanner", Simulation.scanner_plug),
    ):
        _add_plug(top.family(name, "its plug"), plug)


def _add_sheets(top: Family) -> None:
    sheets = top.family("sheets", "sheets in the document scanner's feeder; its plug")
    feed = sheets.add("feed", "lay pages into it, the first one read first", _sheets_feed)
    feed.add_argument("names", nargs="+", metavar="PAGE", help="as for `page put`")
    feed.add_argument("--person", default="chen-guilan", help="whose pages (default: %(default)s)")
    for trouble in ("skewed", "upside-down", "face-down"):
        feed.add_argument(f"--{trouble}", dest="troubles", action="append_const", const=trouble)
    sheets.add(
        "take", "take all of them out, a stuck one too", lambda sim, _: sim.sheets_take(), lambda n: f"{n} sheets"
    )
    _add_plug(sheets, Simulation.sheets_plug)
    glass = top.family("glass", "the document scanner's glass")
    put = glass.add("put", "lay a page on it", _glass_put)
    put.add_argument("name", help="as for `page put`")
    put.add_argument("--person", default="chen-guilan", help="whose page (default: %(default)s)")
    glass.add("lift", "take the page away", lambda sim, _: sim.glass_put(None))


def _add_printer(top: Family) -> None:
    paper = top.family("paper", "paper and cover of the receipt printer")
    load = paper.add("load", "put a roll in", lambda sim, chosen: sim.paper_load(chosen.mm))
    load.add_argument("--mm", type=float, help="only so much is left on the roll")
    paper.add("remove", "take the roll out", lambda sim, _: sim.paper_remove())
    cover = paper.add("cover", "open or close the cover", _paper_cover)
    cover.add_argument("position", choices=("open", "close"))
    paper.add("jam", "jam the cutter", lambda sim, _: sim.paper_jam())
    paper.add("clear", "clear the jam and close the cover", lambda sim, _: sim.paper_clear())
    slip = top.family("slip", "the ticket in the printer's mouth")
    slip.add("take", "take it", lambda sim, _: sim.ask("slip take"), lambda taken: "taken" if taken else "none waits")
    printer = top.family("printer", "its plug; by itself: printer --listen PORT --out DIR")
    _add_plug(printer, Simulation.printer_plug)


def _add_pages(top: Family) -> None:
    tray = top.family("tray", "the A4 printer's tray")
    load = tray.add("load", "put sheets in, and the tray", lambda sim, chosen: sim.tray_load(chosen.sheets))
    load.add_argument("--sheets", type=int, metavar="N", help="so many (default: a full tray)")
    tray.add("remove", "pull it out", lambda sim, _: sim.tray_remove())
    pages = top.family("pages", "what comes out of the A4 printer")
    printed = pages.add("printed", "the sheets that came out", _pages_printed, _pages_text)
    printed.add_argument("--at-least", type=int, default=0, metavar="N", help="wait until there are so many")
    printed.add_argument("--within", type=float, default=20.0, metavar="S", help="wait at most so many seconds")
    pages.add("clear", "mend what stands in their way: jam, cover, full tray, pause", lambda sim, _: sim.pages_clear())


def _add_faults(top: Family) -> None:
    fault = top.family("fault", "what goes wrong")
    given = fault.add("set", "give a device a fault", _fault_set)
    given.add_argument("name", help="as `fault list` has it")
    given.add_argument("parameters", nargs="*", metavar="NAME=VALUE", help="those left out have their default")
    given.add_argument("--on", metavar="MOMENT", help="now (default), or next-job, next-read, next-code, next-scan")
    clear = fault.add("clear", "end a fault, or all of them", lambda sim, chosen: sim.fault_clear(chosen.name))
    clear.add_argument("name", nargs="?")
    fault.add("list", "every fault, and which are set", lambda sim, _: sim.faults(), _faults_text)
    clock = top.family("clock", "the time that the devices live in")
    advance = clock.add("advance", "let so much time pass", _clock_advance, _clock_text)
    advance.add_argument("seconds", type=float, metavar="S")
    clock.add("status", "how it goes", lambda sim, _: sim.ask("clock status"), _clock_text)


def _add_plug(words: Family, plug: Callable[..., None]) -> None:
    words.add("unplug", "pull the plug", partial(_plug, plug, plugged=False))
    words.add("plug", "put the plug in", partial(_plug, plug, plugged=True))


BAUDS = (9600, 19_200, 38_400, 57_600, 115_200)
FOLLOW_S = 10.0
DEVICES = (
    "identity_card_reader",
    "smart_card_reader",
    "code_reader",
    "document_camera",
    "document_scanner",
    "receipt_printer",
    "page_printer",
)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is no speed")
    return speed


def _start(run_dir: Path, chosen: argparse.Namespace, down: threading.Event) -> Any:
    from hardware_sim.simulation import Conditions, clock_of, serving

    conditions = Conditions(
        pace=not chosen.no_pace,
        seed=chosen.seed,
        clock=clock_of(chosen.clock, speed=chosen.speed),
        smart_cards=chosen.smart_cards,
        papers=chosen.papers,
        reader_baud=chosen.reader_baud,
    )
    return serving(run_dir, conditions, down=down)


def _status_text(status: dict[str, Any]) -> str:
    lines = [f"run directory         {status['run_dir']}", f"clock                 {_clock_text(status['clock'])}"]
    for device in filter(status.__contains__, DEVICES):
        words = {key: value for key, value in status[device].items() if key not in ("address", "faults", "environment")}
        state = ", ".join(f"{key.replace('_', ' ')} {word(value)}" for key, value in words.items())
        lines.append(f"{device.replace('_', ' '):<21} {status[device]['address']}\n{'':<21} {state}")
        lines += [f"{'':<21} {_fault_text(name, values)}" for name, values in status[device]["faults"].items()]
    return "\n".join(lines)


def _fault_text(name: str, values: dict[str, Any]) -> str:
    return " ".join(["fault", name, *(f"{key}={value}" for key, value in values.items())])


def _faults_text(faults: dict[str, Any]) -> str:
    lines = []
    for kind in faults["known"]:
        parameters = " ".join(f"{one['name']}={one['default']}" for one in kind["parameters"])
        mark = "*" if kind["name"] in faults["set"] else " "
        lines.append(f"{mark} {kind['name']:<26}{parameters:<18}{kind['meaning']}")
    return "\n".join(lines)


def _clock_text(clock: dict[str, Any]) -> str:
    return f"{clock['now_s']} s, " + (f"{clock['speed']} times as fast" if clock["kind"] == "real" else "by hand")


def _fault_set(simulation: Simulation, chosen: argparse.Namespace) -> None:
    from hardware_sim.faults import parse_words

    simulation.fault_set(chosen.name, on=chosen.on, **parse_words(chosen.parameters))


def _clock_advance(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    return simulation.ask("clock advance", seconds=chosen.seconds)


def _smart_card_insert(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.ask("smartcard insert", name=chosen.name, kind=chosen.kind)


def _code_show(simulation: Simulation, chosen: argparse.Namespace) -> None:
    names = ("text", "payload_hex", "symbology", "charset", "medium", "troubles")
    simulation.ask("code show", **{name: getattr(chosen, name) for name in names})


def _people(_: Simulation, chosen: argparse.Namespace) -> list[dict[str, object]]:
    """No simulation is needed for it."""
    from hardware_sim.crowd import crowd
    from hardware_sim.people import as_json, cast

    if chosen.strangers is None and chosen.kind is None:
        return [as_json(person) for person in cast().values()]
    strangers = 10 if chosen.strangers is None else chosen.strangers
    return [as_json(person) for person in crowd(strangers, seed=chosen.seed, kind=chosen.kind)]


def _people_text(people: list[dict[str, Any]]) -> str:
    return "\n".join(f"{p['key']:<14} {p['layout']:<15} {p['number']:<19} {p['name']:<4} {p['note']}" for p in people)


def _receipts_text(slips: list[dict[str, Any]]) -> str:
    return "\n".join(f"── {s['number']:04d}, {s['ended_by']}, {s['picture_path']}\n{s['text']}" for s in slips)


def _wires(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    news = simulation.ask("wires")
    if not chosen.follow:
        return news
    last = 0
    try:
        while True:
            for entry in news:
                last = entry["number"]
                print(json.dumps(entry, ensure_ascii=False) if chosen.json else _wires_text([entry]), flush=True)
            news = simulation.ask("wires", after=last, within_s=FOLLOW_S)
    except KeyboardInterrupt:
        raise SystemExit(0) from None
    except BrokenPipeError:  # nobody reads any more, nor is anything to be flushed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _wires_text(entries: list[dict[str, Any]]) -> str:
    arrows = {"to-device": ">", "from-device": "<"}
    return "\n".join(
        f"{one['at_ms'] / 1000:10.3f}  {one['device']:<21} {arrows[one['direction']]} {one['means']}" for one in entries
    )


def _card_insert(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.card_insert(chosen.name, for_bytes=chosen.for_bytes)


def _page_put(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.page_put(chosen.name, person=chosen.person, troubles=tuple(chosen.troubles or ()))


def _sheets_feed(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.sheets_feed(*chosen.names, person=chosen.person, troubles=tuple(chosen.troubles or ()))


def _pages_printed(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    return simulation.ask("pages printed", at_least=chosen.at_least, within_s=chosen.within)


def _pages_text(pages: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"── {page['number']:04d}, {page['picture_path']}\n{Path(page['text_path']).read_text('utf-8')}"
        for page in pages
    )


def _glass_put(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.glass_put(chosen.name, person=chosen.person)


def _plug(plug: Callable[..., None], simulation: Simulation, _: argparse.Namespace, *, plugged: bool) -> None:
    plug(simulation, plugged=plugged)


def _paper_cover(simulation: Simulation, chosen: argparse.Namespace) -> None:
    simulation.paper_cover(opened=chosen.position == "open")


def _receipts(simulation: Simulation, chosen: argparse.Namespace) -> Any:
    within_s = chosen.within if chosen.at_least else 0.0
    return simulation.ask("receipts", at_least=chosen.at_least, within_s=within_s)
