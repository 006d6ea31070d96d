"""The parts every page is built of: how a touch counts, what is large enough, what is drawn."""

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPointingDevice
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from ui.icon_provider import ICONS, draw_icon
from ui.qml_engine import QML_ROOT
from ui.qr_provider import draw_qr

PARTS = sorted(path.stem for path in (QML_ROOT / "Hall" / "Components").glob("*.qml"))
SINGLETONS = {"Theme", "Surroundings"}
MM = 3.65

Show = Callable[..., QQuickView]

SAMPLES = {
    "ActionBar": 'width: Theme.landscape ? 1920 : 1080; backText: "返回"; helpText: "找人帮忙"; primaryText: "下一步"',
    "ActionButton": 'text: "换个办法"; iconName: "printer"',
    "AnswerRow": 'label: "手机"; value: "138 0000 5678"; masked: "138 •••• 5678"; actionText: "显示"',
    "Card": 'AnswerRow { label: "姓名"; value: "陈桂兰" } AnswerRow { label: "住址"; actionText: "修改" }',
    "CardRow": 'label: "姓名"; actionText: "修改"',
    "ChoiceTile": 'name: "办理事项"; line: "按人生大事或部门找"; iconName: "apply"; primary: true',
    "CodeCard": 'heading: "请拍"; payload: "CZ038P2X6DTH"; numbers: [{ label: "凭条号", value: "CZ038P2X6DTH" }]',
    "CountdownRing": 'seconds: 26; unitText: "秒后结束"',
    "DevicePanel": 'drawing: "card-above-reader"; marks: [{ text: "读卡区", x: 484 }]; stateText: "正在等"; '
    'tag: "滴"; tagIcon: "sound"',
    "DigitPad": 'clearText: "全部清掉"; eraseText: "删一位"',
    "Drawing": 'name: "slip-out"; width: 480; height: 500',
    "ErrorLine": 'text: "手机号码要 11 位，现在是 9 位"',
    "GroupedNumber": 'value: "2026112300045175"',
    "HeaderBar": 'title: "高龄津贴申领"; subtitle: "第 1 步"; sealCharacter: "潮"; largeText: "大字"',
    "Icon": 'name: "good"',
    "LabelledNumber": 'label: "凭条号"; value: "CZ03-8P2X-6DTH"',
    "ListRow": 'name: "高龄津贴申领"; line: "约 4 分钟"; lineIcon: "paper-out"; tone: "attention"; iconName: "ticket"',
    "LiveView": "width: 900; height: 700; outline: [{x: .1, y: .1}, {x: .9, y: .1}, {x: .9, y: .9}, {x: .1, y: .9}]",
    "MaskedNumber": 'masked: "1001•• •••••••• 0028"; plain: "100101 19440101 0028"',
    "MaterialRow": 'label: "户口簿"; status: "已拍 2 页，清楚"; actionText: "查看"',
    "ModeButton": 'text: "大字"; on: true',
    "NumberField": 'label: "手机号码"; note: "还差 2 位"; value: "138000056"; groups: [3, 4, 4]; error: "少两位"',
    "NumberPair": 'numbers: [{ label: "收件编号", value: "2026112300045175" }, { label: "凭条号", value: "8P2X" }]',
    "PageFrame": 'height: 1700; title: "高龄津贴申领"; heading: "请核对"; step: 1; steps: 5; primaryText: "没错"',
    "PageHeading": 'heading: "请核对"; lead: "没错再签名"',
    "PageThumb": 'number: "2"; caption: "本人页"',
    "Pager": 'countText: "第 1 页"; previousText: "上一页"; previousReason: "这是第一页"; nextText: "下一页"',
    "PrimaryButton": 'text: "继续办理"',
    "QrCode": 'payload: "https://example.invalid/a?b=c%20~d"; spokenText: "二维码"',
    "RatingRow": 'levels: ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]; chosen: 1',
    "RowAction": 'text: "修改"',
    "SearchField": 'placeholder: "写字或拼音都行"',
    "SecondaryButton": 'text: "上一页"; disabledReason: "这是第一页"',
    "SignaturePad": 'who: "申请人：陈桂兰"; redoText: "重写"',
    "SimulatedStrip": 'text: "演示：设备为模拟"',
    "SlipPreview": 'heading: "凭条"; rows: [{ label: "事项", value: "参保" }]; payload: "CZ038P2X6DTH"; notice: "演示"',
    "SourceTag": 'text: "来自身份证"',
    "StateHeading": 'tone: "good"; heading: "申请已经送到"; lead: "请取走凭条"',
    "StateLine": 'text: "正在读，请别拿开"; tone: "working"; progress: 0.6',
    "StateMark": 'tone: "attention"',
    "StepProgress": "step: 2; steps: 5; width: 900",
    "SubHeading": 'text: "常办"',
    "Touchable": 'text: "按"; width: 200; height: 120',
    "BodyText": 'text: "受理后 10 个工作日内办结"',
}  # fmt: skip
MODES = [set(), {"large"}, {"highContrast"}, {"landscape"}, {"landscape", "large"}]


