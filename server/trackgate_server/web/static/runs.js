// The table of runs: choosing rows, and what opens above it.

import { complete } from "./runs_completion.js";
import { follow } from "./runs_live.js";

const table = document.querySelector("table.runs");
const counter = document.querySelector(".tools .chosen");
const buttons = [...document.querySelectorAll("button[data-least]")];

function boxes() {
  return [...table.querySelectorAll("tbody input[name='run']")];
}

/** Say how many are chosen, and allow what can be done with so many. */
function tell() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  for (const box of all) box.closest("tr").classList.toggle("picked", box.checked);
  for (const button of buttons) button.disabled = chosen < Number(button.dataset.least);
  counter.textContent = chosen ? `${chosen} chosen` : "";
  const every = table.querySelector("thead input");
  every.checked = chosen > 0 && chosen === all.length;
  every.indeterminate = chosen > 0 && chosen < all.length;
}

function addBoxForAll() {
  const every = document.createElement("input");
  every.type = "checkbox";
  every.setAttribute("aria-label", "Choose all runs on the screen");
  every.addEventListener("change", () => {
    for (const box of boxes()) box.checked = every.checked;
    tell();
  });
  table.querySelector("thead .pick").append(every);
}

let last = null;

/** With the shift key held, everything between two clicks is chosen. */
function choose(event) {
  const box = event.target.closest("input[name='run']");
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const ends = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(ends[0], ends[1] + 1)) between.checked = box.checked;
  }
  last = box;
  tell();
}

/** What is empty is not sent along, so that the address of a comparison is short. */
function leaveOutEmpty(event) {
  const fields = event.target.elements;
  for (const field of fields) {
    if (field.name.startsWith("tag_")) field.disabled = event.submitter?.formMethod !== "post";
  }
  setTimeout(() => {
    for (const field of fields) if (field.name.startsWith("tag_")) field.disabled = false;
  });
}

/** An open panel closes by Escape, and when one clicks elsewhere. */
function closePanels(event) {
  for (const panel of document.querySelectorAll("details:has(> .panel)[open]")) {
    if (event.type === "keydown" ? event.key === "Escape" : !panel.contains(event.target)) {
      panel.open = false;
      if (event.type === "keydown") panel.querySelector("summary").focus();
    }
  }
}

document.addEventListener("keydown", closePanels);
document.addEventListener("click", closePanels);
const filter = document.querySelector(".complete");
if (filter) complete(filter);
document.querySelector(".group select")?.addEventListener("change", (event) => {
  event.target.form.requestSubmit();
});
if (table?.querySelector("input[name='run']")) {
  addBoxForAll();
  table.addEventListener("click", choose);
  table.closest("[data-list]").addEventListener("extended", tell);
  document.getElementById("chosen").addEventListener("submit", leaveOutEmpty);
  follow(table, tell);
  tell();
}
