// The machine in the middle: its live screen, what lies at its places, its lamps, and the paper that comes out.

import { el, find, icon, say, show } from "./dom.js";
import { act, address, touch } from "./line.js";
import { cardPicture } from "./person.js";
import { PLACES } from "./places.js";
import { DEVICES, HINTS, lampOf } from "./words.js";

const LIT_MS = 450;
const STEP = 0.02;
const OF_SCENARIOS = "chen-guilan"; // the devices do not say whose card or page it is; scenarios bring hers
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Machine {
  /** `dock`: `state`, `attempt(act)`, `look(picture)`, `lying(what)`, `take(what)`, `person`, `showFaultsOf(device)`. */
  constructor(dock) {
    this.dock = dock;
    this.root = find("#machine");
    this.screen = find("#screen");
    this.picture = find("#screen img");
    this.wanted = null;
    this.touching = 0;
    this.lit = new Map();
    this.#listenToScreen();
    for (const station of this.root.querySelectorAll(".station")) this.#prepare(station);
    const larger = find("#larger");
    larger.addEventListener("click", () => {
      const on = this.root.toggleAttribute("data-larger");
      larger.setAttribute("aria-pressed", String(on));
    });
  }

  #prepare(station) {
    const { device } = station.dataset;
    station.setAttribute("aria-label", DEVICES[device]);
    find(".plate", station).replaceChildren(
      el("button", { type: "button", title: `${DEVICES[device]}：看它的故障`, on: { click: () => this.dock.showFaultsOf(device) } },
        icon("waiting"), el("b", {}, DEVICES[device]), el("span", {})));
    for (const spot of station.querySelectorAll(".spot")) {
      const name = spot.dataset.place;
      spot.addEventListener("click", () => this.#pressed(name));
      spot.addEventListener("dragover", (event) => {
        if (PLACES[name]?.takes === this.dock.person.carried?.kind) event.preventDefault();
      });
      spot.addEventListener("drop", (event) => {
        event.preventDefault();
        this.dock.person.dropAt(name);
      });
    }
  }

  #pressed(name) {
    const { state, person } = this.dock;
    if (name === "sheets") return this.dock.take("sheets");
    if (name === "mouth") {
      this.dock.take("receipts");
      return this.dock.attempt(() => act("slip take"));
    }
    const place = PLACES[name];
    if (place.lies(state)) return this.dock.attempt(() => place.lifts(state));
    if (!person.holder) return this.dock.tell("先请一个人走过来，他手里才有东西可放。");
    if (place.takes === "paper") return this.dock.tell(`在左边选一张材料，放到${place.name}。`);
    return this.dock.attempt(() => place.puts({ kind: place.takes }, person.holder));
  }

  draw() {
    const { state } = this.dock;
    this.root.dataset.orientation = state.orientation ?? "portrait";
    for (const station of this.root.querySelectorAll(".station")) {
      const { device } = station.dataset;
      const [tone, words] = lampOf(device, state);
      station.dataset.tone = tone;
      const plate = find(".plate", station);
      find("use", plate).setAttribute("href", `#icon-${tone}`);
      say(find("span", plate), words);
      for (const spot of station.querySelectorAll(".spot")) this.#drawSpot(spot, tone === "absent");
    }
    const page = state.terminal?.page;
    say(find("#hint"), this.#hint(page));
    find("main").dataset.page = page ?? "";
    this.root.toggleAttribute("data-lit", Boolean(state.devices?.code_reader?.lit));
    this.root.toggleAttribute("data-scanning", Boolean(state.devices?.document_scanner?.scanning));
    show(find(".dark", this.screen), !this.picture.naturalWidth);
  }

  #hint(page) {
    const { state, person } = this.dock;
    if (state.running) return "场景正在演，机器自己动；要动手，先把场景停下。";
    if (this.dock.lying("receipts").length) return "凭条出来了：点一下出纸口，把它取走。";
    if (this.dock.lying("sheets").length) return "A4 纸出来了：点一下出纸盘，把它取走。";
    if (!person.holder && page === "idle") return "先在左边请一个人走过来，再点终端的屏幕。";
    return HINTS[page] ?? "屏幕可以直接点；左边的东西点一下就放好，也可以拖。";
  }

  #drawSpot(spot, absent) {
    const { state, person } = this.dock;
    const name = spot.dataset.place;
    spot.disabled = absent;
    if (name === "mouth") return this.#drawMouth(spot);
    if (name === "sheets") return this.#drawSheets(spot);
    const place = PLACES[name];
    const lies = place.lies(state);
    spot.classList.toggle("taken", Boolean(lies));
    spot.closest(".station").classList.toggle(`has-${name}`, Boolean(lies));
    spot.setAttribute("aria-label", lies ? `${place.name}：${lies}，点一下拿回` : `${place.name}：空着`);
    const who = (!state.running && person.holder?.who) || OF_SCENARIOS;
    if (name === "reader") this.#picture(spot, lies ? cardPicture("identity", who) : null);
    if (name === "slot") this.#picture(spot, lies ? cardPicture("social-security", who) : null);
    if (name === "camera") {
      const kind = lies && state.devices.document_camera.page;
      this.#picture(spot, kind ? address(`/pictures/papers/${kind}.png?person=${encodeURIComponent(who)}`) : null);
    }
  }

  #drawMouth(spot) {
    const slips = this.dock.lying("receipts");
    const newest = slips.at(-1);
    spot.classList.toggle("taken", slips.length > 0);
    spot.setAttribute("aria-label", newest ? `出纸口：${slips.length} 张凭条，点一下取走` : "出纸口：空着");
    this.#picture(spot, newest ? address(`/pictures/receipts/${newest.number}.png`) : null);
  }

  #drawSheets(spot) {
    const left = this.dock.lying("sheets");
    spot.classList.toggle("taken", left.length > 0);
    spot.setAttribute("aria-label", left.length ? `出纸盘：${left.length} 张，点一下取走` : "出纸盘：空着");
    const newest = left.at(-1);
    this.#picture(spot, newest ? address(`/pictures/sheets/${newest.number}.png`) : null);
  }

  #picture(spot, source) {
    const shown = find("img", spot);
    if (!source) shown?.remove();
    else if (!shown) spot.append(el("img", { src: source, alt: "", draggable: "false" }));
    else if (shown.getAttribute("src") !== source) shown.src = source;
  }

  /** Bytes pass: the device shows it for a moment. */
  light(device) {
    const station = find(`.station[data-device="${device}"]`, this.root);
    if (!station) return;
    station.classList.add("busy");
    clearTimeout(this.lit.get(device));
    this.lit.set(device, setTimeout(() => station.classList.remove("busy"), LIT_MS));
  }

  /** The newest frame; those that come while one is loading are left out but for the last. */
  showFrame(seq) {
    const loading = this.wanted !== null;
    this.wanted = seq;
    if (!loading) this.#loadFrame(seq);
  }

  async #loadFrame(seq) {
    const frame = new Image();
    frame.src = address(`/screen.jpg?seq=${seq}`);
    await frame.decode().then(
      () => {
        this.picture.src = frame.src;
        this.picture.dataset.seq = seq;
        find(".dark", this.screen).hidden = true;
      },
      () => {},
    );
    const newer = this.wanted !== seq ? this.wanted : null;
    this.wanted = newer;
    if (newer !== null) this.#loadFrame(newer);
  }

  #listenToScreen() {
    const at = (event) => {
      const box = this.picture.getBoundingClientRect();
      const within = (value) => Math.min(1, Math.max(0, value));
      return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    };
    const send = (event, phase) => this.#touch(...at(event), phase);
    this.screen.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.finger !== undefined) return;
      this.finger = event.pointerId;
      this.screen.setPointerCapture(event.pointerId);
      this.#hideCrosshair();
      send(event, "press");
    });
    this.screen.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.finger) return;
      for (const one of event.getCoalescedEvents?.() ?? [event]) send(one, "move");
    });
    for (const over of ["pointerup", "pointercancel"]) {
      this.screen.addEventListener(over, (event) => {
        if (event.pointerId !== this.finger) return;
        this.finger = undefined;
        send(event, "release");
      });
    }
    this.at = [0.5, 0.5];
    this.screen.addEventListener("keydown", (event) => this.#key(event));
    this.screen.addEventListener("blur", () => this.#hideCrosshair());
  }

  /** The screen is busy until the terminal has felt every touch. */
  async #touch(x, y, phase) {
    this.touching += 1;
    this.screen.setAttribute("aria-busy", "true");
    await this.dock.attempt(() => touch(x, y, phase));
    this.touching -= 1;
    this.screen.setAttribute("aria-busy", String(this.touching > 0));
  }

  #key(event) {
    if (KEYS[event.key]) {
      const far = event.shiftKey ? 4 : 1;
      this.at = this.at.map((value, axis) => Math.min(1, Math.max(0, value + KEYS[event.key][axis] * STEP * far)));
    } else if (event.key === "Enter" || event.key === " ") {
      const [x, y] = this.at;
      this.#touch(x, y, "press");
      this.#touch(x, y, "release");
    } else return;
    event.preventDefault();
    const crosshair = find(".crosshair", this.screen);
    crosshair.hidden = false;
    crosshair.style.left = `${this.at[0] * 100}%`;
    crosshair.style.top = `${this.at[1] * 100}%`;
  }

  #hideCrosshair() {
    find(".crosshair", this.screen).hidden = true;
  }
}
