"""Chinese lines of a given width: what may stand at their ends, and what must stay together.

Widths count half-width columns, a Latin character has one, any other two; or whatever `measure` counts in.
"""

import unicodedata
from collections.abc import Callable, Iterator

NOT_AT_START = frozenset("，。、；：！？）》」』】〉〕”’…—·％℃,.;:!?)]}%")
NOT_AT_END = frozenset("（《「『【〈〔“‘([{￥")
_REPLACED = {"\u00a0": " ", "\t": " ", "¥": "￥"}
_SILENT = ("Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Me")  # not Cn: ideographs newer than this Python are names too


def printable(text: str) -> str:
    """The text without what leaves no mark of its own on paper: controls, joiners, variation selectors.

    A letter and its accent become one character where there is one; an accent that no letter takes is left out, and so
    is what chooses a variant of an ideograph: the plain form of the same character is printed.
    """
    replaced = (_REPLACED.get(character, character) for character in _composed(text))
    return "".join(c for c in replaced if unicodedata.category(c) not in _SILENT)


def _composed(text: str) -> str:
    """Only what carries an accent is touched: composing all would put other ideographs into some names."""
    if not any(map(unicodedata.combining, text)):
        return text
    clusters: list[str] = []
    for character in text:
        if clusters and unicodedata.combining(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return "".join(c if len(c) == 1 else unicodedata.normalize("NFC", c) for c in clusters)


def width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def wrapped(text: str, columns: float, measure: Callable[[str], float] = width) -> list[str]:
    """Lines of at most `columns` (room for one character at least), which together say `text`; blanks at a break are
    dropped.

    A Latin word or number stays whole when it fits a line. Closing punctuation stays with what it closes and
    opening punctuation with what it opens, unless there is more of it than fits a line.
    """
    lines: list[str] = [""]
    for paragraph_at, paragraph in enumerate(text.split("\n")):
        if paragraph_at:
            lines.append("")
        for piece in _pieces(printable(paragraph)):
            if measure(lines[-1]) + measure(piece.rstrip(" ")) <= columns:
                lines[-1] += piece
            else:
                lines.extend(_cut(piece.strip(" "), columns, measure))
                lines[-1] += " " if piece.endswith(" ") else ""
    return [line.rstrip(" ") for line in lines if line.strip(" ")]


def longest_piece(text: str) -> int:
    """The width of the widest part that should not be broken."""
    return max((width(piece.strip(" ")) for piece in _pieces(printable(text))), default=0)


def _pieces(text: str) -> Iterator[str]:
    """Parts between which a line may break; blanks follow the part before them."""
    piece = ""
    for character in text:
        if piece and _may_break(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(piece: str, following: str) -> bool:
    if following == " " or following in NOT_AT_START or piece.rstrip(" ")[-1:] in NOT_AT_END:
        return False
    return piece[-1] == " " or not (piece[-1].isascii() and following.isascii())


def _cut(piece: str, columns: float, measure: Callable[[str], float]) -> list[str]:
    lines = [""]
    for character in piece:
        if measure(lines[-1]) + measure(character) > columns:
            lines.append("")
        lines[-1] += character
    return lines
