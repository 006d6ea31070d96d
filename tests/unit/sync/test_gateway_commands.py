"""`kiosk-gateway`, as an operator uses it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.submission import Json, SealedSubmission
from sync.gateway.cli import main
from sync.wire.enrolment_code import EnrolmentCode, parse_code
from tests.gateway_bench import REQUEST, gateway

MakeSubmission = Callable[..., SealedSubmission]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Json]]:
    """Runs a command on one data directory: its exit code and what it said in JSON."""

    def ran(*arguments: str) -> tuple[int, Json]:
        code = main([*arguments, "--data", str(tmp_path / "data"), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    return ran


def test_a_terminal_is_added_listed_shown_and_revoked(
    run: Callable[..., tuple[int, dict[str, Json]]], tmp_path: Path
) -> None:
    code, added = run("terminals", "add", "cz03", "--hall", "gulou", "--number", "03 号机")
    assert code == 0
    one_time = parse_code(str(added["code"]))
    assert isinstance(one_time, EnrolmentCode)
    assert one_time.terminal == added["terminal"] == "CZ03"
    with gateway(tmp_path / "data") as bench:
        assert one_time.names(bench.parts.authority.der)
    assert (tmp_path / "data/configuration/terminals/CZ03.toml").read_text(
        "utf-8"
    ) == '[terminal]\nnumber = "03 号机"\n'
    _, (listed,) = run("terminals", "list")
    assert listed["standing"] == "awaited"  # type: ignore[index,call-overload]
    assert run("terminals", "revoke", "CZ03") == (0, {"terminal": "CZ03", "revoked": True})
    _, shown = run("terminals", "show", "CZ03")
    assert (shown["standing"], shown["keys"], shown["findings"]) == ("revoked", [], [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("terminals", "add", "CZI3", "--hall", "gulou"),
        ("terminals", "add", "CZ033", "--hall", "gulou"),
        ("terminals", "add", "CZ03", "--hall", "../etc"),
        ("terminals", "add", "CZ03", "--hall", "厅" * 65),
        ("terminals", "add", "CZ03", "--hall", "gulou", "--valid-minutes", "0"),
        ("terminals", "show", "CZ03"),
        ("list",),
        ("list", "--storage", "postgresql://platform/gateway"),
        ("check",),
        ("restore", "--from", "/nowhere"),
        ("catalogue", "sign", "/nowhere", "--out", "x"),
        ("catalogue", "import", "/nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--data", str(tmp_path / "data")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kiosk-gateway: ")
    assert "Traceback" not in said.err


def test_a_catalogue_is_signed_imported_and_written_out_again(
    run: Callable[..., tuple[int, dict[str, Json]]], tmp_path: Path
) -> None:
    out, again = tmp_path / "catalogue.json", tmp_path / "again.json"
    assert run("catalogue", "sign", "content/items", "--out", str(out))[0] == 0
    code, imported = run("catalogue", "import", str(out))
    assert (code, imported["cursor"]) == (0, 1)
    assert run("catalogue", "export", "--out", str(again)) == (0, imported)
    assert again.read_bytes() == out.read_bytes()
    out.write_bytes(out.read_bytes().replace(b'"minutes":', b'"minutes":1'))
    code, refused = run("catalogue", "import", str(out))
    assert code == 1
    assert "changed afterwards" in str(refused["fault"])


def test_every_fault_of_an_item_is_named_and_nothing_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = tmp_path / "items"
    items.mkdir()
    (items / "one.toml").write_text('id = "one"\nnmae = "x"\n')
    out = tmp_path / "out.json"
    assert main(["catalogue", "sign", str(items), "--data", str(tmp_path / "data"), "--out", str(out)]) == 2
    assert "one.toml:2: unknown key nmae; the nearest known one is name" in capsys.readouterr().err
    assert not out.exists()


def test_a_backup_is_made_checked_and_restored(
    run: Callable[..., tuple[int, dict[str, Json]]], tmp_path: Path, make_submission: MakeSubmission
) -> None:
    with gateway(tmp_path / "data") as bench:
        bench.register(request=REQUEST)
        bench.send(make_submission())
    assert run("check") == (0, {"findings": []})
    assert run("backup", "--to", str(tmp_path / "b")) == (0, {"cursor": 1, "copied": 0, "blobs": 0})
    new = ["--data", str(tmp_path / "new")]
    assert main(["restore", "--from", str(tmp_path / "b"), *new]) == 0
    assert main(["check", *new]) == 0
    assert main(["check", "--data", str(tmp_path / "b")]) == 0


def test_metadata_and_blobs_may_lie_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = ["--storage", f"sqlite:{tmp_path / 'meta'}", "--objects", f"directory:{tmp_path / 'blobs'}"]
    where = ["--data", str(tmp_path / "data"), *elsewhere]
    assert main(["terminals", "add", "CZ03", "--hall", "gulou", *where]) == 0
    assert main(["terminals", "list", *where]) == 0
    assert main(["check", *where]) == 0
    assert sorted(path.name for path in (tmp_path / "meta").iterdir()) == ["gateway.db"]
    assert not (tmp_path / "data" / "gateway.db").exists()
    assert "CZ03" in capsys.readouterr().out


def test_a_check_that_finds_something_ends_with_one(
    run: Callable[..., tuple[int, dict[str, Json]]], tmp_path: Path
) -> None:
    with gateway(tmp_path / "data") as bench:
        bench.register()
    code, found = run("check")
    assert code == 1
    assert "is not by this authority" in str(found["findings"])
    assert run("backup", "--to", str(tmp_path / "b"))[0] == 1


def test_what_was_received_is_listed_and_an_overdue_backup_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make_submission: MakeSubmission
) -> None:
    submission = make_submission()
    with gateway(tmp_path / "data") as bench:
        bench.now = bench.now.replace(year=2020)
        bench.send(submission)
    assert main(["list", "--data", str(tmp_path / "data")]) == 0
    said = capsys.readouterr()
    assert f"{submission.sid}  {submission.slip_code}  2020112300000002  received" in said.out
    assert "more than 7 days" in said.err
