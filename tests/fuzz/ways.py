"""How bytes come to parsers that do not simply take them."""

import contextlib
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

Parse = Callable[[bytes], object]
CODES_WITHIN_S = 0.1


def as_they_are(*parsers: Parse) -> Parse:
    return lambda octets: [parser(octets) for parser in parsers]


def as_text(parser: Callable[[str], object]) -> Parse:
    """What is no UTF-8 never comes to a parser of text."""
    return lambda octets: parser(octets.decode("utf-8", "ignore"))


def fed(make: Callable[[], Any]) -> Parse:
    """Piece by piece: the first byte says how long the pieces are."""

    def feed(octets: bytes) -> list[object]:
        parser, size = make(), 1 + (octets[0] if octets else 0)
        return [one for at in range(1, len(octets), size) for one in parser.feed(octets[at : at + size])]

    return feed


def cut(next_of: Callable[[bytearray], object]) -> Parse:
    """One after another off the front, until there is no whole one; a connection may be declared to be of no use."""
    from hardware_sim.devices.usbip_frames import NotUsbIp

    def parse(octets: bytes) -> list[object]:
        received, found = bytearray(octets), []
        with contextlib.suppress(NotUsbIp):
            while (one := next_of(received)) is not None:
                found.append(one)
        return found

    return parse


def as_records(parse_records: Callable[[dict[int, bytes]], object]) -> Parse:
    """`tag, length, record` after one another."""

    def parse(octets: bytes) -> object:
        records = {}
        while len(octets) >= 2:
            records[octets[0]] = octets[2 : 2 + octets[1]]
            octets = octets[2 + octets[1] :]
        return parse_records(records)

    return parse


def talked(*readers: Callable[[Any], object]) -> Parse:
    """A card's answers in turn, as vpcd frames them: two bytes of length, content with the status word."""
    from drivers.smart_card.pcsc import Trouble, exchanged

    def exchange_of(octets: bytes) -> Callable[[bytes], object]:
        answers = _framed(octets)
        return partial(exchanged, lambda _: next(answers, Trouble.REMOVED))

    return lambda octets: [reader(exchange_of(octets)) for reader in readers]


def _framed(octets: bytes) -> Iterator[bytes]:
    while len(octets) >= 2:
        end = 2 + int.from_bytes(octets[:2], "big")
        yield octets[2:end]
        octets = octets[end:]


def as_burst(parse_burst: Callable[..., object]) -> Parse:
    settings = [(due, terminated) for due in (False, True) for terminated in (False, True)]
    return lambda octets: [parse_burst(octets, acknowledgement_due=due, terminated=end) for due, end in settings]


def as_keys(parse_keys: Callable[[list[tuple[int, int, int]]], object]) -> Parse:
    """Three bytes an event."""
    return lambda octets: parse_keys(list(zip(octets[0::3], octets[1::3], octets[2::3], strict=False)))


def codes_of_file(octets: bytes) -> object:
    """A picture file, and the codes in it."""
    from drivers.codes.decoding import read_codes
    from drivers.codes.pictures import read_picture

    path = _folder() / "picture"
    path.write_bytes(octets)
    picture = read_picture(path)
    return None if picture is None else read_codes(picture, within_s=CODES_WITHIN_S)


def configuration_of(text: str) -> object:
    from kiosk.configuration import Configuration
    from kiosk.strict_toml import parse_layers

    return parse_layers({"fuzzed.toml": text}, Configuration)


def profiles_of(text: str) -> object:
    """A file of an operator's own; ValueError is declared, and says what is wrong."""
    from drivers.receipt_printer.profiles import profiles

    path = _folder() / "profiles.toml"
    path.write_text(text, "utf-8")
    try:
        return profiles.__wrapped__(path)
    except ValueError as error:
        return str(error)


def manifest_of(octets: bytes) -> object:
    """As the terminal of the bench signs it."""
    from sync.gateway.manifest_rules import judge
    from tests.gateway_bench import identity, line

    asked = partial(
        judge, octets, sid=MANIFEST_SID, terminal=identity(), signature=line(octets), catalogue_version=None
    )
    return [asked(simulated=simulated) for simulated in (True, False)]


MANIFEST_SID = "019a0000-0000-7000-8000-000000000001"


