// Lists of a run are narrowed down while one types.

/** Hide the rows that do not contain the text. */
function narrow(body, text) {
  const wanted = text.trim().toLowerCase();
  for (const row of body.rows) {
    const value = row.cells[1].matches(".trend") ? "" : row.cells[1].textContent;
    row.hidden = !`${row.dataset.name} ${value}`.toLowerCase().includes(wanted);
  }
}

function watch(form) {
  const list = form.closest("section, main").querySelector("[data-list]");
  if (!list) return;
  const input = form.elements.find;
  const [body] = list.querySelector("table").tBodies;
  // What the server found stands there already.
  const found = input.value;
  const again = () => narrow(body, input.value === found ? "" : input.value);
  input.addEventListener("input", again);
  new MutationObserver(again).observe(body, { childList: true });
  form.addEventListener("submit", (event) => {
    // Only the server can look through what is not loaded yet.
    const isWhole = found === "" && !list.querySelector("a[rel=next]");
    if (isWhole) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form.finder")) watch(form);
