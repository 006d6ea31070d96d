"""The slip (凭条) as a document of messages: what is true at the moment it is printed, and no more."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.documents import Block, Document, Field, Message, Note, Qr, Rule, Title, verbatim
from kiosk.submission import Receipt


@dataclass(frozen=True, slots=True)
class Filed:
    """What a terminal may still show of a sealed submission: no answer, no name, no number of a person."""

    sid: str
    slip_code: str
    submitted_at: datetime
    item_id: str
    item_name: str
    promised_days: str  # empty where no department has confirmed them
    later: tuple[str, ...]  # materials to bring later
    place: str  # the hall and the terminal's number, as people call it
    simulated: bool


def slip(filed: Filed, receipt: Receipt | None, *, copy: int) -> Document[Message]:
    """The first slip is copy 1. Without a receipt it says "kept here, not yet received", and carries the code alone."""
    blocks: list[Block[Message]] = []
    if filed.simulated:
        blocks.append(Note(Message("simulated")))
    blocks.append(Title(Message("slip.title.received" if receipt else "slip.title.kept")))
    if copy > 1:
        blocks.append(Note(Message("slip.copy", (("number", str(copy)),))))
    blocks += [
        Rule(),
        _field("item", filed.item_name),
        _field("time", filed.submitted_at.strftime("%Y-%m-%d %H:%M")),
        _field("place", filed.place),
    ]
    if receipt:
        blocks.append(_field("receipt_number", in_fours(receipt.receipt_number)))
    blocks += [
        _field("slip_code", filed.slip_code),
        Field(Message("slip.state"), Message("slip.state.received" if receipt else "slip.state.kept")),
    ]
    if filed.later:
        blocks.append(_field("later", "、".join(filed.later)))
    blocks += [Rule(), Qr(filed.slip_code), Note(Message("slip.note.received" if receipt else "slip.note.kept"))]
    return tuple(blocks)


def in_fours(number: str) -> str:
    """`2026112300045175` as `2026 1123 0004 5175`."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _field(name: str, value: str) -> Field[Message]:
    return Field(Message(f"slip.{name}"), verbatim(value))
