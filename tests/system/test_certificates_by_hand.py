"""What an operator sees with `curl` and `openssl s_client` at the port of a real gateway."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.gateway.opened import opened_parts
from tests.enrolled import EnrolledTerminal, enrolled
from tests.system.line_bench import TLS, Platform, gateway_process
from tests.system.test_gateway_tls import SAYS_WHO


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with gateway_process(tmp_path_factory.mktemp("by-hand") / "gateway", *TLS) as platform:
        yield platform


@pytest.fixture(scope="module")
def right(platform: Platform) -> EnrolledTerminal:
    return enrolled(platform.data, "CZ01", files=platform.data.with_name("right"))


def curl(platform: Platform, who: EnrolledTerminal | None, *options: str) -> tuple[int, dict[str, object]]:
    """The status, 0 when no request was answered, and the JSON of the answer."""
    command = ["curl", "--silent", "--noproxy", "*", "--max-time", "20", "--write-out", "\n%{http_code}"]
    shown = [] if who is None else ["--cert", str(who.certificate), "--key", str(who.key)]
    done = subprocess.run(
        [*command, "--cacert", str(platform.authority), *shown, *options, f"{platform.url}/v1/cases?after=0"],
        capture_output=True,
        text=True,
        check=False,
    )
    body, _, status = done.stdout.rpartition("\n")
    assert (done.returncode == 0) == (status != "000"), done
    return int(status), json.loads(body or "{}")


def claiming(code: str) -> list[str]:
    """Options of curl: every header in which a proxy or a liar might say who speaks."""
    return [word for name, value in SAYS_WHO.items() for word in ("--header", f"{name}: {value}".replace("CZ03", code))]


def s_client(platform: Platform, who: EnrolledTerminal | None, *options: str) -> str:
    """All that openssl says of a handshake and one request on it."""
    command = ["openssl", "s_client", "-verify_return_error", "-verify_ip", "127.0.0.1", "-ign_eof"]
    shown = [] if who is None else ["-cert", str(who.certificate), "-key", str(who.key)]
    done = subprocess.run(
        [*command, "-connect", f"127.0.0.1:{platform.port}", "-CAfile", str(platform.authority), *shown, *options],
        input=b"GET /v1/cases?after=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        capture_output=True,
        timeout=20,
        check=False,
    )
    return (done.stdout + done.stderr).decode(errors="replace")


def test_the_right_certificate_is_heard(platform: Platform, right: EnrolledTerminal) -> None:
    assert curl(platform, right) == (200, {"cursor": 0, "more": False, "rows": []})
    said = s_client(platform, right)
    assert "Verification: OK" in said
    assert "TLSv1.3" in said
    assert "HTTP/1.1 200" in said


def test_without_a_certificate_nobody_is_heard_whatever_a_header_claims(
    platform: Platform, right: EnrolledTerminal
) -> None:
    claims = claiming("CZ01")
    assert curl(platform, None) == (401, {"reason": "no-certificate"})
    assert curl(platform, None, *claims) == (401, {"reason": "no-certificate"})
    assert "HTTP/1.1 401" in s_client(platform, None)


def test_a_header_that_claims_to_be_somebody_else_changes_nothing(platform: Platform, right: EnrolledTerminal) -> None:
    other = enrolled(platform.data, "CZ02", files=platform.data.with_name("other"))
    claims = claiming("CZ02")
    before = platform.command("terminals", "show", "CZ02")["seen_at"]
    assert curl(platform, right, *claims)[0] == 200
    assert platform.command("terminals", "show", "CZ02")["seen_at"] == before
    assert curl(platform, other)[0] == 200
    assert platform.command("terminals", "show", "CZ02")["seen_at"] is not None


def test_a_certificate_of_another_authority_ends_the_conversation(platform: Platform, tmp_path: Path) -> None:
    foreign = enrolled(tmp_path / "foreign", "CZ01", files=tmp_path / "stranger")
    assert curl(platform, foreign) == (0, {})
    assert "HTTP/1.1" not in s_client(platform, foreign)


def test_one_that_ran_out_is_told_so_and_may_say_nothing_else(platform: Platform, tmp_path: Path) -> None:
    expired = enrolled(platform.data, "CZ03", files=tmp_path / "expired", age=timedelta(days=91))
    assert curl(platform, expired) == (401, {"reason": "certificate-ran-out"})
    assert "HTTP/1.1 401" in s_client(platform, expired)


def test_one_that_is_revoked_is_told_so(platform: Platform, tmp_path: Path) -> None:
    revoked = enrolled(platform.data, "CZ04", files=tmp_path / "revoked")
    assert curl(platform, revoked)[0] == 200
    with opened_parts(platform.data, now=lambda: datetime.now(UTC)) as parts:
        assert parts.storage.revoke("CZ04", datetime.now(UTC))
    assert curl(platform, revoked) == (403, {"reason": "revoked"})


def test_tls_1_2_is_not_spoken(platform: Platform, right: EnrolledTerminal) -> None:
    assert curl(platform, right, "--tls-max", "1.2") == (0, {})
    said = s_client(platform, right, "-tls1_2")
    assert "HTTP/1.1" not in said
    assert "no peer certificate available" in said


def test_a_gateway_that_its_authority_does_not_vouch_for_is_not_spoken_to(platform: Platform, tmp_path: Path) -> None:
    foreign = enrolled(tmp_path / "foreign", "CZ01", files=tmp_path / "stranger")
    assert curl(platform, None, "--cacert", str(foreign.authority)) == (0, {})
