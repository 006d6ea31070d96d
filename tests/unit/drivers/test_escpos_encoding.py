"""What is written to the printer reads back as the document, for any text, inside the paper's width."""

import pytest
from escpos.constants import QR_ECLEVEL_M, QR_MODEL_2
from escpos.printer import Dummy
from hypothesis import assume, example, given
from hypothesis import strategies as st
from PIL import Image

from drivers.receipt_printer.character_sets import has_code
from drivers.receipt_printer.escpos_encoding import encode_document, encode_qr, encode_raster, field_lines
from drivers.receipt_printer.glyphs import NO_GLYPH, FontGlyphs
from drivers.receipt_printer.profiles import Profile, profile_named, profiles
from kiosk.documents import Document, Field, Note, Qr, Rule, Title
from kiosk.line_breaking import NOT_AT_END, NOT_AT_START, printable, wrapped
from tests.wires.escpos_paper import Paper, read_paper

WIDE, NARROW = profile_named("80mm"), profile_named("58mm")
chinese = st.text(st.sampled_from("办理高龄津贴，。、“”（）《》：；！？…—·￥①䶮ABC abc 0123-4567 𬭎"), max_size=120)
any_text = chinese | st.text(max_size=60)
any_profile = st.sampled_from(list(profiles().values()))


class Blocks:
    """Stands for fonts where only the stream counts: every glyph is all ink."""

    def draw(self, character: str, *, width_dots: int, height_dots: int) -> Image.Image:
        return Image.new("1", (width_dots, height_dots), 1)


def printed(document: Document[str], profile: Profile) -> Paper:
    pieces = encode_document(document, profile, Blocks())
    return read_paper(b"".join(piece.octets for piece in pieces), profile.encoding)


def without_blanks(text: str) -> str:
    return text.replace(" ", "")


def as_printed(text: str, profile: Profile) -> str:
    shown = printable(text.replace("\n", " "))
    return without_blanks("".join(c if has_code(c, profile.encoding) else "\ufffc" for c in shown))


@given(any_text, any_profile)
@example("（）￥①——…“”", WIDE)
@example("𬭎", NARROW)
@example("é\u0301\x1b@\x00\x7f\ue000\U0001f600", WIDE)
def test_a_note_reads_back_as_its_text(text: str, profile: Profile) -> None:
    paper = printed((Note(text),), profile)
    assert without_blanks("".join(paper.text)) == as_printed(text, profile)
    assert len(paper.inline_pictures) == "".join(paper.text).count("\ufffc")


@given(any_text, any_text, any_profile)
def test_no_line_is_wider_than_the_paper(label: str, text: str, profile: Profile) -> None:
    document = (Title(text), Field(label, text), Note(text), Rule())
    paper = printed(document, profile)
    assert max(line.columns for line in paper.lines) <= profile.columns
    assert all(across <= profile.width_dots for across, _, _ in paper.pictures)


@given(any_text, any_text)
def test_a_field_says_label_and_value(label: str, value: str) -> None:
    paper = printed((Field(label, value),), WIDE)
    assert without_blanks("".join(paper.text)) == as_printed(label, WIDE) + as_printed(value, WIDE)


@given(chinese, st.integers(12, 48))
def test_a_line_does_not_start_with_what_closes_or_end_with_what_opens(text: str, columns: int) -> None:
    runs = "".join("x" if c in NOT_AT_START or c in NOT_AT_END or (c.isascii() and c != " ") else " " for c in text)
    assume(max(map(len, runs.split()), default=0) <= 3 and "  " not in text)
    for line in wrapped(text, columns):
        at_start = line[0] in NOT_AT_START and line is not wrapped(text, columns)[0]
        assert not at_start or text.lstrip(" ").startswith(line)
        assert line[-1] not in NOT_AT_END or text.rstrip(" ").endswith(line)


@given(st.lists(st.text(st.sampled_from("abc123-"), min_size=1, max_size=10), max_size=12))
def test_words_and_numbers_stay_whole(words: list[str]) -> None:
    assert [word for line in wrapped(" ".join(words), 12) for word in line.split(" ")] == words


def test_closing_punctuation_stays_with_what_it_closes() -> None:
    assert wrapped("请保管好这张凭条。", 16) == ["请保管好这张凭", "条。"]
    assert wrapped("请到窗口（一楼）办", 10) == ["请到窗口", "（一楼）办"]


def test_a_value_stands_beside_its_label_and_goes_on_under_itself() -> None:
    assert field_lines("事项", "高龄津贴申领首次申请", 20, 10) == ["事项      高龄津贴申", "          领首次申请"]


def test_a_value_that_does_not_fit_beside_stands_under_its_label() -> None:
    assert field_lines("凭条号", "K7QW-2MXD-90TZ", 20, 10) == ["凭条号", "  K7QW-2MXD-90TZ"]


def test_a_title_is_large_and_centred_also_as_a_picture() -> None:
    paper = printed((Title("已收到"), Title("𬭎")), WIDE)
    assert [(line.text, line.centred, line.large) for line in paper.lines] == [("已收到", True, True)]
    across, down, rows = paper.pictures[0]
    picture = Image.frombytes("1", (across, down), rows)
    assert (across, picture.getbbox()) == (576, (264, 0, 312, 48))


def test_a_code_carries_exactly_its_payload_and_the_slip_is_cut_once() -> None:
    paper = printed((Qr("K7QW-2MXD-90TZ"), Qr("凭条")), WIDE)
    assert (paper.codes, paper.cuts) == (["K7QW-2MXD-90TZ", "凭条"], 1)


def test_without_a_cutter_the_slip_is_fed_to_where_it_is_torn() -> None:
    paper = printed((Note("一"),), NARROW)
    assert (paper.cuts, paper.fed_dots) == (0, NARROW.feed_dots)


@pytest.mark.parametrize("character", "𬭎\ue000€ñ")
def test_what_gbk_printers_do_not_have_is_drawn(character: str) -> None:
    assert not has_code(character, "gbk")


@given(st.integers(1, 700), st.integers(1, 80))
def test_pictures_come_in_bands_that_add_up(down: int, across: int) -> None:
    pictures = read_paper(encode_raster(Image.new("1", (across, down), 1)) + b"\n").pictures
    assert sum(height for _, height, _ in pictures) == down
    assert {wide for wide, _, _ in pictures} == {(across + 7) // 8 * 8}


def test_rare_characters_are_drawn_from_a_font_that_has_them() -> None:
    glyphs = FontGlyphs()
    drawn = [glyphs.draw(c, width_dots=24, height_dots=24).tobytes() for c in ("𬭎", "𠮷", "\U000f0000", NO_GLYPH, " ")]
    assert len({*drawn[:3], drawn[4]}) == 4
    assert drawn[2] == drawn[3], "what no font has is the geta mark, not a blank"


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ-", min_size=1, max_size=60), st.integers(1, 16))
def test_a_qr_code_is_composed_as_python_escpos_composes_it(payload: str, module_dots: int) -> None:
    printer = Dummy()
    printer.qr(payload, native=True, size=module_dots, ec=QR_ECLEVEL_M, model=QR_MODEL_2)
    assert printer.output in encode_qr(payload, module_dots)
