"""Synthetic submissions for the tests of both ends of the wire."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from kiosk.check_digits import CROCKFORD, luhn
from kiosk.submission import FORMAT, Attachment, Json, SealedSubmission, canonical

NAME, NUMBER = "陈桂兰", "100101194401010028"
MakeSubmission = Callable[..., SealedSubmission]


def slip_code(place: int) -> str:
    bare = f"CZ03{place:07}"
    bare += luhn(bare, CROCKFORD)
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:]}"


@pytest.fixture
def make_submission() -> MakeSubmission:
    """Makes a submission with a sid of its own; keyword arguments become members of the manifest."""
    places = itertools.count(1)

    def make(attachments: Sequence[Attachment] = (), **members: Json) -> SealedSubmission:
        place = next(places)
        sid, code = f"019a0000-0000-7000-8000-{place:012x}", slip_code(place)
        manifest: dict[str, Json] = {
            "format": FORMAT,
            "sid": sid,
            "slip_code": code,
            "terminal": {"code": "CZ03", "hall": "gulou"},
            "simulated": True,
            "applicant": {"name": NAME, "number": NUMBER},
            "attachments": [
                {"name": one.name, "media_type": one.media_type, "sha256": one.digest, "size": len(one.content)}
                for one in attachments
            ],
            **members,
        }
        return SealedSubmission(sid, code, canonical(manifest), tuple(attachments))

    return make
