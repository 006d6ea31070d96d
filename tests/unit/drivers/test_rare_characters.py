"""Every character of GB 18030-2022 that a font here has comes out as itself, and never as a blank or the geta mark."""

import unicodedata
from itertools import chain

import pytest
from PIL import Image

from drivers.receipt_printer.character_sets import has_code
from drivers.receipt_printer.escpos_encoding import encode_document
from drivers.receipt_printer.glyphs import NO_GLYPH, FontGlyphs, face_with
from drivers.receipt_printer.profiles import Profile, profile_named
from kiosk.documents import Note, Rule, Title
from kiosk.line_breaking import printable
from tests.wires.escpos_paper import Paper, read_paper

# The blocks of level 3, and what of level 1 and 2 has no two-byte code; every 31st character of each.
BLOCKS = {
    "unified": range(0x4E00, 0x9FF0),
    "A": range(0x3400, 0x4DB6),
    "B": range(0x20000, 0x2A6D7),
    "C": range(0x2A700, 0x2B735),
    "D": range(0x2B740, 0x2B81E),
    "E": range(0x2B820, 0x2CEA2),
    "F": range(0x2CEB0, 0x2EBE1),
}
SAMPLE = [chr(code) for code in chain.from_iterable(block[::31] for block in BLOCKS.values())]
GETA, BLANK = (FontGlyphs().draw(c, width_dots=24, height_dots=24).tobytes() for c in (NO_GLYPH, " "))


def printed(text: str, profile: Profile) -> Paper:
    pieces = encode_document((Note(text),), profile)
    return read_paper(b"".join(piece.octets for piece in pieces), profile.encoding)


@pytest.mark.parametrize("name", ["80mm", "58mm-plain", "epson-tm-utf8"])
def test_every_line_of_rare_characters_holds_their_glyphs(name: str) -> None:
    profile = profile_named(name)
    drawn = [character for character in SAMPLE if not has_code(character, profile.encoding)]
    assert len(drawn) > 1500
    assert all(face_with(character) for character in drawn), "fonts of the package list are missing"
    paper = printed("".join(drawn), profile)
    assert "".join(paper.text) == "\ufffc" * len(drawn)
    assert len(paper.inline_pictures) == len(drawn)
    as_drawn = [
        Image.frombytes("1", (24, 24), glyph).transpose(Image.Transpose.TRANSPOSE) for glyph in paper.inline_pictures
    ]
    assert not {GETA, BLANK} & {glyph.tobytes() for glyph in as_drawn}
    assert len({glyph.tobytes() for glyph in as_drawn}) > 0.99 * len(drawn), "each has a face of its own"


@pytest.mark.parametrize("name", ["80mm", "epson-tm-utf8"])
def test_a_rare_name_and_a_name_with_a_dot_are_printed_whole(name: str) -> None:
    paper = printed("䶮𬭎㛃 阿卜杜拉·买买提", profile_named(name))
    [line] = paper.text
    assert line.replace("\ufffc", "") == ("䶮 阿卜杜拉·买买提" if name == "80mm" else " 阿卜杜拉买买提")
    assert len(line) == len("䶮𬭎㛃 阿卜杜拉·买买提")


def test_a_variant_of_an_ideograph_is_printed_in_its_plain_form() -> None:
    assert printable("葛\U000e0100城邉\ufe00") == "葛城邉"


def test_an_accent_joins_its_letter_and_leaves_ideographs_as_they_are() -> None:
    assert printable("e\u0301q\u0301") == "\u00e9q"
    assert printable("\uf92c\ufa0e") == "\uf92c\ufa0e", "composing would print another character"
    assert unicodedata.normalize("NFC", "\uf92c") != "\uf92c"


@pytest.mark.parametrize("character", ["\U000323b5", "\U000f0000"])
def test_what_no_font_has_is_the_geta_mark(character: str) -> None:
    [picture] = printed(character, profile_named("80mm")).inline_pictures
    assert Image.frombytes("1", (24, 24), picture).transpose(Image.Transpose.TRANSPOSE).tobytes() == GETA


def test_a_utf_8_printer_draws_titles_and_rules_that_it_may_not_have() -> None:
    profile = profile_named("epson-tm-utf8")
    pieces = encode_document((Title("收到𬭎"), Rule(), Note("“好”")), profile)
    paper = read_paper(b"".join(piece.octets for piece in pieces), "utf-8")
    assert [(across, down) for across, down, _ in paper.pictures] == [(576, 60), (576, 36)]
    assert paper.text == ["\ufffc好\ufffc"]


def test_fontconfig_is_asked_once_however_many_characters_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    FontGlyphs().draw("㛃", width_dots=24, height_dots=24)
    monkeypatch.setattr("subprocess.run", None)
    assert FontGlyphs().draw("𪚥", width_dots=24, height_dots=24).getbbox() is not None
