"""The dock's page in a real browser: what a visitor sees, clicks and drags is what happens to the terminal."""

from itertools import combinations, zip_longest

import pytest

from tests.dock.docked import Docked

pytestmark = pytest.mark.timeout(240)
PHONE = "13800005678"
CONTRAST = 4.5  # WCAG 2.2, 1.4.3
OVER_AT_ONCE = ("smartcard.service-restart",)
SIZES = ((1280, 720), (1920, 1080))

CONTRASTS = """
const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
const ground = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = parts(getComputedStyle(at).backgroundColor);
    if ((colour[3] ?? 1) > 0.9) return colour;
  }
  return [255, 255, 255];
};
const poor = [];
for (const node of document.querySelectorAll("body *")) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  const faint = node.closest(":disabled, [data-tone=absent], .spot, .dark, option, .unseen, svg");
  if (!own || faint || !node.checkVisibility()) continue;
  const [a, b] = [light(parts(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < arguments[0]) poor.push([node.tagName, node.className, node.textContent.slice(0, 20), ratio.toFixed(2)]);
}
return poor;
"""
NAMELESS = """
return [...document.querySelectorAll("button, input, select, [role=application], dialog")].filter((node) =>
  !(node.innerText?.trim() || node.textContent.trim() || node.ariaLabel || node.title || node.labels?.length)
).map((node) => node.outerHTML.slice(0, 120));
"""
BOXES = """
return [...document.querySelectorAll("#machine .plate button, .spot, #screen, #larger, #hint, header > *")]
  .filter((node) => node.checkVisibility())
  .map((node) => ({ ...node.getBoundingClientRect().toJSON(), what: node.dataset.place ?? node.innerText ?? node.id,
    isPlate: Boolean(node.closest(".plate")) }));
"""


@pytest.fixture
def somebody(dock: Docked) -> Docked:
    """With 陈桂兰 in front of the terminal."""
    dock.has("#walk-up")
    if not dock.words(".who h2"):
        dock.click("#walk-up")
        dock.click("[data-who='chen-guilan']")
    dock.has(".who")
    return dock


def test_a_whole_visit_is_made_by_clicks_on_the_page_alone(somebody: Docked) -> None:
    dock = somebody
    dock.touch("startButton")
    dock.touch("item-old-age-allowance")
    dock.stands("guide")
    dock.touch("primaryButton")
    dock.stands("identify")
    assert "身份证" in dock.words("#hint")

    dock.click("[data-thing='identity']")
    dock.has(".spot.reader.taken img")
    dock.stands("question", name="choice-same")
    dock.click("[data-thing='identity']")
    dock.has(".spot.reader:not(.taken)")
    dock.touch("choice-same")
    dock.touch("primaryButton")
    dock.stands("question", name="key-1")
    dock.keys(PHONE)
    dock.touch("primaryButton")
    dock.touch("choice-social-security-card")
    dock.touch("primaryButton")

    dock.stands("capture")
    dock.click("[data-paper='social-security-card'] [data-place='camera']")
    dock.stands("capture", name="taken-0")
    dock.click(".spot.camera")
    dock.touch("primaryButton")
    dock.stands("capture", text="首页")
    dock.touch("scannerButton")
    dock.stands("scan")
    for paper in ("household-front", "household-member"):
        dock.click(f"[data-paper='{paper}'] [data-place='feeder']")
        dock.has(f"[data-paper='{paper}'] [data-place='feeder'][aria-pressed='true']")
    dock.touch("feederButton")
    dock.stands("scan", text="都扫好了")
    dock.touch("primaryButton")
    dock.touch("laterButton")

    dock.stands("check")
    dock.read_on("primaryButton")
    dock.touch("primaryButton")
    dock.stands("sign")
    dock.sign()
    dock.touch("primaryButton")
    dock.stands("done", text="请取走凭条")
    dock.has(".spot.mouth.taken img")
    dock.click(".spot.mouth")
    dock.has(".given .slip img")

    dock.touch("pagesButton")
    dock.has(".spot.sheets.taken img")
    dock.click(".spot.sheets")
    dock.has(".given .sheet img")
    dock.click(".given .sheet")
    dock.shows("document.querySelector('#viewer').open && document.querySelector('#viewer img').naturalWidth > 500")
    dock.click("#viewer button")

    dock.touch("primaryButton")
    dock.stands("done")
    dock.touch("primaryButton")
    dock.stands("idle")


