"""Fingers on the real keyboard write the text that the page reads."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.input.handwriting import HandwritingRecogniser
from ui.input.pinyin import PinyinDecoder
from ui.input.places import read_places
from ui.input.text_entry import Mode
from ui.input.text_keyboard_view_model import TextKeyboardViewModel
from ui.texts import texts_of

PLACES = read_places(Path(__file__).parents[2] / "content" / "places.toml")
PAGE = """
import Hall.Input
Item {
    id: page
    required property TextKeyboardViewModel viewModel
    TypedText { id: field; width: parent.width; label: "姓名"; viewModel: page.viewModel }
    TextKeyboard { y: field.height + Theme.gap; width: parent.width; viewModel: page.viewModel }
}
"""
WIDTH = 968


class Keyboard:
    """The shown keyboard, touched by the names of its parts."""

    def __init__(self, view: QQuickView, model: TextKeyboardViewModel, qtbot: QtBot) -> None:
        self.view, self.model, self._qtbot = view, model, qtbot
        self._glass = QTest.createTouchDevice()
        model.setParent(view)  # the page must never outlive it

    def parts(self) -> Iterator[QQuickItem]:
        waiting = [self.view.rootObject()]
        while waiting:
            item = waiting.pop()
            if item.isVisible():
                yield item
                waiting.extend(item.childItems())

    def part(self, name: str) -> QQuickItem:
        return next(item for item in self.parts() if item.objectName() == name)

    def names(self) -> set[str]:
        return {item.objectName() for item in self.parts()}

    def touch(self, name: str) -> None:
        item = self.part(name)
        self._qtbot.waitUntil(lambda: item.property("resting") is False)
        place = self._at(item, 0.5, 0.5)
        self._finger().press(0, place, self.view).commit()
        self._finger().release(0, place, self.view).commit()

    def type(self, letters: str) -> None:
        for letter in letters:
            self.touch(f"key_{letter}")

    def candidates(self) -> list[str]:
        cells = [item for item in self.parts() if item.objectName().startswith("candidate_")]
        return [item.property("label") for item in sorted(cells, key=lambda item: (item.y(), item.x()))]

    def choose(self, text: str) -> None:
        name = next(
            item.objectName()
            for item in self.parts()
            if item.objectName().startswith("candidate_") and item.property("label") == text
        )
        self.touch(name)

    def write(self, *strokes: tuple[tuple[float, float], ...]) -> None:
        """Strokes of points in hundredths of the pad's square."""
        pad = self.part("writingPad")
        side = pad.height()
        for stroke in strokes:
            points = [self._at(pad, 0.5 + (x - 50) / 100 * side / pad.width(), y / 100) for x, y in stroke]
            self._finger().press(0, points[0], self.view).commit()
            for point in points[1:]:
                self._finger().move(0, point, self.view).commit()
            self._finger().release(0, points[-1], self.view).commit()

    def _finger(self) -> QTest.QTouchEventSequence:
        return QTest.touchEvent(self.view, self._glass, False)

    def _at(self, item: QQuickItem, x: float, y: float) -> QPoint:
        return item.mapToScene(QPointF(item.width() * x, item.height() * y)).toPoint()


@pytest.fixture
def model() -> Iterator[TextKeyboardViewModel]:
    model = TextKeyboardViewModel(PinyinDecoder(PLACES), HandwritingRecogniser(), texts_of("zh_hans"))
    yield model
    model.forget()


@pytest.fixture
def keyboard(show: Callable[..., QQuickView], model: TextKeyboardViewModel, qtbot: QtBot) -> Keyboard:
    model.begin(max_length=10)
    return Keyboard(show(PAGE, {"viewModel": model}, size=(WIDTH, 840)), model, qtbot)


def test_letters_and_a_candidate_write_a_place(keyboard: Keyboard) -> None:
    keyboard.type("xiangqiao")
    assert keyboard.part("typedLetters").property("text") == "xiangqiao"
    assert keyboard.candidates()[0] == "湘桥"
    keyboard.choose("湘桥")
    assert keyboard.model.property("text") == "湘桥"
    assert keyboard.part("typedText").property("text") == "湘桥"
    assert keyboard.candidates() == []


def test_a_name_is_chosen_character_by_character_and_the_letters_left_go_on(keyboard: Keyboard) -> None:
    keyboard.type("chenguilan")
    keyboard.choose("陈")
    assert keyboard.part("typedLetters").property("text") == "guilan"
    keyboard.choose("桂")
    keyboard.choose("兰")
    assert keyboard.model.property("text") == "陈桂兰"
    assert keyboard.model.property("letters") == ""


def test_a_page_of_candidates_leads_to_the_next_and_back(keyboard: Keyboard) -> None:
    keyboard.type("gui")
    first = keyboard.candidates()
    keyboard.touch("nextCandidates")
    second = keyboard.candidates()
    assert first
    assert second
    assert not set(first) & set(second)
    keyboard.touch("previousCandidates")
    assert keyboard.candidates() == first


def test_a_blocked_page_key_says_why(keyboard: Keyboard) -> None:
    keyboard.type("gui")
    assert keyboard.part("previousCandidates").property("label") == "第一页"
    keyboard.touch("previousCandidates")
    assert keyboard.part("nextCandidates").property("label") == "下一页"


