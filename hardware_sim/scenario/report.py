"""What a run of scenarios leaves: `junit.xml`, and `index.html` with a picture wherever one was taken."""

import html
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hardware_sim.scenario.reading import Scenario, Step

# What may not stand in XML 1.0.
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
STYLE = """
body { font: 16px/1.5 "Noto Sans CJK SC", sans-serif; margin: 32px; color: #16283a; background: #f5f3ee; }
h1, h2 { font-weight: 600; } h2 { margin-top: 48px; border-top: 1px solid #e3ddd1; padding-top: 16px; }
ol { padding-left: 32px; } li { margin: 2px 0; } code { font-size: 14px; }
.done { color: #1f5c3a; } .failed { color: #982318; } .skipped { color: #7b8895; } .took { color: #7b8895; }
.pictures { display: flex; flex-wrap: wrap; gap: 16px; } figure { margin: 0; }
img { height: 420px; border: 1px solid #e3ddd1; }
table { border-collapse: collapse; } td, th { text-align: left; padding: 4px 16px 4px 0; }
"""


@dataclass(frozen=True, slots=True)
class StepResult:
    """`why` is empty for a step that went well, None for one that was never come to."""

    step: Step
    took_s: float
    why: str | None


@dataclass(slots=True)
class Result:
    """One scenario. `trouble`: the world failed, which says nothing about the terminal's truth. Pictures by name."""

    scenario: Scenario
    steps: list[StepResult] = field(default_factory=list)
    pictures: list[tuple[str, Path]] = field(default_factory=list)
    trouble: str = ""

    @property
    def failed(self) -> StepResult | None:
        return next((one for one in self.steps if one.why), None)

    @property
    def passed(self) -> bool:
        return not self.trouble and self.failed is None

    @property
    def took_s(self) -> float:
        return sum(one.took_s for one in self.steps)

    @property
    def why(self) -> str:
        """Empty when it passed."""
        if self.failed is not None:
            return f"{self.failed.step.path.name}:{self.failed.step.line}: {self.failed.step.text}: {self.failed.why}"
        return self.trouble


def write_reports(results: Sequence[Result], out: Path) -> None:
    """Both files; pictures must lie below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    ET.indent(tree := ET.ElementTree(_junit(results)))
    tree.write(out / "junit.xml", encoding="utf-8", xml_declaration=True)
    (out / "index.html").write_text(_page(results, out), encoding="utf-8")


def _junit(results: Sequence[Result]) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        name="scenarios",
        tests=str(len(results)),
        failures=str(sum(not result.passed and not result.trouble for result in results)),
        errors=str(sum(bool(result.trouble) for result in results)),
        time=f"{sum(result.took_s for result in results):.3f}",
    )
    for result in results:
        case = ET.SubElement(
            suite,
            "testcase",
            classname="scenarios",
            name=_clean(result.scenario.path.stem),
            time=f"{result.took_s:.3f}",
            file=_clean(str(result.scenario.path)),
        )
        if not result.passed:
            kind = "error" if result.trouble else "failure"
            ET.SubElement(case, kind, message=_clean(result.why.partition("\n")[0])).text = _clean(result.why)
        out = ET.SubElement(case, "system-out")
        out.text = _clean("\n".join([result.scenario.title, *(one.step.text for one in result.steps)]))
    return suite


def _page(results: Sequence[Result], out: Path) -> str:
    passed = sum(result.passed for result in results)
    rows = "\n".join(
        f'<tr><td class="{_class(result)}">{"通过" if result.passed else "未通过"}</td>'
        f'<td><a href="#s{at}">{html.escape(result.scenario.title)}</a></td>'
        f"<td><code>{html.escape(result.scenario.path.name)}</code></td><td>{result.took_s:.1f} s</td></tr>"
        for at, result in enumerate(results)
    )
    sections = "\n".join(_section(at, result, out) for at, result in enumerate(results))
    return (
        f'<!doctype html>\n<html lang="zh-Hans"><meta charset="utf-8"><title>场景</title><style>{STYLE}</style>\n'
        f"<h1>场景：{passed} 个通过，共 {len(results)} 个</h1>\n<table>{rows}</table>\n{sections}\n</html>\n"
    )


def _section(at: int, result: Result, out: Path) -> str:
    scenario = result.scenario
    why = f'<p class="failed">{html.escape(result.why)}</p>' if not result.passed else ""
    return (
        f'<h2 id="s{at}" class="{_class(result)}">{html.escape(scenario.title)}</h2>\n'
        f"<p>{html.escape(scenario.about)}</p>\n{why}\n<ol>{''.join(_steps(result.steps))}</ol>\n"
        f'<div class="pictures">{"".join(_pictures(result, out))}</div>'
    )


def _steps(steps: Iterable[StepResult]) -> Iterable[str]:
    for one in steps:
        grade = "skipped" if one.why is None else "failed" if one.why else "done"
        took = "" if one.why is None else f' <span class="took">{one.took_s:.1f} s</span>'
        why = f"<br>{html.escape(one.why)}" if one.why else ""
        yield f'<li class="{grade}"><code>{html.escape(one.step.text)}</code>{took}{why}</li>'


def _pictures(result: Result, out: Path) -> Iterable[str]:
    for name, path in result.pictures:
        source = html.escape(path.relative_to(out).as_posix(), quote=True)
        image = f'<a href="{source}"><img src="{source}" loading="lazy"></a>'
        yield f"<figure>{image}<figcaption>{html.escape(name)}</figcaption></figure>"


def _class(result: Result) -> str:
    return "done" if result.passed else "failed"


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN).encode("utf-8", "replace").decode("utf-8")
