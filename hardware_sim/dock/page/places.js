// Where what a person holds can be put: what each place takes, how one sees that something lies there, and its acts.

import { act } from "./line.js";
import { PAPERS } from "./words.js";

const named = (kind) => PAPERS[kind] ?? kind;

/** `lies(state)`: words for what lies there, or null. `puts(thing, holder)` and `lifts(state)` are acts. */
export const PLACES = {
  reader: {
    name: "读卡区",
    takes: "identity",
    device: "identity_card_reader",
    lies: ({ devices }) => (devices?.identity_card_reader?.field ?? "empty") !== "empty" && "身份证",
    puts: (_, holder) => act("card insert", { name: holder.who }),
    lifts: () => act("card lift"),
  },
  slot: {
    name: "插卡口",
    takes: "social",
    device: "smart_card_reader",
    lies: ({ devices }) => devices?.smart_card_reader?.card && "社保卡",
    puts: (_, holder) => act("smartcard insert", { name: holder.who }),
    lifts: () => act("smartcard remove"),
  },
  codes: {
    name: "扫码窗",
    takes: "phone",
    device: "code_reader",
    lies: ({ devices }) => devices?.code_reader?.shown && "手机上的码",
    puts: (_, holder) => act("code show", { text: holder.code() }),
    lifts: () => act("code hide"),
  },
  camera: {
    name: "拍摄台",
    takes: "paper",
    device: "document_camera",
    lies: ({ devices }) => devices?.document_camera?.page && named(devices.document_camera.page),
    holds: ({ devices }) => [devices?.document_camera?.page],
    puts: (thing, holder) => act("page put", { name: thing.kind, person: holder.who }),
    lifts: () => act("page put", { name: "none" }),
  },
  feeder: {
    name: "进纸器",
    takes: "paper",
    device: "document_scanner",
    lies: ({ devices }) => {
      const sheets = devices?.document_scanner?.feeder ?? [];
      return sheets.length > 0 && (sheets.length === 1 ? named(sheets[0]) : `${sheets.length} 张`);
    },
    holds: ({ devices }) => devices?.document_scanner?.feeder ?? [],
    puts: (thing, holder) => act("sheets feed", { names: [thing.kind], person: holder.who }),
    lifts: () => act("sheets take"),
    /** One of several is taken out: all come out, the others go back. */
    async liftsOne(kind, holder, state) {
      const others = (state.devices.document_scanner.feeder ?? []).filter((one) => one !== kind);
      await act("sheets take");
      if (others.length) await act("sheets feed", { names: others, person: holder.who });
    },
  },
  glass: {
    name: "玻璃板",
    takes: "paper",
    device: "document_scanner",
    lies: ({ devices }) => devices?.document_scanner?.glass && named(devices.document_scanner.glass),
    holds: ({ devices }) => [devices?.document_scanner?.glass],
    puts: (thing, holder) => act("glass put", { name: thing.kind, person: holder.who }),
    lifts: () => act("glass lift"),
  },
};

/** The places where a paper can be laid, in the order in which a person would try them. */
export const PAPER_PLACES = ["camera", "feeder", "glass"];

/** What a person who leaves takes along. */
export async function takeAllBack(state) {
  for (const place of Object.values(PLACES)) if (place.lies(state)) await place.lifts(state);
}
