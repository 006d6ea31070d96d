// Making and changing elements without a framework. Words go in as text, never as markup.

/** `{class, on: {click}, dataset, aria: {label}, ...attributes}`; children: nodes, words, or nothing. */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (name === "aria") for (const [key, words] of Object.entries(value)) made.setAttribute(`aria-${key}`, words);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const find = (selector, within = document) => within.querySelector(selector);

/** An icon of the sprite in index.html. */
export function icon(name, kind = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${kind}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Change the words of a node only when they differ, so that nothing is read out twice. */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

export function show(node, shown) {
  node.hidden = !shown;
}
