"""The case in hand: who applies, what was answered and photographed so far, and what still stands open."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from kiosk.check_digits import is_bank_card, is_resident_number
from kiosk.identity import IdentityCard
from kiosk.items import Field, Item, Material
from kiosk.papers import Pages, none_of
from kiosk.ports import CapturedPage


class Source(Enum):
    """Where an answer comes from."""

    CARD = "card"
    TYPED = "typed"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Answer:
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person and how the terminal knows it."""

    card: IdentityCard
    sam_number: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """`typed` holds what was asked for, by field; `papers` the pages taken so far, by material."""

    item: Item
    applicant: Applicant
    typed: tuple[tuple[str, str], ...] = ()
    papers: tuple[tuple[str, Pages], ...] = ()

    def answer(self, field: Field) -> Answer | None:
        """The field's value, or None while it is open."""
        if field.card is not None:
            told = _from_card(self.applicant.card, field.card)
            return Answer(told, Source.CARD) if told else None
        value = dict(self.typed).get(field.id)
        if value is None:
            return None
        return Answer(value, Source.CHOSEN if field.kind == "choice" else Source.TYPED)

    def answered(self, field_id: str, value: str) -> "Case":
        return replace(self, typed=(*((f, v) for f, v in self.typed if f != field_id), (field_id, value)))

    def photographed(self, material_id: str, pages: Pages) -> "Case":
        rest = tuple((m, p) for m, p in self.papers if m != material_id)
        return replace(self, papers=(*rest, (material_id, pages)) if any(pages) else rest)

    def taken_of(self, material: Material) -> Pages:
        """What there is of it, page by page."""
        return dict(self.papers).get(material.id, none_of(material))

    def pages_of(self, material: Material) -> tuple[CapturedPage, ...]:
        """All its pages, or none while a named one is missing."""
        taken = self.taken_of(material)
        return tuple(page for page in taken if page) if all(taken) else ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that count, given what the card tells and the choices made."""
        return tuple(field for field in self.item.fields if self._counts(field))

    @property
    def later(self) -> tuple[Material, ...]:
        """Materials that will be brought later."""
        return tuple(m for m in self.item.materials if m.later and not self.pages_of(m))

    def _counts(self, field: Field) -> bool:
        if field.card is not None and self.answer(field) is None:
            return False
        if field.when is None:
            return True
        before = self.item.field(field.when.field)
        if not self._counts(before):
            return field.when.not_chosen is not None
        answer = self.answer(before)
        if answer is None:
            return False
        if field.when.chosen:
            return answer.value == field.when.chosen
        return answer.value != field.when.not_chosen


# The way through a case.


@dataclass(frozen=True, slots=True)
class AskFor:
    field_id: str


@dataclass(frozen=True, slots=True)
class TakePages:
    material_id: str


@dataclass(frozen=True, slots=True)
class CheckAll:
    pass


Stop = AskFor | TakePages | CheckAll


def stops(case: Case) -> tuple[Stop, ...]:
    """Every page of the case in order, as far as the answers so far tell."""
    asked = tuple(AskFor(field.id) for field in case.fields if field.ask)
    return (*asked, *(TakePages(material.id) for material in case.item.materials), CheckAll())


def open_stops(case: Case) -> tuple[Stop, ...]:
    """The stops without which it cannot be handed in."""
    asked = tuple(AskFor(field.id) for field in case.fields if case.answer(field) is None)
    papers = tuple(TakePages(m.id) for m in case.item.materials if not m.later and not case.pages_of(m))
    return (*asked, *papers)


def stop_after(case: Case, stop: Stop, *, returning: bool) -> Stop:
    """The next stop; when an answer was only corrected, straight back to what is open, else to the check."""
    if returning:
        return next(iter(open_stops(case)), CheckAll())
    way = stops(case)
    return way[way.index(stop) + 1]


def stop_before(case: Case, stop: Stop) -> Stop | None:
    way = stops(case)
    at = way.index(stop)
    return way[at - 1] if at else None


# Answers.


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a draft is no answer yet; the sentence is `answer.<code>`. `missing`: how many characters are missing."""

    code: str
    missing: int = 0


RESIDENT_NUMBER_LENGTH = 18


def accepted(field: Field, draft: str) -> str:
    """The draft without what the field cannot hold."""
    match field.kind:
        case "digits":
            return "".join(c for c in draft if c in "0123456789")[: field.digits[1]]
        case "identity-number":
            kept = "".join(c for c in draft.upper() if c in "0123456789X")[:RESIDENT_NUMBER_LENGTH]
            return kept[:17].replace("X", "") + kept[17:]
        case "text":
            return _within("".join(c for c in draft if c.isprintable()), field.max_em)
        case "choice":
            return draft if draft in {choice.value for choice in field.choices} else ""


def problem_with(field: Field, draft: str) -> Problem | None:
    """What is wrong with an answer, or None."""
    match field.kind:
        case "choice":
            return None if draft else Problem("not_chosen")
        case "text":
            return None if draft.strip() else Problem("empty")
        case "identity-number":
            if len(draft) < RESIDENT_NUMBER_LENGTH:
                return Problem("short", RESIDENT_NUMBER_LENGTH - len(draft))
            return None if is_resident_number(draft) else Problem("identity_number")
        case "digits":
            if len(draft) < field.digits[0]:
                return Problem("short", field.digits[0] - len(draft))
            if field.check == "mobile" and not (draft[0] == "1" and draft[1] in "3456789"):
                return Problem("mobile")
            return Problem("bank_card") if field.check == "bank-card" and not is_bank_card(draft) else None


def width_em(text: str) -> float:
    """Width in Chinese characters: what is in ASCII counts half."""
    return sum(0.5 if c.isascii() else 1.0 for c in text)


def _within(text: str, max_em: int) -> str:
    while width_em(text) > max_em:
        text = text[:-1]
    return text


def _from_card(card: IdentityCard, fact: str) -> str:
    match fact:
        case "name":
            return card.name
        case "number":
            return card.number
        case "address":
            return card.address
        case "birth":
            return card.birth.isoformat()
    raise ValueError(fact)
