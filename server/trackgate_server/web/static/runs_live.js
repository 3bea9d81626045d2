// Runs that are under way: only rows that changed are fetched and swapped.

import { localize } from "./times.js";

const EVERY_MS = 4_000;
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

function swap(old, row) {
  const box = row.querySelector("input[name='run']");
  box.checked = old.querySelector("input[name='run']").checked;
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  const place = held ? [...old.querySelectorAll("a, input")].indexOf(held) : -1;
  const depth = [...old.querySelector(".name").classList].find((one) => one.startsWith("depth-"));
  row.querySelector(".name").className = `name ${depth}`;
  if (depth !== "depth-0") row.querySelector(".parent")?.remove();
  row.classList.add("fresh");
  old.replaceWith(row);
  if (held) row.querySelectorAll("a, input")[place]?.focus({ preventScroll: true });
}

async function fetchChanged(table, rows) {
  const address = new URL(table.dataset.changes, location.href);
  for (const row of rows) address.searchParams.append("run", `${row.dataset.run}.${row.dataset.live}`);
  const answer = await fetch(address);
  if (!answer.ok) return [];
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll("tr[data-run]")];
}

async function update(table, told) {
  const live = [...table.querySelectorAll("tr[data-live]")];
  for (let start = 0; start < live.length; start += MOST_AT_ONCE) {
    const part = live.slice(start, start + MOST_AT_ONCE);
    for (const row of await fetchChanged(table, part)) {
      const old = part.find((one) => one.dataset.run === row.dataset.run);
      if (old?.isConnected) swap(old, row);
    }
  }
  localize(table);
  tick(table);
  told();
}

/**
 * Keep the rows of running runs as they are now, while somebody looks.
 * @param {HTMLTableElement} table  `data-changes` is where to ask
 * @param {() => void} told  called when rows were swapped
 */
export function follow(table, told) {
  async function again() {
    if (document.visibilityState === "visible" && table.querySelector("tr[data-live]")) {
      await update(table, told).catch(() => undefined);
    }
    setTimeout(again, EVERY_MS);
  }
  setTimeout(again, EVERY_MS);
}
