// The scenario player: what there is, run and stop, each step as it is done, and how it ended.

import { el, find, icon, say, show } from "./dom.js";
import { runScenario, stopScenario } from "./line.js";
import { FAULTS, VERBS } from "./words.js";

const ENDS = {
  passed: ["good", "演完了，都对"],
  failed: ["fault", "没有演成"],
  stopped: ["attention", "停下了"],
};

export class ScenariosPanel {
  /** `dock`: `state`, `attempt(act)`. */
  constructor(dock) {
    this.dock = dock;
    this.root = find("#scenarios");
    this.said = [];
    this.names = "";
    this.root.append(
      el("div", { class: "playing", hidden: true },
        el("div", { class: "head" }, icon("waiting"), el("b", {}), el("button", { type: "button", id: "scenario-stop", on: { click: () => dock.attempt(stopScenario) } }, icon("stop"), "停下")),
        el("progress", { max: "1", value: "0", aria: { label: "演到哪里" } }),
        el("p", { class: "now", role: "status" }),
        el("p", { class: "why" }),
        el("ol", { class: "steps" })),
      el("div", { class: "bar" }, el("label", { class: "search" }, icon("search"), el("span", { class: "unseen" }, "找场景"),
        el("input", { type: "search", id: "scenario-search", placeholder: "找场景：缺纸、卡、happy…", on: { input: () => this.#filter() } }))),
      el("p", { class: "none", hidden: true }, "没有这样的场景。换几个字试试，比如“打印机”或 card。"),
      el("ul", { class: "list" }));
    this.playing = find(".playing", this.root);
  }

  draw() {
    const { scenarios = [] } = this.dock.state;
    const names = scenarios.map((one) => one.name).join();
    if (names !== this.names) {
      this.names = names;
      find(".list", this.root).replaceChildren(...scenarios.map((one) => this.#row(one)));
      this.#filter();
    }
  }

  #row({ name, title, about, faults, why_not: whyNot }) {
    return el("li", { dataset: { scenario: name, words: `${name} ${title} ${(faults ?? []).map((one) => FAULTS[one]?.[0]).join(" ")}`.toLowerCase() } },
      el("div", {}, el("b", {}, title), el("code", {}, name),
        faults?.length ? el("p", { class: "tags" }, faults.map((one) => el("span", { title: one }, FAULTS[one]?.[0] ?? one))) : null),
      el("button", { type: "button", class: "run", disabled: Boolean(whyNot), title: whyNot ?? about, aria: { label: `演：${title}` }, on: { click: () => this.dock.attempt(() => runScenario(name)) } }, icon("play"), "演"));
  }

  /** A step has begun, is done, or all is over; the last one stays to be seen. */
  progress(running) {
    const isRunning = !ENDS[running.outcome];
    show(this.playing, true);
    this.root.toggleAttribute("data-playing", isRunning);
    say(find("#tab-scenarios b"), isRunning ? `${running.step}/${running.steps}` : "");
    const [tone, words] = ENDS[running.outcome] ?? ["waiting", ""];
    this.playing.dataset.outcome = running.outcome;
    this.playing.dataset.tone = tone;
    find(".head use", this.playing).setAttribute("href", `#icon-${tone}`);
    say(find(".head b", this.playing), running.title);
    const bar = find("progress", this.playing);
    bar.max = Math.max(1, running.steps);
    bar.value = running.outcome === "passed" || running.outcome === "done" ? running.step : Math.max(0, running.step - 1);
    say(find(".now", this.playing), isRunning ? `第 ${running.step} 步，共 ${running.steps} 步` : `${words}，共 ${running.steps} 步`);
    say(find(".why", this.playing), running.outcome === "failed" ? running.says : "");
    show(find("#scenario-stop"), isRunning);
    this.#step(running);
  }

  #step({ step, says, outcome }) {
    const list = find(".steps", this.playing);
    if (step === 0) list.replaceChildren();
    if (outcome === "running" && step > 0) list.prepend(stepInWords(says));
    const newest = list.firstElementChild;
    if (newest) newest.dataset.state = outcome === "running" ? "now" : outcome === "passed" ? "done" : outcome;
  }

  #filter() {
    const wanted = find("#scenario-search").value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of this.root.querySelectorAll(".list > li")) {
      row.hidden = !wanted.every((word) => row.dataset.words.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    find(".none", this.root).hidden = shown > 0;
  }
}

function stepInWords(says) {
  const [verb, ...rest] = says.split(" ");
  return el("li", {}, VERBS[verb] ? [el("b", {}, VERBS[verb]), ` ${rest.join(" ")}`] : says);
}
