// What a served model said, as a table where it is one, else as text.

const MOST_ROWS = 500;

/** Show a text alone, in a paragraph of a class. */
export function showText(element, text, kind = "") {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.textContent = text;
  element.replaceChildren(paragraph);
}

/** Show the reason in an answer that is no prediction. */
export function showRefusal(element, status, text) {
  let reason = text;
  try {
    reason = JSON.parse(text).message ?? text;
  } catch {
    // It is shown as it is.
  }
  showText(element, `${status}: ${reason}`, "problem");
}

/** Show an answer's predictions; `text` is its body. */
export function showPrediction(element, text) {
  let predictions;
  try {
    predictions = JSON.parse(text).predictions;
  } catch {
    // NaN and infinities are no JSON, but what models say.
    return showPlain(element, text);
  }
  const rows = asRows(predictions);
  if (rows) element.replaceChildren(tableOf(rows, predictions.length));
  else showPlain(element, JSON.stringify(predictions, null, 2) ?? text);
}

function showPlain(element, text) {
  const plain = document.createElement("pre");
  plain.textContent = text;
  element.replaceChildren(plain);
}

/** Rows of cells below names, for a list of plain values, of lists or of records. */
function asRows(predictions) {
  if (!Array.isArray(predictions) || predictions.length === 0) return null;
  const shown = predictions.slice(0, MOST_ROWS);
  if (shown.every(isPlain)) {
    return { names: ["Prediction"], cells: shown.map((one) => [one]) };
  }
  if (shown.every((one) => Array.isArray(one) && one.every(isPlain))) {
    const width = Math.max(...shown.map((one) => one.length));
    return { names: Array.from({ length: width }, (_, place) => `${place}`), cells: shown };
  }
  if (shown.every((one) => one && !Array.isArray(one) && Object.values(one).every(isPlain))) {
    const names = [...new Set(shown.flatMap(Object.keys))];
    return { names, cells: shown.map((one) => names.map((name) => one[name])) };
  }
  return null;
}

function isPlain(value) {
  return value === null || typeof value !== "object";
}

function tableOf({ names, cells }, count) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of ["Row", ...names]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  cells.forEach((row, place) => {
    const line = body.insertRow();
    for (const value of [place, ...row]) line.insertCell().textContent = `${value ?? ""}`;
  });
  if (count > cells.length) {
    table.createCaption().textContent = `The first ${cells.length} of ${count} rows.`;
  }
  return table;
}
