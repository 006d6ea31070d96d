"""Pictures of a desk from above, drawn with Pillow: a sheet with print on it, turned, dark, blurred or half outside."""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SIZE = (1600, 1200)
DESK = (96, 88, 80)
SHEET = (600, 850)


def sheet(*, printed: bool = True) -> Image.Image:
    """A portrait page with lines of strokes, a black mark in its top left."""
    page = Image.new("RGB", SHEET, (244, 243, 238))
    pen = ImageDraw.Draw(page)
    if printed:
        chance = random.Random(5)
        for line in range(60, 800, 30):
            for at in range(50, 550, 14):
                if chance.random() < 0.75:
                    pen.line((at, line, at + chance.randint(2, 9), line + chance.randint(0, 14)), (30, 30, 34), 2)
        pen.rectangle((40, 20, 120, 45), (10, 10, 10))
    return page


def desk(page: Image.Image | None = None, *, at: tuple[int, int] = (800, 600), degrees: float = 0.0) -> Image.Image:
    """`at` is the middle of the sheet, `degrees` how far it is turned clockwise."""
    seen = Image.new("RGB", SIZE, DESK)
    grain = Image.effect_noise(SIZE, 14).convert("RGB")
    seen = Image.blend(seen, grain, 0.12)
    if page is not None:
        turned = page.convert("RGBA").rotate(-degrees, expand=True, resample=Image.Resampling.BICUBIC)
        seen.paste(turned, (at[0] - turned.width // 2, at[1] - turned.height // 2), turned)
    return seen


def dark(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(0.2)


def blurred(picture: Image.Image, radius: float = 5) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def place(picture: Image.Image, folder: Path, name: str = "current.png") -> None:
    """Put a frame where the camera looks, whole at once."""
    fresh = folder / f".new.{name}"
    picture.save(
        fresh,
        format="JPEG" if name.endswith("jpg") else "PNG",
        **({"quality": 92} if "jpg" in name else {"compress_level": 1}),
    )
    fresh.replace(folder / name)
