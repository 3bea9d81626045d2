// What is known of the line that is pointed at, beside the pointer.

import { shortly } from "./compare_numbers.js";

const BESIDE = 14;

/**
 * Say which run it is and what it has; nothing for null. Screen readers say it too.
 *
 * @param {HTMLElement} tip   in the figure, which it does not leave
 * @param {{run: import("./compare_section.js").Run, values: [string, number|string|null][]}|null} said
 * @param {number} [x]  of the pointer in the figure, and `y`
 */
export function showTip(tip, said, x = 0, y = 0) {
  tip.replaceChildren(...(said ? [nameOf(said.run), listOf(said.values)] : []));
  if (!said) return;
  const { clientWidth, clientHeight } = tip.parentElement;
  const right = x + BESIDE + tip.offsetWidth;
  const left = right <= clientWidth ? x + BESIDE : Math.max(0, x - BESIDE - tip.offsetWidth);
  const top = Math.max(0, Math.min(y + BESIDE, clientHeight - tip.offsetHeight));
  tip.style.transform = `translate(${left}px, ${top}px)`;
}

function nameOf(run) {
  const name = document.createElement("a");
  name.href = run.href;
  name.textContent = run.name;
  return name;
}

function listOf(values) {
  const list = document.createElement("dl");
  for (const [name, value] of values) {
    const [term, told] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name;
    told.textContent = shortly(value);
    list.append(term, told);
  }
  return list;
}
