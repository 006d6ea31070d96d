"""The bytes of a code as text: by the code's own character set where it names one, else UTF-8, else GB18030."""

import re

CHARSETS = {  # ECI assignment numbers (AIM ITS/04-023) to Python's codecs
    **{number: f"iso8859_{number - 2}" for number in range(3, 19) if number != 14},
    **dict.fromkeys((0, 2), "cp437"),
    **dict.fromkeys((1, 170), "latin_1"),
    **dict(enumerate(("shift_jis", "cp1250", "cp1251", "cp1252", "cp1256", "utf_16_be", "utf_8", "ascii"), start=20)),
    **dict(enumerate(("big5", "gb18030", "euc_kr", "gbk", "gb18030", "utf_16_le", "utf_32_be", "utf_32_le"), start=28)),
}
MOST_BYTES = 8192  # more than any symbol holds

_MARK = re.compile(rb"\\(\\|\d{6})")


def text_of(payload: bytes) -> str:
    """What names no character set: UTF-8, else GB18030, else empty."""
    for charset in ("utf-8", "gb18030"):
        try:
            return payload.decode(charset)
        except UnicodeDecodeError:
            continue
    return ""


def text_by_eci(content: bytes) -> str:
    """Content in the ECI protocol: `\\NNNNNN` names the character set of what follows, a backslash itself is doubled.

    A part in a character set that is not known, or that does not keep to its own, is told like one that names none.
    """
    plain, *marked = _MARK.split(content)
    parts: list[tuple[str | None, bytes]] = [(None, plain)]
    for mark, following in zip(marked[::2], marked[1::2], strict=True):
        if mark == b"\\":
            charset, part = parts[-1]
            parts[-1] = (charset, part + mark + following)
        else:
            parts.append((CHARSETS.get(int(mark)), following))
    return "".join(_decoded(part, charset) for charset, part in parts)


def _decoded(part: bytes, charset: str | None) -> str:
    if charset is not None:
        try:
            return part.decode(charset)
        except UnicodeDecodeError:
            pass
    return text_of(part)
