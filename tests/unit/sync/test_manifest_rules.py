"""What the gateway takes, and what it says about the rest."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.check_digits import body_check, credit_code_check, resident_check
from kiosk.submission import Attachment, Json, SealedSubmission, canonical
from sync.gateway.manifest_rules import ManifestFault, UnsignedBy, is_file_name, is_sid, judge
from sync.gateway.records import Attached, Manifest
from sync.gateway.synthetic import is_synthetic
from tests.gateway_bench import OTHER_KEY, identity, line

MakeSubmission = Callable[..., SealedSubmission]
SID = "019a0000-0000-7000-8000-000000000001"
DIGEST = "sha256:" + "0" * 64


def judged_of(
    content: bytes, *, sid: str = SID, simulated: bool = True, catalogue_version: str | None = None
) -> Manifest | UnsignedBy | tuple[ManifestFault, ...]:
    """As the terminal CZ03 signs it."""
    return judge(
        content,
        sid=sid,
        terminal=identity(),
        signature=line(content),
        simulated=simulated,
        catalogue_version=catalogue_version,
    )


def pointers(content: bytes, *, sid: str = SID, simulated: bool = True) -> list[str]:
    judged = judged_of(content, sid=sid, simulated=simulated)
    if isinstance(judged, Manifest):
        return []
    assert not isinstance(judged, UnsignedBy)
    return [fault.pointer for fault in judged]


def changed(submission: SealedSubmission, **members: Json) -> bytes:
    return canonical({**json.loads(submission.manifest), **members})


def test_a_whole_manifest_is_taken_as_it_came(make_submission: MakeSubmission) -> None:
    page = Attachment("page.jpg", "image/jpeg", b"page")
    submission = make_submission([page], answers=[{"field": "unknown to the gateway", "value": 1.5}])
    judged = judged_of(submission.manifest, sid=submission.sid)
    assert isinstance(judged, Manifest)
    assert judged.content == submission.manifest
    assert judged.fingerprint == submission.fingerprint
    assert judged.attachments == (Attached("page.jpg", page.digest, 4),)


def test_every_fault_is_named_with_its_pointer(make_submission: MakeSubmission) -> None:
    content = changed(
        make_submission(),
        format="other/1",
        sid="019a0000-0000-7000-8000-00000000ffff",
        slip_code="CZ03-0000-0000",
        terminal={"code": "CZ04"},
        simulated="yes",
        attachments=[
            7,
            {"name": "../a", "sha256": DIGEST, "size": 1},
            {"name": "b", "sha256": "md5:0", "size": 1},
            {"name": "c", "sha256": DIGEST, "size": -1},
            {"name": "d", "sha256": DIGEST, "size": 2},
        ],
    )
    assert pointers(content) == [
        "/format",
        "/sid",
        "/slip_code",
        "/terminal/code",
        "/simulated",
        "/attachments/0",
        "/attachments/1/name",
        "/attachments/2/sha256",
        "/attachments/3/size",
        "/attachments/4/size",
    ]


@pytest.mark.parametrize("content", [b"[]", b"7", b'{"b":1,"a":1}', b"not json", b"", b"[" * 100_000])
def test_what_is_no_canonical_object_is_one_fault(content: bytes) -> None:
    assert pointers(content) == [""]


def test_nothing_is_read_before_the_signature_is_proved() -> None:
    signature = line(b"[" * 100_000)
    assert judge(b"{}", sid=SID, terminal=identity(), signature=signature, simulated=True, catalogue_version=None) == (
        ManifestFault("", "the signature does not match"),
    )
    foreign = line(b"{}", OTHER_KEY)
    unknown = judge(b"{}", sid=SID, terminal=identity(), signature=foreign, simulated=True, catalogue_version=None)
    assert unknown == UnsignedBy(OTHER_KEY.key_id)


@pytest.mark.parametrize(
    ("member", "pointer"),
    [
        ({"slip_code": "CZ03\u0000"}, "/slip_code"),
        ({"terminal": {"code": "CZ03\u0000"}}, "/terminal/code"),
        ({"terminal": "CZ03"}, "/terminal/code"),
        ({"attachments": [{"name": "a\u0000b", "sha256": DIGEST, "size": 1}]}, "/attachments/0/name"),
        ({"attachments": {}}, "/attachments"),
        ({"format": "hall-terminal/submission/0"}, "/format"),
        ({"format": ["hall-terminal/submission/1"]}, "/format"),
    ],
)
def test_a_tricky_member_is_one_fault(make_submission: MakeSubmission, member: dict[str, Json], pointer: str) -> None:
    submission = make_submission()
    assert pointers(changed(submission, **member), sid=submission.sid) == [pointer]


def test_half_a_surrogate_is_not_canonical() -> None:
    assert pointers(b'{"a":"\\ud800"}') == [""]


def test_required_members_are_required() -> None:
    assert pointers(b"{}") == ["/format", "/sid", "/slip_code", "/terminal/code", "/attachments"]


def test_simulated_devices_and_synthetic_people_are_refused_by_a_real_gateway(make_submission: MakeSubmission) -> None:
    submission = make_submission(answers=[{"a~/b": {"number": "100101194401010028"}}])
    assert pointers(submission.manifest, sid=submission.sid, simulated=False) == [
        "/simulated",
        "/answers/0/a~0~1b/number",
        "/applicant/number",
    ]
    assert pointers(submission.manifest, sid=submission.sid, simulated=True) == []


def test_a_real_submission_is_taken_by_a_real_gateway(make_submission: MakeSubmission) -> None:
    submission = make_submission(simulated=False, applicant={"number": "11010519491231002X"})
    assert pointers(submission.manifest, sid=submission.sid, simulated=False) == []


def test_faults_repeat_no_value(make_submission: MakeSubmission) -> None:
    judged = judged_of(make_submission().manifest, sid=SID, simulated=False)
    assert isinstance(judged, tuple)
    assert "陈桂兰" not in repr(judged)
    assert "100101194401010028" not in repr(judged)


def completed(first_17: str) -> str:
    return first_17 + resident_check(first_17)


@pytest.mark.parametrize(
    "number",
    [
        "100101194401010028",
        completed("10999919900101001"),
        completed("81001019900101001"),
        completed("82001019900101001"),
        completed("83001019900101001"),
        completed("91015619900101001"),
        "XXA123456789012",
        "xxa123456789012",
    ],
)
def test_synthetic_numbers_are_known_by_their_range(number: str) -> None:
    assert is_synthetic(number)


def test_a_synthetic_credit_code_is_known_by_its_region() -> None:
    body = "MA000001"
    first_17 = "91109000" + body + body_check(body)
    assert is_synthetic(first_17 + credit_code_check(first_17))


@pytest.mark.parametrize(
    "text", ["11010519491231002X", "91350200MA2YJ1XR9G", "11100000000013338W", "", "陈桂兰", "100101", "10" * 9]
)
def test_real_numbers_and_other_texts_are_not_synthetic(text: str) -> None:
    assert not is_synthetic(text)


@given(st.text(max_size=20))
def test_any_text_can_be_asked(text: str) -> None:
    assert is_synthetic(text) in (True, False)
    assert is_sid(text) is False


@pytest.mark.parametrize("name", ["page-1.jpg", "身份证 正面.jpg", "a..b", "A" * 200, "100%.pdf"])
def test_plain_names_are_file_names(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a",
        "a/b",
        "a\\b",
        "/etc/passwd",
        "C:a",
        "a\x00b",
        "a\nb",
        ".hidden",
        "a.",
        " a",
        "a ",
        "字" * 67,
        "a\u202eb",
        "a\u200bb",
        "CON|x",
        "a*",
    ],
)
def test_path_tricks_are_not(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["字" * 67, "a\u202eb", "a\u200bb", "CON|x", "a*"])
def test_neither_are_names_that_cannot_be_kept_or_seen(name: str) -> None:
    assert not is_file_name(name)


@given(st.binary(max_size=80))
def test_any_bytes_are_judged(content: bytes) -> None:
    assert pointers(content)


@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5), st.lists))
def test_any_attachments_are_judged(attachments: Json) -> None:
    content = canonical({"attachments": attachments})
    assert "/format" in pointers(content)


def test_a_synthetic_number_is_found_however_deep_it_stands(make_submission: MakeSubmission) -> None:
    submission = make_submission()
    deep: Json = {"a/b~": "100101194401010028"}
    for _ in range(200):
        deep = [deep, ""]
    found = pointers(changed(submission, deep=deep), sid=submission.sid, simulated=False)
    assert f"/deep{'/0' * 200}/a~1b~0" in found
