"""Picture files that strangers made, read with Pillow: any mode, turned upright, of bounded size."""

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, ImageStat

Picture = NDArray[np.uint8]  # height x width, or height x width x 3 as RGB

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif"})
LARGEST_DOTS = 150_000_000
HALVED_FROM_DOTS = 96_000_000  # halved each way it still has as many as are looked at
_BROKEN = (  # what Pillow's decoders raise on files that are not what they say
    *(OSError, SyntaxError, ValueError, TypeError, EOFError, ArithmeticError, LookupError, MemoryError),
    *(struct.error, zlib.error, Image.DecompressionBombError),
)
_DEEP_MODES = ("I", "F")


def picture_files(folder: Path) -> list[Path]:
    """In the order of their names. OSError when the folder cannot be listed."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def read_picture(path: Path) -> Picture | None:
    """The first frame of the file; of a file that breaks off, what is there. None: it cannot be opened."""
    cautious, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's on size and metadata: both are dealt with here
            return _read(path)
    except _BROKEN:
        return None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = cautious


def _read(path: Path) -> Picture | None:
    with Image.open(path, formats=("PNG", "JPEG", "GIF", "MPO", "WEBP", "BMP")) as image:
        if image.width * image.height > LARGEST_DOTS:
            image.draft("RGB", (image.width // 4, image.height // 4))  # JPEG alone can
        if image.width * image.height > LARGEST_DOTS:
            return None
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        if image.mode.startswith(_DEEP_MODES):
            return _from_deep(np.asarray(image)[:: _step(image), :: _step(image)])
        if image.has_transparency_data:
            return _on_paper(image.convert("RGBA").reduce(_step(image)))
        return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB").reduce(_step(image)), np.uint8)


def _step(image: Image.Image) -> int:
    return 2 if image.width * image.height > HALVED_FROM_DOTS else 1


def _from_deep(dots: NDArray[np.generic]) -> Picture:
    """16 and 32 bit: the range that is used, in 8 bit."""
    values = np.nan_to_num(dots.astype(np.float32), copy=False, posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    values -= low
    values *= 255 / max(high - low, 1e-9)
    return values.astype(np.uint8)


def _on_paper(image: Image.Image) -> Picture:
    """On white, unless what is drawn is white itself."""
    alpha = image.getchannel("A")
    drawn = alpha.point([255 if value > 127 else 0 for value in range(256)])
    is_light = drawn.getbbox() is not None and ImageStat.Stat(image.convert("L"), drawn).mean[0] > 200
    paper = Image.new("RGB", image.size, "black" if is_light and drawn.getextrema() != (255, 255) else "white")
    paper.paste(image, mask=alpha)
    return np.asarray(paper, np.uint8)
