"""How numbers stand on screen and paper: in the groups they are read out in, and covered but for their ends."""

from collections.abc import Sequence

COVER = "•"
OPEN_HEAD = 4
OPEN_TAIL = 4


def grouped(number: str, groups: Sequence[int]) -> str:
    """`13800005678` in (3, 4, 4) as `138 0000 5678`; what is longer than the groups is a group of its own."""
    parts: list[str] = []
    for length in groups:
        parts.append(number[:length])
        number = number[length:]
    return " ".join(part for part in (*parts, number) if part)


def groups_for(number: str, groups: Sequence[int]) -> Sequence[int]:
    """The groups, or fours from the end for a whole number of another length, such as a foreigner's of 2017."""
    if len(number) == sum(groups):
        return groups
    rest = len(number) % 4
    return (*([rest] if rest else []), *[4] * (len(number) // 4))


def covered(number: str, groups: Sequence[int], *, mark: str = COVER) -> str:
    """The same groups with everything between the ends covered. A short number shows no end at all."""
    head = min(OPEN_HEAD, *groups[:1], len(number)) if groups else min(OPEN_HEAD, len(number))
    if len(number) < head + OPEN_TAIL + 1:
        return grouped(mark * len(number), groups)
    middle = mark * (len(number) - head - OPEN_TAIL)
    return grouped(number[:head] + middle + number[-OPEN_TAIL:], groups)
