"""What every reader of codes must keep, however it sees them."""

from typing import Protocol

from kiosk.ports import CodeRead, CodeReader, Disconnected, NoCode, Ready
from provisioning.conformance.expectations import Broken, expect, expect_soon, expect_that
from provisioning.conformance.trying import Hands, Rule

LOOKS = 12  # a long code takes several looks on a slow wire
PAYLOAD = b"https://fuwu.example.cn/s/7Q2K"
AWAY_S = 1.5
CHINESE = "社会保障卡·䶮𬭎㛃"
HOSTILE = {
    "control characters": bytes(range(1, 10)) + bytes(range(14, 32)) + b"\x7f",
    "a terminal's escape sequences": b"\x1b[2J\x1b]0;x\x07",
    "a script": b"javascript:alert(1)",
    "1500 characters": b"A" * 1500,
    "bytes that are no text": b"\xff\xfe\x80",
    "lines": b"two\rlines\nand more",
    "blanks around it": b" \tx  ",
    "an engine's own acknowledgement": bytes.fromhex("02000001003331") + b"x",
}


class CodeHands(Hands, Protocol):
    """`show` holds a QR code with this payload before the reader; `let_pass`: so many seconds go by for the adapter."""

    def show(self, payload: bytes) -> None: ...
    def hide(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def let_pass(self, seconds: float) -> None: ...


def nothing_is_told_when_nothing_is_shown(reader: CodeReader, hands: CodeHands) -> None:
    """An idle reader is ready, says so twice in a row, and tells no code where none is."""
    expect([reader.status(), reader.status()], [Ready(), Ready()], "asked twice how it is")
    expect(reader.look(), NoCode(), "looking where no code is")


def a_code_is_told_once_while_it_is_held_there(reader: CodeReader, hands: CodeHands) -> None:
    """A code is told once while it is held there, byte for byte and as text."""
    code = shown_and_told(reader, hands, PAYLOAD, "a code")
    expect_that(code.text == PAYLOAD.decode(), "its text is not what the code says")
    expect([reader.look() for _ in range(3)], [NoCode()] * 3, "looking again while it is still held there")


def a_code_that_was_away_is_told_again(reader: CodeReader, hands: CodeHands) -> None:
    """A code that was away for a while is told again."""
    shown_and_told(reader, hands, PAYLOAD, "a code")
    hands.hide()
    expect(reader.look(), NoCode(), "looking when it was taken away")
    hands.let_pass(AWAY_S)
    shown_and_told(reader, hands, PAYLOAD, "the same code, after it was away")


def another_code_is_told_at_once(reader: CodeReader, hands: CodeHands) -> None:
    """Another code is told at once."""
    shown_and_told(reader, hands, PAYLOAD, "a code")
    shown_and_told(reader, hands, b"another", "another code")


def rest_forgets_what_was_told_to_the_last_citizen(reader: CodeReader, hands: CodeHands) -> None:
    """Rest may be asked for at any time, leaves the reader ready, and forgets what was told."""
    shown_and_told(reader, hands, PAYLOAD, "a code")
    reader.rest()
    reader.rest()
    expect(reader.status(), Ready(), "asked how it is while it rests")
    _told(reader, PAYLOAD, "the same code for the next citizen")


def chinese_is_told_byte_for_byte_and_as_text(reader: CodeReader, hands: CodeHands) -> None:
    """Chinese without a named character set, as UTF-8 or as GB18030, is told byte for byte and as text."""
    for charset in ("utf-8", "gb18030"):
        code = shown_and_told(reader, hands, CHINESE.encode(charset), f"Chinese in {charset}")
        expect_that(code.text == CHINESE, f"Chinese in {charset}: its text is not what the code says")


def what_a_stranger_wrote_is_data(reader: CodeReader, hands: CodeHands) -> None:
    """What was made to do harm is told byte for byte, and does none."""
    for what, payload in HOSTILE.items():
        shown_and_told(reader, hands, payload, what)
    expect(reader.status(), Ready(), "asked how it is afterwards")


def a_reader_that_was_unplugged_comes_back_by_itself(reader: CodeReader, hands: CodeHands) -> None:
    """A reader that was unplugged says so at every call, and comes back by itself."""
    hands.unplug()
    gone = expect_soon(Disconnected, reader.status, "asked how it is without its plug")
    expect([reader.look(), reader.status()], [gone] * 2, "looking and asking without its plug")
    reader.rest()
    hands.plug()
    expect_soon(Ready, reader.status, "asked how it is with its plug in again")
    shown_and_told(reader, hands, PAYLOAD, "a code after the plug")


def shown_and_told(reader: CodeReader, hands: CodeHands, payload: bytes, what: str) -> CodeRead:
    hands.show(payload)
    return _told(reader, payload, what)


def _told(reader: CodeReader, payload: bytes, what: str) -> CodeRead:
    for _ in range(LOOKS):
        said = reader.look()
        if isinstance(said, CodeRead):
            expect_that(said.payload == payload, f"{what}: other bytes were told ({len(said.payload)}) than shown")
            return said
        expect(said, NoCode(), f"looking for {what}")
    raise Broken(f"{what} was held there for {LOOKS} looks and not told")


RULES: tuple[Rule, ...] = (
    nothing_is_told_when_nothing_is_shown,
    a_code_is_told_once_while_it_is_held_there,
    a_code_that_was_away_is_told_again,
    another_code_is_told_at_once,
    rest_forgets_what_was_told_to_the_last_citizen,
    chinese_is_told_byte_for_byte_and_as_text,
    what_a_stranger_wrote_is_data,
    a_reader_that_was_unplugged_comes_back_by_itself,
)
