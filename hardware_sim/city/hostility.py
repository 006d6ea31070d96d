"""In which ways a city may be hostile."""

from enum import StrEnum


class Mode(StrEnum):
    LATE = "late"
    TWICE = "twice"
    WRONG_PERSON = "wrong-person"
    GONE = "gone"
    TIME_LIE = "time-lie"
    REFUSE = "refuse"
    SLOW = "slow"
    WRONG_SIGNATURE = "wrong-signature"


MEANING = {
    Mode.LATE: "reports wait until the mode is off, then come newest first",
    Mode.TWICE: "each report comes twice; the first answer to each hand-on is lost",
    Mode.WRONG_PERSON: "reports carry another submission's fingerprint",
    Mode.GONE: "hand-ons are answered 404 and 410 by turns",
    Mode.TIME_LIE: "reports are dated up to ten years off, each a year before the last",
    Mode.REFUSE: "hand-ons are answered 500",
    Mode.SLOW: "answers wait",
    Mode.WRONG_SIGNATURE: "reports and requests for attachments are signed with another key",
}
