// The scenario player: what there is, run and stop, each step as it is done, and how it ended.

import { el, find, icon, say, show } from "./dom.js";
import { runScenario, stopScenario } from "./line.js";
import { FAULTS } from "./words.js";

const ENDS = {
  running: ["waiting", "正在演"],
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
    const { scenarios = [], running } = this.dock.state;
    const names = scenarios.map((one) => one.name).join();
    if (names !== this.names) {
      this.names = names;
      find(".list", this.root).replaceChildren(...scenarios.map((one) => this.#row(one)));
      this.#filter();
    }
    this.progress(running);
  }

  #row({ name, title, faults }) {
    return el("li", { dataset: { scenario: name, words: `${name} ${title} ${(faults ?? []).map((one) => FAULTS[one]?.[0]).join(" ")}`.toLowerCase() } },
      el("div", {}, el("b", {}, title), el("code", {}, name),
        faults?.length ? el("p", { class: "tags" }, faults.map((one) => el("span", { title: one }, FAULTS[one]?.[0] ?? one))) : null),
      el("button", { type: "button", class: "run", aria: { label: `演：${title}` }, on: { click: () => this.dock.attempt(() => runScenario(name)) } }, icon("play"), "演"));
  }

  progress(running) {
    show(this.playing, Boolean(running));
    const isRunning = running?.outcome === "running";
    for (const button of this.root.querySelectorAll(".run")) button.disabled = isRunning;
    say(find("#tab-scenarios b"), isRunning ? `${running.step}/${running.steps}` : "");
    if (!running) return;
    const [tone, words] = ENDS[running.outcome] ?? ENDS.running;
    this.playing.dataset.outcome = running.outcome;
    this.playing.dataset.tone = tone;
    find(".head use", this.playing).setAttribute("href", `#icon-${tone}`);
    say(find(".head b", this.playing), running.title ?? this.dock.state.scenarios?.find((one) => one.name === running.name)?.title ?? running.name);
    const bar = find("progress", this.playing);
    bar.max = Math.max(1, running.steps);
    bar.value = running.outcome === "passed" ? bar.max : Math.max(0, running.step - (isRunning ? 1 : 0));
    say(find(".now", this.playing), isRunning ? `第 ${running.step} 步，共 ${running.steps} 步` : `${words}，共 ${running.steps} 步`);
    say(find(".why", this.playing), running.why ?? "");
    show(find("#scenario-stop"), isRunning);
    this.#step(running);
  }

  #step({ name, step, says, outcome }) {
    const list = find(".steps", this.playing);
    if (this.of !== name || step < (this.last ?? 0)) {
      list.replaceChildren();
      this.of = name;
      this.last = 0;
    }
    if (step > (this.last ?? 0) && says) {
      this.last = step;
      list.prepend(el("li", { dataset: { step: String(step) } }, says));
    }
    const newest = list.firstElementChild;
    for (const one of list.children) one.dataset.state = one !== newest || outcome === "passed" ? "done" : outcome === "running" ? "now" : outcome;
  }

  search(words) {
    find("#scenario-search").value = words;
    this.#filter();
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