def test_each_fault_is_switched_on_and_off_and_its_switch_says_what_the_device_has(dock: Docked) -> None:
    """One of each device at a time: those of one device may end one another."""
    faults = dock.state()["faults"]
    assert len(faults) > 40
    dock.browser.run("for (const group of document.querySelectorAll('.group')) group.open = true")
    by_device = {
        fault["device"]: [one["name"] for one in faults if one["device"] == fault["device"]] for fault in faults
    }
    for together in zip_longest(*by_device.values()):
        names = [name for name in together if name is not None]
        for name in names:
            words = dock.words(f"[data-fault='{name}'] div")
            assert name in words
            assert any("一" <= one <= "鿿" for one in words), f"{name} has no Chinese name"
            dock.click(f"[data-fault='{name}'] .switch")
        lasting = sorted(name for name in names if name not in OVER_AT_ONCE)
        on = "[...document.querySelectorAll('.fault[data-on]')].map((row) => row.dataset.fault).sort().join(' ')"
        dock.shows(f"{on} === {' '.join(lasting)!r}")
        assert sorted(one["name"] for one in dock.state()["faults"] if one["set"]) == lasting
        for name in lasting:
            dock.click(f"[data-fault='{name}'] .switch")
        dock.shows(f"{on} === ''")
        assert "没有做成" not in dock.words("#message")
    assert dock.words("#faults .count") == "一切正常"


def test_the_lamp_and_the_words_for_the_technician_follow_a_fault(dock: Docked) -> None:
    dock.browser.run("for (const group of document.querySelectorAll('.group')) group.open = true")
    group = ".group[data-device='receipt_printer']"
    lamp = ".station.receipt"
    dock.click("[data-fault='printer.cover'] .switch")
    dock.has(f"{lamp}[data-tone='attention']")
    assert "盖子开着" in dock.words(f"{lamp} .plate")
    dock.shows(f"document.querySelector(\"{group} .says\").innerText.includes('上盖')")
    dock.click("#all-right")
    dock.has(f"{lamp}[data-tone='good']")


def test_a_scenario_plays_to_its_end_and_shows_each_step(dock: Docked) -> None:
    dock.click("#tab-scenarios")
    dock.browser.type("#scenario-search", "没纸 idle")
    dock.shows("document.querySelectorAll('#scenarios .list > li:not([hidden])').length === 1")
    dock.click("[data-scenario='printer-paper-out-idle'] .run")
    dock.shows("document.querySelector('.playing progress').value > 1")
    dock.has(".station.receipt[data-tone='attention']")
    assert "步" in dock.words(".playing .now")
    dock.has(".playing[data-outcome='passed']", within_s=60)
    steps = dock.browser.run("return document.querySelectorAll('.steps li').length")
    assert steps == dock.browser.run("return document.querySelector('.playing progress').max")
    assert dock.browser.run("return document.querySelectorAll('.steps li[data-state=failed]').length") == 0


def test_a_scenario_can_be_stopped(dock: Docked) -> None:
    dock.click("#tab-scenarios")
    dock.click("[data-scenario='happy-allowance'] .run")
    dock.shows("document.querySelector('.playing progress').value > 1")
    dock.click("#scenario-stop")
    dock.has(".playing[data-outcome='stopped']", within_s=60)
    dock.stands("idle")


def test_what_passes_on_a_wire_stands_there_in_words_and_in_bytes(somebody: Docked) -> None:
    dock = somebody
    dock.click("#tab-wires")
    dock.click("[data-thing='phone']")
    dock.has("[data-thing='phone'][aria-pressed='true']")
    dock.has("#wires li[data-device='receipt_printer']")
    dock.click("#wire-pause")
    dock.browser.run("document.querySelector('#wires .list').scrollTop = 0")
    dock.click("#wires li > button")
    dock.shows("/^[0-9a-f]{2}( [0-9a-f]{2})*/.test(document.querySelector('#wires pre').innerText)")
    dock.click("#wire-pause")
    dock.click("#wire-clear")
    dock.click("[data-thing='phone']")
    dock.has("[data-thing='phone'][aria-pressed='false']")


