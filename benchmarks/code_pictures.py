"""Generated pictures of codes, as a camera might see them: one recipe a class, seeded."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import qrcode
import zxingcpp
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # height x width, grey
F = zxingcpp.BarcodeFormat

LINES = (
    "社会保障卡 陈桂兰 县人社局窗口",
    "居民身份证明，请妥善保管。",
    "不动产登记受理凭证（一式两份）",
    "医保电子凭证 有效期六十秒",
    "䶮𬭎㛃：少见字也要对",
)


@dataclass(frozen=True, slots=True)
class CodePicture:
    """`payloads`: what a perfect reader finds in `grey`."""

    grey: Picture
    payloads: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Symbol:
    """`modules`: one dot a module with its quiet zone; a barcode is already as tall as it shall be."""

    modules: Picture
    payload: bytes


def qr(chance: random.Random, *, payload: bytes | None = None, most: int = 120) -> Symbol:
    """A QR code without a character set of its own."""
    if payload is None:
        payload = ("https://fuwu.example.cn/s/" + _letters(chance, chance.randint(4, most - 26))).encode()
    code = qrcode.QRCode(error_correction=chance.choice((0, 1, 2, 3)), border=4, box_size=1)
    code.add_data(payload, optimize=0)
    code.make(fit=True)
    return Symbol(np.where(np.array(code.get_matrix()), 0, 255).astype(np.uint8), payload)


def qr_chinese(chance: random.Random, *, charset: str, named: bool) -> Symbol:
    """In UTF-8 or GB18030, with or without an ECI that names it."""
    text = chance.choice(LINES) + str(chance.randint(0, 9999))
    if not named:
        return qr(chance, payload=text.encode(charset))
    eci = {"utf-8": "UTF8", "gb18030": "GB18030"}[charset]
    barcode = zxingcpp.create_barcode(text, F.QRCode, eci=eci)
    return Symbol(np.array(barcode.to_image(scale=1)), text.encode(charset))


def barcode(chance: random.Random, kind: "zxingcpp.BarcodeFormat | None" = None) -> Symbol:
    """A barcode in one dimension; its check digits are right."""
    kind = kind or chance.choice((F.EAN13, F.EAN8, F.Code128, F.Code39, F.Code93, F.ITF, F.Codabar))
    digits = "".join(chance.choices("0123456789", k=20))
    contents = {
        F.EAN13: "69" + digits[:10],
        F.EAN8: digits[:7],
        F.Code128: _letters(chance, chance.randint(6, 18)),
        F.Code39: _letters(chance, chance.randint(6, 12)).upper(),
        F.Code93: _letters(chance, chance.randint(6, 12)).upper(),
        F.ITF: digits[:14],
        F.Codabar: f"A{digits[:10]}B",
    }
    made = zxingcpp.create_barcode(contents[kind], kind)
    modules = np.array(made.to_image(scale=1))
    tall = np.repeat(modules[modules.shape[0] // 2][None], chance.randint(25, 60), axis=0)
    return Symbol(np.pad(tall, ((8, 8), (10, 10)), constant_values=255), bytes(made.bytes))


def matrix(chance: random.Random) -> Symbol:
    """A two-dimensional code other than QR."""
    kind = chance.choice((F.DataMatrix, F.Aztec, F.PDF417))
    made = zxingcpp.create_barcode(_letters(chance, chance.randint(10, 60)), kind)
    return Symbol(np.pad(np.array(made.to_image(scale=1)), 4, constant_values=255), bytes(made.bytes))


@dataclass
class Scene:
    """A picture in the making: `dot` is how many dots of the picture a module takes."""

    chance: random.Random
    size: tuple[int, int] = (1280, 960)
    dot: tuple[float, float] = (4.0, 9.0)
    turn_deg: float = 3.0
    lean: float = 0.0
    bend: float = 0.0
    paper: tuple[float, float] = (190, 245)
    ink: tuple[float, float] = (10, 60)
    desk: tuple[float, float] = (60, 180)
    inverted: bool = False

    def take(self, symbols: list[Symbol]) -> CodePicture:
        """The symbols side by side on their papers, each leaning its own way."""
        canvas = self._desk()
        width, height = self.size
        for at, symbol in enumerate(symbols):
            self._lay(canvas, symbol, (width * (at + 0.5) / len(symbols), height / 2), width / len(symbols))
        return CodePicture(_grey(canvas), frozenset(symbol.payload for symbol in symbols))

    def _desk(self) -> NDArray[np.float32]:
        width, height = self.size
        noise = np.random.default_rng(self.chance.getrandbits(32))
        coarse = noise.normal(self.chance.uniform(*self.desk), 14, (12, 16)).astype(np.float32)
        desk = _grey(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
        for row in range(40, height, 60):  # lines of something printed
            if self.chance.random() < 0.4:
                cv2.putText(desk, _letters(self.chance, 40), (10, row), 0, 0.7, self.chance.randint(0, 90), 2)
        return desk.astype(np.float32)

    def _lay(self, canvas: NDArray[np.float32], symbol: Symbol, middle: tuple[float, float], room: float) -> None:
        chance, modules = self.chance, 255 - symbol.modules if self.inverted else symbol.modules
        paper, ink = chance.uniform(*self.paper), chance.uniform(*self.ink)
        high, wide = modules.shape
        largest = 0.92 * min(room / math.hypot(wide, high / 3), self.size[1] / max(high, wide * 0.8))
        dot = min(chance.uniform(*self.dot), largest)
        fine = 16 if max(high, wide) < 120 else 8
        large = cv2.resize(modules, None, fx=fine, fy=fine, interpolation=cv2.INTER_NEAREST).astype(np.float32)
        if self.bend:
            large = _bent(large, self.bend * chance.uniform(0.6, 1))
        large = ink + (paper - ink) * large / 255
        turn = math.radians(chance.uniform(-self.turn_deg, self.turn_deg))
        corners = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)], np.float64) * dot / 2
        rotation = np.array([(math.cos(turn), -math.sin(turn)), (math.sin(turn), math.cos(turn))])
        away = (
            1
            + (corners @ np.array([chance.uniform(-1, 1), chance.uniform(-1, 1)]))
            / (np.abs(corners).sum(axis=1).max() + 1e-9)
            * self.lean
        )
        seen = (corners / away[:, None]) @ rotation.T + (
            middle[0] + chance.uniform(-0.03, 0.03) * room,
            middle[1] + chance.uniform(-0.03, 0.03) * room,
        )
        top, left = large.shape
        source = np.array([(0, 0), (left, 0), (left, top), (0, top)], np.float32)
        over = 3  # drawn larger, then averaged as a sensor's dots do
        matrix_ = cv2.getPerspectiveTransform(source, (seen * over).astype(np.float32))
        size = (self.size[0] * over, self.size[1] * over)
        soft = cv2.GaussianBlur(large, (0, 0), max(0.1, fine / dot / over / 2.5))
        drawn = cv2.warpPerspective(soft, matrix_, size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.ones_like(large), matrix_, size, flags=cv2.INTER_LINEAR)
        drawn, mask = (cv2.resize(each, self.size, interpolation=cv2.INTER_AREA) for each in (drawn, mask))
        canvas *= 1 - mask
        canvas += drawn * (mask > 0)


def _bent(picture: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """As on a bottle: the columns lie closer towards both sides and sag."""
    high, wide = picture.shape
    across = np.linspace(-1, 1, wide)
    columns = (np.sin(across * strength * 1.35) / math.sin(strength * 1.35) + 1) / 2 * (wide - 1)
    columns = np.interp(np.arange(wide), columns, np.arange(wide))
    sag = (np.cos(across * strength * 1.2) - 1) * high * 0.18
    xs, ys = np.meshgrid(columns.astype(np.float32), np.arange(high, dtype=np.float32))
    return np.asarray(
        cv2.remap(picture, xs, ys - sag[None].astype(np.float32), cv2.INTER_LINEAR, borderValue=255), np.float32
    )


# What a camera and a place do to a picture.


def blurred(picture: CodePicture, chance: random.Random, *, dots: tuple[float, float]) -> CodePicture:
    return CodePicture(_grey(cv2.GaussianBlur(picture.grey, (0, 0), chance.uniform(*dots))), picture.payloads)


def moved(picture: CodePicture, chance: random.Random, *, dots: tuple[float, float]) -> CodePicture:
    length = chance.uniform(*dots)
    side = math.ceil(length) | 1
    kernel = np.zeros((side, side), np.float32)
    angle, half = chance.uniform(0, math.pi), (side - 1) / 2
    for along in np.linspace(-length / 2, length / 2, 8 * side):
        kernel[round(half + along * math.sin(angle) * 0.98), round(half + along * math.cos(angle) * 0.98)] += 1
    return CodePicture(_grey(cv2.filter2D(picture.grey, -1, kernel / kernel.sum())), picture.payloads)


def noisy(picture: CodePicture, chance: random.Random, *, grey: tuple[float, float]) -> CodePicture:
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(*grey), picture.grey.shape)
    return CodePicture(_grey(picture.grey + noise), picture.payloads)


def glaring(picture: CodePicture, chance: random.Random) -> CodePicture:
    """A lamp's image over a part: it washes out, and in its middle nothing is left."""
    high, wide = picture.grey.shape
    ys, xs = np.mgrid[0:high, 0:wide]
    at = (wide / 2 + chance.uniform(-120, 120), high / 2 + chance.uniform(-120, 120))
    spread = chance.uniform(35, 130)
    lamp = chance.uniform(140, 420) * np.exp(-(((xs - at[0]) ** 2 + (ys - at[1]) ** 2) / (2 * spread**2)))
    return CodePicture(_grey(picture.grey * 0.85 + lamp), picture.payloads)


