// A plot's section of a comparison: its form, and its points, which come anew when
// something else is chosen.

import { putInAddress } from "./address.js";
import { onScheme, savePicture } from "./charts.js";
import { fetchPage } from "./fetched_page.js";

/** @typedef {{id: string, name: string, href: string}} Run */

/** What the section has to draw. */
export function pointsIn(section) {
  return JSON.parse(section.querySelector("script").textContent);
}

/** Keep in the address what the section's form says, if the page has an address. */
export function remember(form) {
  if (form.method === "get") putInAddress(ownFields(form));
}

/**
 * Have the section show what its form says now.
 *
 * @param {HTMLElement} section  `data-anew` says who makes it
 * @param {Run[]} runs           those of the page, even if a search finds others by now
 */
export async function renew(section, runs) {
  const form = section.querySelector("form");
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(ownFields(form))) {
    for (const value of values) body.append(name, value);
  }
  body.set("runs", runs.map((run) => run.id).join("."));
  body.set("find", form.querySelector(".kept[name=find]")?.value ?? "");
  const page = await fetchPage(section.dataset.anew, { method: "POST", body });
  takeOver(section, page.querySelector("section"));
  remember(form);
}

/**
 * Have plotly draw a section's plot: once it is seen, and whenever something else is
 * chosen or the reader's colours change.
 *
 * @param {HTMLElement} section  with a form, a `.plot` and its points as JSON
 * @param {Run[]} runs           in the order of the points
 * @param {(plot: HTMLElement, points: object, runs: Run[]) => Promise<void>} show
 */
export function keepDrawn(section, runs, show) {
  const form = section.querySelector("form");
  const plot = section.querySelector(".plot");
  let isSeen = false;

  const again = () => isSeen && show(plot, pointsIn(section), runs);

  form.addEventListener("change", latest(() => renew(section, runs), again, () => form.submit()));
  section.querySelector("[data-do=picture]").addEventListener("click", async () => {
    await again();
    await savePicture(plot, section.querySelector("figure").dataset.file);
  });
  onScheme(again);
  whenSeen(plot, () => {
    isSeen = true;
    again();
  });
}

/** Call `work` once an element comes into sight. */
export function whenSeen(element, work) {
  const seen = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      work();
    },
    { rootMargin: "300px 0px" },
  );
  seen.observe(element);
}

/**
 * A listener that does some work and then `done`, one turn after the other: of the
 * turns that wait only the last is taken.
 */
export function latest(work, done, failed) {
  let turn = Promise.resolve();
  let last = 0;
  return () => {
    const own = (last += 1);
    turn = turn.then(async () => {
      if (own !== last) return;
      try {
        await work();
        await done();
      } catch {
        failed();
      }
    });
  };
}

/** What the form says by itself, without what it keeps of the rest of the page. */
function ownFields(form) {
  const data = new FormData(form);
  const own = [...form.elements].filter((field) => field.name && !field.classList.contains("kept"));
  return Object.fromEntries(own.map(({ name }) => [name, data.getAll(name)]));
}

/** Put in place what another copy of the section says; the form and the plot stay. */
function takeOver(section, other) {
  const { id } = document.activeElement;
  section.querySelector("script").textContent = other.querySelector("script").textContent;
  for (const part of section.querySelectorAll("[data-part]")) {
    part.replaceWith(other.querySelector(`[data-part=${part.dataset.part}]`));
  }
  section.querySelector("figure").dataset.file = other.querySelector("figure").dataset.file;
  const label = other.querySelector(".plot").getAttribute("aria-label");
  section.querySelector(".plot").setAttribute("aria-label", label);
  // What had the focus may have been put in anew.
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}
