"""What the security module's status words come to at the port, whoever hands them on."""

from collections.abc import Mapping

from drivers.identity_card.sam_frames import Word
from kiosk.faults import CARD_LIFTED_TOO_EARLY, CARD_UNREADABLE, CARD_UNSUPPORTED, READER_NOT_WORKING, Fault

FAULT_OF_WORD: Mapping[int, Fault] = {
    Word.CANNOT_AUTHENTICATE_CARD: CARD_UNREADABLE,  # these three: a card that is not genuine, or worn out
    Word.CANNOT_AUTHENTICATE_SAM: CARD_UNREADABLE,
    Word.NOT_VERIFIED: CARD_UNREADABLE,
    Word.WRONG_CARD_TYPE: CARD_UNSUPPORTED,
    Word.NOT_READ: CARD_LIFTED_TOO_EARLY,
    Word.NO_RANDOM_NUMBER: CARD_UNREADABLE,
    Word.NO_CARD: CARD_LIFTED_TOO_EARLY,
    Word.NOT_SELECTED: CARD_LIFTED_TOO_EARLY,
    Word.SELF_TEST_FAILED: READER_NOT_WORKING,
    Word.NOT_AUTHORISED: READER_NOT_WORKING,
}
