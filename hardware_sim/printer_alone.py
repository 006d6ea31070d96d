"""The receipt printer by itself: `kiosk-sim printer --listen PORT --out DIR` prints whatever any program sends.

A cut or the end of the connection ends a receipt; each is left as `NNN.png`, `NNN.txt` and `NNN.json`, whole from the
moment it has its name, the JSON last. Its paper never ends; it starts as Epson's printers do.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from hardware_sim.devices.escpos_commands import Dots
from hardware_sim.devices.printed_codes import PrintedCode, readable
from hardware_sim.devices.printer_machine import PrinterMachine, Receipt
from hardware_sim.devices.receipt_printer import KeptReceipt, ReceiptPrinter
from hardware_sim.devices.text_coding import Chinese

HEAD_DOTS = {"80mm": 576, "58mm": 384}
MARGIN_DOTS = {576: 32, 384: 40}  # beside what the head reaches
TOP_DOTS = 24
PAPER_GREY, INK_GREY = 255, 0
ENDLESS_MM = 1e12
READ_IN_PICTURES = [
    getattr(zxingcpp.BarcodeFormat, name)
    for name in ("QRCode", "DataMatrix", "Aztec", "PDF417", "Code128", "Code39", "Code93", "EAN13", "EAN8", "UPCA")
]


def is_meant(words: Sequence[str]) -> bool:
    """Whether `kiosk-sim printer ...` asks for a printer by itself, and not for an act on the running simulation."""
    return words[:1] == ["printer"] and any(word.partition("=")[0] in ("--listen", "--out") for word in words)


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser("kiosk-sim printer", description=__doc__)
    parser.add_argument(
        "--listen", type=int, required=True, metavar="PORT", help="print what programs send to this port (0: any)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the receipts are left")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--width", choices=HEAD_DOTS, default="80mm", help="of the paper (default: %(default)s)")
    parser.add_argument(
        "--chinese",
        choices=[one.value for one in Chinese],
        default="auto",
        help="how high bytes are read before the stream says: auto weighs them (default: %(default)s)",
    )
    parser.add_argument(
        "--idle",
        type=float,
        default=5.0,
        metavar="S",
        help="hang up on a program that is silent so long and left a receipt unfinished, or keeps another one waiting "
        "(0: never; default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="say what happens in JSON, an object a line")
    return _run(parser.parse_args(arguments))


def _run(chosen: Namespace) -> int:
    """Until SIGINT or SIGTERM. Exit code 2 when the port or the folder cannot be had."""
    down = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: down.set())
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
        printer = printer_alone(
            chosen.out,
            host=chosen.host,
            port=chosen.listen,
            width=chosen.width,
            chinese=Chinese(chosen.chinese),
            idle_s=chosen.idle or None,
            told=partial(_tell, as_json=chosen.json),
        )
        printer.start()
    except (OSError, OverflowError) as error:
        print(f"kiosk-sim: {error}", file=sys.stderr)
        return 2
    address = f"{chosen.host}:{printer.port}"
    if chosen.json:
        _print(json.dumps({"address": address, "out": str(chosen.out)}, ensure_ascii=False))
    else:
        _print(f"receipt printer on {address}, receipts in {chosen.out}")
    try:
        down.wait()
    finally:
        printer.stop()
    return 0


def printer_alone(
    out: Path,
    *,
    told: Callable[[Path, dict[str, Any]], None] = lambda path, found: None,
    host: str = "127.0.0.1",
    port: int = 0,
    width: str = "80mm",
    chinese: Chinese = Chinese.AUTO,
    idle_s: float | None = None,
) -> ReceiptPrinter:
    """Not started yet. `told` hears of each receipt: the path of its JSON and what is in it."""
    machine = PrinterMachine(chinese=chinese, four_bytes=True, width_dots=HEAD_DOTS[width])
    machine.load_paper(ENDLESS_MM)
    return ReceiptPrinter(
        out, pace=False, host=host, port=port, machine=machine, keep=partial(_keep, told=told), idle_s=idle_s
    )


def picture(dots: Dots) -> Image.Image:
    """The paper with its margins, a dot a pixel, black on white."""
    margin = MARGIN_DOTS[dots.shape[1]]
    ink = np.pad(dots, ((TOP_DOTS, TOP_DOTS), (margin, margin)))
    return Image.fromarray(np.where(ink, INK_GREY, PAPER_GREY).astype(np.uint8))


def contents(receipt: Receipt) -> dict[str, Any]:
    """What the JSON says. `refused`: codes that a printer does not print, and why."""
    codes = [*receipt.codes, *_codes_in_pictures(receipt)]
    return {
        "lines": list(receipt.text_lines),
        "codes": [{"symbology": one.symbology, "text": one.text, "payload": one.payload.hex()} for one in codes],
        "cuts": receipt.cuts,
        "unknown": list(receipt.unknown),
        "refused": list(receipt.refused),
    }


def _codes_in_pictures(receipt: Receipt) -> list[PrintedCode]:
    """Codes that the program drew itself."""
    if receipt.pictures is None:
        return []
    found = zxingcpp.read_barcodes(np.asarray(picture(receipt.pictures)), formats=READ_IN_PICTURES, try_invert=False)
    return [PrintedCode(str(one.format), readable(bytes(one.bytes)), bytes(one.bytes)) for one in found]


def _keep(receipt: Receipt, tray: Path, number: int, *, told: Callable[[Path, dict[str, Any]], None]) -> KeptReceipt:
    found = contents(receipt)
    text = "".join(f"{line}\n" for line in found["lines"])
    base = tray / f"{number:03d}.json"
    try:
        with _whole(base.with_suffix(".png")) as path:
            picture(receipt.dots).save(path, format="PNG")
        with _whole(base.with_suffix(".txt")) as path:
            path.write_text(text, "utf-8")
        with _whole(base) as path:
            path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:  # it is tried again
        print(f"kiosk-sim: receipt {number:03d} waits: {error}", file=sys.stderr, flush=True)
        raise
    told(base, found)
    return KeptReceipt(number, text, receipt.ended_by.value, base.with_suffix(".txt"), base.with_suffix(".png"))


@contextlib.contextmanager
def _whole(path: Path) -> Any:
    fresh = path.with_name(f".{path.name}.new")
    yield fresh
    fresh.replace(path)


def _tell(path: Path, found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps({"receipt": str(path), **found}, ensure_ascii=False))
        return
    counts = [(len(found["lines"]), "line"), (len(found["codes"]), "code"), (found["cuts"], "cut")]
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts]
    notes = [f"unknown: {', '.join(found['unknown'])}"] if found["unknown"] else []
    notes += [f"refused: {'; '.join(found['refused'])}"] if found["refused"] else []
    _print("; ".join([f"{path.with_suffix('.png')}: {', '.join(words)}", *notes]))


def _print(line: str) -> None:
    """A reader that has gone away does not stop the printer."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
