"""Reading codes: pyzbar, zxing-cpp, OpenCV and ours on the same generated pictures."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import zxingcpp
from pyzbar import pyzbar

from benchmarks.code_pictures import CLASSES, EASY, WITHOUT, CodePicture, Picture, pictures
from benchmarks.figures import Figure
from drivers.codes.decoding import read_codes
from drivers.codes.sightings import seen_by_zbar

A_CLASS = 12
WITHIN_S = 2.0  # as the probe reads a folder


def _by_pyzbar(grey: Picture) -> set[bytes]:
    return {bytes(code.data) for code in pyzbar.decode(grey)}


def _by_pyzbar_binary(grey: Picture) -> set[bytes]:
    return {code.payload for code in seen_by_zbar(grey)}


def _by_zxing(grey: Picture) -> set[bytes]:
    return {bytes(code.bytes) for code in zxingcpp.read_barcodes(grey)}


def _by_opencv(grey: Picture) -> set[bytes]:
    barcodes = cv2.barcode.BarcodeDetector().detectAndDecodeMulti(grey)[1]
    try:
        codes = cv2.QRCodeDetector().detectAndDecodeBytesMulti(grey)[1]
    except cv2.error:  # on some modes of QR codes
        codes = ()
    return {bytes(code) for code in codes if code} | {code.encode() for code in barcodes if code}


def _by_ours(grey: Picture) -> set[bytes]:
    return {code.payload for code in read_codes(grey, within_s=WITHIN_S)}


READERS: dict[str, Callable[[Picture], set[bytes]]] = {
    "pyzbar": _by_pyzbar,
    "pyzbar, binary": _by_pyzbar_binary,
    "zxing-cpp": _by_zxing,
    "OpenCV": _by_opencv,
    "ours": _by_ours,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`read` codes of those that are there, `wrong` ones that are not; the time of each picture."""

    read: int
    wrong: int
    ms: tuple[float, ...]


def outcomes(shown: list[CodePicture]) -> dict[str, Outcome]:
    """Every reader on every picture, in turn, so that a machine that drifts does not matter."""
    read, wrong = dict.fromkeys(READERS, 0), dict.fromkeys(READERS, 0)
    ms: dict[str, list[float]] = {name: [] for name in READERS}
    for picture in shown:
        for name, reader in READERS.items():
            began = time.perf_counter()
            seen = reader(picture.grey)
            ms[name].append((time.perf_counter() - began) * 1000)
            read[name] += len(seen & picture.payloads)
            wrong[name] += len(seen - picture.payloads)
    return {name: Outcome(read[name], wrong[name], tuple(ms[name])) for name in READERS}


def measure(*, a_class: int = A_CLASS, seed: int = 1) -> Iterator[Figure]:
    """One figure a class for what is read, beside the best alone; one for the time on easy pictures."""
    easy: dict[str, list[float]] = {name: [] for name in READERS}
    for name in CLASSES:
        shown = list(pictures(name, count=a_class, seed=seed))
        made = outcomes(shown)
        there = sum(len(picture.payloads) for picture in shown)
        best = max((other for other in READERS if other != "ours"), key=lambda other: made[other].read)
        if name in EASY:
            for reader, outcome in made.items():
                easy[reader] += outcome.ms
        share = {reader: 100 * outcome.read / there for reader, outcome in made.items()}
        yield Figure(
            name=f"codes read: {name}",
            how="generated pictures, seeded; a code counts when its bytes are right",
            unit="%",
            ours=[share["ours"]],
            peer_name=f"{best}, the best alone",
            peer=[share[best]],
            goal="at least the best alone",
            met=made["ours"].read >= made[best].read,
            remark=", ".join(f"{reader} {share[reader]:.0f} %" for reader in READERS)
            + f"; median ms: {', '.join(f'{statistics.median(made[reader].ms):.0f}' for reader in READERS)}"
            + f"; wrong: {', '.join(str(made[reader].wrong) for reader in READERS)}",
        )
    ratio = statistics.median(a / b for a, b in zip(easy["ours"], easy["zxing-cpp"], strict=True))
    yield Figure(
        name="codes, time of an easy picture",
        how="the classes without trouble; picture by picture beside zxing-cpp, which reads most of them",
        unit="ms",
        ours=easy["ours"],
        peer_name="zxing-cpp",
        peer=easy["zxing-cpp"],
        goal="at most 1.5 times",
        met=ratio <= 1.5,
        remark=f"{ratio:.2f} times, picture by picture",
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.codes", description=__doc__)
    parser.add_argument("--a-class", type=int, default=A_CLASS, help="pictures of each class")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    missed = 0
    for figure in measure(a_class=chosen.a_class, seed=chosen.seed):
        print(f"{'   ' if figure.met else 'NOT'} {figure.name}: {figure.remark}", flush=True)
        missed += not figure.met
    false = outcomes(list(pictures(WITHOUT, count=chosen.a_class, seed=chosen.seed)))
    print(f"    codes seen where there are none: {', '.join(f'{name} {false[name].wrong}' for name in READERS)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
