"""Submissions of random bytes, the same for the same chance."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from kiosk.composing import slip_code, uuid7
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical

NOW = datetime(2026, 11, 23, 9, 46, tzinfo=timezone(timedelta(hours=8)))
SIZES, WEIGHTS = (0, 1, 900, 16_000, 40_000, 300_000), (1, 1, 4, 4, 2, 1)


def new_id(chance: random.Random) -> str:
    return uuid7(NOW, chance.randbytes(10))


def submission(chance: random.Random, *, sizes: Sequence[int] | None = None) -> SealedSubmission:
    """With 0 to 3 attachments, or one of each of the sizes."""
    sid, code = new_id(chance), slip_code("CZ03", chance.randbytes(7))
    if sizes is None:
        sizes = chance.choices(SIZES, WEIGHTS, k=chance.randrange(4))
    attachments = tuple(
        Attachment(f"page-{at}.jpg", "image/jpeg", chance.randbytes(size)) for at, size in enumerate(sizes)
    )
    manifest: dict[str, Json] = {
        "format": FORMAT,
        "sid": sid,
        "slip_code": code,
        "terminal": {"code": "CZ03", "hall": "湘桥"},
        "simulated": True,
        "submitted_at": NOW.isoformat(),
        "item": {"id": "old-age-allowance"},
        "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
        "attachments": [
            {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
            for one in attachments
        ],
    }
    return SealedSubmission(sid, code, canonical(manifest), attachments)
