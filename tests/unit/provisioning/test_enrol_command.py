"""What a technician reads at enrolment: who the terminal is now, or what went wrong and what to do."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.submission import Json
from provisioning.cli import main
from sync.outbox.drain import Drain
from sync.outbox.identity import Identity, NotEnrolled, read_identity
from sync.outbox.pulled import Pulled
from sync.wire.enrolment_code import make_code
from tests.wires.enrolling_gateway import Authority, EnrollingGateway, der, pem, serving


class Desk:
    """A technician's console before one gateway."""

    def __init__(self, gateway: EnrollingGateway, url: str, configuration: Path, capsys: pytest.CaptureFixture[str]):
        self.gateway = gateway
        self.store = configuration.parent / "store"
        self._url = url
        self._configuration = configuration
        self._capsys = capsys

    @property
    def code(self) -> str:
        return make_code("CZ03", der(self.gateway.authority.certificate)).text

    def enrol(self, code: str | None = None, *options: str, ask: bool = False) -> tuple[int, str]:
        """The exit status, and all that was said."""
        given = () if ask else ("--code", code or self.code)
        status = main(["enrol", "--config", str(self._configuration), *given, *options])
        said = self._capsys.readouterr()
        return status, said.out + said.err


@pytest.fixture
def desk(tmp_path: Path, configured: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    gateway = EnrollingGateway()
    with serving(gateway, gateway.authority.server_context(tmp_path)) as url:
        yield Desk(gateway, url, configured(url), capsys)


def test_a_code_in_small_letters_with_spaces_makes_a_terminal_of_it(desk: Desk) -> None:
    status, said = desk.enrol(desk.code.lower().replace("-", " "))
    assert status == 0, said
    assert "This terminal is CZ03 in 湘桥区政务服务大厅 now" in said
    assert "counts until 20" in said
    assert isinstance(read_identity(desk.store), Identity)
    with closing(Drain(desk.store)) as drain:
        document = drain.pulled(Pulled.CONFIGURATION)
        assert document
        assert document.content == desk.gateway.configuration.encode()
        assert drain.floor() is not None
        assert "certificate.enrolled" in [row.event for row in drain.journal_unsent(100).rows]


def test_a_code_that_was_not_given_is_asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{desk.code}\n"))
    status, said = desk.enrol(ask=True)
    assert status == 0, said
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert desk.enrol(ask=True)[0] == 65


def test_a_program_reads_the_same_as_json(desk: Desk) -> None:
    status, said = desk.enrol(None, "--json")
    told = json.loads(said)
    assert (status, told["enrolled"], told["terminal"], told["hall"]) == (0, True, "CZ03", "湘桥区政务服务大厅")
    desk.gateway.answer = lambda *_: (403, {"reason": "wrong", "tries_left": 2})
    status, said = desk.enrol(None, "--json")
    told = json.loads(said)
    assert (status, told["enrolled"], told["reason"], told["tries_left"]) == (65, False, "wrong", 2)


def test_a_slip_of_the_finger_is_told_before_anything_is_sent(desk: Desk) -> None:
    code = desk.code
    other = "8" if code[-1] != "8" else "9"
    status, said = desk.enrol(code[:-1] + other)
    assert status == 65
    assert "mistyped" in said
    assert "nothing was sent" in said
    assert desk.gateway.asked == []
    assert not desk.store.exists()


def test_a_code_for_another_terminal_is_told_before_anything_is_sent(desk: Desk) -> None:
    status, said = desk.enrol(make_code("CZ04", der(desk.gateway.authority.certificate)).text)
    assert status == 65
    assert "for terminal CZ04, and this one is CZ03" in said
    assert desk.gateway.asked == []


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"reason": "wrong", "tries_left": 4}, 65, "does not know this code; 4 more tries"),
        ({"reason": "used"}, 65, "used already"),
        ({"reason": "late"}, 65, "too old"),
        ({"reason": "locked"}, 65, "locked"),
    ],
)
def test_a_refused_code_says_which_it_is_and_what_to_do(answer: Json, status: int, words: str, desk: Desk) -> None:
    desk.gateway.answer = lambda *_: (403, answer)
    ended, said = desk.enrol()
    assert ended == status
    assert words in said
    assert "\n-> " in said
    assert isinstance(read_identity(desk.store), NotEnrolled)


def test_somebody_in_between_is_told_and_gets_neither_code_nor_keys(desk: Desk) -> None:
    desk.gateway.shown = pem(Authority().certificate).encode()
    status, said = desk.enrol()
    assert status == 76
    assert "Neither code nor keys were sent" in said
    assert desk.gateway.asked == []


def test_no_network_is_told(desk: Desk) -> None:
    status, said = desk.enrol(None, "--gateway", "https://127.0.0.1:1")
    assert status == 69
    assert "does not answer: Connection refused" in said
    assert "the same code" in said


def test_an_address_without_tls_is_told_before_anything_is_sent(desk: Desk) -> None:
    status, said = desk.enrol(None, "--gateway", "http://127.0.0.1:1")
    assert status == 78
    assert "no https address" in said


def test_a_clock_that_does_not_fit_is_told(desk: Desk) -> None:
    desk.gateway.answer = lambda path, body: desk.gateway.certified(path, body, life=timedelta(seconds=1))
    status, said = desk.enrol()
    assert status == 71
    assert "set the clock" in said


def test_a_configuration_that_does_not_fit_is_not_taken_and_the_terminal_is_enrolled_all_the_same(desk: Desk) -> None:
    desk.gateway.configuration = desk.gateway.configuration.replace('"name"', '"naem"')
    status, said = desk.enrol()
    assert status == 0
    assert "unknown key hall.naem; the nearest known one is name" in said
    with closing(Drain(desk.store)) as drain:
        assert drain.pulled(Pulled.CONFIGURATION) is None


def test_enrolled_again_the_queue_stays(desk: Desk) -> None:
    desk.enrol()
    with closing(Drain(desk.store)) as drain:
        drain.journal("clone.noticed", finding="forked")
    assert desk.enrol()[0] == 0
    with closing(Drain(desk.store)) as drain:
        assert "clone.noticed" in [row.event for row in drain.journal_unsent(100).rows]


def test_what_another_platform_had_signed_binds_no_longer_once_this_one_has_enrolled_the_terminal(desk: Desk) -> None:
    """A time to come that a gateway signed by mistake would stop the terminal until then; so would a higher serial."""
    to_come = datetime.now(UTC) + timedelta(days=365)
    with closing(Drain(desk.store)) as drain:
        drain.raise_floor(to_come)
        drain.keep_pulled(Pulled.CATALOGUE, b"{}", "line", snapshot="s", cursor=9, version="0123456789ab")
        drain.keep_pulled(Pulled.CONFIGURATION, b"{}", "line", snapshot="", cursor=10**9, version="1000000000")
    desk.gateway.configuration = desk.gateway.configuration.replace('"name"', '"naem"')
    assert desk.enrol()[0] == 0
    with closing(Drain(desk.store)) as drain:
        floor = drain.floor()
        assert floor is not None
        assert abs(floor - datetime.now(UTC)) < timedelta(minutes=5)
        assert [drain.pulled(kind) for kind in Pulled] == [None, None]
        assert "certificate.enrolled" in [row.event for row in drain.journal_unsent(100).rows]