def shaded(picture: CodePicture, chance: random.Random) -> CodePicture:
    """The edge of a shadow across the code, and light that falls off."""
    high, wide = picture.grey.shape
    ys, xs = np.mgrid[0:high, 0:wide]
    angle = chance.uniform(0, 2 * math.pi)
    along = (xs - wide / 2) * math.cos(angle) + (ys - high / 2) * math.sin(angle)
    shadow = 1 / (1 + np.exp(-along / chance.uniform(3, 200)))
    deep = chance.uniform(0.15, 0.4)
    return CodePicture(_grey(picture.grey * (deep + (1 - deep) * shadow)), picture.payloads)


def on_screen(picture: CodePicture, chance: random.Random) -> CodePicture:
    """A phone's dots against the sensor's: moire, and the screen's own haze."""
    high, wide = picture.grey.shape
    ys, xs = np.mgrid[0:high, 0:wide]
    waves = np.ones((high, wide))
    for _ in range(2):
        angle, period = chance.uniform(0, math.pi), chance.uniform(2.2, 9)
        waves += chance.uniform(0.1, 0.28) * np.sin(
            (xs * math.cos(angle) + ys * math.sin(angle)) * 2 * math.pi / period
        )
    return CodePicture(_grey(picture.grey * 0.75 * waves + 40), picture.payloads)


