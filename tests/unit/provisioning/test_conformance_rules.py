"""A rule that does not hold is said with what was expected and what came; what was not tried is never passed."""

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from kiosk import ports
from kiosk.faults import ALL, READER_UNPLUGGED, Fault, WhoActs
from kiosk.ports import CardPresent, Degraded, Disconnected, NoCard, NotReadable, Ready
from provisioning.conformance import kits
from provisioning.conformance.cards import IDENTITY_CARDS, SOCIAL_SECURITY_CARDS
from provisioning.conformance.expectations import told
from provisioning.conformance.kits import KITS
from provisioning.conformance.person import Person
from provisioning.conformance.rules import identity_card_reader as rules
from provisioning.conformance.sheets import sheets_of_a4
from provisioning.conformance.trying import Result, Verdict, name_of, sentence_of, tried
from provisioning.conformance.watching import bound_of, outcomes_of, verbs_of

GOLDEN = Path(__file__).parents[2] / "golden"
AT_MOST_S = {
    "IdentityCardReader": {"find_card": 0.6, "read_card": 2.5},
    "SmartCardReader": {"find_card": 0.6, "read_card": 2.5, "card_number": 1.0},
    "CodeReader": {"look": 0.6},
    "DocumentCamera": {"look": 2.0},
    "DocumentScanner": {"status": 3.0, "begin": 5.0, "next": 0.6, "cancel": 2.0},
    "ReceiptPrinter": {"print": 15.0},
    "PagePrinter": {"status": 3.0, "begin": 10.0, "next": 2.0, "cancel": 5.0},
}


class Idle:
    """A reader on which nothing ever lies."""

    def status(self) -> object:
        return Ready()

    def find_card(self) -> object:
        return NoCard()

    def read_card(self) -> object:
        return NotReadable(ALL["idcard.lifted"])


class Still:
    """Hands at a reader that needs none."""

    def tidy(self) -> None: ...


def verdict_on(reader: object) -> Verdict:
    return tried(rules.an_idle_reader_is_ready_and_empty, reader, Still(), port=ports.IdentityCardReader)


def test_a_rule_that_holds_has_passed() -> None:
    verdict = verdict_on(Idle())
    assert (verdict.rule, verdict.result, verdict.why) == ("an-idle-reader-is-ready-and-empty", Result.PASSED, "")
    assert verdict.sentence.startswith("An idle reader is ready")


def late(said: object) -> object:
    until = time.monotonic() + 0.9
    while time.monotonic() < until:
        pass
    return said


class Careless(Idle):
    def find_card(self) -> object:
        raise ValueError("陈桂兰")


class Talkative(Idle):
    def find_card(self) -> object:
        return "no card"


class Inventive(Idle):
    def find_card(self) -> object:
        return NotReadable(Fault("idcard.too_shiny", WhoActs.CLEAR))


class Late(Idle):
    def find_card(self) -> object:
        return late(NoCard())


class Wrong(Idle):
    def find_card(self) -> object:
        return CardPresent()


class Tripping(Idle):
    def find_card(self) -> object:
        return json.loads("陈桂兰")


class Unfinished:
    def status(self) -> object:
        return Ready()


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (Careless(), "find_card raised ValueError in test_conformance_rules.py, line "),
        (Tripping(), "find_card raised JSONDecodeError in test_conformance_rules.py, line "),
        (Talkative(), "find_card gave 'no card', which is none of CardPresent, NoCard, NotReadable"),
        (Inventive(), "find_card gave the fault 'idcard.too_shiny', for which kiosk/faults.py has no words"),
        (Late(), "find_card took 0.9"),
        (Wrong(), "looking for a card where none lies: expected NoCard, came CardPresent"),
        (Unfinished(), "the adapter has no find_card, which IdentityCardReader asks for"),
    ],
)
def test_what_breaks_a_rule_is_said_without_what_stands_on_a_card(reader: object, why: str) -> None:
    verdict = verdict_on(reader)
    assert (verdict.result, verdict.why[: len(why)]) == (Result.FAILED, why)
    assert "陈" not in verdict.why


def test_an_adapter_that_is_not_well_between_two_rules_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ill(Idle):
        def status(self) -> object:
            return Disconnected(READER_UNPLUGGED)

    monkeypatch.setattr("provisioning.conformance.expectations.BACK_WITHIN_S", 0.0)
    why = verdict_on(Ill()).why
    assert why.startswith("asked how it is before the rule, with all in order")
    assert why.endswith("expected Ready, came Disconnected(idcard.reader.unplugged)")


def test_the_bounds_are_those_of_the_ports_own_words() -> None:
    found = {
        kit.port.__name__: {v: s for v in verbs_of(kit.port) if (s := bound_of(kit.port, v)) is not None}
        for kit in KITS.values()
    }
    assert found == AT_MOST_S


def test_the_outcomes_are_those_of_the_ports_annotations() -> None:
    assert outcomes_of(ports.IdentityCardReader, "read_card") == (ports.CardContent, NotReadable, Disconnected)
    assert outcomes_of(ports.CodeReader, "rest") == (type(None),)
    assert outcomes_of(ports.DocumentScanner, "sources") == (tuple,)


@pytest.mark.parametrize("port", KITS)
def test_each_rule_has_a_name_and_a_sentence_of_its_own(port: str) -> None:
    kit = KITS[port]
    names = [name_of(rule) for rule in kit.rules]
    assert len(set(names)) == len(names)
    assert all(sentence_of(rule).endswith(".") for rule in kit.rules)
    written = {name for name, rule in vars(getattr(kits, port)).items() if "_" in name and callable(rule)}
    assert {name.replace("-", "_") for name in names} <= written


