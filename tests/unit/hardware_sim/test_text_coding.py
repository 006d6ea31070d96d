"""Which characters the bytes of text become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices import code_pages
from hardware_sim.devices.escpos_commands import Glyph, LineFeed, Unknown
from hardware_sim.devices.escpos_stream import EscPosStream
from hardware_sim.devices.text_coding import Chinese

CODECS = {number: page for number, page in code_pages.PAGES.items() if page}


def read(octets: bytes, chinese: Chinese = Chinese.AUTO) -> str:
    stream = EscPosStream(chinese, four_bytes=True)
    return "".join(
        one.text if isinstance(one, Glyph) else "\n" if isinstance(one, LineFeed) else ""
        for one in [*stream.feed(octets), *stream.finish()]
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (0, "Café £5 Größe ½"), (2, "Ação Àlô ©"), (3, "Ação"), (4, "Montréal ¾"), (5, "Ærø ¤"), (13, "İstanbul ş"),
        (14, "Ελλάδα"), (15, "Ευχαριστώ"), (16, "Straße € “ok”"), (17, "Итого Ёж"), (18, "Dziękuję Łódź"),
        (19, "Preis 5 €"), (32, "سعر"), (33, "Ačiū"), (34, "Хвала"), (36, "שלום"), (38, "Αθήνα"), (39, "Žluťoučký"),
        (40, "œuvre €"), (42, "Ačiū"), (43, "Спасибо"), (44, "Дякую Її"), (45, "Příliš"), (46, "Привет"),
        (47, "Καλημέρα"), (48, "Teşekkür"), (49, "תודה"), (50, "شكرا"), (51, "Paldies ļ"), (52, "Căm ơn"),
        (53, "Рахмет ә"), (21, "ขอบคุณ"), (1, "ｱﾘｶﾞﾄｳ円"), (12, "Ĉapelo ŝi"), (11, "Αθήνα"),
    ],
)  # fmt: skip
def test_each_code_page_reads_its_languages(page: int, words: str) -> None:
    upper = code_pages.upper_half(CODECS[page])
    octets = bytes(ord(one) if one < "\x80" else 0x80 + upper.index(one) for one in words)
    assert read(b"\x1bt" + bytes([page]) + octets + b"\n") == words + "\n"


@pytest.mark.parametrize(("page", "codec"), [(0, "cp437"), (2, "cp850"), (16, "cp1252"), (17, "cp866"), (18, "cp852")])
def test_a_page_agrees_with_what_python_knows_of_it(page: int, codec: str) -> None:
    octets = bytes(range(0x80, 0x100))
    assert read(b"\x1bt" + bytes([page]) + octets) == octets.decode(codec, "replace")


def test_a_page_that_no_printer_has_is_named_and_changes_nothing() -> None:
    commands = EscPosStream(Chinese.OFF).feed(b"\x1bt\xc8\x82")
    assert commands == [Unknown("ESC t 200"), Glyph("é", chinese=False)]


def test_national_sets_replace_twelve_characters() -> None:
    assert read(b"\x1bR\x02[\\]{|}~\x1bR\x00[") == "ÄÖÜäöüß["
    assert read(b"\x1bR\x08\\") == "¥"


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
@pytest.mark.parametrize(
    "words", ["总计：￥25.00元", "谢谢惠顾", "A 国 B", "杨𬭎", "朱镕基", "Table 5 号桌", "价格 1,50"]
)
def test_chinese_is_read_where_nobody_chose_a_code_page(words: str, codec: str) -> None:
    assert read(words.encode(codec) + b"\n") == words + "\n"


@pytest.mark.parametrize(
    "words",
    [
        "Café £5", "Größe", "naïve", "┌──┐", "═════", "│ Total │", "║9.99║", "░░▒▒▓▓███", "¿Qué tal?", "ñandú",
        "àèìòù", "Ω", "".join(bytes([n]).decode("cp437") for n in range(0xE0, 0xF0)),
        "".join(bytes([n]).decode("cp437") for n in range(0xB0, 0xC0)),
    ],
)  # fmt: skip
def test_what_is_no_chinese_is_cp437(words: str) -> None:
    assert read(words.encode("cp437") + b"\n") == words + "\n"


def test_utf_8_of_two_byte_letters_is_what_a_real_printer_makes_of_it() -> None:
    assert read("café".encode()) == "caf├⌐"
    assert read(b"\x1c(C\x02\x0002" + "café Ω 中".encode()) == "café Ω 中"


def test_a_chosen_page_ends_the_weighing_and_initialising_begins_it_again() -> None:
    chinese = "谢谢".encode("gb18030")
    assert read(b"\x1bt\x00" + chinese) == chinese.decode("cp437")
    assert read(b"\x1bt\x00\x1b@" + chinese) == "谢谢"


def test_the_chinese_mode_can_be_chosen_or_forbidden() -> None:
    e_acute = b"\x82"
    assert read(b"\x1c&" + "谢谢".encode("gb18030") + b"\x1c." + e_acute) == "谢谢é"
    assert read("谢".encode("gb18030"), Chinese.ON) == "谢"
    assert read(b"\x1c&" + "谢".encode("gb18030"), Chinese.OFF) == "谢".encode("gb18030").decode("cp437")


def test_japanese_codes() -> None:
    assert read(b"\x1cC\x01" + "合計ｱ".encode("cp932")) == "合計ｱ"
    assert read(b"\x1cC\x00\x1c&" + "合計".encode("iso2022_jp")[3:-3] + b"\x1c.ok") == "合計ok"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["谢谢".encode("gb18030"), "谢谢".encode(), b"abc", b"\n", b"\x1bt\x11", b"\x1c&", b"\x1c.", b"\x1b@"]
            ),
            st.binary(max_size=6),
        ),
        max_size=12,
    ).map(b"".join),
    st.integers(1, 5),
    st.sampled_from(Chinese),
)
def test_text_is_the_same_however_the_bytes_are_split(octets: bytes, piece: int, chinese: Chinese) -> None:
    stream, split = EscPosStream(chinese, four_bytes=True), []
    for start in range(0, len(octets), piece):
        split += stream.feed(octets[start : start + piece])
    at_once = EscPosStream(chinese, four_bytes=True)
    assert [*split, *stream.finish()] == [*at_once.feed(octets), *at_once.finish()]
