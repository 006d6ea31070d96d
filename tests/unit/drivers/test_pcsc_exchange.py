import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.smart_card.pcsc import (
    PIECES_MAX,
    Answer,
    Trouble,
    exchanged,
    reader_name,
    trouble_of,
    with_le,
)


class Script:
    """Answers in turn, whatever is asked."""

    def __init__(self, *answers: str | Trouble) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, apdu: bytes) -> bytes | Trouble:
        self.asked.append(apdu.hex())
        answer = self._answers.pop(0)
        return answer if isinstance(answer, Trouble) else bytes.fromhex(answer)


def test_what_waits_in_the_card_is_fetched_and_the_right_length_is_used() -> None:
    card = Script("6c05", "aabb6103", "cc6102", "dd9000")
    assert exchanged(card, bytes.fromhex("00b2070000")) == Answer(bytes.fromhex("aabbccdd"), 0x9000)
    assert card.asked == ["00b2070000", "00b2070005", "00c0000003", "00c0000002"]


def test_a_status_word_alone_and_half_of_one() -> None:
    assert exchanged(Script("6a82"), bytes(5)) == Answer(b"", 0x6A82)
    for half in ("", "90"):
        assert exchanged(Script(half), bytes(5)) is Trouble.NOT_UNDERSTOOD


def test_trouble_in_any_piece_ends_it() -> None:
    assert exchanged(Script(Trouble.SILENT), bytes(5)) is Trouble.SILENT
    assert exchanged(Script("6c05", Trouble.REMOVED), bytes(5)) is Trouble.REMOVED
    assert exchanged(Script("aa6110", Trouble.REMOVED), bytes(5)) is Trouble.REMOVED


@given(st.binary(min_size=4, max_size=261), st.lists(st.binary(max_size=60), min_size=1, max_size=3))
def test_no_card_makes_it_long(apdu: bytes, answers: list[bytes]) -> None:
    asked = []

    def transmit(command: bytes) -> bytes:
        asked.append(command)
        return answers[len(asked) % len(answers)]

    assert isinstance(exchanged(transmit, apdu), Answer | Trouble)
    assert len(asked) <= PIECES_MAX + 2


@pytest.mark.parametrize(
    ("command", "with_le_7"),
    [
        ("00b20104", "00b2010407"),
        ("00b2010400", "00b2010407"),
        ("00a4020002ef05", "00a4020002ef0507"),
        ("00a4020002ef0500", "00a4020002ef0507"),
    ],
)
def test_le_replaces_le_or_is_added(command: str, with_le_7: str) -> None:
    assert with_le(bytes.fromhex(command), 7).hex() == with_le_7


def test_return_codes_come_down_to_few_troubles_signed_or_not() -> None:
    assert trouble_of(0) is None
    assert trouble_of(0x8010000C) is trouble_of(0x8010000C - 2**32) is Trouble.NO_CARD
    assert trouble_of(0x80100069) is Trouble.REMOVED
    assert trouble_of(0x8010000B) is Trouble.BUSY
    assert trouble_of(0x8010001D) is trouble_of(0x80101234) is Trouble.SERVICE_AWAY


def test_an_address_names_a_reader() -> None:
    assert reader_name("pcsc:ACS ACR122U PICC Interface 00 00") == "ACS ACR122U PICC Interface 00 00"
    for wrong in ("pcsc:", "serial:/dev/ttyS1", "ACS"):
        with pytest.raises(ValueError, match="PC/SC"):
            reader_name(wrong)
