"""What every smart card reader must keep, whatever cards are put into it."""

from collections.abc import Mapping
from typing import Protocol

from kiosk.identity import CardKind
from kiosk.ports import CardContent, CardNumber, CardPresent, Disconnected, NoCard, NotReadable, Ready, SmartCardReader
from provisioning.conformance.cards import SOCIAL_SECURITY_CARDS
from provisioning.conformance.expectations import expect, expect_a, expect_soon, expect_that
from provisioning.conformance.trying import Hands, Rule

CONTACTLESS_NUMBER = bytes.fromhex("04A1B2C3D4E5F0")
Records = Mapping[str, Mapping[str, str]]


class SmartCardHands(Hands, Protocol):
    """`insert` puts in a social security card with these records (any one where they do not matter), which with
    `pull_after` is pulled when it has answered so many commands; each returns once the device can notice."""

    def insert(self, records: Records | None = None, *, pull_after: int | None = None) -> None: ...
    def insert_mute(self) -> None: ...
    def insert_stranger(self) -> None: ...
    def insert_contactless(self, number: bytes) -> None: ...
    def remove(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def stop_service(self) -> None: ...
    def start_service(self) -> None: ...


def an_idle_reader_is_ready_and_empty(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """An idle reader is ready, says so twice in a row, and has no card to find, to read or to number."""
    expect([reader.status(), reader.status()], [Ready(), Ready()], "asked twice how it is")
    expect(reader.find_card(), NoCard(), "looking for a card where none is")
    expect_a(NotReadable, reader.read_card(), "reading where no card is")
    expect_a(NotReadable, reader.card_number(), "asking for a number where no card is")


def each_card_says_what_is_on_it(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """Social security cards, with rare characters too, are read as they are."""
    for known in SOCIAL_SECURITY_CARDS:
        hands.insert(known.records)
        card = found_and_read(reader, known.title).card
        expect_that(card.name == known.name, f"{known.title}: its name is not the one on the card")
        expect_that(card.number == known.number, f"{known.title}: its number is not the one on the card")
        expect_that(card.card_number == known.card_number, f"{known.title}: its own number is not the card's")


def a_card_is_read_once_until_it_was_taken_out(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A card is found and read once, and found again only after it was taken out."""
    for _ in range(2):
        hands.insert()
        found_and_read(reader, "a card")
        expect(reader.find_card(), NoCard(), "looking again while the card that was read is still in")
        hands.remove()
        expect(reader.find_card(), NoCard(), "looking after the card was taken out")


def a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next(
    reader: SmartCardReader, hands: SmartCardHands
) -> None:
    """A card that was found and not read is found by whoever looks next."""
    hands.insert()
    expect_soon(CardPresent, reader.find_card, "looking for a card that is in")
    expect(reader.find_card(), CardPresent(), "looking again before it was read")
    expect_a(CardContent, reader.read_card(), "reading the card that was found")


def a_card_pulled_while_it_is_read_is_said_and_may_come_again(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A card that is pulled while it is read is not readable, and is read when it comes again."""
    hands.insert(pull_after=4)
    expect_soon(CardPresent, reader.find_card, "looking for a card that is in")
    expect_a(NotReadable, reader.read_card(), "reading a card that is pulled meanwhile")
    expect(reader.find_card(), NoCard(), "looking after it was pulled")
    hands.insert()
    found_and_read(reader, "the card that came again")


def another_card_is_refused_once_and_needs_to_be_taken_out(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """Any other chip card is not readable, once, until it was taken out."""
    hands.insert_stranger()
    expect_soon(CardPresent, reader.find_card, "looking for another card")
    expect_a(NotReadable, reader.read_card(), "reading a card that is no social security card")
    expect(reader.find_card(), NoCard(), "looking again while it is still in")


def a_card_that_does_not_answer_is_not_readable(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A card that does not answer is not readable, once, until it was taken out."""
    hands.insert_mute()
    expect_soon(CardPresent, reader.find_card, "looking for a card that will not answer")
    expect_a(NotReadable, reader.card_number(), "asking it for a number")
    expect(reader.find_card(), NoCard(), "looking again while it is still in")


def a_contactless_card_tells_its_number(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A contactless card tells its number, and nothing about a person."""
    hands.insert_contactless(CONTACTLESS_NUMBER)
    expect_soon(CardPresent, reader.find_card, "looking for a contactless card")
    number = expect_a(CardNumber, reader.card_number(), "asking it for its number")
    expect_that(number.number == CONTACTLESS_NUMBER, "the number is not the one on the card")
    expect_a(NotReadable, reader.read_card(), "reading it like a social security card")


def a_reader_that_was_unplugged_comes_back_by_itself(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A reader that was unplugged says so at every call, and comes back by itself."""
    hands.unplug()
    _is_gone_at_every_call(reader, "without its plug")
    hands.plug()
    _is_back(reader, hands)


def a_service_that_was_away_comes_back_by_itself(reader: SmartCardReader, hands: SmartCardHands) -> None:
    """A smart card service that does not run is said at every call, and is used again when it is back."""
    expect_soon(Ready, reader.status, "asked how it is")
    hands.stop_service()
    _is_gone_at_every_call(reader, "without the service")
    hands.start_service()
    _is_back(reader, hands)


def _is_gone_at_every_call(reader: SmartCardReader, when: str) -> None:
    gone = expect_soon(Disconnected, reader.status, f"asked how it is {when}")
    said = [reader.find_card(), reader.read_card(), reader.card_number(), reader.status()]
    expect(said, [gone] * 4, f"looking, reading, numbering and asking {when}")


def _is_back(reader: SmartCardReader, hands: SmartCardHands) -> None:
    expect_soon(Ready, reader.status, "asked how it is when all is back")
    hands.insert()
    found_and_read(reader, "a card when all is back")


def found_and_read(reader: SmartCardReader, what: str) -> CardContent:
    """Put in before."""
    expect_soon(CardPresent, reader.find_card, f"looking for {what} that is in")
    content = expect_a(CardContent, reader.read_card(), f"reading {what}")
    expect_that(content.card.kind is CardKind.SOCIAL_SECURITY, f"{what} is told as {content.card.kind.value}")
    return content


RULES: tuple[Rule, ...] = (
    an_idle_reader_is_ready_and_empty,
    a_card_is_read_once_until_it_was_taken_out,
    each_card_says_what_is_on_it,
    a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next,
    a_card_pulled_while_it_is_read_is_said_and_may_come_again,
    another_card_is_refused_once_and_needs_to_be_taken_out,
    a_card_that_does_not_answer_is_not_readable,
    a_contactless_card_tells_its_number,
    a_reader_that_was_unplugged_comes_back_by_itself,
    a_service_that_was_away_comes_back_by_itself,
)
