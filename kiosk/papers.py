"""The pages of one material: the named ones, each in its place, and after them further ones where it may have any."""

from kiosk.items import Material
from kiosk.ports import CapturedPage

Pages = tuple[CapturedPage | None, ...]
"""In order; None where a named page has not been taken yet. A further page is there, or it has no place."""


def none_of(material: Material) -> Pages:
    return (None,) * len(material.pages)


def missing(pages: Pages) -> tuple[int, ...]:
    """The places without a page."""
    return tuple(at for at, page in enumerate(pages) if page is None)


def room(material: Material, pages: Pages) -> int:
    """How many more pages it can have."""
    return len(missing(pages)) + len(material.pages) + material.more - len(pages)


def next_place(material: Material, pages: Pages) -> int | None:
    """Where the next page belongs: the first that is missing, else after the last; None where nothing more fits."""
    if None in pages:
        return pages.index(None)
    return len(pages) if room(material, pages) else None


def put(pages: Pages, at: int, page: CapturedPage) -> Pages:
    """With this page there; `at` may be the place after the last."""
    return (*pages[:at], page, *pages[at + 1 :])


def without(material: Material, pages: Pages, at: int) -> Pages:
    """A named page leaves its place empty; behind a further one the others move up."""
    return _closed_up(material, (*pages[:at], None, *pages[at + 1 :]))


def exchanged(material: Material, pages: Pages, one: int, other: int) -> Pages:
    """Each of the two in the other's place."""
    swapped = list(pages)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    return _closed_up(material, tuple(swapped))


def _closed_up(material: Material, pages: Pages) -> Pages:
    named = len(material.pages)
    return (*pages[:named], *(page for page in pages[named:] if page))
