"""What every reader of codes must keep, however it sees them."""

from collections.abc import Iterator

import pytest

from kiosk.faults import CODE_READER_UNPLUGGED
from kiosk.ports import CodeRead, Disconnected, NoCode, Ready
from tests.contract.benches import CODE_READERS, CodeBench

LOOKS = 12  # a long code takes several looks on a slow wire
PAYLOAD = b"https://fuwu.example.cn/s/7Q2K"


@pytest.fixture(params=CODE_READERS)
def bench(request: pytest.FixtureRequest) -> Iterator[CodeBench]:
    with CODE_READERS[request.param]() as bench:
        yield bench


def code_read(bench: CodeBench) -> CodeRead:
    for _ in range(LOOKS):
        looked = bench.adapter.look()
        if isinstance(looked, CodeRead):
            return looked
        assert looked == NoCode()
    raise AssertionError("no code was read")


def test_nothing_is_told_when_nothing_is_shown(bench: CodeBench) -> None:
    assert bench.adapter.status() == Ready()
    assert bench.adapter.look() == NoCode()


def test_a_code_is_told_once_while_it_is_held_there(bench: CodeBench) -> None:
    bench.hands.show(PAYLOAD)
    code = code_read(bench)
    assert (code.payload, code.text) == (PAYLOAD, PAYLOAD.decode())
    assert [bench.adapter.look() for _ in range(3)] == [NoCode()] * 3


def test_a_code_that_was_away_is_told_again(bench: CodeBench) -> None:
    bench.hands.show(PAYLOAD)
    assert code_read(bench).payload == PAYLOAD
    bench.hands.hide()
    assert bench.adapter.look() == NoCode()
    bench.hands.let_pass(1.5)
    bench.hands.show(PAYLOAD)
    assert code_read(bench).payload == PAYLOAD


def test_another_code_is_told_at_once(bench: CodeBench) -> None:
    bench.hands.show(PAYLOAD)
    assert code_read(bench).payload == PAYLOAD
    bench.hands.show(b"another")
    assert code_read(bench).payload == b"another"


def test_rest_forgets_what_was_told_to_the_last_citizen(bench: CodeBench) -> None:
    bench.hands.show(PAYLOAD)
    assert code_read(bench).payload == PAYLOAD
    bench.adapter.rest()
    bench.adapter.rest()
    assert bench.adapter.status() == Ready()
    assert code_read(bench).payload == PAYLOAD


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_chinese_without_a_named_character_set_is_told_byte_for_byte_and_as_text(
    bench: CodeBench, charset: str
) -> None:
    text = "社会保障卡·䶮𬭎㛃"
    bench.hands.show(text.encode(charset))
    code = code_read(bench)
    assert (code.payload, code.text) == (text.encode(charset), text)


@pytest.mark.parametrize(
    "payload",
    [
        bytes(range(1, 10)) + bytes(range(14, 32)) + b"\x7f",
        b"\x1b[2J\x1b]0;x\x07",
        b"javascript:alert(1)",
        b"A" * 1500,
        b"\xff\xfe\x80",
        b"two\rlines\nand more",
        bytes.fromhex("02000001003331") + b"x",
    ],
)
def test_what_a_stranger_wrote_is_data(bench: CodeBench, payload: bytes) -> None:
    bench.hands.show(payload)
    assert code_read(bench).payload == payload


def test_a_reader_that_was_unplugged_comes_back_by_itself(bench: CodeBench) -> None:
    gone = Disconnected(CODE_READER_UNPLUGGED)
    bench.hands.unplug()
    assert [bench.adapter.status(), bench.adapter.look()] == [gone] * 2
    bench.adapter.rest()
    bench.hands.plug()
    assert bench.adapter.status() == Ready()
    bench.hands.show(PAYLOAD)
    assert code_read(bench).payload == PAYLOAD
