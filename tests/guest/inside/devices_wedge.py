"""A keyboard-wedge scanner on the kernel's input layer: what it types is read, and reaches nobody else."""

import os
import select
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import closing, contextmanager

import evdev
from processes import until
from proving import Part, modprobe, open_files, probed

from drivers.codes.hold_off import HOLD_OFF_S
from drivers.codes.wedge import Wedge
from drivers.hotplug import Hotplug
from hardware_sim.devices.scan_engine_machine import HOSTILE
from hardware_sim.devices.wedge import NAME, WedgeScanner
from hardware_sim.devices.wedge_typing import AltNumbers, End
from kiosk.faults import CODE_READER_NOT_WORKING, CODE_READER_UNPLUGGED
from kiosk.ports import CodeRead, Disconnected, NeedsAttention, NoCode, Ready

ADDRESS = f"name:{NAME}"
PRINTABLE = bytes(range(0x20, 0x7F))
PAYLOADS = {
    "digits": (AltNumbers.BYTES, b"6901234567892"),
    "every printable ASCII character": (AltNumbers.BYTES, PRINTABLE),
    "Chinese in UTF-8, byte by byte": (AltNumbers.BYTES, "社保 陈桂兰 䶮𬭎".encode()),
    "Chinese in GB18030, byte by byte": (AltNumbers.BYTES, "社保 陈桂兰 䶮𬭎".encode("gb18030")),
    "Chinese by GBK numbers": (AltNumbers.GBK, "社保 陈桂兰 A1".encode("gbk")),
    "characters beyond the BMP by Unicode numbers": (AltNumbers.UNICODE, "𬭎 b".encode()),
    **{f"hostile: {kind}": (AltNumbers.BYTES, payload) for kind, payload in HOSTILE.items()},
}


class Console:
    """Somebody else who hears keys: the text console of the kernel, where a shell could stand."""

    def __init__(self) -> None:
        self._tty = os.open("/dev/tty1", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._tty, termios.TCSANOW)

    def heard(self, *, within_s: float) -> bytes:
        heard = b""
        while select.select([self._tty], [], [], within_s)[0] and (octets := os.read(self._tty, 4096)):
            heard += octets
        return heard

    def close(self) -> None:
        os.close(self._tty)


def keys_heard(device: evdev.InputDevice, *, within_s: float) -> int:
    """Keys that another reader of the same event node gets."""
    count = 0
    while select.select([device.fd], [], [], within_s)[0]:
        count += sum(event.type == evdev.ecodes.EV_KEY for event in device.read())
    return count


@contextmanager
def typing(scanner: WedgeScanner, payload: bytes) -> Iterator[None]:
    """The scanner types while the driver looks, as in a hall."""
    thread = threading.Thread(target=scanner.show, args=(payload,))
    thread.start()
    try:
        yield
    finally:
        thread.join()


def ready(reader: Wedge) -> None:
    """Found, and looking: what was typed before the first look is not told."""
    until(lambda: isinstance(reader.status(), Ready), "the driver finds it", within_s=30)
    reader.look()


def looked(reader: Wedge, *, within_s: float = 25) -> object:
    """What the driver tells first that is not `NoCode`; `NoCode` when it stays at that."""
    deadline_s = time.monotonic() + within_s
    while isinstance(seen := reader.look(), NoCode) and time.monotonic() < deadline_s:
        pass
    return seen


def codes(reader: Wedge, *, for_s: float) -> list[bytes]:
    deadline_s, told = time.monotonic() + for_s, []
    while time.monotonic() < deadline_s:
        if isinstance(seen := reader.look(), CodeRead):
            told.append(seen.payload)
    return told


def prove(part: Part) -> None:
    modprobe("uinput")
    modprobe("evdev")
    with closing(Wedge(ADDRESS)) as reader, closing(Console()) as console:
        part.same(
            "a scanner that is not there is told as unplugged", reader.status(), Disconnected(CODE_READER_UNPLUGGED)
        )
        scanner = WedgeScanner()
        scanner.start()
        try:
            until(lambda: isinstance(reader.status(), Ready), "the driver finds it", within_s=30)
            part.proof("a scanner that is plugged in is ready by itself", True, scanner.path)
            prove_grab(part, scanner, reader, console)
            prove_faults(part, scanner, reader)
            prove_rest(part, scanner, reader)
            prove_plug(part, scanner, reader)
        finally:
            scanner.stop()
        prove_payloads(part)
        prove_ends(part)
        prove_probe(part)