def sample(name: str) -> str:
    width = "" if "width:" in SAMPLES[name] else "width: Math.max(implicitWidth, 968); "
    return f"Rectangle {{ color: Theme.ground; {name} {{ objectName: 'part'; x: 40; y: 40; {width}{SAMPLES[name]} }} }}"


def part(view: QQuickView, name: str) -> QQuickItem:
    """Found by what is seen inside what: items of a repeater have no QObject parent that `findChild` would meet."""
    return next(item for item in descendants(view.rootObject()) if item.objectName() == name)


def descendants(item: QQuickItem) -> Iterator[QQuickItem]:
    for child in item.childItems():
        yield child
        yield from descendants(child)


def targets(view: QQuickView) -> list[QQuickItem]:
    """All that answers to a touch: what is a Touchable and is seen."""
    return [
        item
        for item in descendants(view.rootObject())
        if item.metaObject().indexOfProperty("repeatMs") >= 0 and item.isVisible() and item.isEnabled()
    ]


def middle(item: QQuickItem) -> QPoint:
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()


@pytest.fixture(scope="module")
def finger() -> QPointingDevice:
    return QTest.createTouchDevice()


def press(view: QQuickView, finger: QPointingDevice, at: QPoint) -> None:
    QTest.touchEvent(view, finger).press(0, at, view).commit()


def move(view: QQuickView, finger: QPointingDevice, to: QPoint) -> None:
    QTest.touchEvent(view, finger).move(0, to, view).commit()


def release(view: QQuickView, finger: QPointingDevice, at: QPoint) -> None:
    QTest.touchEvent(view, finger).release(0, at, view).commit()


def tap(view: QQuickView, finger: QPointingDevice, at: QPoint) -> None:
    press(view, finger, at)
    release(view, finger, at)


def listen(item: QObject, signal: str) -> QSignalSpy:
    return QSignalSpy(getattr(item, signal))


# ---- every part ----


def test_every_part_has_a_sample_here() -> None:
    assert set(PARTS) == set(SAMPLES) | SINGLETONS


def test_every_part_is_in_the_qmldir() -> None:
    lines = (QML_ROOT / "Hall" / "Components" / "qmldir").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split()[-1] for line in lines[1:]) == sorted(f"{name}.qml" for name in PARTS)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_part_is_drawn_in_every_mode_without_a_warning_and_large_enough_to_touch(show: Show, name: str) -> None:
    view = show(sample(name), size=(1960, 1800))
    theme = view.engine().singletonInstance("Hall.Components", "Theme")
    for mode in MODES:
        for flag in ("large", "highContrast", "landscape"):
            theme.setProperty(flag, flag in mode)
        item = part(view, "part")
        assert item.height() > 0
        if name != "CardRow":
            drawn = view.grabWindow()
            item.setVisible(False)
            assert view.grabWindow() != drawn, "nothing was drawn"
            item.setVisible(True)
        boxes = [target.mapRectToScene(target.boundingRect()) for target in targets(view)]
        assert all(min(box.width(), box.height()) >= 22 * MM - 1 for box in boxes), boxes
        apart = 4 * MM - 1
        for one, other in combinations(boxes, 2):
            assert not one.adjusted(-apart, -apart, apart, apart).intersects(other), (one, other)


def test_there_are_no_chinese_words_in_the_parts() -> None:
    for path in (QML_ROOT / "Hall" / "Components").glob("*.qml"):
        assert not [char for char in path.read_text(encoding="utf-8") if "\u4e00" <= char <= "\u9fff"], path.name


# ---- how a touch counts ----


