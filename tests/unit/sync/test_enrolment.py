"""A terminal and a gateway that certifies it, refuses it, loses answers, or is somebody else."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.agent.anonymous_line import Answered, Unreachable, ask, trusting_nobody
from sync.agent.enrolment import Enrolled, Refused, Renewed, Why, enrol, renew, renewal_due
from sync.outbox.identity import Identity, NotEnrolled, kept_draft, read_identity
from sync.wire.enrolment_code import make_code
from sync.wire.signatures import SigningKey, is_signed, new_seed, parse_signature
from tests.wires.enrolling_gateway import Answer, Authority, EnrollingGateway, der, pem, serving

DAY = timedelta(days=1)


@pytest.fixture
def gateway() -> EnrollingGateway:
    return EnrollingGateway()


@pytest.fixture
def url(gateway: EnrollingGateway, tmp_path: Path) -> Iterator[str]:
    with serving(gateway, gateway.authority.server_context(tmp_path)) as url:
        yield url


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def enrolling(gateway: EnrollingGateway, store: Path, url: str, now: datetime | None = None) -> Enrolled | Refused:
    code = make_code("CZ03", der(gateway.authority.certificate))
    return enrol(store, code, url, now=now or datetime.now(UTC))


def identity_in(store: Path) -> Identity:
    identity = read_identity(store)
    assert isinstance(identity, Identity), identity
    return identity


def test_a_code_makes_a_terminal_of_it(gateway: EnrollingGateway, store: Path, url: str) -> None:
    outcome = enrolling(gateway, store, url)
    assert isinstance(outcome, Enrolled)
    identity = identity_in(store)
    assert (identity.terminal, identity.gateway_url, identity.not_after) == ("CZ03", url, outcome.not_after)
    signature = parse_signature(outcome.configuration_signature)
    assert signature
    assert is_signed(outcome.configuration, signature, identity.gateway_keys)
    ((path, body, _),) = gateway.asked
    assert path == "/v1/enrolment"
    assert set(body) == {"terminal", "secret", "csr", "signing_key"}


def test_an_answer_that_was_lost_is_asked_for_with_the_same_keys(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    gateway.answer = lambda *_: None
    assert_refused(enrolling(gateway, store, url), Why.NO_NETWORK)
    gateway.answer = gateway.certified
    assert isinstance(enrolling(gateway, store, url), Enrolled)
    (_, first, _), (_, second, _) = gateway.asked
    assert (first["csr"], first["signing_key"]) == (second["csr"], second["signing_key"])


def assert_refused(outcome: object, why: Why) -> None:
    assert isinstance(outcome, Refused), outcome
    assert outcome.why is why, outcome


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((403, {"reason": "wrong", "tries_left": 3}), Why.WRONG_CODE),
        ((403, {"reason": "used"}), Why.USED),
        ((403, {"reason": "late"}), Why.LATE),
        ((403, {"reason": "locked"}), Why.LOCKED),
        ((403, {"reason": "something new"}), Why.NOT_A_GATEWAY),
        ((503, {"reason": "disk"}), Why.NO_NETWORK),
        ((200, {}), Why.NOT_A_GATEWAY),
        ((200, []), Why.NOT_A_GATEWAY),
        ((404, "nothing"), Why.NOT_A_GATEWAY),
    ],
)
def test_each_refusal_has_its_name_and_leaves_nothing_half_enrolled(
    answer: Answer, why: Why, gateway: EnrollingGateway, store: Path, url: str
) -> None:
    gateway.answer = lambda *_: answer
    assert_refused(enrolling(gateway, store, url), why)
    assert isinstance(read_identity(store), NotEnrolled)


def test_nothing_is_sent_to_another_authority_than_the_codes(gateway: EnrollingGateway, store: Path, url: str) -> None:
    gateway.shown = pem(Authority().certificate).encode()
    assert_refused(enrolling(gateway, store, url), Why.OTHER_AUTHORITY)
    assert gateway.asked == []


def test_nothing_is_sent_to_a_server_that_shows_the_authority_without_being_certified_by_it(
    gateway: EnrollingGateway, store: Path, tmp_path: Path
) -> None:
    with serving(gateway, Authority().server_context(tmp_path)) as url:
        assert_refused(enrolling(gateway, store, url), Why.FOREIGN_CERTIFICATE)
    assert gateway.asked == []
    assert isinstance(read_identity(store), NotEnrolled)


def test_an_authority_with_another_one_behind_it_lends_that_one_no_trust(
    gateway: EnrollingGateway, store: Path, url: str, tmp_path: Path
) -> None:
    stranger = Authority()
    gateway.shown = (pem(gateway.authority.certificate) + pem(stranger.certificate)).encode()
    with serving(gateway, stranger.server_context(tmp_path)) as foreign:
        assert_refused(enrolling(gateway, store, foreign), Why.FOREIGN_CERTIFICATE)
    assert gateway.asked == []
    spoilt(gateway, authority=gateway.shown.decode())
    assert isinstance(enrolling(gateway, store, url), Enrolled)
    assert identity_in(store).authority.read_text() == pem(gateway.authority.certificate)


def test_a_server_certificate_out_of_its_time_points_to_the_clock(
    gateway: EnrollingGateway, store: Path, tmp_path: Path
) -> None:
    context = gateway.authority.server_context(tmp_path, since=datetime.now(UTC) - 400 * DAY)
    with serving(gateway, context) as url:
        assert_refused(enrolling(gateway, store, url), Why.CLOCK)


def test_a_certificate_that_does_not_count_now_points_to_the_clock(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    assert_refused(enrolling(gateway, store, url, datetime.now(UTC) - 30 * DAY), Why.CLOCK)
    assert isinstance(read_identity(store), NotEnrolled)


def spoilt(gateway: EnrollingGateway, **members: Any) -> None:
    def answer(path: str, body: dict[str, Any]) -> Answer:
        whole = gateway.certified(path, body)
        assert whole
        return whole[0], whole[1] | members

    gateway.answer = answer


def test_a_certificate_for_another_key_or_of_another_authority_is_not_taken(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    other = Authority()
    spoilt(gateway, certificate=pem(other.certificate))
    assert_refused(enrolling(gateway, store, url), Why.NOT_A_GATEWAY)
    spoilt(gateway, certificate=pem(gateway.authority.certificate))
    assert_refused(enrolling(gateway, store, url), Why.NOT_A_GATEWAY)
    spoilt(gateway, certificate="-----BEGIN CERTIFICATE-----\nno\n")
    assert_refused(enrolling(gateway, store, url), Why.NOT_A_GATEWAY)
    assert isinstance(read_identity(store), NotEnrolled)


def test_a_first_configuration_that_is_not_the_gateways_is_not_taken(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    stranger = SigningKey(new_seed())
    spoilt(gateway, configuration_signature=stranger.sign(gateway.configuration.encode()).line)
    assert_refused(enrolling(gateway, store, url), Why.NOT_A_GATEWAY)
    spoilt(gateway, configuration=gateway.configuration.replace("湘桥", "别处"))
    assert_refused(enrolling(gateway, store, url), Why.NOT_A_GATEWAY)
    assert isinstance(read_identity(store), NotEnrolled)


def test_enrolled_again_the_old_identity_serves_until_the_new_one_is_whole(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    enrolling(gateway, store, url)
    before = identity_in(store)
    gateway.answer = lambda *_: (403, {"reason": "late"})
    assert_refused(enrolling(gateway, store, url), Why.LATE)
    assert identity_in(store).signing.public == before.signing.public
    gateway.answer = gateway.certified
    assert isinstance(enrolling(gateway, store, url), Enrolled)
    assert identity_in(store).signing.public != before.signing.public


def test_a_silent_gateway_is_given_up_at_the_deadline(gateway: EnrollingGateway, url: str) -> None:
    held = threading.Event()

    def hold(*_: object) -> Answer:
        held.wait(20)
        return None

    gateway.answer = hold
    answer = ask(url, "/v1/enrolment", trusting_nobody(), body=b"{}", deadline_s=0.3)
    held.set()
    assert isinstance(answer, Unreachable)


def test_where_nobody_listens_is_no_network(gateway: EnrollingGateway, store: Path, url: str) -> None:
    assert_refused(enrolling(gateway, store, "https://127.0.0.1:1"), Why.NO_NETWORK)


def test_a_store_that_cannot_be_written_is_told_before_the_code_is_spent(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    store.write_text("in the way")
    assert_refused(enrolling(gateway, store, url), Why.DISK)
    assert gateway.asked == []


def test_a_certificate_is_renewed_from_two_thirds_of_its_life_and_up_to_90_days_late(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    enrolling(gateway, store, url)
    identity = identity_in(store)
    due = [(day, renewal_due(identity, identity.not_before + day * DAY)) for day in (0, 59, 60, 89, 91, 179, 181)]
    assert due == [(0, False), (59, False), (60, True), (89, True), (91, True), (179, True), (181, False)]


def test_a_renewal_is_signed_by_the_terminal_and_needs_no_certificate_that_still_counts(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    enrolling(gateway, store, url)
    before = identity_in(store)
    outcome = renew(store, before, now=datetime.now(UTC))
    assert isinstance(outcome, Renewed)
    after = identity_in(store)
    assert after.signing.public == before.signing.public
    assert after.tls_certificate.read_bytes() != before.tls_certificate.read_bytes()
    path, body, line = gateway.asked[-1]
    assert (path, body["format"], body["terminal"]) == ("/v1/certificates/renew", "hall-terminal/renewal/1", "CZ03")
    assert line.startswith(before.signing.key_id)


@pytest.mark.parametrize("reason", ["revoked", "too-late", "unknown-key"])
def test_a_renewal_that_is_refused_changes_nothing(
    reason: str, gateway: EnrollingGateway, store: Path, url: str
) -> None:
    enrolling(gateway, store, url)
    before = identity_in(store)
    gateway.answer = lambda *_: (403, {"reason": reason})
    assert_refused(renew(store, before, now=datetime.now(UTC)), Why(reason))
    assert identity_in(store).tls_certificate == before.tls_certificate


def test_a_renewal_does_not_fail_on_a_clock_ten_years_off(gateway: EnrollingGateway, store: Path, url: str) -> None:
    enrolling(gateway, store, url)
    assert isinstance(renew(store, identity_in(store), now=datetime.now(UTC) + 3650 * DAY), Renewed)


def test_a_renewal_trusts_nobody_but_the_authority(
    gateway: EnrollingGateway, store: Path, url: str, tmp_path: Path
) -> None:
    enrolling(gateway, store, url)
    before = identity_in(store)
    asked = len(gateway.asked)
    with serving(gateway, Authority().server_context(tmp_path)) as foreign:
        assert_refused(
            renew(store, replace(before, gateway_url=foreign), now=datetime.now(UTC)), Why.FOREIGN_CERTIFICATE
        )
    assert len(gateway.asked) == asked


def test_a_renewal_that_was_asked_for_before_a_new_enrolment_does_not_take_its_place(
    gateway: EnrollingGateway, store: Path, url: str
) -> None:
    enrolling(gateway, store, url)
    before = identity_in(store)

    def meanwhile(path: str, body: dict[str, Any]) -> Answer:
        gateway.answer = gateway.certified
        assert isinstance(enrolling(gateway, store, url), Enrolled)
        return gateway.certified(path, body)

    gateway.answer = meanwhile
    assert_refused(renew(store, before, now=datetime.now(UTC)), Why.ENROLLED_ANEW)
    assert identity_in(store).signing.public != before.signing.public


@pytest.mark.parametrize("year", ["99999999999999999999", "next"])
def test_a_date_that_no_calendar_has_is_no_hint(year: str, gateway: EnrollingGateway, url: str) -> None:
    gateway.date = f"Mon, 23 Nov {year} 10:00:00 GMT"
    answer = ask(url, "/v1/authority", trusting_nobody())
    assert isinstance(answer, Answered)
    assert answer.server_time is None


def test_keys_and_secrets_are_in_no_words_of_ours(store: Path) -> None:
    code, draft = make_code("CZ03", b"authority"), kept_draft(store, "CZ03")
    assert code.secret not in repr(code)
    assert "PRIVATE KEY" not in repr(draft)
    assert repr(draft.signing_seed) not in repr(draft)
