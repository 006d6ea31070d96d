"""What a run of scenarios leaves: `junit.xml`, and `index.html` with a picture wherever one was taken."""

import html
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hardware_sim.scenario.reading import Scenario, Step

# What may not stand in XML 1.0.
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
STYLE = """
body { font: 16px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 32px auto; max-width: 1200px;
       padding: 0 24px; color: #16283a; background: #f5f3ee; }
h1, h2 { font-weight: 600; } h2 { margin: 48px 0 0; border-top: 1px solid #e3ddd1; padding-top: 16px; }
table { border-collapse: collapse; width: 100%; } td { padding: 4px 16px 4px 0; vertical-align: top; }
tr + tr td { border-top: 1px solid #e3ddd1; } td:first-child, td:last-child { white-space: nowrap; }
code { font-size: 14px; overflow-wrap: anywhere; } .about, .took, .skipped { color: #5d6c7a; }
.done { color: #1f5c3a; } .failed { color: #982318; }
.why { border-left: 4px solid #982318; background: #fff; padding: 8px 16px; white-space: pre-wrap; }
.stood { color: #16283a; } summary { cursor: pointer; margin: 8px 0; }
.pictures { display: flex; flex-wrap: wrap; gap: 16px; margin-top: 16px; } figure { margin: 0; }
img { height: 420px; border: 1px solid #e3ddd1; } figure.failed img { border: 3px solid #982318; }
figcaption { font-size: 14px; }
"""


FAILED = "where it failed"


@dataclass(frozen=True, slots=True)
class StepResult:
    """`why` is empty for a step that went well, None for one that was never come to. `stood`: on the screen, then."""

    step: Step
    took_s: float
    why: str | None
    stood: str = ""


@dataclass(slots=True)
class Result:
    """One scenario. `trouble`: the world failed, which says nothing about the terminal's truth. Pictures by name."""

    scenario: Scenario
    steps: list[StepResult] = field(default_factory=list)
    pictures: list[tuple[str, Path]] = field(default_factory=list)
    trouble: str = ""
    ready_s: float = 0.0

    @property
    def failed(self) -> StepResult | None:
        return next((one for one in self.steps if one.why), None)

    @property
    def passed(self) -> bool:
        return not self.trouble and self.failed is None

    @property
    def took_s(self) -> float:
        return self.ready_s + sum(one.took_s for one in self.steps)

    @property
    def why(self) -> str:
        """Where and why it did not pass; empty when it did."""
        if self.trouble or self.failed is None:
            return self.trouble
        step = self.failed.step
        return f"{step.path.name}:{step.line}: {step.text}: {self.failed.why}"

    @property
    def stood(self) -> str:
        """What stood on the screen when it failed."""
        return self.failed.stood if self.failed else ""


def write_reports(results: Sequence[Result], out: Path) -> None:
    """Both files; pictures must lie below `out`."""
    ET.indent(tree := ET.ElementTree(_junit(results)))
    tree.write(out / "junit.xml", encoding="utf-8", xml_declaration=True)
    (out / "index.html").write_text(_page(results, out), encoding="utf-8")


def _junit(results: Sequence[Result]) -> ET.Element:
    counts = {
        "tests": str(len(results)),
        "failures": str(sum(not result.passed and not result.trouble for result in results)),
        "errors": str(sum(bool(result.trouble) for result in results)),
        "time": f"{sum(result.took_s for result in results):.3f}",
    }
    suites = ET.Element("testsuites", name="kiosk-sim scenario", attrib=counts)
    suite = ET.SubElement(suites, "testsuite", name="scenarios", attrib={**counts, "skipped": "0"})
    for result in results:
        case = ET.SubElement(
            suite,
            "testcase",
            classname="scenarios",
            name=_clean(result.scenario.path.stem),
            time=f"{result.took_s:.3f}",
        )
        if not result.passed:
            kind = "error" if result.trouble else "failure"
            broken = ET.SubElement(case, kind, type=kind, message=_clean(result.why.partition("\n")[0]))
            broken.text = _clean("\n".join(filter(None, (str(result.scenario.path), result.why, result.stood))))
        out = ET.SubElement(case, "system-out")
        out.text = _clean("\n".join([result.scenario.title, *(one.step.text for one in result.steps)]))
    return suites


def _page(results: Sequence[Result], out: Path) -> str:
    passed = sum(result.passed for result in results)
    took_s = sum(result.took_s for result in results)
    in_order = sorted(enumerate(results), key=lambda one: one[1].passed)  # those that did not pass come first
    rows = "\n".join(
        f'<tr><td class="{_class(result)}">{_grade(result)}</td>'
        f'<td><a href="#s{at}">{html.escape(result.scenario.title)}</a></td>'
        f"<td><code>{html.escape(result.scenario.path.stem)}</code></td><td>{result.took_s:.1f} s</td></tr>"
        for at, result in in_order
    )
    sections = "\n".join(_section(at, result, out) for at, result in in_order)
    grade = "done" if passed == len(results) else "failed"
    when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M}，用时 {took_s / 60:.1f} 分钟。设备均为模拟。"
    return (
        '<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8">\n'
        f"<title>场景 {passed}/{len(results)}</title><style>{STYLE}</style></head>\n<body>\n"
        f'<h1 class="{grade}">场景：共 {len(results)} 个，{passed} 个通过</h1>\n<p class="about">{when}</p>\n'
        f"<table>{rows}</table>\n{sections}\n</body></html>\n"
    )


def _section(at: int, result: Result, out: Path) -> str:
    scenario = result.scenario
    stood = f'\n<span class="stood">{html.escape(result.stood)}</span>' if result.stood else ""
    why = f'<p class="why failed">{html.escape(result.why)}{stood}</p>\n' if not result.passed else ""
    opened, steps = "" if result.passed else " open", "".join(_steps(result.steps))
    return (
        f'<h2 id="s{at}">{html.escape(scenario.title)}</h2>\n'
        f'<p><span class="{_class(result)}">{_grade(result)}</span> '
        f'<span class="about">{html.escape(scenario.about)}</span></p>\n{why}'
        f'<div class="pictures">{"".join(_pictures(result, out))}</div>\n'
        f"<details{opened}><summary>共 {len(scenario.steps)} 步</summary><ol>{steps}</ol></details>"
    )


def _steps(steps: Iterable[StepResult]) -> Iterable[str]:
    for one in steps:
        grade = "skipped" if one.why is None else "failed" if one.why else "done"
        took = "" if one.why is None else f' <span class="took">{one.took_s:.1f} s</span>'
        yield f'<li class="{grade}"><code>{html.escape(one.step.text)}</code>{took}</li>'


def _pictures(result: Result, out: Path) -> Iterable[str]:
    for name, path in result.pictures:
        source = html.escape(path.relative_to(out).as_posix(), quote=True)
        image = f'<a href="{source}"><img src="{source}" alt="{html.escape(name, quote=True)}" loading="lazy"></a>'
        grade = ' class="failed"' if name == FAILED else ""
        yield f"<figure{grade}>{image}<figcaption>{html.escape(name)}</figcaption></figure>"


def _grade(result: Result) -> str:
    return "通过" if result.passed else "没能进行" if result.trouble else "未通过"


def _class(result: Result) -> str:
    return "done" if result.passed else "failed"


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN).encode("utf-8", "replace").decode("utf-8")