@pytest.mark.parametrize("port", KITS)
def test_both_kinds_of_hands_have_every_verb_of_a_ports_hands(port: str) -> None:
    kit = KITS[port]
    (protocol,) = [
        made for name, made in vars(getattr(kits, port)).items() if name.endswith("Hands") and name != "Hands"
    ]
    verbs = {name for name in dir(protocol) if not name.startswith("_")}
    person = kit.persons_hands(Person(StringIO(), StringIO()))
    assert not [verb for verb in verbs if not callable(getattr(person, verb, None))]
    for simulated in kit.simulated.values():
        hands = simulated.hands(StillSimulator())  # type: ignore[arg-type]  # it is only made, not used
        assert not [verb for verb in verbs if not callable(getattr(hands, verb, None))]


class StillSimulator:
    def ask(self, act: str, **details: Any) -> None: ...


def test_the_kits_cards_are_those_that_bind_simulator_and_drivers() -> None:
    golden = json.loads((GOLDEN / "cards.json").read_text("utf-8"))
    assert [
        (card.title, card.chip.hex(), card.name, card.number, card.birth.isoformat()) for card in IDENTITY_CARDS
    ] == [
        (card["title"], card["chip"], card["card"]["name"], card["card"]["number"], card["card"]["birth"])
        for card in golden
    ]
    social = json.loads((GOLDEN / "social_security_cards.json").read_text("utf-8"))
    for known, bound in zip(SOCIAL_SECURITY_CARDS, social, strict=False):
        card = bound["card"]
        assert known.records == bound["records"]
        assert (known.name, known.number, known.card_number) == (card["name"], card["number"], card["card_number"])


def test_a_document_of_so_many_sheets_is_a_pdf() -> None:
    for sheets in (1, 3):
        pdf = sheets_of_a4(sheets)
        assert pdf.count(b"/Type /Page ") == sheets
        table = pdf.index(b"xref\n")
        assert int(pdf.split(b"startxref\n")[1].split()[0]) == table
        places = [int(line[:10]) for line in pdf[table:].splitlines()[3:] if line.endswith(b" n ")]
        assert [pdf[place:].split(b" ", 1)[0] for place in places] == [
            str(n).encode() for n in range(1, len(places) + 1)
        ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Degraded((READER_UNPLUGGED,)), "Degraded(idcard.reader.unplugged)"),
        ([Ready(), NoCard()], "[Ready, NoCard]"),
        ((1, b"\x00" * 9), "[1, 9 bytes]"),
        (ports.PagesPrinting(2, ALL["page_printer.paper_out"]), "PagesPrinting(2 sheets, page_printer.paper_out)"),
    ],
)
def test_an_outcome_is_told_in_a_word(said: object, words: str) -> None:
    assert told(said) == words


class HandsOfAPerson:
    """What somebody at the terminal types, and what they were asked."""

    def __init__(self, *answers: str) -> None:
        self.said = StringIO()
        self.person = Person(StringIO("".join(f"{answer}\n" for answer in answers)), self.said)


def test_a_person_is_asked_for_each_thing_and_leaves_out_what_they_like() -> None:
    hands = HandsOfAPerson("", "s")
    kit = KITS["identity_card_reader"]
    verdict = tried(
        rules.a_card_is_read_with_its_photo_or_with_none, Idle(), kit.persons_hands(hands.person), port=kit.port
    )
    assert (verdict.result, verdict.why) == (Result.NOT_TRIED, "left out by who stands at the device")
    asked = hands.said.getvalue()
    assert "no card lies on it" in asked
    assert "Lay an identity card on the reader" in asked


@pytest.mark.parametrize(
    ("port", "rule", "why"),
    [
        ("identity_card_reader", "each_kind_of_card_is_found_and_read", "needs the simulator"),
        ("receipt_printer", "a_jammed_cutter_is_told_and_passes", "nobody jams a real cutter"),
        ("smart_card_reader", "a_contactless_card_tells_its_number", "needs the simulator"),
    ],
)
def test_what_no_hands_can_do_is_not_tried(port: str, rule: str, why: str) -> None:
    kit, hands = KITS[port], HandsOfAPerson(*[""] * 9)
    (chosen,) = [one for one in kit.rules if one.__name__ == rule]
    verdict = tried(chosen, Idle(), kit.persons_hands(hands.person), port=kit.port)
    assert verdict.result is Result.NOT_TRIED
    assert why in verdict.why


def test_a_person_counts_and_is_asked_again_for_what_is_no_number() -> None:
    hands = HandsOfAPerson("two", "2")
    assert hands.person.count("How many?") == 2
    assert "A number, please." in hands.said.getvalue()


def test_a_code_is_drawn_so_that_a_reader_can_read_it() -> None:
    import numpy as np
    import zxingcpp

    hands = HandsOfAPerson("")
    payload = "社会保障卡".encode("gb18030")
    KITS["code_reader"].persons_hands(hands.person).show(payload)  # type: ignore[attr-defined]  # CodeHands
    lines = [line for line in hands.said.getvalue().splitlines() if line and set(line) <= set("█▀▄ ")]
    dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = np.array([[dark[mark][half] for mark in line] for line in lines for half in (0, 1)], dtype=np.uint8)
    picture = np.pad(np.kron((1 - rows) * 255, np.ones((4, 4), dtype=np.uint8)), 20, constant_values=255)
    (code,) = zxingcpp.read_barcodes(picture.astype(np.uint8))
    assert code.bytes == payload
