// What passes on each wire, newest first: time, direction, words, and the bytes on demand.

import { el, find, icon, say } from "./dom.js";
import { DEVICES, SHORT } from "./words.js";
import { inChinese } from "./wire_words.js";

const MOST_ROWS = 300;
const ALIKE_WITHIN = 8; // questions and their answers, again and again

export class WiresPanel {
  constructor() {
    this.root = find("#wires");
    this.recent = new Map();
    this.paused = false;
    this.missed = 0;
    this.root.append(
      el("div", { class: "bar" },
        el("select", { id: "wire-device", aria: { label: "看哪一台设备" }, on: { change: () => this.#filter() } },
          el("option", { value: "" }, "全部设备"), Object.entries(SHORT).map(([device]) => el("option", { value: device }, DEVICES[device]))),
        el("button", { type: "button", id: "wire-pause", "aria-pressed": "false", on: { click: () => this.#pause() } }, "停住"),
        el("button", { type: "button", id: "wire-clear", on: { click: () => this.#clear() } }, "清空")),
      el("p", { class: "missed", hidden: true }),
      el("p", { class: "none" }, icon("wire"), "线上还没有动静。终端隔一会儿就会问一问每台设备；放一张卡，这里就热闹起来。"),
      el("ol", { class: "list" }));
    this.list = find(".list", this.root);
  }

  add(wire) {
    if (this.paused) {
      this.missed += 1;
      this.#sayMissed();
      return;
    }
    const key = `${wire.direction} ${wire.means}`;
    const recent = this.recent.get(wire.device) ?? [];
    const alike = recent.find((one) => one.key === key);
    if (alike) {
      alike.times += 1;
      say(find(".times", alike.row), `×${alike.times}`);
      return;
    }
    const row = this.#row(wire);
    this.recent.set(wire.device, [{ key, row, times: 1 }, ...recent].slice(0, ALIKE_WITHIN));
    this.list.prepend(row);
    while (this.list.children.length > MOST_ROWS) this.list.lastChild.remove();
    find(".none", this.root).hidden = true;
  }

  #row({ at_ms, device, direction, length, hex, means }) {
    const toDevice = direction === "to-device";
    const row = el("li", { dataset: { device, direction, hex: hex ?? "" } });
    const chosen = find("#wire-device").value;
    row.hidden = Boolean(chosen) && chosen !== device;
    row.append(el("button", { type: "button", "aria-expanded": "false", on: { click: (event) => this.#hex(row, event.currentTarget, length) } },
      el("time", {}, clock(at_ms)),
      el("span", { class: "way" }, icon("right", toDevice ? "" : "back"), el("span", { class: "unseen" }, toDevice ? "发给" : "来自")),
      el("span", { class: "device" }, SHORT[device] ?? device),
      el("span", { class: "means", title: means }, means ? inChinese(means) : `${length} 字节`),
      el("span", { class: "times" })));
    return row;
  }

  #hex(row, button, length) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    find("pre", row)?.remove();
    if (open) return;
    const hex = row.dataset.hex.replace(/../g, "$& ").trim();
    const more = length * 2 > row.dataset.hex.length ? ` … 共 ${length} 字节` : `  （${length} 字节）`;
    row.append(el("pre", {}, hex + more));
  }

  #filter() {
    const chosen = find("#wire-device").value;
    for (const row of this.list.children) row.hidden = Boolean(chosen) && row.dataset.device !== chosen;
  }

  showOnly(device) {
    find("#wire-device").value = device;
    this.#filter();
  }

  #pause() {
    this.paused = !this.paused;
    const button = find("#wire-pause");
    button.setAttribute("aria-pressed", String(this.paused));
    say(button, this.paused ? "接着看" : "停住");
    if (!this.paused) this.missed = 0;
    this.#sayMissed();
  }

  #sayMissed() {
    const line = find(".missed", this.root);
    line.hidden = !this.paused;
    say(line, this.missed ? `停住了，又走了 ${this.missed} 条` : "停住了");
  }

  #clear() {
    this.list.replaceChildren();
    this.recent.clear();
    find(".none", this.root).hidden = false;
  }
}

/** Minutes, seconds and thousandths. */
function clock(at_ms) {
  const at = Math.max(0, Math.round(at_ms));
  const two = (value) => String(value).padStart(2, "0");
  return `${two(Math.floor(at / 60_000) % 60)}:${two(Math.floor(at / 1000) % 60)}.${String(at % 1000).padStart(3, "0")}`;
}
