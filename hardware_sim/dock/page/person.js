// The person on the left: who stands there, what they hold and where it lies, and the papers they were given.

import { el, find, icon, say } from "./dom.js";
import { act, address } from "./line.js";
import { PLACES, PAPER_PLACES, takeAllBack } from "./places.js";
import { ageOf, bust, cardOf, peculiarities, STRANGERS } from "./people.js";
import { PAPERS } from "./words.js";

const WHO = "dock-who";
const NO_CODE = "HALL-YY-0001";
const THINGS = [
  { kind: "identity", place: "reader", name: cardOf, picture: "identity" },
  { kind: "social", place: "slot", name: () => "社会保障卡", picture: "social-security" },
];

/** A card as it looks in the hand. */
export const cardPicture = (kind, who) => address(`/pictures/cards/${kind}.png?person=${encodeURIComponent(who)}`);

export class PersonSide {
  /** `dock`: `state`, `attempt(act)`, `look(picture)`. */
  constructor(dock) {
    this.dock = dock;
    this.root = find("#person");
    this.crowd = find("#crowd");
    this.holder = null;
    this.strangers = Number(sessionStorage.getItem("dock-strangers") ?? 0);
  }

  /** At the first state: whoever stood here before the page was loaded anew. */
  async begin() {
    const who = sessionStorage.getItem(WHO);
    if (who) await this.dock.attempt(() => this.welcome(who));
    if (!this.holder) this.draw();
  }

  async welcome(who) {
    const person = this.dock.state.people?.find((one) => one.key === who) ?? (await act("person", { name: who }));
    if (this.holder && this.holder.who !== who) await takeAllBack(this.dock.state);
    sessionStorage.setItem(WHO, who);
    this.holder = { who, person, code: () => find("#code-text")?.value || NO_CODE };
    this.draw();
    this.dock.drawMachine();
  }

  async leave() {
    await takeAllBack(this.dock.state);
    sessionStorage.removeItem(WHO);
    this.holder = null;
    this.draw();
    this.dock.drawMachine();
  }

  draw() {
    this.root.replaceChildren(...(this.holder ? this.#standing() : this.#nobody()));
    this.root.dataset.somebody = String(Boolean(this.holder));
    this.update();
  }

  #nobody() {
    return [
      el("div", { class: "nobody" },
        el("div", { class: "bust empty" }, icon("person")),
        el("h2", {}, "还没有人走过来"),
        el("p", {}, "请一位走到终端前面。他带着身份证、社保卡、几张材料，还有手机。"),
        el("button", { class: "primary", type: "button", id: "walk-up", on: { click: () => this.openCrowd() } }, "请一个人走过来")),
      this.#received(),
    ];
  }

  #standing() {
    const { person } = this.holder;
    const portrait = el("div", { class: "bust" });
    portrait.innerHTML = bust(person);
    return [
      el("div", { class: "who" },
        portrait,
        el("div", {},
          el("h2", {}, person.name),
          el("p", {}, `${person.sex === "2" ? "女" : "男"}，${ageOf(person)} 岁`),
          el("p", { class: "tags" }, peculiarities(person).map((one) => el("span", {}, one)))),
        el("div", { class: "pair" },
          el("button", { type: "button", id: "walk-up", on: { click: () => this.openCrowd() } }, "换个人"),
          el("button", { type: "button", id: "walk-away", on: { click: () => this.dock.attempt(() => this.leave()) } }, "离开"))),
      el("h3", {}, "带着的证件和手机"),
      el("div", { class: "cards" }, THINGS.map((thing) => this.#card(thing)), this.#phone()),
      el("label", { class: "code" }, "码里的文字", el("input", { id: "code-text", value: this.holder.person.code?.text ?? NO_CODE, maxlength: "200", autocomplete: "off", spellcheck: "false" })),
      el("h3", {}, "带着的材料"),
      el("ul", { class: "papers" }, Object.keys(PAPERS).map((kind) => this.#paper(kind))),
      this.#received(),
    ];
  }

  #card({ kind, place, name, picture }) {
    return this.#holding(kind, place, el("img", { src: cardPicture(picture, this.holder.who), alt: "", draggable: "false" }), name(this.holder.person));
  }

  #holding(kind, place, picture, name) {
    return el("button", {
      class: "holding", type: "button", draggable: "true", dataset: { thing: kind, place }, "aria-pressed": "false",
      on: { click: () => this.toggle({ kind }, place), dragstart: (event) => this.carry(event, { kind }), dragend: () => this.putDown() },
    }, el("span", { class: "look" }, picture), el("b", {}, name), el("small", {}));
  }

  #phone() {
    return this.#holding("phone", "codes", icon("phone"), "手机上的码");
  }

  #paper(kind) {
    const thing = { kind, isPaper: true };
    const picture = address(`/pictures/papers/${kind}.png?person=${encodeURIComponent(this.holder.who)}`);
    return el("li", { dataset: { paper: kind } },
      el("button", {
        class: "thumb", type: "button", draggable: "true", title: `看${PAPERS[kind]}`,
        on: {
          click: () => this.dock.look({ title: PAPERS[kind], picture }),
          dragstart: (event) => this.carry(event, { kind: "paper", paper: kind }),
          dragend: () => this.putDown(),
        },
      }, el("img", { src: picture, alt: "", loading: "lazy", draggable: "false" }), el("span", { class: "unseen" }, `看${PAPERS[kind]}`)),
      el("div", {},
        el("b", {}, PAPERS[kind]),
        el("div", { class: "where", role: "group", aria: { label: `${PAPERS[kind]}放在` } }, PAPER_PLACES.map((place) =>
          el("button", {
            type: "button", dataset: { place }, "aria-pressed": "false",
            on: { click: () => this.toggle(thing, place) },
          }, PLACES[place].name)))));
  }

