"""Pages that citizens bring, drawn flat at 10 dots a millimetre and marked 样张: of invented people only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from hardware_sim import typefaces
from hardware_sim.people import Person

DOTS_PER_MM = 10
REGISTER_MM = (143, 105)  # a leaf of the household register
PHOTO_SHEET_MM = (152, 102)
LETTER_MM = (148, 105)
CARD_MM = (86, 54)  # ID-1

_INK, _STAMP, _RULE = (38, 36, 44), (196, 44, 40), (70, 96, 84)


@dataclass(frozen=True, slots=True)
class PageKind:
    """A page one can lay on the desk."""

    name: str
    title: str
    draw: Callable[[Person], Image.Image]


def draw_page(name: str, person: Person) -> Image.Image:
    """The page as an upright RGB picture. `KeyError` for a name that `KINDS` lacks."""
    return KINDS[name].draw(person)


def _register_leaf() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = _sheet(REGISTER_MM, (240, 244, 232))
    draw = ImageDraw.Draw(sheet)
    for y in range(-400, sheet.height + 400, 26):  # the printed guilloche
        points = [(x, y + 11 * np.sin(x / 47 + y / 61)) for x in range(0, sheet.width + 20, 20)]
        draw.line(points, fill=(226, 234, 218), width=2)
    return sheet, draw


def household_front(person: Person) -> Image.Image:
    """户口簿首页."""
    sheet, draw = _register_leaf()
    _centred(draw, (sheet.width // 2, 90), "居 民 户 口 簿 首 页", typefaces.serif(54, bold=True))
    rows = [
        [("户   别", "家庭户口"), ("户主姓名", person.name)],
        [("户   号", f"{int(person.number[10:17]):09d}"), ("登记事项", "户口登记")],
        [("住   址", person.address)],
    ]
    _table(draw, rows, top=150, row_height=118, width=sheet.width)
    _stamp(sheet, (410, 760), "户口专用章")
    _stamp(sheet, (1010, 760), person.issuer[-8:] or "户口登记机关")
    _text(draw, (110, 930), "承办人签章：", 34)
    _text(draw, (800, 930), f"签发日期：{_spelled(person.valid_from)}", 34)
    return _marked(sheet)


def household_member(person: Person) -> Image.Image:
    """户口簿本人页（常住人口登记卡）."""
    sheet, draw = _register_leaf()
    _centred(draw, (sheet.width // 2, 66), "常 住 人 口 登 记 卡", typefaces.serif(48, bold=True))
    sex = {"1": "男", "2": "女"}.get(person.sex, "未说明")
    birth = f"{person.birth.year}年{person.birth.month}月{person.birth.day}日"
    nation = {"01": "汉族", "22": "畲族", "11": "满族"}.get(person.nation, "")
    rows = [
        [("姓   名", person.name), ("与户主关系", "户主")],
        [("曾用名", ""), ("性   别", sex)],
        [("出生地", "广东省潮州市"), ("民   族", nation)],
        [("籍   贯", "广东省潮州市"), ("出生日期", birth)],
        [("其他住址", ""), ("宗教信仰", "")],
        [("公民身份号码", person.number), ("身高 / 血型", "")],
        [("文化程度", "小学"), ("婚姻状况", "")],
        [("服务处所", ""), ("职   业", "")],
        [("迁来本址", "")],
    ]
    _table(draw, rows, top=112, row_height=80, width=sheet.width)
    _text(draw, (90, 928), "承办人签章：", 32)
    _text(draw, (800, 928), f"登记日期：{_spelled(person.valid_from)}", 32)
    _stamp(sheet, (510, 915), "户口专用章", radius=88)
    return _marked(sheet)


def social_security_card(person: Person) -> Image.Image:
    """社会保障卡正面."""
    sheet = _sheet(CARD_MM, (232, 240, 246))
    draw = ImageDraw.Draw(sheet)
    _centred(draw, (sheet.width // 2, 66), "社 会 保 障 卡", typefaces.serif(54, bold=True))
    sheet.paste(_portrait(330, 460, hair=(208, 208, 210)).resize((180, 250)), (52, 150))
    _text(draw, (270, 160), f"姓名  {person.name}", 36)
    _text(draw, (270, 230), "社会保障号码", 30)
    _text(draw, (270, 276), person.number, 36)
    _text(draw, (270, 350), f"发卡日期  {_spelled(person.valid_from)}", 28)
    draw.rounded_rectangle((690, 150, 800, 240), 14, outline=(186, 160, 92), width=6)  # contacts
    _centred(draw, (sheet.width // 2, 480), "潮州市  样张，不是证件", typefaces.sans(30))
    return _marked(sheet)


def recent_photo(person: Person) -> Image.Image:
    """A sheet of four prints of one portrait, drawn: nobody's face."""
    sheet = _sheet(PHOTO_SHEET_MM, (250, 250, 250))
    draw = ImageDraw.Draw(sheet)
    _centred(draw, (sheet.width // 2, 92), f"近期免冠照片  {person.name}", typefaces.sans(44))
    portrait = _portrait(330, 460, hair=(208, 208, 210) if person.birth.year < 1960 else (46, 40, 40))
    for column in range(4):
        left = 50 + column * 358
        sheet.paste(portrait, (left, 220))
        draw.rectangle((left, 220, left + 329, 679), outline=(180, 184, 190), width=2)
    _centred(draw, (sheet.width // 2, 790), "样张 · 非真人照片 · 仅供演示", typefaces.sans(44))
    return sheet


def identity_card(person: Person) -> Image.Image:
    """The side with the portrait of any card with a chip: name, number, and nobody's face. It is no page to be laid."""
    sheet = _sheet(CARD_MM, (228, 238, 240))
    draw = ImageDraw.Draw(sheet)
    for y in range(-60, sheet.height + 60, 18):
        points = [(x, y + 9 * np.sin(x / 53 + y / 37)) for x in range(0, sheet.width + 20, 20)]
        draw.line(points, fill=(212, 226, 230), width=2)
    titles = {
        "PERMIT": "港澳台居民居住证",
        "FOREIGNER_2017": "外国人永久居留身份证",
        "FOREIGNER_2023": "外国人永久居留身份证",
    }
    _centred(draw, (sheet.width // 2, 50), titles.get(person.layout.name, "居民身份证"), typefaces.serif(34))
    hair = (208, 208, 210) if person.birth.year < 1960 else (46, 40, 40)
    sheet.paste(_portrait(330, 460, hair=hair).resize((216, 300)), (600, 92))
    sex = {"1": "男", "2": "女"}.get(person.sex, "")
    rows = [("姓名", person.name or person.english_name), ("性别", sex), ("出生", _spelled(f"{person.birth:%Y%m%d}"))]
    rows += [("住址", line) for line in _broken(person.address, 13)][:1]
    for at, (label, value) in enumerate(rows):
        _text(draw, (44, 104 + at * 66), label, 28)
        size = 38
        while size > 18 and draw.textlength(value, typefaces.serif(size)) > 440:
            size -= 2
        _text(draw, (132, 98 + at * 66), value, size)
    for at, line in enumerate(_broken(person.address, 13)[1:]):
        _text(draw, (132, 346 + at * 46), line, 32)
    _text(draw, (44, 462), "公民身份号码" if person.layout.name == "RESIDENT" else "证件号码", 28)
    draw.text((250, 454), person.number, font=typefaces.sans(42), fill=_INK)
    return _marked(sheet)


def _broken(text: str, characters: int) -> list[str]:
    return [text[at : at + characters] for at in range(0, len(text), characters)]


def blank_sheet(person: Person) -> Image.Image:
    """A page with nothing on it."""
    return _sheet(LETTER_MM, (247, 247, 244))


def _sheet(size_mm: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (size_mm[0] * DOTS_PER_MM, size_mm[1] * DOTS_PER_MM), colour)


def _table(
    draw: ImageDraw.ImageDraw, rows: list[list[tuple[str, str]]], *, top: int, row_height: int, width: int
) -> None:
    left, right, middle = 70, width - 70, 780
    label_width = 225
    for number, row in enumerate(rows):
        y = top + number * row_height
        for place, (label, value) in enumerate(row):
            x = (left, middle)[place]
            end = right if place == len(row) - 1 else middle
            draw.rectangle((x, y, x + label_width, y + row_height), outline=_RULE, width=3)
            draw.rectangle((x + label_width, y, end, y + row_height), outline=_RULE, width=3)
            _centred(draw, (x + label_width // 2, y + row_height // 2), label, typefaces.serif(33))
            size = 38
            while size > 24 and draw.textlength(value, typefaces.sans(size)) > end - x - label_width - 30:
                size -= 2
            draw.text(
                (x + label_width + 18, y + row_height // 2), value, font=typefaces.sans(size), fill=_INK, anchor="lm"
            )


def _text(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int) -> None:
    draw.text(at, text, font=typefaces.serif(size), fill=_INK)


def _centred(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, font: typefaces.Face) -> None:
    draw.text(at, text, font=font, fill=_INK, anchor="mm")


def _stamp(sheet: Image.Image, centre: tuple[int, int], words: str, *, radius: int = 120) -> None:
    """A round red seal that says it is a specimen."""
    seal = Image.new("RGBA", (radius * 2, radius * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    draw.ellipse((6, 6, radius * 2 - 6, radius * 2 - 6), outline=(*_STAMP, 190), width=7)
    draw.text((radius, radius - 14), "★ 样张 ★", font=typefaces.sans(radius // 4), fill=(*_STAMP, 190), anchor="mm")
    draw.text(
        (radius, radius + 34),
        words,
        font=typefaces.serif(min(radius // 4, radius * 3 // 2 // len(words))),
        fill=(*_STAMP, 190),
        anchor="mm",
    )
    seal = seal.rotate(-6, resample=Image.Resampling.BICUBIC)
    sheet.paste(seal, (centre[0] - radius, centre[1] - radius), seal)


def _marked(sheet: Image.Image) -> Image.Image:
    """Across the page: 样张. Nobody may take it for a document."""
    layer = Image.new("RGBA", sheet.size, (0, 0, 0, 0))
    words = ImageDraw.Draw(layer)
    face = typefaces.sans(210, bold=True)
    words.text((sheet.width // 2, sheet.height // 2), "样 张", font=face, fill=(196, 44, 40, 44), anchor="mm")
    layer = layer.rotate(18, resample=Image.Resampling.BICUBIC)
    return Image.alpha_composite(sheet.convert("RGBA"), layer).convert("RGB")


def _portrait(width: int, height: int, *, hair: tuple[int, int, int]) -> Image.Image:
    portrait = Image.new("RGB", (width, height), (104, 156, 210))
    draw = ImageDraw.Draw(portrait)
    middle = width // 2
    draw.ellipse((middle - 150, 330, middle + 150, 640), fill=(70, 74, 98))
    draw.polygon([(middle - 52, 338), (middle + 52, 338), (middle, 420)], fill=(240, 240, 240))
    draw.rectangle((middle - 36, 260, middle + 36, 360), fill=(216, 176, 150))
    draw.ellipse((middle - 104, 62, middle + 104, 280), fill=hair)
    draw.ellipse((middle - 84, 96, middle + 84, 312), fill=(226, 188, 162))
    for side in (-1, 1):
        draw.ellipse((middle + side * 36 - 8, 186, middle + side * 36 + 8, 200), fill=(50, 42, 42))
    draw.arc((middle - 30, 226, middle + 30, 266), 20, 160, fill=(170, 96, 90), width=5)
    return portrait.filter(ImageFilter.GaussianBlur(1.2))


def _spelled(day: str) -> str:
    return f"{day[:4]}年{int(day[4:6])}月{int(day[6:])}日" if len(day) == 8 else ""


KINDS = {
    kind.name: kind
    for kind in (
        PageKind("household-front", "户口簿首页", household_front),
        PageKind("household-member", "户口簿本人页", household_member),
        PageKind("social-security-card", "社会保障卡正面", social_security_card),
        PageKind("recent-photo", "近期照片", recent_photo),
        PageKind("blank-sheet", "白纸", blank_sheet),
    )
}
