"""A scenario is read strictly: whoever writes one is told every mistake by its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.faults import FAULTS
from hardware_sim.scenario.command import PARTS, SHIPPED, scenario_files, table
from hardware_sim.scenario.language import CODES, EXPECTATIONS, NAMES, PEOPLE, TOP, VERBS
from hardware_sim.scenario.reading import NotAScenario, Scenario, read_scenario

ROOT = Path(__file__).parents[3]

GOOD = """\
title = "纸用完了"
seed = 3

[people.wang]
like = "resident:17"
name = "王䶮"

[codes.phone]
text = "TEST"

[[steps]]
wait = "idle"

[[steps]]
card = "wang"

[[steps]]
fault = "printer.paper-out"
after_mm = 30
on = "next-job"

[[steps]]
expect = { page = "done", slips = 1 }
within_s = 30
"""


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    return read_scenario(path)


def faults(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(NotAScenario) as wrong:
        read(tmp_path, text)
    return [(finding.line, finding.message) for finding in wrong.value.findings]


def test_a_scenario_knows_its_steps_and_their_lines(tmp_path: Path) -> None:
    scenario = read(tmp_path, GOOD)
    assert (scenario.title, scenario.seed, scenario.people["wang"]["name"]) == ("纸用完了", 3, "王䶮")
    assert [(step.verb, step.line) for step in scenario.steps] == [
        ("wait", 12),
        ("card", 15),
        ("fault", 18),
        ("expect", 23),
    ]
    assert scenario.steps[2].options == {"after_mm": 30.0, "on": "next-job"}


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        (GOOD.replace("seed", "sead"), 2, "unknown key sead; the nearest known one is seed"),
        (GOOD.replace('wait = "idle"', 'wiat = "idle"'), 12, "unknown verb wiat; the nearest known one is wait"),
        (GOOD.replace("after_mm", "after_m"), 19, "did you mean after_mm?"),
        (GOOD.replace("printer.paper-out", "printer.paper-gone"), 18, "did you mean printer.paper"),
        (GOOD.replace("after_mm = 30", "after_mm = -1"), 19, "is no number of mm"),
        (GOOD.replace("slips = 1", "slipps = 1"), 23, "the nearest known one is slips"),
        (GOOD.replace("slips = 1", 'slips = "one"'), 23, "is a whole number, not one"),
        (GOOD.replace('card = "wang"', "card = true"), 15, "is text, not true"),
        (GOOD.replace('name = "王䶮"', 'nmae = "王䶮"'), 6, "the nearest known one is name"),
        (GOOD.replace('like = "resident:17"\n', ""), 4, "`like` is missing"),
        (GOOD.replace('title = "纸用完了"', 'title = "纸'), 1, "is not TOML"),
        (GOOD.replace("within_s = 30", 'within_s = 30\ntap = "startButton"'), 25, "a step has one verb"),
        (GOOD + '\n[[steps]]\ncode = "fone"\n', 27, "unknown code fone; the nearest known one is phone"),
        (GOOD + '\n[[steps]]\ninclude = "b.toml"\n', 27, "unknown file b.toml"),
        (GOOD + '\n[[steps]]\ncover = "opened"\n', 27, "the nearest known one is open"),
    ],
)
def test_each_mistake_is_told_by_its_line_with_the_nearest_word(
    tmp_path: Path, wrong: str, line: int, words: str
) -> None:
    found = faults(tmp_path, wrong)
    assert any(at == line and words in message for at, message in found), found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace("seed", "sead").replace("slips", "slipps").replace('wait = "idle"', 'wiat = "idle"')
    assert [line for line, _ in faults(tmp_path, wrong)] == [2, 12, 23]


def test_an_included_file_says_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[[steps]]\nwiat = "idle"\n', encoding="utf-8")
    with pytest.raises(NotAScenario) as wrong:
        read(tmp_path, GOOD + '\n[[steps]]\ninclude = "b.toml"\n')
    assert str(wrong.value).startswith(f"{tmp_path / 'b.toml'}:2: unknown verb wiat")


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD + '\n[[steps]]\ninclude = "a.toml"\n')


def test_an_empty_file_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, "") == [(1, "a scenario has a `title`")]
    with pytest.raises(NotAScenario, match="cannot be read"):
        read_scenario(tmp_path / "nowhere.toml")


@given(st.text())
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(NotAScenario):
        read_scenario(path)


def test_the_document_for_testers_lists_all_that_may_stand_in_a_scenario() -> None:
    text = (ROOT / "docs" / "writing-a-scenario.md").read_text(encoding="utf-8")
    rows = {line.strip() for line in text.splitlines() if line.startswith("|")}
    wanted = {
        f"| `{key}` | {NAMES[kinds]} | {meaning} |"
        for table in (TOP, PEOPLE, CODES, EXPECTATIONS)
        for key, (kinds, meaning) in table.items()
    }
    for name, verb in VERBS.items():
        takes = " or ".join(f"`{word}`" for word in verb.one_of) or NAMES[verb.takes]
        options = ", ".join(f"`{option}`" for option in verb.options)
        wanted.add(f"| `{name}` | {takes} | {options} | {verb.meaning} |")
    assert wanted <= rows, wanted - rows


@pytest.mark.parametrize("path", scenario_files([SHIPPED]), ids=lambda path: path.stem)
def test_every_scenario_that_ships_can_be_performed(path: Path) -> None:
    assert read_scenario(path).steps


def test_every_fault_has_a_scenario_that_ships() -> None:
    shown = {fault for path in scenario_files([SHIPPED]) for fault in read_scenario(path).faults}
    assert FAULTS.keys() <= shown, FAULTS.keys() - shown


def test_the_power_is_cut_at_every_step_at_which_it_can_be() -> None:
    (at,) = FAULTS["power.cut"].parameters
    shown = [cut for path in scenario_files([SHIPPED]) for cut in read_scenario(path).power_cuts]
    assert sorted(shown) == sorted(at.choices)


def test_every_scenario_that_ships_looks_at_what_holds_and_leaves_a_picture_of_it() -> None:
    for path in scenario_files([SHIPPED]):
        scenario = read_scenario(path)
        assert {"expect", "picture"} <= {step.verb for step in scenario.steps}, path
        assert scenario.about, path


def test_the_document_says_which_scenario_shows_what_as_scenario_list_does() -> None:
    wanted = "\n".join(table([read_scenario(path) for path in scenario_files([SHIPPED])]))
    assert wanted in (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 5000, "nests too deeply"),
        (".".join(["a"] * 3000) + " = 1", "nests deeper than 32"),
        ("seed = " + "9" * 5000, "too many digits"),
        ('title = "x"\n[[steps]]\ninclude = "' + "a" * 400 + '"', "unknown file"),
        ('title = "x"\n' + '[[steps]]\ninclude = "scenario.toml"\n' * 12, "in a circle"),
        ('title = "x"\nseed = [\n' + "1,\n" * 2600 + "]", "seed is a whole number"),
    ],
    ids=["deep", "deep key", "digits", "long name", "circle", "many lines"],
)
def test_what_no_program_could_take_is_a_finding_and_found_soon(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "scenario.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(NotAScenario, match=message):
        read_scenario(path)


def test_every_part_that_ships_is_used() -> None:
    files = sorted(SHIPPED.rglob("*.toml"))
    included = {
        line.split('"')[1].rpartition("/")[2]
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("include = ")
    }
    assert {file.name for file in files if file.parent.name == PARTS} == included
