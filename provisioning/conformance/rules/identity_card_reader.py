"""What every identity card reader must keep, whatever its wire."""

from typing import Protocol

from kiosk.ports import CardContent, CardPresent, Disconnected, IdentityCardReader, NoCard, NotReadable, Ready
from provisioning.conformance.cards import IDENTITY_CARDS
from provisioning.conformance.expectations import expect, expect_a, expect_soon, expect_that
from provisioning.conformance.trying import Hands, Rule

PHOTO_BYTES = 1024
TORN = bytes.fromhex("FFFE") * 128
RESERVED_TYPE = IDENTITY_CARDS[0].chip[:248] + "Z".encode("utf-16-le") + IDENTITY_CARDS[0].chip[250:]


class CardHands(Hands, Protocol):
    """`lay` puts down a card whose chip holds these 256 bytes (any good card where they do not matter); each returns
    once the device can notice."""

    def lay(self, chip: bytes | None = None) -> None: ...
    def lift(self) -> None: ...
    def unplug(self) -> None: ...
    def plug(self) -> None: ...


def an_idle_reader_is_ready_and_empty(reader: IdentityCardReader, hands: CardHands) -> None:
    """An idle reader is ready, says so twice in a row, and finds no card."""
    expect([reader.status(), reader.status()], [Ready(), Ready()], "asked twice how it is")
    expect(reader.find_card(), NoCard(), "looking for a card where none lies")
    expect_a(NotReadable, reader.read_card(), "reading where no card lies")


def each_kind_of_card_is_found_and_read(reader: IdentityCardReader, hands: CardHands) -> None:
    """Cards of every kind are found and read: residents, permits, foreigners of both layouts."""
    for known in IDENTITY_CARDS:
        hands.lay(known.chip)
        content = found_and_read(reader, known.title)
        expect_that(content.card.name == known.name, f"{known.title}: its name is not the one on the card")
        expect_that(content.card.number == known.number, f"{known.title}: its number is not the one on the card")
        expect_that(content.card.birth == known.birth, f"{known.title}: its birthday is not the one on the card")


def a_card_is_read_with_its_photo_or_with_none(reader: IdentityCardReader, hands: CardHands) -> None:
    """A card is found and read, with the 1024 bytes of its photo or with none."""
    hands.lay()
    photo = found_and_read(reader, "a card").photo
    expect_that(len(photo) in (0, PHOTO_BYTES), f"its photo has {len(photo)} bytes; a chip's has {PHOTO_BYTES}")


def a_card_that_was_read_is_found_again_only_after_it_was_lifted(reader: IdentityCardReader, hands: CardHands) -> None:
    """A card that was read is found again only after it was lifted."""
    for _ in range(2):
        hands.lay()
        found_and_read(reader, "a card")
        expect(reader.find_card(), NoCard(), "looking again while the card that was read still lies there")
        hands.lift()
        expect(reader.find_card(), NoCard(), "looking after the card was lifted")


def a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next(
    reader: IdentityCardReader, hands: CardHands
) -> None:
    """A card that was found and not read is found by whoever looks next, also when somebody asked for the status."""
    hands.lay()
    expect_soon(CardPresent, reader.find_card, "looking for a card that lies there")
    expect(reader.status(), Ready(), "asked how it is while a card lies there")
    expect(reader.find_card(), CardPresent(), "looking again before it was read")
    expect_a(CardContent, reader.read_card(), "reading the card that was found")


def a_card_lifted_after_it_was_found_is_not_readable(reader: IdentityCardReader, hands: CardHands) -> None:
    """A card that was lifted between finding and reading is not readable; the next one is read."""
    hands.lay()
    expect_soon(CardPresent, reader.find_card, "looking for a card that lies there")
    hands.lift()
    expect_a(NotReadable, reader.read_card(), "reading a card that was lifted")
    hands.lay()
    found_and_read(reader, "the next card")


def a_chip_that_makes_no_sense_is_not_readable(reader: IdentityCardReader, hands: CardHands) -> None:
    """A chip whose text makes no sense, or of a kind that nobody knows, is not readable; the next card is read."""
    for what, chip in (("a torn text", TORN), ("an unknown kind", RESERVED_TYPE)):
        hands.lay(chip)
        expect_soon(CardPresent, reader.find_card, f"looking for a card with {what}")
        expect_a(NotReadable, reader.read_card(), f"reading a card with {what}")
        hands.lift()
    hands.lay()
    found_and_read(reader, "the next card")


def a_reader_that_was_unplugged_comes_back_by_itself(reader: IdentityCardReader, hands: CardHands) -> None:
    """A reader that was unplugged says so at every call, and comes back by itself."""
    expect_soon(Ready, reader.status, "asked how it is")
    hands.unplug()
    gone = expect_soon(Disconnected, reader.status, "asked how it is without its plug")
    said = [reader.find_card(), reader.read_card(), reader.status()]
    expect(said, [gone] * 3, "looking, reading and asking without its plug")
    hands.plug()
    expect_soon(Ready, reader.status, "asked how it is with its plug in again")
    hands.lay()
    found_and_read(reader, "a card after the plug")


def found_and_read(reader: IdentityCardReader, what: str) -> CardContent:
    """Laid there before."""
    expect_soon(CardPresent, reader.find_card, f"looking for {what} that lies there")
    return expect_a(CardContent, reader.read_card(), f"reading {what}")


RULES: tuple[Rule, ...] = (
    an_idle_reader_is_ready_and_empty,
    a_card_is_read_with_its_photo_or_with_none,
    each_kind_of_card_is_found_and_read,
    a_card_that_was_read_is_found_again_only_after_it_was_lifted,
    a_card_that_was_found_and_not_read_is_found_by_whoever_looks_next,
    a_card_lifted_after_it_was_found_is_not_readable,
    a_chip_that_makes_no_sense_is_not_readable,
    a_reader_that_was_unplugged_comes_back_by_itself,
)
