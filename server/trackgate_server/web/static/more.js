// "More" brings the next rows of a list into the page instead of opening another.

import { fetchPage } from "./fetched_page.js";
import { localize } from "./times.js";

/**
 * Fetch the page behind a list's link and put its rows below those that are there.
 * The list is the element with `data-list`; the other page has one of the same name. It
 * is told so by the event `extended`.
 */
async function extend(list, link) {
  link.setAttribute("aria-disabled", "true");
  const page = await fetchPage(link.href);
  const further = page.querySelector(`[data-list="${list.dataset.list}"]`);
  const rows = [...further.querySelectorAll("[data-rows] > *, tbody > tr")].filter(isNew);
  list.querySelector("[data-rows], tbody").append(...rows);
  rows.forEach((row) => localize(row));
  const next = further.querySelector("a[rel=next]");
  if (next) link.replaceWith(next);
  else link.closest(".more").remove();
  rows[0]?.querySelector("a, input")?.focus({ preventScroll: true });
  list.dispatchEvent(new Event("extended"));
}

/** Whether a row is not on the page yet: those that change may come again further behind. */
function isNew(row) {
  return row.id === "" || !document.getElementById(row.id);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-list] a[rel=next]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.getAttribute("aria-disabled") === "true") return;
  extend(link.closest("[data-list]"), link).catch(() => location.assign(link.href));
});
