"""What stands on sheets of A4, as documents of messages: an item's guide, and the copy of what was handed in."""

from dataclasses import dataclass
from datetime import date

from kiosk.answers import value_of
from kiosk.case import Case
from kiosk.composing import CardAgain, Handwritten, Vouching, Witnessed
from kiosk.configuration import Hall
from kiosk.documents import Block, Document, Field, Heading, Mark, Message, Note, Qr, Rule, Title, verbatim
from kiosk.items import Fact, Item, Material
from kiosk.slip import Filed, in_fours
from kiosk.submission import Receipt

COVERED = "*"
_SIGNED = {Handwritten: "hand", CardAgain: "card", Witnessed: "witness"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was confirmed, as far as the copy says it. Forgotten with the page that offers the copy.

    `answers`: label and value, numbers covered but for their ends. `papers`: a material and how many pages of it.
    """

    answers: tuple[tuple[str, str], ...]
    papers: tuple[tuple[str, int], ...]
    signed: str  # hand, card or witness


def submitted_of(case: Case, vouching: Vouching) -> Submitted:
    answers = ((field.label, value_of(case, field, cover=True, mark=COVERED)) for field in case.fields)
    papers = ((material.name, len(case.pages_of(material))) for material in case.item.materials)
    return Submitted(
        answers=tuple((label, value) for label, value in answers if value),
        papers=tuple((name, pages) for name, pages in papers if pages),
        signed=_SIGNED[type(vouching)],
    )


def copy_of(filed: Filed, submitted: Submitted, receipt: Receipt | None) -> Document[Message]:
    """What the citizen takes home. Without a receipt it says "kept here, not yet received"."""
    kind = "received" if receipt else "kept"
    number = (Field(Message("slip.receipt_number"), verbatim(in_fours(receipt.receipt_number))),) if receipt else ()
    return (
        *_simulated(filed.simulated),
        Title(Message("printout.copy.title")),
        Rule(),
        Field(Message("slip.item"), verbatim(filed.item_name)),
        Field(Message("slip.slip_code"), verbatim(filed.slip_code)),
        *number,
        Field(Message("slip.state"), Message(f"slip.state.{kind}")),
        Field(Message("slip.time"), verbatim(filed.submitted_at.strftime("%Y-%m-%d %H:%M"))),
        Field(Message("slip.place"), verbatim(filed.place)),
        Heading(Message("printout.copy.answers")),
        *(Field(verbatim(label), verbatim(value)) for label, value in submitted.answers),
        *_papers(filed, submitted),
        Heading(Message("printout.copy.signed")),
        Field(Message("printout.copy.signed.how"), Message(f"printout.copy.signed.{submitted.signed}")),
        Rule(),
        Qr(filed.slip_code),
        Note(Message(f"printout.copy.note.{kind}")),
        Note(Message("printout.copy.note.covered")),
    )


def guide_of(item: Item, *, hall: Hall, place: str, today: date, simulated: bool) -> Document[Message]:
    """What to know before one comes. `place`: the terminal as people call it."""
    days = item.guide.promised_days
    promised = Message("printout.guide.promised", (("days", days.value),))
    return (
        *_simulated(simulated),
        Title(verbatim(item.name)),
        Rule(),
        Field(Message("guide.who"), verbatim("".join(item.guide.who))),
        Heading(Message("guide.bring")),
        Field(Message("printout.guide.card"), Message("printout.guide.card.own")),
        *map(_bring, item.materials),
        Heading(Message("printout.guide.terms")),
        Field(Message("guide.time"), Message("guide.time.here", (("minutes", str(item.minutes)),))),
        Field(
            Message("printout.guide.accepted"), promised if days.confirmed and days.value else Message("guide.pending")
        ),
        _fact("guide.fee", item.guide.fee),
        _fact("guide.result", item.guide.result),
        Heading(Message("printout.guide.where")),
        Field(Message("printout.guide.hall"), verbatim(hall.name)),
        Field(Message("slip.place"), verbatim(place)),
        Field(Message("printout.guide.desk"), verbatim(hall.desk)),
        Field(Message("printout.guide.telephone"), verbatim(hall.telephone)),
        Field(Message("printout.guide.hours"), verbatim(hall.hours)),
        Rule(),
        _fact("guide.basis", item.guide.basis),
        Field(
            Message("printout.guide.version"),
            Message("printout.guide.version.of", (("version", str(item.version)), ("date", today.isoformat()))),
        ),
        Note(Message("printout.guide.note")),
    )


def _simulated(simulated: bool) -> tuple[Block[Message], ...]:
    return (Mark(Message("simulated")),) if simulated else ()


def _papers(filed: Filed, submitted: Submitted) -> tuple[Block[Message], ...]:
    papers = tuple(
        Field(verbatim(name), Message("printout.copy.pages", (("count", str(pages)),)))
        for name, pages in submitted.papers
    )
    later = (Field(Message("slip.later"), verbatim("、".join(filed.later))),) if filed.later else ()
    return (Heading(Message("printout.copy.papers")), *papers, *later) if papers or later else ()


def _bring(material: Material) -> Field[Message]:
    pages = Message("guide.bring.pages", (("pages", "、".join(material.pages)),))
    return Field(verbatim(material.name), Message("guide.bring.later") if material.later else pages)


def _fact(label: str, fact: Fact) -> Field[Message]:
    """What no department has confirmed is said to be so."""
    if not fact.value:
        return Field(Message(label), Message("guide.pending"))
    unconfirmed = Message("printout.guide.unconfirmed", (("value", fact.value),))
    return Field(Message(label), verbatim(fact.value) if fact.confirmed else unconfirmed)
