// What one sees of a person: a drawing after age and sex, and the few words that matter at a terminal.

const DAY_MS = 86_400_000;

export function ageOf(person, now = new Date()) {
  return Math.floor((now - new Date(person.birth)) / (365.2425 * DAY_MS));
}

function dayOnCard(day = "") {
  return /^\d{8}$/.test(day) ? new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`) : null;
}

const KINDS = {
  RESIDENT: "居民身份证",
  PERMIT: "港澳台居民居住证",
  FOREIGNER_2017: "外国人永居证（2017）",
  FOREIGNER_2023: "外国人永居证（2023）",
  UNSUPPORTED: "没见过的证件",
};
export const cardOf = (person) => KINDS[person.layout] ?? person.layout;

/** In GBK every name of everyday people can be written. */
const isRare = (name) => [...name].some((one) => one !== "·" && (one < "\u4e00" || one > "\u9fa5"));

/** What is special about a person's card, in words of two to six characters. */
export function peculiarities(person, now = new Date()) {
  const until = dayOnCard(person.valid_to);
  const said = [];
  if (person.valid_to === "长期") said.push("长期有效");
  if (until && until < now) said.push("证件过期");
  else if (until && until - now < 31 * DAY_MS) said.push("快要过期");
  if (ageOf(person, now) < 16) said.push("未满 16 岁");
  if (isRare(person.name)) said.push("生僻字");
  if (person.name.includes("·")) said.push("长姓名");
  if (person.newest_address) said.push("搬过家");
  if ((person.address ?? "").length >= 35) said.push("长地址");
  return said;
}

/** Strangers: the kinds that the simulation can invent. */
export const STRANGERS = {
  resident: "普通居民",
  "rare-name": "名字有生僻字",
  "long-address": "地址很长",
  "minority-name": "少数民族长姓名",
  "under-16": "未满 16 岁",
  "no-end": "证件长期有效",
  expired: "证件过期",
  expiring: "证件快要过期",
  moved: "搬过家",
  permit: "港澳台居民",
  "foreigner-2023": "外国人",
};

const HAIR = {
  girl: '<path class="hair" d="M30 52C26 22 40 12 60 12s34 10 30 40c-4-14-12-20-22-22-8 6-26 8-38 22Z"/><circle class="hair" cx="24" cy="46" r="9"/><circle class="hair" cx="96" cy="46" r="9"/>',
  boy: '<path class="hair" d="M30 50C26 24 40 12 60 12s34 12 30 38c-3-10-8-16-16-18-12 4-32 2-44 18Z"/>',
  woman: '<path class="hair" d="M28 84C20 60 22 12 60 12s40 48 32 72c-6 0-10-2-10-2 6-20 2-34-6-44-12 6-26 6-34 4-6 12-8 26-2 40-4 2-8 2-12 2Z"/>',
  man: '<path class="hair" d="M30 54C24 24 38 12 60 12s36 12 30 42c-2-8-4-12-8-18-14 2-30-2-44-4-4 6-6 12-8 22Z"/>',
  grandmother: '<circle class="hair grey" cx="60" cy="12" r="11"/><path class="hair grey" d="M29 58C24 28 38 16 60 16s36 12 31 42c-4-12-14-24-31-24S33 46 29 58Z"/>',
  grandfather: '<path class="hair grey" d="M30 60c-4-8-4-20 2-28 0 8-2 16-2 28ZM90 60c4-8 4-20-2-28 0 8 2 16 2 28Z"/><path class="stroke" d="M44 22c8-5 24-5 32 0"/>',
};

/** A bust as markup that holds no words of anybody. */
export function bust(person) {
  const age = ageOf(person);
  const female = person.sex === "2";
  const who = age < 16 ? (female ? "girl" : "boy") : age < 60 ? (female ? "woman" : "man") : female ? "grandmother" : "grandfather";
  const glasses = age >= 60 || person.number.charCodeAt(16) % 3 === 0
    ? '<circle class="stroke" cx="48" cy="56" r="9"/><circle class="stroke" cx="72" cy="56" r="9"/><path class="stroke" d="M57 56h6M39 54l-9-3M81 54l9-3"/>'
    : '<path class="brow" d="M43 47h10M67 47h10"/>';
  const lines = age >= 60 ? '<path class="stroke" d="M36 70c2 3 4 5 6 6M84 70c-2 3-4 5-6 6"/>' : "";
  return `<svg viewBox="0 -5 120 137" aria-hidden="true">
    <path class="coat" d="M6 132c2-26 20-36 42-38h24c22 2 40 12 42 38Z"/>
    <path class="skin" d="M48 84v14c6 8 18 8 24 0V84Z"/>
    <path class="stroke" d="M44 95l16 18 16-18"/>
    ${who === "woman" ? HAIR.woman : ""}
    <path class="skin" d="M30 52c0 26 14 42 30 42s30-16 30-42c0-20-14-30-30-30s-30 10-30 30Z"/>
    ${who === "woman" ? '<path class="hair" d="M31 50C34 26 46 18 60 18s26 8 29 32C78 46 70 40 66 32 58 42 44 48 31 50Z"/>' : HAIR[who]}
    ${glasses}<circle class="pupil" cx="48" cy="57" r="2.6"/><circle class="pupil" cx="72" cy="57" r="2.6"/>
    <path class="stroke" d="M51 77c5 4 13 4 18 0"/>${lines}
  </svg>`;
}
