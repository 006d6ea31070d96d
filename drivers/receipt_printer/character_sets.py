"""Which characters a printer has of its own, and text as bytes with a picture for each of the others.

In Chinese mode every byte from 81 on starts a character, so one-byte text stands between `1C2E` and `1C26`. In UTF-8
only characters are sent whose width every font agrees on.
"""

from functools import lru_cache
from itertools import groupby

from PIL import Image

from drivers.receipt_printer.glyphs import Glyphs
from drivers.receipt_printer.profiles import CHARACTER_DOTS, Profile

CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
UTF_8_ON = b"\x1c(C\x02\x000\x02"
_BEGIN = {"chinese": CHINESE_ON, "utf-8": UTF_8_ON, "none": b""}
_CERTAINLY_WIDE = ((0x3001, 0x303F), (0x4E00, 0x9FA5), (0xFF01, 0xFF5E))
_OWN_USE = range(0xE000, 0xF900)


def encode_mode(profile: Profile) -> bytes:
    """What brings a printer that was initialised to read text as `encode_text` writes it."""
    return _BEGIN[profile.character_mode]


@lru_cache(maxsize=8192)
def has_code(character: str, encoding: str) -> bool:
    """Whether a printer with this character set has it: one ASCII byte or a two-byte code that is not a user's own."""
    if character.isascii():
        return character.isprintable()
    if ord(character) in _OWN_USE:
        return False
    if encoding == "utf-8":
        return any(first <= ord(character) <= last for first, last in _CERTAINLY_WIDE) and has_code(character, "gbk")
    try:
        return len(character.encode(encoding)) == 2
    except UnicodeEncodeError:
        return False


def encode_text(text: str, profile: Profile, glyphs: Glyphs) -> bytes:
    """Text of a line at its plain size; a character without a code becomes a picture in its line."""
    parts: list[bytes] = []
    for (one_byte, coded), run in groupby(text, key=lambda c: (c.isascii(), has_code(c, profile.encoding))):
        if not coded:
            parts += (encode_inline(glyphs.draw(c, width_dots=CHARACTER_DOTS, height_dots=CHARACTER_DOTS)) for c in run)
            continue
        encoded = "".join(run).encode(profile.encoding)
        bracketed = one_byte and profile.character_mode == "chinese"
        parts.append(CHINESE_OFF + encoded + CHINESE_ON if bracketed else encoded)
    return b"".join(parts)


def encode_inline(glyph: Image.Image) -> bytes:
    """A picture 24 dots high as part of a line: columns from the left, the top dot in the highest bit."""
    columns = glyph.transpose(Image.Transpose.TRANSPOSE).tobytes()
    return b"\x1b*\x21" + glyph.width.to_bytes(2, "little") + columns
