"""The typefaces that simulated papers are set in: Noto CJK from the system, in simplified forms."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

Face = ImageFont.FreeTypeFont

_FOLDER = Path("/usr/share/fonts/opentype/noto")
_SIMPLIFIED, _SIMPLIFIED_MONO = 2, 7  # faces inside Noto's collections


@cache
def sans(size: int, *, bold: bool = False) -> Face:
    return _face(f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc", size, _SIMPLIFIED)


@cache
def mono(size: int) -> Face:
    """Latin letters are exactly half as wide as Chinese characters."""
    return _face("NotoSansCJK-Regular.ttc", size, _SIMPLIFIED_MONO)


@cache
def serif(size: int, *, bold: bool = False) -> Face:
    return _face(f"NotoSerifCJK-{'Bold' if bold else 'Regular'}.ttc", size, _SIMPLIFIED)


def _face(name: str, size: int, index: int) -> Face:
    path = _FOLDER / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: install fonts-noto-cjk")
    return ImageFont.truetype(str(path), size, index=index)
