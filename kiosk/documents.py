"""A short document on paper: blocks of messages, not sentences and not printer bytes.

A document is written by the domain with `Message`s; `spoken` puts sentences in their place, and only
a document of plain strings reaches a printer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, assert_never

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Message:
    """A key of `ui/texts` and the values its sentence names."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


def verbatim(text: str) -> Message:
    """What is said as it is: a name, a number, a text of an item."""
    return Message("verbatim", (("value", text),))


@dataclass(frozen=True, slots=True)
class Mark(Generic[T_co]):
    """At the head of every sheet."""

    text: T_co


@dataclass(frozen=True, slots=True)
class Title(Generic[T_co]):
    """Centred and large."""

    text: T_co


@dataclass(frozen=True, slots=True)
class Heading(Generic[T_co]):
    """Over what follows, up to the next."""

    text: T_co


@dataclass(frozen=True, slots=True)
class Field(Generic[T_co]):
    """A label, and its value beside it or, when that does not fit, under it."""

    label: T_co
    value: T_co


@dataclass(frozen=True, slots=True)
class Note(Generic[T_co]):
    """A paragraph, wrapped at the paper's width."""

    text: T_co


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, centred, with exactly this payload."""

    payload: str


Block = Mark[T_co] | Title[T_co] | Heading[T_co] | Field[T_co] | Note[T_co] | Rule | Qr
Document = tuple[Block[T_co], ...]


def spoken(document: Document[Message], say: Callable[[Message], str]) -> Document[str]:
    """The document with sentences in place of messages."""
    return tuple(_spoken(block, say) for block in document)


def _spoken(block: Block[Message], say: Callable[[Message], str]) -> Block[str]:
    match block:
        case Mark(text):
            return Mark(say(text))
        case Title(text):
            return Title(say(text))
        case Heading(text):
            return Heading(say(text))
        case Field(label, value):
            return Field(say(label), say(value))
        case Note(text):
            return Note(say(text))
        case Rule() | Qr():
            return block
    assert_never(block)
