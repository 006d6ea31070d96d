"""Sheets of A4: what is written can be read out of the PDF again, in any size, on as few sheets as it should be."""

import subprocess
import threading
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.case import Applicant, Case
from kiosk.composing import Handwritten
from kiosk.documents import Document, Field, Heading, Mark, Note, Qr, Title, spoken
from kiosk.items import Item
from kiosk.printouts import copy_of, guide_of, submitted_of
from ui.paper import typeset
from ui.sheet_application import FILED, RECEIPT, SHOWN, SIGNED, WHOLE
from ui.sheet_people import ALLOWANCE, APPLICANT, CATALOGUE, CHEN, HALL, INSURANCE, NOW
from ui.texts import texts_of

SAY = texts_of("zh_hans")
MOST_BYTES = 300_000
RARE = "䶮𬭎㛃𠀀𮯠"


def text_of(pdf: bytes) -> str:
    """As any reader takes it out, without blanks and ends of lines."""
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return "".join(told.decode().split())


def sheets_of(pdf: bytes) -> int:
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "(A4)" in told
    return int(next(line.split()[1] for line in told.splitlines() if line.startswith("Pages:")))


def bare(text: str) -> str:
    return "".join(text.split())


def full(item: Item) -> Case:
    """Every answer as long as it may be, every material there."""
    card = replace(CHEN, name="甲" * 15, address="湘桥区" + "某街道" * 10)
    case = Case(item, Applicant(card, APPLICANT.sam_number, NOW))
    for _ in item.fields:  # an answer may let another field count
        for field in case.fields:
            if field.ask and not case.answer(field):
                longest = {
                    "choice": field.choices[-1].value if field.choices else "",
                    "digits": "1" * field.digits[1],
                    "identity-number": "100101194401010028",
                    "text": "字" * field.max_em,
                }
                case = case.answered(field.id, longest[field.kind])
    page = WHOLE.pages_of(WHOLE.item.material("social-security-card"))[0]
    for material in item.materials:
        case = case.photographed(material.id, (page,) * (len(material.pages) + material.more))
    return case


def copy(case: Case) -> Document[str]:
    filed = replace(FILED, item_name=case.item.called, later=tuple(material.name for material in case.item.materials))
    return spoken(copy_of(filed, submitted_of(case, SIGNED), RECEIPT), SAY.say)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_a_copy_with_the_longest_answers_stands_on_one_sheet(item: Item, large: bool) -> None:
    document = copy(full(item))
    paper = typeset(document, large=large, one_sheet=True)
    assert paper.sheets == sheets_of(paper.pdf) == 1
    assert len(paper.pdf) < MOST_BYTES
    text = text_of(paper.pdf)
    for block in document:
        if isinstance(block, Field):
            assert bare(block.value) in text, block.label


@pytest.mark.parametrize("large", [False, True])
def test_every_answer_as_it_was_confirmed_can_be_read_out_of_the_copy(large: bool) -> None:
    document = copy(WHOLE)
    text = text_of(typeset(document, large=large, one_sheet=True).pdf)
    for line in SHOWN.lines[1:]:
        label, value = line[0], line[1] if len(line) > 1 else ""
        if any(field.label == label and not field.masked for field in WHOLE.fields):
            assert bare(label + value) in text
    assert "演示：设备为模拟" in text
    assert bare(RECEIPT.receipt_number) in text
    assert FILED.slip_code in text
    assert CHEN.name in text


def test_no_number_of_a_person_stands_whole_on_the_copy() -> None:
    text = text_of(typeset(copy(WHOLE), large=False, one_sheet=True).pdf)
    assert CHEN.number not in text
    assert "1001************0028".replace("*", "") in text.replace("*", "")
    for field in WHOLE.fields:
        answer = WHOLE.answer(field)
        if field.masked and answer:
            assert answer.value not in text, field.label


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("item", [ALLOWANCE, INSURANCE], ids=lambda item: item.id)
def test_a_guide_says_who_what_how_long_where_and_when(item: Item, large: bool) -> None:
    document = guide_of(item, hall=HALL, place="湘桥大厅 03 号机", today=date(2026, 11, 23), simulated=True)
    text = text_of(typeset(spoken(document, SAY.say), large=large).pdf)
    for words in (item.name, *item.guide.who, HALL.telephone, HALL.hours, "2026-11-23", "待部门确认", "演示"):
        assert bare(words) in text, words
    assert all(material.name in text for material in item.materials)


@pytest.mark.parametrize("character", RARE)
def test_a_rare_character_of_a_name_is_drawn_and_can_be_read_out(character: str) -> None:
    paper = typeset((Field("姓名", f"陈{character}"),), large=False)
    assert f"陈{character}" in text_of(paper.pdf)


def test_a_character_that_no_font_has_leaves_the_mark_of_one_that_is_missing() -> None:
    assert "陈〓" in text_of(typeset((Field("姓名", "陈\U000f0000"),), large=False).pdf)


def test_larger_type_takes_more_room_and_never_the_size_below_the_floor() -> None:
    lines = tuple(Note(f"第 {line} 行") for line in range(35))
    assert typeset(lines, large=False).sheets < typeset(lines, large=True).sheets
    assert typeset(lines, large=True, one_sheet=True).sheets == 1
    too_many = tuple(Note(f"第 {line} 行") for line in range(90))
    paper = typeset(too_many, large=False, one_sheet=True)
    assert paper.sheets == sheets_of(paper.pdf) == 2
    assert "1/2" in text_of(paper.pdf)
    assert "第89行" in text_of(paper.pdf)


def test_what_marks_a_document_stands_on_every_sheet() -> None:
    document = (Mark("演示：设备为模拟"), *(Note(f"第 {line} 行") for line in range(90)))
    paper = typeset(document, large=False)
    assert paper.sheets == 3
    assert text_of(paper.pdf).count("演示：设备为模拟") == 3


def test_a_heading_stands_with_what_it_is_over() -> None:
    for lines in range(28, 40):
        document = (*(Note("行") for _ in range(lines)), Heading("材料"), Field("户口簿", "2 页"))
        first, *rest = text_of(typeset(document, large=False).pdf).split("1/2")
        assert ("材料" in first) is ("户口簿" in first), (lines, rest)


@given(st.text(max_size=300), st.text(max_size=60), st.booleans())
@settings(max_examples=40, deadline=None)
def test_whatever_was_answered_becomes_sheets(value: str, label: str, large: bool) -> None:
    paper = typeset((Title(label), Field(label, value), Note(value), Qr("CZ03-ABCD-EFGP")), large=large)
    assert paper.sheets >= 1
    assert paper.pdf.startswith(b"%PDF")


def test_it_is_typeset_in_any_thread() -> None:
    document = copy(WHOLE)
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: made.append(typeset(document, large=False, one_sheet=True).pdf))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({text_of(pdf) for pdf in made}) == 1
    assert len(made) == 3


def test_how_it_was_signed_is_said() -> None:
    assert submitted_of(WHOLE, Handwritten(())).signed == "hand"
    assert SAY("printout.copy.signed.hand") in [block.value for block in copy(WHOLE) if isinstance(block, Field)]
