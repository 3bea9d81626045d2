// What goes on while somebody looks: rows that changed are fetched and swapped, and
// runs that began meanwhile are counted.

import { fetchPage } from "./fetched_page.js";
import { localize } from "./times.js";

const EVERY_MS = 4_000;
// Where no run is under way there is only the next one to wait for.
const QUIET_EVERY_MS = 20_000;
// Each goes into the address.
const MOST_AT_ONCE = 40;

function lasting(ms) {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function tick(table) {
  for (const cell of table.querySelectorAll("td[data-since]")) {
    cell.textContent = lasting(Date.now() - Number(cell.dataset.since));
  }
}

/** The new row in the old one's place: chosen, indented and in focus as that was. */
function swap(old, row) {
  row.querySelector("input[name='run']").checked = old.querySelector("input[name='run']").checked;
  const held = [...old.querySelectorAll("a, input")].indexOf(document.activeElement);
  const depth = old.querySelector(".name").className;
  row.querySelector(".name").className = depth;
  if (!depth.endsWith("depth-0")) row.querySelector(".parent")?.remove();
  row.classList.add("fresh");
  old.replaceWith(row);
  if (held >= 0) row.querySelectorAll("a, input")[held]?.focus({ preventScroll: true });
}

function tellNewer(count) {
  const link = document.querySelector("a.newer");
  link.hidden = count === 0;
  const text = `${count >= 100 ? "100 or more" : count} new ${count === 1 ? "run" : "runs"}: show`;
  if (count && link.textContent !== text) link.textContent = text;
}

async function fetchChanged(table, rows) {
  const address = new URL(table.dataset.changes, location.href);
  for (const row of rows) address.searchParams.append("run", `${row.dataset.run}.${row.dataset.live}`);
  if (table.dataset.newest) address.searchParams.set("since", table.dataset.newest);
  const page = await fetchPage(address);
  tellNewer(Number(page.querySelector("table").dataset.newer));
  return [...page.querySelectorAll("tr[data-run]")];
}

async function update(table, live, told) {
  // At least once: there may be newer runs where none is under way.
  for (let start = 0; start === 0 || start < live.length; start += MOST_AT_ONCE) {
    const part = live.slice(start, start + MOST_AT_ONCE);
    for (const row of await fetchChanged(table, part)) {
      const old = part.find((one) => one.dataset.run === row.dataset.run);
      if (old?.isConnected) swap(old, row);
    }
  }
  localize(table);
  told();
}

/**
 * Keep the rows of running runs as they are now, while somebody looks.
 * @param {HTMLTableElement} table  `data-changes` is where to ask
 * @param {() => void} told  called when rows were swapped
 */
export function follow(table, told) {
  let asked = Date.now();

  async function again() {
    const live = [...table.querySelectorAll("tr[data-live]")];
    const due = live.length || (table.dataset.newest && Date.now() - asked >= QUIET_EVERY_MS);
    if (due && document.visibilityState === "visible") {
      asked = Date.now();
      // A server that restarts is asked again.
      await update(table, live, told).catch(() => undefined);
      tick(table);
    }
    setTimeout(again, EVERY_MS);
  }
  setTimeout(again, EVERY_MS);
}