def compressed(picture: CodePicture, *, quality: int) -> CodePicture:
    jpeg = cv2.imencode(".jpg", picture.grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return CodePicture(_grey(cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)), picture.payloads)


def stained(picture: CodePicture, chance: random.Random) -> CodePicture:
    """Something lies or was written over a part of it."""
    grey = picture.grey.copy()
    high, wide = grey.shape
    for _ in range(chance.randint(1, 3)):
        at = (round(wide / 2 + chance.uniform(-110, 110)), round(high / 2 + chance.uniform(-110, 110)))
        if chance.random() < 0.5:
            cv2.circle(grey, at, chance.randint(6, 22), chance.randint(0, 255), -1)
        else:
            to = (at[0] + chance.randint(-90, 90), at[1] + chance.randint(-90, 90))
            cv2.line(grey, at, to, chance.randint(0, 255), chance.randint(2, 6))
    return CodePicture(grey, picture.payloads)


def _sensor(picture: CodePicture, chance: random.Random) -> CodePicture:
    return noisy(blurred(picture, chance, dots=(0.4, 0.8)), chance, grey=(1, 4))


def _any(chance: random.Random) -> Symbol:
    return chance.choice((qr, qr, qr, barcode, barcode, matrix))(chance)


CLASSES: dict[str, Callable[[random.Random], CodePicture]] = {
    "clean QR": lambda c: Scene(c).take([qr(c)]),
    "clean barcodes": lambda c: Scene(c, dot=(2, 4)).take([barcode(c)]),
    "clean, other 2-D": lambda c: Scene(c).take([matrix(c)]),
    "UTF-8": lambda c: Scene(c).take([qr_chinese(c, charset="utf-8", named=False)]),
    "UTF-8, ECI": lambda c: Scene(c).take([qr_chinese(c, charset="utf-8", named=True)]),
    "GB18030": lambda c: Scene(c).take([qr_chinese(c, charset="gb18030", named=False)]),
    "GB18030, ECI": lambda c: Scene(c).take([qr_chinese(c, charset="gb18030", named=True)]),
    "turned": lambda c: _sensor(Scene(c, turn_deg=180, dot=(3, 7)).take([_any(c)]), c),
    "tilted": lambda c: _sensor(Scene(c, turn_deg=180, lean=0.55, dot=(4, 8)).take([qr(c)]), c),
    "tilted barcodes": lambda c: _sensor(Scene(c, turn_deg=30, lean=0.4, dot=(2.2, 4)).take([barcode(c)]), c),
    "blurred QR": lambda c: _sensor(blurred(Scene(c, dot=(4, 7)).take([qr(c)]), c, dots=(2, 4.5)), c),
    "blurred barcodes": lambda c: _sensor(blurred(Scene(c, dot=(2, 4)).take([barcode(c)]), c, dots=(1, 3)), c),
    "moved": lambda c: _sensor(moved(Scene(c, dot=(4, 7)).take([_any(c)]), c, dots=(4, 12)), c),
    "small QR": lambda c: _sensor(Scene(c, turn_deg=20, dot=(1.5, 2.4)).take([qr(c, most=60)]), c),
    "small barcodes": lambda c: _sensor(Scene(c, turn_deg=20, dot=(0.9, 1.5)).take([barcode(c)]), c),
    "small in 8 MP": lambda c: _sensor(Scene(c, (3264, 2448), turn_deg=30, dot=(2, 4)).take([qr(c, most=60)]), c),
    "noisy": lambda c: noisy(Scene(c, turn_deg=20).take([_any(c)]), c, grey=(20, 60)),
    "low contrast": lambda c: _sensor(Scene(c, turn_deg=20, paper=(120, 150), ink=(95, 110)).take([_any(c)]), c),
    "dark": lambda c: noisy(
        Scene(c, turn_deg=20, paper=(22, 40), ink=(2, 8), desk=(4, 30)).take([_any(c)]), c, grey=(1, 4)
    ),
    "inverted": lambda c: _sensor(Scene(c, turn_deg=20, inverted=True).take([qr(c)]), c),
    "glare": lambda c: _sensor(glaring(Scene(c, turn_deg=20, dot=(4, 9)).take([_any(c)]), c), c),
    "shadow": lambda c: _sensor(shaded(Scene(c, turn_deg=20).take([_any(c)]), c), c),
    "on a phone": lambda c: _sensor(on_screen(Scene(c, turn_deg=20, dot=(4, 8)).take([qr(c)]), c), c),
    "bent": lambda c: _sensor(Scene(c, turn_deg=15, bend=0.9, dot=(3, 7)).take([_any(c)]), c),
    "stained": lambda c: _sensor(stained(Scene(c, turn_deg=180, dot=(5, 8)).take([qr(c)]), c), c),
    "JPEG": lambda c: compressed(_sensor(Scene(c, turn_deg=20, dot=(2.5, 5)).take([_any(c)]), c), quality=12),
    "several": lambda c: _sensor(
        Scene(c, turn_deg=10, dot=(2, 5)).take([qr(c, most=50), barcode(c), qr(c, most=50)]), c
    ),
}
EASY = ("clean QR", "clean barcodes", "clean, other 2-D", "UTF-8", "UTF-8, ECI", "GB18030", "GB18030, ECI")
WITHOUT = "no code"


def pictures(of: str, *, count: int, seed: int = 1) -> Iterator[CodePicture]:
    """The same pictures for the same class, count and seed; `WITHOUT` are desks with print and nothing to read."""
    chance = random.Random(f"{seed}-{of}")
    for _ in range(count):
        if of == WITHOUT:
            yield noisy(Scene(chance).take([]), chance, grey=(1, 30))
        else:
            yield CLASSES[of](chance)


def _letters(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=count))


def _grey(picture: Any) -> Picture:
    return np.clip(np.round(np.asarray(picture, np.float32)), 0, 255).astype(np.uint8)