@pytest.fixture
def two(show: Show) -> QQuickView:
    return show(
        'Item { SecondaryButton { objectName: "one"; text: "一"; width: 300; height: 120 }'
        ' SecondaryButton { objectName: "two"; text: "二"; y: 200; width: 300; height: 120 } }'
    )


def test_a_touch_that_begins_and_ends_in_the_target_counts(two: QQuickView, finger: QPointingDevice) -> None:
    activated = listen(part(two, "one"), "activated")
    press(two, finger, QPoint(20, 20))
    assert part(two, "one").property("pressed"), "touch-down shows at once"
    move(two, finger, QPoint(280, 100))
    release(two, finger, QPoint(280, 100))
    assert activated.count() == 1


def test_a_touch_that_ends_outside_does_not_count(two: QQuickView, finger: QPointingDevice) -> None:
    activated = listen(part(two, "one"), "activated")
    press(two, finger, QPoint(150, 60))
    move(two, finger, QPoint(150, 160))
    release(two, finger, QPoint(150, 160))
    assert activated.count() == 0


def test_a_touch_that_slides_to_another_target_counts_for_neither(two: QQuickView, finger: QPointingDevice) -> None:
    spies = [listen(part(two, name), "activated") for name in ("one", "two")]
    press(two, finger, QPoint(150, 60))
    move(two, finger, QPoint(150, 260))
    release(two, finger, QPoint(150, 260))
    assert [spy.count() for spy in spies] == [0, 0]


def test_a_second_touch_right_after_is_ignored_and_a_later_one_counts(
    qtbot: QtBot, two: QQuickView, finger: QPointingDevice
) -> None:
    one = part(two, "one")
    assert one.property("repeatMs") == 500
    activated = listen(one, "activated")
    tap(two, finger, middle(one))
    tap(two, finger, middle(one))
    assert activated.count() == 1
    qtbot.waitUntil(lambda: not one.property("resting"), timeout=3000)
    tap(two, finger, middle(one))
    assert activated.count() == 2


def test_a_touch_on_another_target_right_after_counts(two: QQuickView, finger: QPointingDevice) -> None:
    activated = listen(part(two, "two"), "activated")
    tap(two, finger, middle(part(two, "one")))
    tap(two, finger, middle(part(two, "two")))
    assert activated.count() == 1


def test_the_mouse_is_a_finger_too(two: QQuickView) -> None:
    activated = listen(part(two, "one"), "activated")
    QTest.mouseClick(two, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(part(two, "one")))
    assert activated.count() == 1


def test_a_palm_elsewhere_does_not_stop_a_finger(two: QQuickView, finger: QPointingDevice) -> None:
    activated = listen(part(two, "one"), "activated")
    palm, tip = QPoint(600, 900), middle(part(two, "one"))
    hand = QTest.touchEvent(two, finger)
    hand.press(0, palm, two).commit()
    hand.stationary(0).press(1, tip, two).commit()
    hand.stationary(0).release(1, tip, two).commit()
    hand.release(0, palm, two).commit()
    assert activated.count() == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_keys_activate_what_has_the_focus(two: QQuickView, key: Qt.Key) -> None:
    activated = listen(part(two, "two"), "activated")
    QTest.keyClick(two, Qt.Key.Key_Tab)
    assert part(two, "one").hasActiveFocus()
    QTest.keyClick(two, Qt.Key.Key_Tab)
    assert part(two, "two").hasActiveFocus()
    QTest.keyClick(two, key)
    assert activated.count() == 1


def test_the_focus_is_seen_around_the_target(two: QQuickView) -> None:
    QTest.keyClick(two, Qt.Key.Key_Tab)
    QTest.keyClick(two, Qt.Key.Key_Tab)
    seen = two.grabWindow()
    assert seen.pixelColor(150, 192) == QColor("#0E5484")
    assert seen.pixelColor(150, 198) == QColor("#FFFFFF")


def test_a_disabled_button_refuses_and_says_why_even_to_the_keyboard(show: Show, finger: QPointingDevice) -> None:
    view = show(
        'Item { PrimaryButton { objectName: "next"; text: "下一步"; disabledReason: "还差 2 位"; width: 444 } }'
    )
    button = part(view, "next")
    activated, refused = listen(button, "activated"), listen(button, "refused")
    tap(view, finger, middle(button))
    assert (activated.count(), refused.count()) == (0, 1)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert button.hasActiveFocus()


