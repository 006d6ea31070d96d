"""What may stand in a scenario: its keys, the verbs of its steps and what each takes. Data; `reading.py` applies it.

`docs/writing-a-scenario.md` lists all of it, and a test keeps the two the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Kinds = tuple[type, ...]
WORDS: Kinds = (str,)
NUMBER: Kinds = (int, float)
WHOLE: Kinds = (int,)
YES: Kinds = (bool,)
LIST: Kinds = (list,)
TABLE: Kinds = (dict,)

NAMES = {
    WORDS: "text",
    NUMBER: "a number",
    WHOLE: "a whole number",
    YES: "true or false",
    LIST: "a list",
    TABLE: "a table",
}


@dataclass(frozen=True, slots=True)
class Verb:
    """`takes`: the kind of the verb's own value. `options`: further keys of the step and their kinds."""

    takes: Kinds
    meaning: str
    options: Mapping[str, Kinds] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()


PLUGS = ("printer", "reader", "camera", "scanner", "smartcard", "sheets", "pages")
VERBS: Mapping[str, Verb] = {
    # The citizen at the screen.
    "wait": Verb(WORDS, "until this page stands there", {"text": WORDS, "name": WORDS, "within_s": NUMBER}),
    "touch": Verb(WORDS, "touch these words on the screen", {"within_s": NUMBER}),
    "tap": Verb(WORDS, "touch the part of the screen with this name", {"within_s": NUMBER}),
    "keys": Verb(WORDS, "touch these keys of the digit pad"),
    "sign": Verb(YES, "write on the signature pad"),
    "read_on": Verb(WORDS, "turn pages until the part with this name can be touched"),
    # Hands.
    "card": Verb(WORDS, "lay somebody's identity card on the reader, or `lift`"),
    "smart_card": Verb(WORDS, "insert somebody's card into the smart card reader, or `remove`", {"kind": WORDS}),
    "paper": Verb(WORDS, "lay a page under the camera, or `none`", {"person": WORDS, "troubles": LIST}),
    "sheets": Verb(
        LIST, "lay pages into the document scanner's feeder; `[]` takes all out", {"person": WORDS, "troubles": LIST}
    ),
    "glass": Verb(WORDS, "lay a page on the document scanner's glass, or `lift`", {"person": WORDS}),
    "code": Verb(WORDS, "hold a code of `[codes]` in front of the scanner, or `hide`"),
    "roll": Verb(WORDS, "a new roll of paper, or take it out", {"mm": NUMBER}, ("new", "remove")),
    "cover": Verb(WORDS, "the printer's cover", one_of=("open", "close")),
    "slip": Verb(WORDS, "take the slip out of the mouth", one_of=("take",)),
    "tray": Verb(WORDS, "a full tray for the A4 printer, or pull it out", one_of=("load", "remove")),
    "plug": Verb(WORDS, "put a device's plug in", one_of=PLUGS),
    "unplug": Verb(WORDS, "pull a device's plug", one_of=PLUGS),
    "platform": Verb(WORDS, "the platform cannot be reached, or is `back`", one_of=("away", "back")),
    # What goes wrong.
    "fault": Verb(WORDS, "from now on this is wrong; the fault's parameters stand beside it", {"on": WORDS}),
    "clear": Verb(WORDS, "it is right again; `all` for everything"),
    "read_codes": Verb(NUMBER, "let the driver of the code reader read for so many seconds, for `expect`"),
    "advance": Verb(NUMBER, "the simulated clock goes on by so many seconds"),
    # What must hold.
    "expect": Verb(TABLE, "all of this, within `within_s` seconds (10)", {"within_s": NUMBER}),
    "picture": Verb(WORDS, "take a picture for the report"),
    "include": Verb(WORDS, "the steps of another file"),
}

EXPECTATIONS: Mapping[str, tuple[Kinds, str]] = {
    "page": (WORDS, "this page stands there"),
    "text": (WORDS, "these words stand on it"),
    "no_text": (WORDS, "these words do not"),
    "slips": (WHOLE, "so many slips were printed since the scenario began"),
    "slip_text": (WORDS, "the newest slip says this"),
    "pages": (WHOLE, "so many sheets came out of the A4 printer since the scenario began"),
    "submissions": (WHOLE, "the platform received so many since the scenario began"),
    "codes": (LIST, "what `read_codes` read, each code's text"),
    "no_code": (WORDS, "`read_codes` did not read this"),
    "device": (WORDS, "this device `is` in a state, `because` of a fault"),
    "is": (WORDS, "the state of `device` in the words of XFS4IoT"),
    "because": (WORDS, "the code of its fault"),
}

TOP: Mapping[str, tuple[Kinds, str]] = {
    "title": (WORDS, "one line; every scenario has it"),
    "about": (WORDS, "what it shows and why"),
    "seed": (WHOLE, "what chance is made from (1)"),
    "landscape": (YES, "on a screen that lies"),
    "smart_cards": (YES, "with a smart card reader (a PC/SC service of its own)"),
    "papers": (YES, "with a document scanner and an A4 printer"),
    "clock": (WORDS, "`real`, or `hand` for one that only `advance` moves"),
    "people": (TABLE, "people of one's own, a table each"),
    "codes": (TABLE, "codes, a table each"),
    "steps": (LIST, "what happens, in order"),
}

PEOPLE: Mapping[str, tuple[Kinds, str]] = {
    "like": (WORDS, "of the cast, or a stranger such as `resident:17`; what follows is different"),
    "name": (WORDS, "as it stands on the card"),
    "english_name": (WORDS, "of a foreigner"),
    "address": (WORDS, "at most 35 characters"),
    "newest_address": (WORDS, "written to the card later"),
    "valid_from": (WORDS, "YYYYMMDD"),
    "valid_to": (WORDS, "YYYYMMDD, 长期, or empty"),
    "nation": (WORDS, "two digits of GB/T 3304"),
}

CODES: Mapping[str, tuple[Kinds, str]] = {
    "text": (WORDS, "what the code says"),
    "payload_hex": (WORDS, "its bytes, instead of `text`"),
    "symbology": (WORDS, "`QR Code` unless said otherwise"),
}
