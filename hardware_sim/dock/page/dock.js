// The dock's page: one state from the server, drawn by four sides that know nothing of one another.

import { el, find, icon, say } from "./dom.js";
import { FaultsPanel } from "./faults.js";
import { address, listen, Refused, restart } from "./line.js";
import { Machine } from "./machine.js";
import { PersonSide } from "./person.js";
import { ScenariosPanel } from "./scenarios.js";
import { WiresPanel } from "./wires.js";

const TAKEN = "dock-taken";
const SAID_FOR_MS = 8000;
const TABS = ["faults", "wires", "scenarios"];

class Dock {
  constructor() {
    this.state = {};
    this.taken = { receipts: 0, sheets: 0, ...JSON.parse(sessionStorage.getItem(TAKEN) ?? "{}") };
    this.person = new PersonSide(this);
    this.machine = new Machine(this);
    this.faults = new FaultsPanel(this);
    this.wires = new WiresPanel();
    this.scenarios = new ScenariosPanel(this);
    this.#tabs();
    find("#restart").addEventListener("click", () => this.attempt(async () => {
      this.tell("正在重新开机，要几秒钟。");
      await restart();
      this.tell("重新开机好了。");
    }));
    find("#viewer").addEventListener("click", (event) => {
      if (event.target === event.currentTarget) event.currentTarget.close();
    });
    this.person.draw();
    listen({
      connected: (yes) => this.#connected(yes),
      state: (changed) => this.#changed(changed),
      screen: ({ seq }) => this.machine.showFrame(seq),
      wire: (wire) => {
        this.machine.light(wire.device);
        this.wires.add(wire);
      },
      scenario: (running) => {
        this.scenarios.progress(running);
      },
    });
  }

  #changed(changed) {
    const isFirst = !this.state.devices;
    Object.assign(this.state, changed);
    if (isFirst) this.person.begin();
    if (isFirst && this.state.running) this.scenarios.progress(this.state.running);
    this.drawMachine();
    this.faults.draw();
    this.scenarios.draw();
    this.person.update();
    document.body.dataset.ready = String(Boolean(this.state.devices));
  }

  drawMachine() {
    if (this.state.devices) this.machine.draw();
  }

  /** Does an act; what is refused is said in one calm line. */
  async attempt(does) {
    try {
      return await does();
    } catch (trouble) {
      if (!(trouble instanceof Refused)) throw trouble;
      this.tell(`没有做成：${trouble.message}`, "attention");
      return null;
    }
  }

  tell(words, tone = "") {
    const line = find("#message");
    line.dataset.tone = tone;
    say(line, words);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => say(line, ""), SAID_FOR_MS);
  }

  // What came out.

  /** `what`: receipts or sheets that lie where they came out, oldest first. */
  lying(what) {
    return (this.state[what] ?? []).slice(this.taken[what]);
  }

  take(what) {
    this.taken[what] = this.state[what]?.length ?? 0;
    sessionStorage.setItem(TAKEN, JSON.stringify(this.taken));
    this.drawMachine();
    this.person.update();
  }

  /** Slips and sheets that were taken, oldest first. */
  inHand() {
    const taken = (what) => (this.state[what] ?? []).slice(0, this.taken[what]);
    return [
      ...taken("receipts").map((one) => ({ key: `slip-${one.number}`, kind: "slip", short: `凭条 ${one.number}`, title: `第 ${one.number} 张凭条`, picture: address(`/pictures/receipts/${one.number}.png`) })),
      ...taken("sheets").map((one) => ({ key: `sheet-${one.number}`, kind: "sheet", short: `A4 第 ${one.number} 张`, title: `第 ${one.number} 张 A4 纸`, picture: address(`/pictures/sheets/${one.number}.png`) })),
    ];
  }

  look({ title, picture, kind = "" }) {
    const viewer = find("#viewer");
    viewer.replaceChildren(
      el("div", { class: "bar" }, el("h2", {}, title), el("button", { type: "button", aria: { label: "关上" }, on: { click: () => viewer.close() } }, icon("cross"))),
      el("div", { class: `picture ${kind}` }, el("img", { src: picture, alt: title })));
    viewer.showModal();
  }

  // The panel.

  #tabs() {
    for (const [place, name] of TABS.entries()) {
      const tab = find(`#tab-${name}`);
      tab.addEventListener("click", () => this.#choose(name));
      tab.addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by) this.#choose(TABS[(place + by + TABS.length) % TABS.length], true);
      });
    }
  }

  #choose(name, focus = false) {
    for (const one of TABS) {
      const tab = find(`#tab-${one}`);
      tab.setAttribute("aria-selected", String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
      find(`#${one}`).hidden = one !== name;
      if (focus && one === name) tab.focus();
    }
  }

  showFaultsOf(device) {
    if (find("#wires").hidden) {
      this.#choose("faults");
      this.faults.showOnly(device);
    } else this.wires.showOnly(device);
  }

  #connected(yes) {
    const line = find("#line");
    line.dataset.tone = yes ? "good" : "fault";
    find("use", line).setAttribute("href", yes ? "#icon-good" : "#icon-fault");
    say(find("span", line), yes ? "已连上" : "断开了，正在重连");
    document.body.toggleAttribute("data-lost", !yes);
    if (yes) this.machine.showFrame(`${Date.now()}`);
  }
}

new Dock();