def test_what_is_refused_is_said_in_a_calm_line(somebody: Docked) -> None:
    dock = somebody
    dock.browser.run("document.querySelector('#code-text').value = 'x'.repeat(9000)")
    dock.click("[data-thing='phone']")
    dock.shows("document.querySelector('#message').innerText.startsWith('没有做成')")
    assert [line for line in dock.browser.console() if "422" not in line] == []


def test_what_is_dragged_to_its_place_lies_there_and_nowhere_else(somebody: Docked) -> None:
    dock = somebody
    dock.drag("[data-thing='identity']", ".spot.slot")
    dock.drag("[data-paper='recent-photo'] .thumb", ".spot.glass")
    dock.has(".spot.glass.taken")
    dock.drag("[data-thing='identity']", ".spot.reader")
    dock.has(".spot.reader.taken")
    dock.has(".spot.slot:not(.taken)")
    for spot in (".spot.glass", ".spot.reader"):
        dock.click(spot)
        dock.has(f"{spot}:not(.taken)")


def test_somebody_nobody_has_met_walks_up_and_leaves_with_all_that_is_theirs(dock: Docked) -> None:
    dock.click("#walk-up")
    dock.click(".strangers [data-kind='rare-name']")
    dock.shows("document.querySelector('.who .tags')?.innerText.includes('生僻字')")
    dock.click("[data-paper='blank-sheet'] [data-place='glass']")
    dock.has(".spot.glass.taken")
    dock.click("#walk-away")
    dock.has(".nobody")
    dock.has(".spot.glass:not(.taken)")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_stage_fits_without_scrolling_and_nothing_lies_on_anything(dock: Docked, width: int, height: int) -> None:
    dock.browser.resize(width, height)
    size = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert dock.browser.run(f"return {size}") == [width, height]
    boxes = dock.browser.run(BOXES)
    for box in boxes:
        assert 0 <= box["left"] <= box["right"] <= width, box
        assert 0 <= box["top"] <= box["bottom"] <= height, box
    for one, other in combinations([box for box in boxes if box["isPlate"]], 2):
        apart = one["right"] <= other["left"] or other["right"] <= one["left"]
        assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)
    dock.browser.resize(*SIZES[0])


def test_everything_has_a_name_and_all_text_can_be_read(somebody: Docked) -> None:
    dock = somebody
    dock.browser.run("for (const group of document.querySelectorAll('.group')) group.open = true")
    for tab in ("wires", "scenarios", "faults"):
        dock.click(f"#tab-{tab}")
        assert dock.browser.run(CONTRASTS, CONTRAST) == []
    assert dock.browser.run(NAMELESS) == []


def test_the_page_is_worked_with_keys_alone(dock: Docked) -> None:
    tab, enter, right, down = "\ue004", "\ue007", "\ue014", "\ue015"
    dock.browser.run("document.querySelector('#tab-faults').focus()")
    dock.browser.press(right)
    dock.shows("document.activeElement.id === 'tab-wires' && !document.querySelector('#wires').hidden")
    dock.browser.press(tab)
    dock.shows("document.activeElement.id === 'wire-device'")
    dock.browser.run("document.querySelector('#screen').focus()")
    dock.browser.press(*[down] * 21)
    dock.shows("!document.querySelector('.crosshair').hidden")
    dock.browser.press(enter)
    dock.shows("document.querySelector('main').dataset.page !== 'idle'")


def test_a_lost_line_is_said_and_comes_back_by_itself(dock: Docked) -> None:
    network = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    dock.browser.tell("Network.enable")
    dock.browser.tell("Network.emulateNetworkConditions", **network)
    dock.click("#restart")
    dock.shows("document.querySelector('#message').innerText.includes('断了')")
    dock.browser.tell("Network.emulateNetworkConditions", **network | {"offline": False})
    dock.shows("document.querySelector('#line').dataset.tone === 'good'")
    dock.browser.console()
