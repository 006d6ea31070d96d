"""The pages of one material, looked through one by one and put right: anew, into another place, away and back."""

from dataclasses import replace

from kiosk.case import TakePages, stop_after
from kiosk.journeys.events import Event, PageDeleted, PageMoved, PageTurned, RetakeAsked, Undone, WentBack, WentOn
from kiosk.journeys.pages import Change, Changed, Page, PagesTaken, ReadingSheets, Whence
from kiosk.journeys.standing import at_the_desk, slot_after, stand_at
from kiosk.papers import Pages, exchanged, without


def step(page: PagesTaken, event: Event) -> Page:
    pages = page.pages
    match event:
        case PageTurned(to) if 0 <= to < len(pages):
            return replace(page, at=to)
        case PageMoved(at, to) if at == page.at and abs(to - at) == 1 and 0 <= to < len(pages) and pages[at]:
            return _changed(page, Change.MOVED, exchanged(page.material, pages, at, to), to)
        case PageDeleted(at) if at == page.at and pages[at]:
            return _changed(page, Change.DELETED, without(page.material, pages, at), at)
        case Undone() if page.changes:
            last = page.changes[-1]
            return replace(page, pages=last.pages, at=last.at, changes=page.changes[:-1])
        case RetakeAsked(at) if at == page.at:
            return _anew(page)
        case WentBack() | WentOn():
            return _left(page)
    return page


def _changed(page: PagesTaken, what: Change, pages: Pages, at: int) -> PagesTaken:
    before = Changed(what, page.pages, page.at)
    return replace(page, pages=pages, at=min(at, len(pages) - 1), changes=(*page.changes, before))


def _anew(page: PagesTaken) -> Page:
    """Where it came from last; the page that is there stays until the new one is."""
    again = page.pages[page.at] is not None
    if page.whence is Whence.SCANNER:
        return ReadingSheets(page.case, page.material_id, page.pages, page.at, returning=page.returning, again=again)
    case = page.case.photographed(page.material_id, page.pages)
    return at_the_desk(case, page.material_id, page.pages, page.at, returning=page.returning, again=again)


def _left(page: PagesTaken) -> Page:
    case = page.case.photographed(page.material_id, page.pages)
    here = TakePages(page.material_id)
    match page.whence:
        case Whence.CHECK:
            return stand_at(case, stop_after(case, here, returning=True), returning=True)
        case Whence.DESK:
            slot = slot_after(case, page.material_id, page.pages)
            return at_the_desk(case, page.material_id, page.pages, slot, returning=page.returning)
        case Whence.SCANNER:
            slot = slot_after(case, page.material_id, page.pages)
            return ReadingSheets(case, page.material_id, page.pages, slot, returning=page.returning)
