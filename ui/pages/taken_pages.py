"""What the pages of a material are called, and the small pictures of those taken so far."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize

from kiosk.items import Material
from kiosk.papers import Pages, missing
from ui.texts import Texts

THUMB = QSize(480, 480)
SIDE_BY_SIDE = 2


@dataclass(frozen=True, slots=True)
class Thumb:
    """One page of the material: its picture once it is taken, its number before.

    `look`: what a touch does, in words; empty where it does nothing.
    """

    slot: int
    label: str
    number: str
    source: str
    look: str


def page_name(material: Material, at: int, say: Texts) -> str:
    """A named page's name, or the number of a further one."""
    return material.pages[at] if at < len(material.pages) else say("papers.further", number=at + 1)


def missing_names(material: Material, pages: Pages, say: Texts) -> str:
    return say("papers.and").join(page_name(material, at, say) for at in missing(pages))


def slots_shown(pages: Pages, slot: int) -> range:
    """Those beside the one that is next: there is room for two; the others are looked at on their own page."""
    last = min(max(slot, SIDE_BY_SIDE - 1), len(pages) - 1)
    return range(max(0, last - SIDE_BY_SIDE + 1), last + 1)


def thumbs_of(
    material: Material, pages: Pages, slot: int, say: Texts, sources: Mapping[int, str], *, look: str
) -> tuple[Thumb, ...]:
    return tuple(
        Thumb(
            at,
            page_name(material, at, say),
            str(at + 1),
            sources.get(at, "") if pages[at] else "",
            look=look if pages[at] else "",
        )
        for at in slots_shown(pages, slot)
    )


def count_of(pages: Pages, say: Texts, *, none: str) -> str:
    """How many there are; `none` where there is none."""
    taken = len(pages) - len(missing(pages))
    return say("papers.taken", count=taken) if taken else none


def rest_of(material: Material, pages: Pages, say: Texts) -> str:
    names = missing_names(material, pages, say)
    return say("papers.missing", pages=names) if names else say("papers.complete")