def paper_of(octets: bytes) -> object:
    """All that a program sends in one connection, printed and cut; its first byte is not the program's."""
    from hardware_sim.devices.printer_machine import PrinterMachine
    from hardware_sim.printer_alone import contents, picture

    machine = PrinterMachine(four_bytes=True)
    machine.load_paper(2000.0)
    machine.connected()
    machine.receive(octets[1:])
    machine.disconnected()
    while machine.advance() is not None:
        pass
    return [(contents(receipt), picture(receipt.dots)) for receipt in machine.receipts]


def cards_answer(octets: bytes) -> object:
    """APDUs as vpcd frames them, to every simulated card."""
    from hardware_sim.chip import chip_of
    from hardware_sim.devices import virtual_cards
    from hardware_sim.people import cast

    person = next(iter(cast().values()))
    cards = (
        virtual_cards.social_security_card(person),
        virtual_cards.ContactlessCard(),
        virtual_cards.StorageCard(chip_of(person)),
        virtual_cards.UnknownCard(),
    )
    return [card.answer(apdu) for card in cards for apdu in _framed(octets)]


def usb_control(octets: bytes) -> object:
    """Eight bytes of setup, then what the host sends."""
    from hardware_sim.clock import RealClock
    from hardware_sim.devices.usb_device import IDENTITY_CARD_READER, RECEIPT_PRINTER, UsbDevice
    from hardware_sim.devices.usb_functions import PrinterPipes, SamPipes

    setup = octets[:8].ljust(8, b"\0")
    return [
        UsbDevice(described, function).control(setup, octets[8:])
        for described, function in (
            (IDENTITY_CARD_READER, SamPipes(lambda request: request, RealClock())),
            (RECEIPT_PRINTER, PrinterPipes(lambda: 0, lambda: False)),
        )
    ]


def control_answers(octets: bytes) -> bytes:
    """One connection to the control API; `127.0.0.1:0` in the request stands for the server's own address."""
    server = _control_server()
    own = server.url.removeprefix("http://").encode()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(octets.replace(b"127.0.0.1:0", own))
        ours.shutdown(socket.SHUT_WR)
        server.finish_request(theirs, ("127.0.0.1", 1))
        theirs.close()
        return ours.recv(1_000_000)


def scenario_of(octets: bytes) -> object:
    from hardware_sim.scenario.reading import NotAScenario, read_scenario

    path = _folder() / "fuzzed.toml"
    path.write_bytes(octets)
    try:
        return read_scenario(path)
    except NotAScenario as refusal:
        return refusal.findings


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz")


def _folder() -> Path:
    return Path(_kept().name)


@cache
def _control_server() -> Any:
    """It is never served: each connection is answered where it is made."""
    from hardware_sim import control_server
    from hardware_sim.acts import Acts, act
    from hardware_sim.faults import fault_named

    class Owner:
        @act("fault set")
        def set_fault(self, name: str, on: str | None = None, parameters: dict[str, object] | None = None) -> object:
            """Parse a fault."""
            return fault_named(name).parse(parameters or {}, on)

        @act("clock advance")
        def advance(self, seconds: float, people: list[str] | None = None) -> str:
            """Say it."""
            return json.dumps([seconds, people])

    stopped = threading.Event()
    stopped.set()
    server = control_server._ControlServer(_folder(), down=threading.Event(), stopped=stopped)
    server.service = control_server.Service(Acts(Owner()))
    return server


def or_damaged(parse_trace: Parse) -> Parse:
    """A damaged one is declared."""
    from drivers.traces.trace_file import DamagedTrace

    def parse(octets: bytes) -> object:
        with contextlib.suppress(DamagedTrace):
            return parse_trace(octets)
        return None

    return parse


def printed_unseen(octets: bytes) -> object:
    """What a trace keeps of a message to a page printer, and of its answer."""
    from drivers.page_printer.ipp_traces import IPP
    from drivers.traces.trace_file import Way

    return IPP.cleaner()([(Way.SENT, octets), (Way.RECEIVED, octets)])


def scanner_calls(octets: bytes) -> list[object]:
    """What is no call is declared."""
    from hardware_sim.devices.saned_wire import next_request

    received, found = bytearray(octets), list[object]()
    with contextlib.suppress(ValueError):
        while (one := next_request(received)) is not None:
            found.append(one)
    return found
