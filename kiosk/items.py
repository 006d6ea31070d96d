"""Service items (政务服务事项) as data: guide, conditions, form, materials. Nothing here knows any one item.

Facts carry `confirmed`: one without a known source is said to be awaiting the department's word.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field as Rule
from pydantic import model_validator

from kiosk.configuration import Strict

Id = Annotated[str, Rule(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Count = Annotated[int, Rule(ge=1)]
AnswerKind = Literal["choice", "digits", "identity-number", "text"]
CardFact = Literal["name", "number", "address", "birth"]
Need = Literal["identification", "document-capture", "receipt-printer"]


class Fact(Strict):
    """What a department says. An empty value is unknown."""

    value: str = ""
    confirmed: bool = False


class Choice(Strict):
    value: Id
    label: str


class When(Strict):
    """The field counts only when something holds of one before it.

    `chosen`: that choice was made there. `not_chosen`: another one was, or it was not asked. Neither: its value is
    known, which what a card lacks is not.
    """

    field: Id
    chosen: Id | None = None
    not_chosen: Id | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.chosen and self.not_chosen:
            raise ValueError("`chosen` and `not_chosen` do not go together")
        return self


class Question(Strict):
    """A page that asks for one field. `shows`: fields already known that help to answer it."""

    heading: str
    lead: str = ""
    shows: tuple[Id, ...] = ()


class Field(Strict):
    """One value of the form: taken from the card, or asked for on a page of its own.

    `digits`: fewest and most of a `digits` field; `groups`: how they are read out; `check`: which rule
    they obey. `max_em`: longest text in widths of a Chinese character. `masked`: covered on the screen.
    """

    id: Id
    label: str
    card: CardFact | None = None
    ask: Question | None = None
    kind: AnswerKind = "text"
    when: When | None = None
    choices: tuple[Choice, ...] = ()
    digits: tuple[Count, Count] = (1, 30)
    groups: tuple[Count, ...] = ()
    check: Literal["none", "mobile", "bank-card"] = "none"
    max_em: Count = 30
    masked: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.card is None) == (self.ask is None):
            raise ValueError(f"field {self.id}: needs either `card` or `ask`")
        if self.ask and (self.kind == "choice") != bool(self.choices):
            raise ValueError(f'field {self.id}: `choices` go with kind = "choice"')
        if self.digits[0] > self.digits[1]:
            raise ValueError(f"field {self.id}: `digits` are the fewest and the most")
        if len({choice.value for choice in self.choices}) != len(self.choices):
            raise ValueError(f"field {self.id}: a choice stands twice")
        return self

    def label_of(self, value: str) -> str:
        """A choice's label; any other value as it is."""
        return next((choice.label for choice in self.choices if choice.value == value), value)


class Material(Strict):
    """A paper to photograph or scan, page by page. `more`: how many further pages may follow the named ones.

    `later`: it may be brought after the submission. `icon`: how it is drawn.
    """

    id: Id
    name: str
    pages: tuple[str, ...] = Rule(min_length=1)
    more: Annotated[int, Rule(ge=0, le=60)] = 0
    later: bool = False
    icon: Literal["book", "card", "photo", "social"] = "book"


class AgeAtLeast(Strict):
    kind: Literal["age-at-least"]
    years: Count


class Guide(Strict):
    who: tuple[str, ...]
    promised_days: Fact
    fee: Fact
    basis: Fact
    result: Fact


class Item(Strict):
    """One service item. `version` is its own; `minutes` what it takes at the terminal; `needs` what must work for it.

    It is offered from the day `effective_from` on, and no longer from the day `cancelled_from` on, wire or no wire.
    """

    id: Id
    name: str
    short_name: str = ""
    version: Count
    code: Fact
    body: Fact
    minutes: Count
    guide: Guide
    conditions: tuple[AgeAtLeast, ...] = ()
    fields: tuple[Field, ...]
    materials: tuple[Material, ...] = ()
    needs: tuple[Need, ...] = ("identification",)
    effective_from: date | None = None
    cancelled_from: date | None = None

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        known: dict[str, Field] = {}
        for field in self.fields:
            if field.id in known:
                raise ValueError(f"field {field.id}: stands twice")
            needed = set(field.ask.shows if field.ask else ()) | ({field.when.field} if field.when else set())
            if missing := needed - known.keys():
                raise ValueError(f"field {field.id}: {', '.join(sorted(missing))} must stand before it")
            choice = field.when and (field.when.chosen or field.when.not_chosen)
            if field.when and choice and choice not in {c.value for c in known[field.when.field].choices}:
                raise ValueError(f"field {field.id}: {choice} is no choice of {field.when.field}")
            known[field.id] = field
        if len({material.id for material in self.materials}) != len(self.materials):
            raise ValueError("a material stands twice")
        if len(set(self.needs)) != len(self.needs):
            raise ValueError("`needs`: one stands twice")
        if "identification" not in self.needs:
            raise ValueError('`needs`: "identification" is missing; every application begins with a card')
        if "document-capture" not in self.needs and not all(material.later for material in self.materials):
            raise ValueError('`needs`: "document-capture" is missing; a material cannot be brought later')
        if self.effective_from and self.cancelled_from and self.cancelled_from <= self.effective_from:
            raise ValueError("`cancelled_from` must be after `effective_from`")
        return self

    def is_offered_on(self, day: date) -> bool:
        """`day`: the calendar day in China."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.cancelled_from is None or day < self.cancelled_from
        )

    @property
    def called(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    def field(self, field_id: str) -> Field:
        return next(field for field in self.fields if field.id == field_id)

    def material(self, material_id: str) -> Material:
        return next(material for material in self.materials if material.id == material_id)


class Catalogue(Strict):
    """All items of one version, in the order in which they are offered."""

    version: str
    items: tuple[Item, ...]

    @property
    def by_id(self) -> Mapping[str, Item]:
        return {item.id: item for item in self.items}

    def on(self, day: date) -> "Catalogue":
        """The same version with only what is offered on that day."""
        return self.model_copy(update={"items": tuple(item for item in self.items if item.is_offered_on(day))})
