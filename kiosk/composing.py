"""From a case and its signature to the submission that is sealed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.case import Case
from kiosk.check_digits import CROCKFORD, luhn
from kiosk.clock import UNKNOWN, ClockReading
from kiosk.identity import CardKind, OpenEnd
from kiosk.items import Catalogue
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical, digest_of

ENTROPY_BYTES = 32
MOST_POINTS = 10_000  # over a minute of writing without a pause; a manifest has a largest size


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step happens and what chance gives it: 32 random bytes, new for every step."""

    at: datetime
    entropy: bytes
    clock: ClockReading = UNKNOWN


@dataclass(frozen=True, slots=True)
class Origin:
    """The terminal a submission comes from."""

    terminal_code: str
    hall: str
    simulated: bool


# How somebody vouches for what the check page showed.


Strokes = tuple[tuple[tuple[int, int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Handwritten:
    """Strokes of points: x and y in tenths of a millimetre from the pad's top left, t in ms from the first."""

    strokes: Strokes


@dataclass(frozen=True, slots=True)
class CardAgain:
    """The applicant laid a card of theirs a second time."""

    card: CardKind
    sam_number: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A member of staff stood by and laid a card of their own."""

    name: str
    number: str
    card: CardKind
    sam_number: str
    read_at: datetime


Vouching = Handwritten | CardAgain | Witnessed

# The text, by key, under which each of them is given.
_CONSENT = {Handwritten: "sign.lead", CardAgain: "card_again.lead", Witnessed: "witness.lead"}


@dataclass(frozen=True, slots=True)
class Shown:
    """Exactly what the check page showed: its sentences line by line, uncovered, and the texts' version."""

    lines: tuple[tuple[str, ...], ...]
    texts_version: str

    @property
    def digest(self) -> str:
        return digest_of(canonical(self.as_json()))

    def as_json(self) -> dict[str, Json]:
        return {"lines": [list(line) for line in self.lines], "texts_version": self.texts_version}


def compose(
    case: Case, *, vouching: Vouching, shown: Shown, moment: Moment, origin: Origin, catalogue: Catalogue
) -> SealedSubmission:
    """The submission, with every number in it fixed."""
    attachments = _attachments(case)
    sid = uuid7(moment.at, moment.entropy[:10])
    code = slip_code(origin.terminal_code, moment.entropy[10:17])
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "terminal": {"code": origin.terminal_code, "hall": origin.hall},
        "simulated": origin.simulated,
        "submitted_at": moment.at.isoformat(timespec="milliseconds"),
        "clock": {"confidence": moment.clock.confidence(moment.at), "offset_ms": moment.clock.offset_ms},
        "catalogue_version": catalogue.version,
        "item": {
            "id": case.item.id,
            "name": case.item.name,
            "version": case.item.version,
            "code": case.item.code.value,
        },
        "applicant": _applicant(case),
        "answers": _answers(case),
        "materials": _materials(case),
        "attachments": [
            {"name": a.name, "media_type": a.media_type, "sha256": a.digest, "size": len(a.content)}
            for a in attachments
        ],
        "consents": [{"text": _CONSENT[type(vouching)], "version": shown.texts_version, "at": moment.at.isoformat()}],
        "signature": {**_vouching(vouching), "shown": {**shown.as_json(), "digest": shown.digest}},
    }
    return SealedSubmission(sid=sid, slip_code=code, manifest=canonical(manifest), attachments=attachments)


def uuid7(at: datetime, random: bytes) -> str:
    """RFC 9562: 48 bits of milliseconds, version, 74 random bits from 10 bytes."""
    milliseconds = max(0, int(at.astimezone(UTC).timestamp() * 1000)) & (2**48 - 1)
    value = milliseconds << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def slip_code(terminal_code: str, random: bytes) -> str:
    """The terminal's four, seven random characters from 7 bytes, a Luhn check over Crockford's base 32."""
    bare = terminal_code + "".join(CROCKFORD[byte % 32] for byte in random[:7])
    bare += luhn(bare, CROCKFORD)
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:]}"


def _applicant(case: Case) -> dict[str, Json]:
    card = case.applicant.card
    return {
        "method": "social-security-card" if card.kind is CardKind.SOCIAL_SECURITY else "identity-card",
        "card": card.kind.value,
        "name": card.name,
        "english_name": card.english_name,
        "number": card.number,
        "sex": card.sex.value,
        "nation": card.nation,
        "nationality": card.nationality,
        "birth": card.birth.isoformat(),
        "address": card.address,
        "issuer": card.issuer,
        "valid_from": card.valid_from.isoformat() if card.valid_from else None,
        "valid_to": card.valid_to.value if isinstance(card.valid_to, OpenEnd) else card.valid_to.isoformat(),
        "sam_number": case.applicant.sam_number,
        "read_at": case.applicant.read_at.isoformat(),
    }


def _answers(case: Case) -> list[Json]:
    answers: list[Json] = []
    for field in case.fields:
        if answer := case.answer(field):
            answers.append({"field": field.id, "value": answer.value, "source": answer.source.value})
    return answers


def _materials(case: Case) -> list[Json]:
    return [
        {
            "material": material.id,
            "name": material.name,
            "form": "photographed" if case.pages_of(material) else "later",
            "grade": "C",  # 国办函〔2016〕108号: uploaded by the applicant, verified by nobody yet
            "attachments": [_page_name(material.id, n) for n, _ in enumerate(case.pages_of(material), 1)],
        }
        for material in case.item.materials
    ]


def _attachments(case: Case) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(_page_name(material.id, n), "image/jpeg", page.jpeg)
        for material in case.item.materials
        for n, page in enumerate(case.pages_of(material), 1)
    )


def _page_name(material_id: str, number: int) -> str:
    return f"{material_id}-{number}.jpg"


def _thinned(strokes: Strokes) -> Strokes:
    """The strokes; where they have too many points, every so many-th and the last of each."""
    every = 1 + sum(map(len, strokes)) // MOST_POINTS
    return tuple(stroke[:-1:every] + stroke[-1:] for stroke in strokes)


def _vouching(vouching: Vouching) -> dict[str, Json]:
    match vouching:
        case Handwritten(strokes):
            thinned: list[Json] = [[list(point) for point in stroke] for stroke in _thinned(strokes)]
            return {"method": "handwritten", "strokes": thinned}
        case CardAgain(card, sam_number, read_at):
            return {
                "method": "card-again",
                "card": card.value,
                "sam_number": sam_number,
                "read_at": read_at.isoformat(),
            }
        case Witnessed(name, number, card, sam_number, read_at):
            return {
                "method": "witnessed",
                "name": name,
                "number": number,
                "card": card.value,
                "sam_number": sam_number,
                "read_at": read_at.isoformat(),
            }
