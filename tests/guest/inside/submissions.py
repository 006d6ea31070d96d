"""Synthetic submissions, the same for a seed and a number in every process and after every power cut."""

import uuid
from functools import lru_cache
from random import Random

from kiosk.check_digits import CROCKFORD, luhn
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical

TERMINAL = "CZ03"


def sid_of(seed: int, number: int) -> str:
    """A UUIDv7 that says which number it is."""
    return f"019a0000-0000-7000-8000-{seed & 0xFFFF:04x}{number:08x}"


def number_of(sid: str) -> int:
    return uuid.UUID(sid).int & 0xFFFFFFFF


@lru_cache(maxsize=64)
def submission(seed: int, number: int) -> SealedSubmission:
    """None to three attachments of up to 120 kB. Some carry the same one."""
    random = Random(f"{seed}/{number}")
    sizes = [random.choice((0, 1, 900, 16_384, 40_000, 120_000)) for _ in range(random.randrange(4))]
    contents = [random.randbytes(size) for size in sizes]
    if contents and random.random() < 0.2:
        contents.append(contents[0])
    return composed(seed, number, contents)


def composed(seed: int, number: int, contents: list[bytes]) -> SealedSubmission:
    """With these attachments."""
    attachments = [Attachment(f"page-{place}.jpg", "image/jpeg", content) for place, content in enumerate(contents, 1)]
    sid, code = sid_of(seed, number), f"{TERMINAL}{number:07}"
    code += luhn(code, CROCKFORD)
    code = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "simulated": True,
        "terminal": {"code": TERMINAL, "hall": "湘桥区政务服务大厅"},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "attachments": [
            {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
            for one in attachments
        ],
    }
    return SealedSubmission(sid, code, canonical(manifest), tuple(attachments))