def prove_grab(part: Part, scanner: WedgeScanner, reader: Wedge, console: Console) -> None:
    with closing(evdev.InputDevice(scanner.path)) as other:
        for when in ("before", "after"):
            reader.close()
            scanner.show(b"ab12")
            heard, keys = console.heard(within_s=1), keys_heard(other, within_s=1)
            part.proof(
                f"{when} the driver holds the scanner, its keys reach the console and every other reader",
                heard == b"ab12\r" and keys == 10,
                f"{heard!r} on /dev/tty1, {keys} keys at the event node",
            )
            ready(reader)
            with typing(scanner, PRINTABLE):
                seen = looked(reader)
            heard, keys = console.heard(within_s=1), keys_heard(other, within_s=1)
            part.proof(
                "while the driver holds it, no key reaches the console or another reader of the same node",
                isinstance(seen, CodeRead) and seen.payload == PRINTABLE and heard == b"" and keys == 0,
                f"{seen}, {heard!r} on /dev/tty1, {keys} keys at the event node",
            )
        reader.close()
        other.grab()
        part.same(
            "a scanner that somebody else holds is not working",
            reader.status(),
            NeedsAttention(CODE_READER_NOT_WORKING),
        )
        other.ungrab()
        part.same("it is ready again once it is given back", reader.status(), Ready())


def prove_faults(part: Part, scanner: WedgeScanner, reader: Wedge) -> None:
    scanner.set_fault("scanner.double-fire", on="next-code")
    with typing(scanner, b"TWICE-1"):
        part.same("a code fired twice is told once", codes(reader, for_s=HOLD_OFF_S - 0.5), [b"TWICE-1"])
    scanner.set_fault("scanner.half-code", on="next-code")
    with typing(scanner, b"HALF-OF-THIS"):
        part.same("a code without its end key is ended by silence", codes(reader, for_s=2), [b"HALF-O"])


def prove_rest(part: Part, scanner: WedgeScanner, reader: Wedge) -> None:
    reader.rest()
    scanner.show(b"FOR-NOBODY")
    part.same("what is typed while nobody looks is not told to the next citizen", codes(reader, for_s=1), [])
    reader.rest()
    for _ in range(20):
        scanner.show(PRINTABLE)  # more than the kernel keeps
    part.same("the same where it is more than the kernel keeps", codes(reader, for_s=1), [])
    with typing(scanner, b"AFTER-REST"):
        part.same("the next code is whole", codes(reader, for_s=2), [b"AFTER-REST"])


def prove_plug(part: Part, scanner: WedgeScanner, reader: Wedge) -> None:
    with closing(Hotplug()) as hotplug:
        hotplug.wait(within_s=0.1)
        while hotplug.wait(within_s=1):
            pass
        scanner.unplug()
        part.proof("udev tells that it was pulled out", hotplug.wait(within_s=10))
        part.same("pulled out: status", reader.status(), Disconnected(CODE_READER_UNPLUGGED))
        part.same("pulled out: look", reader.look(), Disconnected(CODE_READER_UNPLUGGED))
        part.same("nothing of it stays open", open_files("/dev/input"), [])
        while hotplug.wait(within_s=1):
            pass
        scanner.plug()
        part.proof("udev tells that it was plugged in", hotplug.wait(within_s=10))
        part.same("plugged in again it is ready by itself", reader.status(), Ready())
    with typing(scanner, b"BACK-AGAIN"):
        part.same("and reads", looked(reader), looked_code(b"BACK-AGAIN"))
    scanner.show(b"Z")
    reader.rest()
    thread = threading.Thread(target=scanner.show, args=(PRINTABLE * 20,))
    thread.start()
    reader.look()
    scanner.unplug()
    thread.join()
    part.same("pulled out within a code: nothing is told of it", looked(reader), Disconnected(CODE_READER_UNPLUGGED))
    scanner.plug()
    ready(reader)
    with typing(scanner, b"WHOLE"):
        part.same("and the next code is whole", looked(reader), looked_code(b"WHOLE"))


def looked_code(payload: bytes) -> CodeRead:
    from drivers.codes.content import text_of
    from kiosk.codes import CodeSource, Symbology

    return CodeRead(payload, text_of(payload), Symbology.NOT_TOLD, CodeSource.WEDGE)


def prove_payloads(part: Part) -> None:
    for what, (numbers, payload) in PAYLOADS.items():
        scanner = WedgeScanner(numbers=numbers)
        scanner.start()
        with closing(Wedge(ADDRESS)) as reader:
            ready(reader)
            began_s = time.monotonic()
            with typing(scanner, payload):
                seen = looked(reader)
            took_s = round(time.monotonic() - began_s, 2)
            rest = codes(reader, for_s=0.5)
        scanner.stop()
        same = isinstance(seen, CodeRead) and seen.payload == payload and not rest
        part.proof(
            f"{what}: {len(payload)} bytes come back as they were", same, f"{took_s} s, {str(seen)[:120]}, {rest}"
        )


def prove_ends(part: Part) -> None:
    for end in End:
        scanner = WedgeScanner(end=end)
        scanner.start()
        with closing(Wedge(ADDRESS)) as reader:
            ready(reader)
            with typing(scanner, b"END-1"):
                part.same(f"a code ended by {end.name}", codes(reader, for_s=1.5), [b"END-1"])
        scanner.stop()


def prove_probe(part: Part) -> None:
    part.proof("--probe without a scanner is bad", probed("drivers.codes.wedge", "--address", ADDRESS)[0] == 1)
    scanner = WedgeScanner()
    scanner.start()
    code, found = probed("drivers.codes.wedge", "--address", scanner.path)
    part.proof("--probe with one is good", code == 0 and found["status"] == "ready", found)
    scanner.stop()