def test_deleting_takes_the_letters_first_and_then_the_text(keyboard: Keyboard) -> None:
    keyboard.type("chen")
    keyboard.choose("陈")
    keyboard.type("gu")
    seen = []
    for _ in range(3):
        keyboard.touch("key_delete")
        seen.append((keyboard.model.property("text"), keyboard.model.property("letters")))
    assert seen == [("陈", "g"), ("陈", ""), ("", "")]


def test_letters_that_are_no_syllable_are_said_in_words(keyboard: Keyboard) -> None:
    keyboard.type("uu")
    assert keyboard.part("hint").property("text").startswith("没有这样的读音")


def test_a_full_field_takes_nothing_more_and_says_so(keyboard: Keyboard) -> None:
    keyboard.model.begin("潮州市湘桥区凤凰镇", max_length=10)
    keyboard.type("nihao")
    assert "你好" not in keyboard.candidates()
    keyboard.choose("你")
    keyboard.touch("tab_digits")
    keyboard.type("7")
    assert keyboard.model.property("text") == "潮州市湘桥区凤凰镇你"
    assert keyboard.part("full").property("text") == "写满了"


def test_the_page_hears_each_change_of_the_text_once(keyboard: Keyboard) -> None:
    heard: list[str] = []
    keyboard.model.edited.connect(heard.append)
    keyboard.type("chen")
    keyboard.choose("陈")
    keyboard.touch("tab_digits")
    keyboard.type("12")
    assert heard == ["陈", "陈1", "陈12"]


def test_a_house_number_is_typed_on_the_digit_pad(keyboard: Keyboard) -> None:
    keyboard.touch("tab_digits")
    keyboard.type("12号3栋")
    keyboard.touch("key_单元")
    assert keyboard.model.property("text") == "12号3栋单元"
    keyboard.touch("key_clear")
    assert keyboard.model.property("text") == ""


def test_latin_letters_come_small_and_in_capitals(keyboard: Keyboard) -> None:
    keyboard.touch("tab_latin")
    keyboard.type("a")
    keyboard.touch("key_capitals")
    keyboard.type("x7")
    assert keyboard.model.property("text") == "aX7"


def test_writing_with_the_finger_offers_characters(keyboard: Keyboard) -> None:
    keyboard.touch("tab_handwriting")
    keyboard.write(((10, 40), (50, 40), (90, 40)), ((50, 10), (50, 50), (50, 90)))
    assert keyboard.model.property("strokes") == 2
    keyboard.choose("十")
    assert (keyboard.model.property("text"), keyboard.model.property("strokes")) == ("十", 0)


def test_a_stroke_can_be_taken_back(keyboard: Keyboard) -> None:
    keyboard.touch("tab_handwriting")
    keyboard.write(((10, 40), (90, 40)), ((50, 10), (50, 90)))
    keyboard.touch("undoStroke")
    assert "一" in keyboard.candidates()
    keyboard.touch("rewrite")
    assert keyboard.candidates() == []


def test_what_this_machine_lacks_has_no_tab(keyboard: Keyboard, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    bare = TextKeyboardViewModel(
        PinyinDecoder(dictionary=absent), HandwritingRecogniser(model=absent), texts_of("zh_hans")
    )
    bare.begin(max_length=10)
    assert [tab["mode"] for tab in bare.property("tabs")] == ["digits", "latin"]
    assert {"tab_pinyin", "tab_handwriting"} <= keyboard.names()


def test_a_page_may_ask_for_fewer_tabs(keyboard: Keyboard) -> None:
    keyboard.model.begin(max_length=10, modes=(Mode.DIGITS, Mode.LATIN))
    assert {"tab_digits", "tab_latin"} == {name for name in keyboard.names() if name.startswith("tab_")}


def test_the_next_citizen_finds_an_empty_keyboard(keyboard: Keyboard) -> None:
    keyboard.type("chen")
    keyboard.choose("陈")
    keyboard.type("gui")
    keyboard.model.forget()
    assert (keyboard.model.property("text"), keyboard.model.property("letters"), keyboard.candidates()) == ("", "", [])


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("width", [876, 968])
@pytest.mark.parametrize("mode", ["pinyin", "handwriting", "digits", "latin"])
def test_keys_are_18_mm_and_candidates_22_mm_with_2_mm_between_them(
    show: Callable[..., QQuickView], model: TextKeyboardViewModel, qtbot: QtBot, mode: str, width: int, large: bool
) -> None:
    model.begin(max_length=40)
    view = show(PAGE, {"viewModel": model}, size=(width, 840), theme={"large": large})
    keyboard = Keyboard(view, model, qtbot)
    for letter in "xiangqiaoqu":
        model.pressKey(letter)
    if mode != "pinyin":
        model.chooseMode(mode)
    boxes = []
    for item in keyboard.parts():
        if item.property("label") is not None and item.property("repeatMs") is not None:
            box = item.mapRectToScene(item.boundingRect())
            least = 22 if item.objectName().startswith(("candidate_", "tab_")) else 18
            assert min(box.width(), box.height()) >= least * 3.65, item.objectName()
            assert QRectF(-0.5, -0.5, width + 1, 841).contains(box), item.objectName()
            boxes.append(box)
    assert len(boxes) >= 7
    for index, box in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert not box.adjusted(-3.6, -3.6, 3.6, 3.6).intersects(other.adjusted(-3.6, -3.6, 3.6, 3.6))
