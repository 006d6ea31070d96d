"""A technician's hands: each verb is a prompt, answered by Enter when it is done. `s` leaves the rule out.

What no hands can do with a real device (a chip with given content, a jam to order) is `CannotDo`: never passed.
"""

import sys
import threading
from collections.abc import Callable
from typing import TextIO

import qrcode

from provisioning.conformance.expectations import CannotDo
from provisioning.conformance.rules.receipt_printer import Slips

LEAVE_OUT = "s"


class Person:
    """Asks on standard error, hears on standard input."""

    def __init__(self, heard: TextIO | None = None, said: TextIO | None = None) -> None:
        self._heard = heard or sys.stdin
        self._said = said or sys.stderr

    def do(self, what: str) -> None:
        self._answer(f"  {what} Then press Enter ({LEAVE_OUT}: leave this rule out). ")

    def count(self, question: str) -> int:
        while not (answer := self._answer(f"  {question} ")).isdigit():
            self.show("  A number, please.\n")
        return int(answer)

    def show(self, text: str) -> None:
        self._said.write(text)
        self._said.flush()

    def _answer(self, prompt: str) -> str:
        self.show(prompt)
        answer = self._heard.readline()
        if not answer or answer.strip().lower() == LEAVE_OUT:
            raise CannotDo("left out by who stands at the device")
        return answer.strip()


def _does(what: str) -> Callable[["_AtADevice"], None]:
    return lambda self: self._person.do(what)


def _cannot(why: str) -> Callable[..., None]:
    def cannot(self: "_AtADevice", *_: object, **__: object) -> None:
        raise CannotDo(why)

    return cannot


class _AtADevice:
    def __init__(self, person: Person) -> None:
        self._person = person

    unplug = _does("Pull the device's plug.")
    plug = _does("Put the device's plug in, and wait until it has started.")


class PersonsCards(_AtADevice):
    """`rules.identity_card_reader.CardHands`."""

    tidy = _does("See that the reader is plugged in and no card lies on it.")
    lift = _does("Lift the card off the reader.")

    def lay(self, chip: bytes | None = None) -> None:
        if chip is not None:
            raise CannotDo("a real card says what it says: one with given content needs the simulator")
        self._person.do("Lay an identity card on the reader, and leave it there.")


class PersonsSlot(_AtADevice):
    """`rules.smart_card_reader.SmartCardHands`."""

    tidy = _does("See that the reader is plugged in and no card is in it.")
    remove = _does("Take the card out.")
    insert_stranger = _does("Put in a chip card that is no social security card (a bank card).")
    insert_mute = _does("Put in a card the wrong way round, so that its chip is not reached.")
    insert_contactless = _cannot("a real card has the number it has: a given one needs the simulator")
    stop_service = _does("Stop the smart card service (systemctl stop pcscd.socket pcscd).")
    start_service = _does("Start the smart card service (systemctl start pcscd.socket).")

    def insert(self, records: object = None, *, pull_after: int | None = None) -> None:
        if records is not None or pull_after is not None:
            raise CannotDo("given content, or a card pulled at a given moment, needs the simulator")
        self._person.do("Put in a social security card, and leave it there.")


class PersonsCodes(_AtADevice):
    """`rules.code_reader.CodeHands`. The codes are drawn on this terminal, or shown on a phone."""

    tidy = _does("See that the reader is plugged in, and that no code is before it.")
    hide = _does("Take the code away.")

    def show(self, payload: bytes) -> None:
        code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
        code.add_data(payload, optimize=0)  # as bytes, whatever they are
        code.make()
        rows = [[False, *row, False] for row in code.get_matrix()]
        self._person.show("".join(_halves(upper, lower) + "\n" for upper, lower in _pairs(rows)))
        self._person.do("Hold the reader before this code (or a photograph of it before the reader).")

    def let_pass(self, seconds: float) -> None:
        threading.Event().wait(seconds)


def _pairs(rows: list[list[bool]]) -> list[tuple[list[bool], list[bool]]]:
    padded = [*rows, [False] * len(rows[0])] if len(rows) % 2 else rows
    return list(zip(padded[::2], padded[1::2], strict=True))


def _halves(upper: list[bool], lower: list[bool]) -> str:
    """Two rows of modules in one line of text, dark on a light ground whatever the terminal's colours are."""
    blocks = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "".join(blocks[pair] for pair in zip(upper, lower, strict=True))


class PersonsDesk(_AtADevice):
    """`rules.document_camera.DeskHands`."""

    tidy = _does("See that the camera is plugged in and its desk is empty.")
    clear = _does("Take everything off the desk.")

    def lay_page(self, *, half: bool) -> None:
        where = "so that half of it lies outside the picture" if half else "in the middle of the desk, flat"
        self._person.do(f"Lay a printed page {where}.")


class PersonsPrinter(_AtADevice):
    """`rules.receipt_printer.PrinterHands`."""

    nearly_use_up = _does("Put in a roll of which less than 5 cm are left.")
    take_paper_out = _does("Take the paper out, and close the cover.")
    refill = _does("Put in a good roll, and close the cover.")
    open_cover = _does("Open the cover.")
    close_cover = _does("Close the cover.")
    jam_cutter = _cannot("nobody jams a real cutter on purpose")
    heat_head = _cannot("nobody heats a real head on purpose")
    silence = _cannot("a real printer is not silenced in the middle of a slip by hand")
    put_right = _does("See that all is in order.")
    take_slip = _does("Take the slip out of the mouth, if one waits there (without a mouth: leave this rule out).")

    def tidy(self) -> None:
        self._person.do("See that the printer is plugged in with a good roll, and take away all that came out.")

    def slips_taken_back(self) -> int:
        return self._person.count("How many slips has the printer taken back into its case so far?")

    def slips(self, words: tuple[str, ...], *, at_least: int) -> Slips:
        whole = self._person.count(f"How many whole slips came out, each from {words[0]} to {words[-1]}?")
        return Slips(whole, self._person.count("How many other pieces of paper came out?"))


class PersonsScanner(_AtADevice):
    """`rules.document_scanner.ScannerHands`."""

    tidy = _does("See that the scanner is plugged in, closed, and that nothing lies in its feeder or on its glass.")
    lay_on_glass = _does("Lay a page on the glass, and close the lid.")
    jam = _cannot("nobody jams a real feeder on purpose")
    open_cover = _does("Open the feeder's cover, and leave the sheets in.")
    silence = _cannot("a real scanner is not silenced in the middle of a scan by hand")
    put_right = _does("See that all is in order.")

    def feed(self, sheets: int) -> None:
        self._person.do(f"Lay {sheets} printed sheet{'s' if sheets > 1 else ''} into the feeder.")


class PersonsPagePrinter(_AtADevice):
    """`rules.page_printer.PagePrinterHands`."""

    tidy = _does("See that the printer is plugged in, closed, with plenty of paper, and take away all that came out.")
    refill = _does("Put plenty of paper in.")
    open_cover = _does("Open the cover.")
    mute_counter = _cannot("a real printer counts as it counts")
    put_right = _does("See that all is in order, and the cover closed.")

    def leave_sheets(self, sheets: int) -> None:
        self._person.do(f"Leave {sheets} sheet{'s' if sheets > 1 else ''} in the tray, and close it.")

    def sheets_out(self, *, at_least: int) -> int:
        return self._person.count("How many sheets have come out since the rule began?")
