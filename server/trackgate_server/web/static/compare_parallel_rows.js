// The list of axes below parallel coordinates: their order, scales and ranges.

/** The rows of a section's form, in the order of the axes. */
export function rowsOf(section) {
  return [...section.querySelectorAll("tr[data-axis]")];
}

/** A row's field by its name: "scale", "from" or "to". */
export function field(row, name) {
  return row.querySelector(`[name=${name}]`);
}

/** The range that a row asks for. */
export function endsIn(row) {
  return { from: field(row, "from").value, to: field(row, "to").value };
}

/** Have a row ask for a range. */
export function putEnds(row, { from, to }) {
  field(row, "from").value = from;
  field(row, "to").value = to;
}

/** Whether a row's axis is logarithmic; `usual` where the row leaves it open. */
export function isLog(row, usual) {
  const { value } = field(row, "scale");
  return value === "log" || (value === "" && usual);
}

/**
 * Do what a button in a row says: move the row, or remove it.
 *
 * @param {HTMLButtonElement} button
 */
export function act(button) {
  const row = button.closest("tr");
  const { previousElementSibling: before, nextElementSibling: behind } = row;
  if (button.dataset.do === "left") before?.before(row);
  if (button.dataset.do === "right") behind?.after(row);
  if (button.dataset.do !== "remove") {
    // Who moves it further need not look for the button again.
    button.focus();
    return;
  }
  row.remove();
  (behind ?? before).querySelector("[data-do=remove]").focus();
}

/** Put a row where another one stands. */
export function move(rows, from, to) {
  if (from < to) rows[to].after(rows[from]);
  if (from > to) rows[to].before(rows[from]);
}

/** Two axes have to stay. */
export function allowRemoving(section) {
  const rows = rowsOf(section);
  for (const row of rows) row.querySelector("[data-do=remove]").disabled = rows.length <= 2;
}

/** Ask for one more axis; the answer brings its row. */
export function addAxis(section, text) {
  for (const [name, value] of Object.entries({ axis: text, scale: "", from: "", to: "" })) {
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name, value });
    section.querySelector("[data-part=axes]").append(hidden);
  }
}