def test_the_whole_row_answers(show: Show, finger: QPointingDevice) -> None:
    view = show(
        'Item { Card { width: 968; AnswerRow { label: "姓名"; value: "陈桂兰" }'
        ' AnswerRow { objectName: "row"; label: "住址"; value: "义井巷"; actionText: "修改" } } }'
    )
    activated = listen(part(view, "row"), "activated")
    tap(view, finger, part(view, "row").mapToScene(QPointF(60, 65)).toPoint())
    assert activated.count() == 1


# ---- numbers ----


def test_a_masked_number_is_uncovered_for_a_while_and_covered_again(
    qtbot: QtBot, show: Show, finger: QPointingDevice
) -> None:
    view = show(
        'Item { Card { width: 968; AnswerRow { objectName: "row"; label: "手机"; value: "138 0000 5678";'
        ' masked: "138 •••• 5678"; actionText: "显示" } } }'
    )
    number = part(view, "number")
    assert number.property("uncoverMs") == 10_000
    number.setProperty("uncoverMs", 300)
    covered = view.grabWindow()
    tap(view, finger, middle(part(view, "row")))
    assert number.property("uncovered")
    assert view.grabWindow() != covered
    qtbot.waitUntil(lambda: not number.property("uncovered"), timeout=3000)


def test_digits_typed_quickly_all_count(qtbot: QtBot, show: Show, finger: QPointingDevice) -> None:
    view = show('Item { DigitPad { objectName: "pad"; width: 968; clearText: "全部清掉"; eraseText: "删一位" } }')
    pad = part(view, "pad")
    typed, erased, cleared = (listen(pad, name) for name in ("typed", "erased", "cleared"))
    for key in "1380":
        tap(view, finger, middle(part(view, f"key-{key}")))
    qtbot.waitUntil(lambda: not part(view, "key-0").property("resting"), timeout=3000)
    tap(view, finger, middle(part(view, "key-0")))
    tap(view, finger, middle(part(view, "key-erase")))
    tap(view, finger, middle(part(view, "key-clear")))
    assert [typed.at(i)[0] for i in range(typed.count())] == list("13800")
    assert (erased.count(), cleared.count()) == (1, 1)


def test_the_rating_says_which_level(show: Show, finger: QPointingDevice) -> None:
    view = show('Item { RatingRow { objectName: "rating"; width: 968; levels: ["一", "二", "三", "四", "五"] } }')
    rated = listen(part(view, "rating"), "rated")
    tap(view, finger, middle(part(view, "rate-2")))
    assert rated.at(0)[0] == 3


# ---- signing ----


@pytest.fixture
def pad(show: Show) -> QQuickView:
    return show('Item { SignaturePad { objectName: "pad"; width: 968; redoText: "重写"; who: "申请人：陈桂兰" } }')


def strokes(view: QQuickView) -> list[list[dict[str, float]]]:
    value = part(view, "pad").property("strokes")
    return value.toVariant() if hasattr(value, "toVariant") else value


def write(view: QQuickView, finger: QPointingDevice, *path: tuple[int, int]) -> None:
    press(view, finger, QPoint(*path[0]))
    for point in path[1:]:
        move(view, finger, QPoint(*point))
    release(view, finger, QPoint(*path[-1]))


def test_strokes_are_gathered_in_millimetres_and_in_order_of_time(pad: QQuickView, finger: QPointingDevice) -> None:
    assert part(pad, "pad").property("empty")
    write(pad, finger, (100, 200), (200, 300), (365, 365))
    write(pad, finger, (500, 200), (600, 200))
    first, second = strokes(pad)
    assert (first[0]["x"], first[0]["y"]) == pytest.approx((100 / MM, 200 / MM))
    assert (first[-1]["x"], first[-1]["y"]) == pytest.approx((100, 100))
    times = [point["t"] for stroke in (first, second) for point in stroke]
    assert times == sorted(times)
    assert times[0] == 0
    assert not part(pad, "pad").property("empty")


def test_what_is_written_is_seen_and_can_be_written_anew(
    qtbot: QtBot, pad: QQuickView, finger: QPointingDevice
) -> None:
    ink = QColor("#16283A")
    write(pad, finger, (300, 300), (400, 300), (500, 300))
    qtbot.waitUntil(lambda: pad.grabWindow().pixelColor(350, 300) == ink, timeout=3000)
    tap(pad, finger, middle(part(pad, "redo")))
    assert part(pad, "pad").property("empty")
    qtbot.waitUntil(lambda: pad.grabWindow().pixelColor(350, 300) == QColor("#FFFFFF"), timeout=3000)


