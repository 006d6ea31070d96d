// Faults as switches, by device, with their parameters, the moment they come, and what the technician is told.

import { el, find, icon, say } from "./dom.js";
import { act } from "./line.js";
import { DEVICES, FAULTS, lampOf, MOMENTS, PARAMETERS, unit } from "./words.js";

const MENDED_BY = {
  receipt_printer: [["换新纸卷", "paper load"], ["清好关盖", "paper clear"]],
  page_printer: [["装满纸", "tray load"], ["清好", "pages clear"]],
};

export class FaultsPanel {
  /** `dock`: `state`, `attempt(act)`. */
  constructor(dock) {
    this.dock = dock;
    this.root = find("#faults");
    this.registry = "";
  }

  draw() {
    const faults = this.dock.state.faults ?? [];
    const registry = faults.map((fault) => fault.name).join();
    if (registry !== this.registry) {
      this.registry = registry;
      this.#build(faults);
    }
    for (const fault of faults) this.#update(fault);
    for (const group of this.root.querySelectorAll(".group")) this.#updateGroup(group, faults);
    const on = faults.filter((fault) => fault.set).length;
    say(find("#tab-faults b"), on ? String(on) : "");
    find("#all-right").disabled = on === 0;
    say(find("#faults .count"), on ? `现在有 ${on} 项` : "一切正常");
  }

  /** Opens one device's group and brings it into view. */
  showOnly(device) {
    for (const group of this.root.querySelectorAll(".group")) group.open = group.dataset.device === device;
    find(`.group[data-device="${device}"]`, this.root)?.scrollIntoView({ block: "start" });
  }

  #build(faults) {
    const open = new Set([...this.root.querySelectorAll(".group[open]")].map((group) => group.dataset.device));
    const devices = Object.keys(DEVICES).filter((device) => faults.some((fault) => fault.device === device));
    this.root.replaceChildren(
      el("div", { class: "bar" },
        el("p", { class: "count" }, "一切正常"),
        el("button", { type: "button", id: "all-right", on: { click: () => this.dock.attempt(() => act("fault clear")) } }, icon("check"), "全部恢复")),
      el("div", { class: "list" }, devices.map((device) => this.#group(device, faults))));
    const groups = [...this.root.querySelectorAll(".group")];
    for (const group of groups) group.open = open.has(group.dataset.device);
    if (!open.size && groups.length) groups[0].open = true;
  }

  #group(device, faults) {
    return el("details", { class: "group", dataset: { device } },
      el("summary", {}, icon("waiting"), el("b", {}, DEVICES[device]), el("span", { class: "lamp" }), el("em", {}), icon("chevron", "turn")),
      el("ul", { class: "says" }),
      MENDED_BY[device] && el("p", { class: "mend" }, MENDED_BY[device].map(([words, name]) =>
        el("button", { type: "button", on: { click: () => this.dock.attempt(() => act(name)) } }, words))),
      el("ul", {}, faults.filter((fault) => fault.device === device).map((fault) => this.#row(fault))));
  }

  #row(fault) {
    const [name, meaning] = FAULTS[fault.name] ?? [fault.name, fault.meaning];
    const moments = fault.on ?? ["now"];
    return el("li", { class: "fault", dataset: { fault: fault.name } },
      el("button", {
        class: "switch", type: "button", role: "switch", "aria-checked": "false", title: fault.meaning,
        aria: { label: `${name}（${fault.name}）` },
        on: { click: () => this.#switch(fault.name) },
      }, el("i", {})),
      el("div", {}, el("b", {}, name), el("code", {}, fault.name), el("p", {}, meaning)),
      moments.length > 1 && el("select", { dataset: { moment: "" }, aria: { label: `${name}：什么时候` }, on: { change: () => this.#changed(fault.name) } },
        ["now", ...moments.filter((one) => one !== "now")].map((one) => el("option", { value: one }, MOMENTS[one] ?? one))),
      fault.parameters.length > 0 && el("div", { class: "how" }, fault.parameters.map((one) => this.#parameter(fault.name, one))));
  }

  #parameter(fault, { name, default: usual, unit: english, choices }) {
    const heard = { change: () => this.#changed(fault) };
    const label = PARAMETERS[name] ?? name;
    const input = choices.length
      ? el("select", { dataset: { parameter: name }, on: heard }, choices.map((one) => el("option", { value: one }, one)))
      : el("input", { dataset: { parameter: name }, type: "number", value: String(usual), min: "0", step: "any", on: heard });
    if (choices.length) input.value = usual;
    return el("label", { title: name }, label, input, unit(english));
  }

  #details(name) {
    const row = find(`[data-fault="${name}"]`, this.root);
    const parameters = {};
    for (const input of row.querySelectorAll("[data-parameter]")) {
      parameters[input.dataset.parameter] = input.type === "number" ? Number(input.value) : input.value;
    }
    return { name, on: find("[data-moment]", row)?.value ?? null, parameters };
  }

  #isOn(name) {
    return Boolean(this.dock.state.faults.find((fault) => fault.name === name)?.set);
  }

  #switch(name) {
    return this.dock.attempt(() => (this.#isOn(name) ? act("fault clear", { name }) : act("fault set", this.#details(name))));
  }

  /** With other parameters it is set anew. */
  #changed(name) {
    if (this.#isOn(name)) this.dock.attempt(() => act("fault set", this.#details(name)));
  }

  #update(fault) {
    const row = find(`[data-fault="${fault.name}"]`, this.root);
    find(".switch", row).setAttribute("aria-checked", String(Boolean(fault.set)));
    row.toggleAttribute("data-on", Boolean(fault.set));
    if (!fault.given || row.contains(document.activeElement)) return;
    const moment = find("[data-moment]", row);
    if (moment) moment.value = fault.given.on ?? "now";
    for (const input of row.querySelectorAll("[data-parameter]")) input.value = fault.given[input.dataset.parameter] ?? input.value;
  }

  #updateGroup(group, faults) {
    const { device } = group.dataset;
    const { state } = this.dock;
    const [tone, words] = lampOf(device, state);
    group.dataset.tone = tone;
    find("use", group).setAttribute("href", `#icon-${tone}`);
    say(find(".lamp", group), words);
    const on = faults.filter((fault) => fault.device === device && fault.set).length;
    say(find("em", group), on ? `${on} 项` : "");
    const told = (state.terminal?.devices?.[device]?.faults ?? []).map((fault) => `${fault.says}`);
    const list = find(".says", group);
    if (list.dataset.told !== told.join("\n")) {
      list.dataset.told = told.join("\n");
      list.replaceChildren(...told.map((words) => el("li", {}, el("span", {}, "对技术员说"), words)));
    }
  }
}
