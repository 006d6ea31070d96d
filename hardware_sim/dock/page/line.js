// The line to the dock's server: acts, touches, pictures, and the events that come back.

const token = new URLSearchParams(location.search).get("token") ?? "";

/** What the simulation does not do; its message says why. */
export class Refused extends Error {}

/** With the token, for pictures and events, which take no headers. */
export function address(path) {
  return `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;
}

async function post(path, details) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Dock-Token": token },
      body: JSON.stringify(details),
    });
  } catch {
    throw new Refused("和调试台的连接断了");
  }
  const outcome = await response.json().catch(() => ({}));
  if (!response.ok || outcome.refused !== undefined) throw new Refused(outcome.refused ?? `HTTP ${response.status}`);
  return outcome.answer;
}

/** One act of the control API, by its name with spaces. Throws `Refused`. */
export const act = (name, details = {}) => post(`/acts/${name.replaceAll(" ", "-")}`, details);
export const runScenario = (name) => post("/scenario/run", { name });
export const stopScenario = () => post("/scenario/stop", {});
export const restart = () => post("/restart", {});

let waiting = [];
let sending = Promise.resolve();

/** Touches arrive in the order in which they were made, those that waited for an answer together. `x`, `y`: 0 to 1. */
export function touch(x, y, phase) {
  waiting.push({ x, y, phase });
  const sent = sending.then(() => {
    const touches = waiting;
    waiting = [];
    return touches.length ? post("/touch", { touches }) : null;
  });
  sending = sent.catch(() => {});
  return sent;
}

/** Calls `heard[NAME](value)` for each event, and `heard.connected(yes)`; a lost line comes back by itself. */
export function listen(heard) {
  const events = new EventSource(address("/events"));
  for (const name of ["state", "screen", "wire", "scenario"]) {
    events.addEventListener(name, (event) => heard[name](JSON.parse(event.data)));
  }
  events.onopen = () => heard.connected(true);
  events.onerror = () => {
    heard.connected(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(() => listen(heard), 1500);
  };
}