def test_a_resting_palm_does_not_write(pad: QQuickView, finger: QPointingDevice) -> None:
    tip, palm = QPoint(300, 300), QPoint(700, 700)
    hand = QTest.touchEvent(pad, finger)
    hand.press(0, tip, pad).commit()
    hand.stationary(0).press(1, palm, pad).commit()
    hand.move(0, QPoint(400, 300), pad).stationary(1).commit()
    hand.stationary(0).release(1, palm, pad).commit()
    hand.release(0, QPoint(400, 300), pad).commit()
    (only,) = strokes(pad)
    assert only[-1]["x"] == pytest.approx(400 / MM)
    assert all(point["y"] == pytest.approx(300 / MM) for point in only)


# ---- the page ----

PAGE = 'PageFrame { title: "高龄津贴申领"; heading: "请核对"; primaryText: "没错"; backText: "返回"; helpText: "帮忙" }'


def test_the_strip_of_simulated_devices_shifts_the_page(show: Show) -> None:
    plain = show(PAGE)
    marked = show(PAGE, {"simulatedNotice": "演示：设备为模拟"})
    strip = part(marked, "simulated").height()
    assert strip > 0
    assert part(marked, "header").y() == part(plain, "header").y() + strip
    assert part(marked, "bar").y() == part(plain, "bar").y()


def test_the_heading_stands_at_226_in_portrait(show: Show) -> None:
    heading = part(show(PAGE), "heading")
    assert heading.mapToScene(QPointF(0, 0)).y() == 226
    assert heading.height() == 88


def test_in_landscape_the_instruction_is_left_and_what_one_does_right(show: Show) -> None:
    view = show(PAGE, size=(1920, 1080), theme={"landscape": True})
    content = part(view, "content")
    assert (content.x(), content.width()) == (988, 876)
    assert part(view, "heading").mapToScene(QPointF(876, 0)).x() <= 56 + 876


def test_the_bar_below_tells_back_help_and_primary_apart(show: Show, finger: QPointingDevice) -> None:
    view = show(PAGE)
    spies = {name: listen(view.rootObject(), name) for name in ("back", "help", "primary")}
    for name in spies:
        tap(view, finger, middle(part(view, f"{name}Button")))
    assert [spy.count() for spy in spies.values()] == [1, 1, 1]


# ---- drawn images ----


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda path: path.stem)
def test_an_icon_takes_the_colour_it_is_given(path: Path) -> None:
    image = draw_icon(path.stem, color="0e5484", stroke_px=4, side_px=72)
    seen = {
        image.pixelColor(x, y).name() for x in range(72) for y in range(72) if image.pixelColor(x, y).alpha() == 255
    }
    assert seen == {"#0e5484"}


def test_an_unknown_icon_is_no_image() -> None:
    assert draw_icon("no-such-icon", color="000000", stroke_px=4, side_px=44).isNull()


def read_qr(image: QImage) -> str:
    quiet = 60
    framed = QImage(image.width() + 2 * quiet, image.height() + 2 * quiet, QImage.Format.Format_Grayscale8)
    framed.fill(Qt.GlobalColor.white)
    for y in range(image.height()):
        for x in range(image.width()):
            framed.setPixelColor(x + quiet, y + quiet, image.pixelColor(x, y))
    pixels = memoryview(framed.constBits()).cast("B", (framed.height(), framed.bytesPerLine()))
    (found,) = zxingcpp.read_barcodes(pixels)
    return str(found.text)


@given(st.text(min_size=1, max_size=60).filter(lambda text: text == text.strip() and text.isprintable()))
def test_a_code_is_as_large_as_it_can_be_in_whole_pixels(payload: str) -> None:
    image = draw_qr(payload, side_px=290)
    assert 145 < image.width() <= 290


@pytest.mark.parametrize("payload", ["CZ038P2X6DTH", "https://example.invalid/办?b=c%20~d/e+f#g", "100101194401010028"])
def test_the_code_on_the_screen_says_its_payload(show: Show, payload: str) -> None:
    view = show("Item { property string payload; QrCode { payload: parent.payload; quiet: 40 } }", {"payload": payload})
    shown = view.grabWindow()
    assert read_qr(shown.copy(0, 0, 336, 336)) == payload