  #received() {
    return el("section", { class: "received" }, el("h3", {}, "拿到手的纸"), el("div", { class: "given" }), el("p", { class: "none" }, "凭条和 A4 纸从机器里取走以后，放在这里，点开可以看大图。"));
  }

  /** Put it there, or take it back when it lies there. */
  toggle(thing, name) {
    const place = PLACES[name];
    const { state } = this.dock;
    return this.dock.attempt(async () => {
      if (!thing.isPaper) return place.lies(state) ? place.lifts(state) : place.puts(thing, this.holder);
      if (!place.holds(state).includes(thing.kind)) return place.puts(thing, this.holder);
      return place.liftsOne ? place.liftsOne(thing.kind, this.holder, state) : place.lifts(state);
    });
  }

  carry(event, thing) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", thing.kind);
    this.carried = thing;
    document.body.dataset.carrying = thing.kind;
  }

  putDown() {
    this.carried = null;
    delete document.body.dataset.carrying;
  }

  /** What is dragged lands at a place. */
  dropAt(name) {
    const thing = this.carried;
    this.putDown();
    if (!thing || !this.holder || PLACES[name]?.takes !== thing.kind) return;
    this.dock.attempt(() => PLACES[name].puts(thing.paper ? { kind: thing.paper } : thing, this.holder));
  }

  /** Where things lie now, and what was given. */
  update() {
    const { state } = this.dock;
    for (const thing of this.root.querySelectorAll(".holding")) {
      const place = PLACES[thing.dataset.place];
      const there = Boolean(place.lies(state));
      const missing = !state.devices?.[place.device];
      thing.setAttribute("aria-pressed", String(there));
      thing.disabled = missing;
      thing.title = there ? "点一下拿回" : "点一下放好，也可以拖到机器上";
      say(find("small", thing), missing ? "没有装" : there ? `在${place.name}` : `放到${place.name}`);
    }
    for (const row of this.root.querySelectorAll("[data-paper]")) {
      for (const button of row.querySelectorAll("[data-place]")) {
        const place = PLACES[button.dataset.place];
        button.setAttribute("aria-pressed", String(place.holds(state).includes(row.dataset.paper)));
        button.disabled = !state.devices?.[place.device];
      }
    }
    this.#updateReceived();
  }

  #updateReceived() {
    const given = find(".given", this.root);
    const papers = this.dock.inHand();
    if (given.dataset.shown !== papers.map((one) => one.key).join()) {
      given.dataset.shown = papers.map((one) => one.key).join();
      given.replaceChildren(...papers.toReversed().map((one) =>
        el("button", { class: one.kind, type: "button", title: one.title, on: { click: () => this.dock.look(one) } },
          el("img", { src: one.picture, alt: "", draggable: "false" }), el("span", {}, one.short))));
    }
    find(".received .none", this.root).hidden = papers.length > 0;
  }

  openCrowd() {
    const close = () => this.crowd.close();
    const choose = (who) => {
      close();
      this.dock.attempt(() => this.welcome(who));
    };
    this.crowd.replaceChildren(
      el("div", { class: "bar" }, el("h2", {}, "谁走过来？"), el("button", { type: "button", on: { click: close }, aria: { label: "关上" } }, icon("cross"))),
      el("div", { class: "cast" }, (this.dock.state.people ?? []).filter((one) => !one.stranger).map((person) => {
        const portrait = el("span", { class: "bust" });
        portrait.innerHTML = bust(person);
        return el("button", { type: "button", dataset: { who: person.key }, on: { click: () => choose(person.key) } },
          portrait,
          el("span", {}, el("b", {}, person.name), el("small", {}, `${ageOf(person)} 岁 · ${cardOf(person)}`),
            el("small", { class: "tags" }, peculiarities(person).map((one) => el("span", {}, one)))));
      })),
      el("h3", {}, "或者来一位没见过的"),
      el("div", { class: "strangers" }, Object.entries(STRANGERS).map(([kind, words]) =>
        el("button", { type: "button", dataset: { kind }, on: { click: () => choose(`${kind}:${this.#nextStranger()}`) } }, words))));
    this.crowd.showModal();
  }

  #nextStranger() {
    this.strangers += 1;
    sessionStorage.setItem("dock-strangers", String(this.strangers));
    return this.strangers;
  }
}
