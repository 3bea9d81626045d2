// Lists of a run: narrowed down while one types, and continued in place.

/** Hide the rows of a list that do not contain the text. */
function narrow(table, text) {
  const wanted = text.trim().toLowerCase();
  for (const row of table.tBodies[0].rows) {
    const value = row.cells[1]?.matches(".trend") ? "" : row.cells[1]?.textContent ?? "";
    row.hidden = !`${row.dataset.name} ${value}`.toLowerCase().includes(wanted);
  }
}

// What is not loaded yet only the server can look through: Enter asks it.
function watch(form) {
  const table = form.closest("section, main").querySelector("table[data-list]");
  const input = form.elements.find;
  if (!table) return;
  input.addEventListener("input", () => narrow(table, input.value));
  form.addEventListener("submit", (event) => {
    const whole = !moreOf(table);
    if (whole && input.value !== "") event.preventDefault();
  });
}

function moreOf(table) {
  const next = table.closest(".scroll").nextElementSibling;
  return next?.matches(".more") ? next : null;
}

async function append(link) {
  const more = link.closest(".more");
  const table = more.previousElementSibling.querySelector("table[data-list]");
  const answer = await fetch(link.href);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const rest = page.querySelector("table[data-list]");
  table.tBodies[0].append(...rest.tBodies[0].rows);
  const next = page.querySelector("a[rel=next]");
  if (next) link.href = next.getAttribute("href");
  else more.remove();
}

for (const form of document.querySelectorAll("form.finder")) watch(form);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".more a[rel=next]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  // Where it fails the page behind the link is shown instead.
  append(link).catch(() => location.assign(link.href));
});
