// Lines that are ready to be copied get a button that does it.

const SAID_MS = 1500;

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages without HTTPS have no clipboard.
    return false;
  }
}

function selectAll(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

function addButton(place) {
  const code = place.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const done = await copied(code.textContent);
    if (!done) selectAll(code);
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, SAID_MS);
  });
  place.append(button);
}

/** Give each `[data-copy]` below `root` a button for the text of its `code`. */
export function addCopying(root = document) {
  for (const place of root.querySelectorAll("[data-copy]")) {
    if (!place.querySelector("button")) addButton(place);
  }
}

addCopying();
