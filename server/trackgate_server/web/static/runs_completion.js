// Completion of names in the filter, as a combobox (ARIA Authoring Practices Guide).

const ATTRIBUTES = [
  "run_name", "status", "start_time", "end_time", "duration", "user_id", "run_id",
  "datasets.name", "datasets.digest", "datasets.context",
];
const MOST = 12;
// What is being typed: a name with dots, perhaps one in backticks.
const WORD = /[\w.]*(?:`[^`]*)?$/;

function matching(names, word) {
  const sought = word.toLowerCase().replaceAll("`", "");
  if (!sought) return [];
  const plain = (name) => name.toLowerCase().replaceAll("`", "");
  const begins = names.filter((name) => plain(name).startsWith(sought));
  const has = names.filter((name) => !plain(name).startsWith(sought) && plain(name).includes(sought));
  return [...begins, ...has].filter((name) => name !== word).slice(0, MOST);
}

function insideText(before) {
  return (before.replace(/`[^`]*`/g, "").match(/['"]/g) ?? []).length % 2 === 1;
}

/**
 * Offer names below the input of `place`, whose `data-names` holds them as JSON.
 * @param {HTMLElement} place
 */
export function complete(place) {
  const input = place.querySelector("input");
  const names = [...JSON.parse(place.dataset.names), ...ATTRIBUTES];
  const list = document.createElement("ul");
  let selected = -1;

  Object.assign(list, { id: "filter-names", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Names");
  place.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
    ["aria-controls", list.id], ["aria-expanded", "false"]]) input.setAttribute(name, value);

  function word() {
    const before = input.value.slice(0, input.selectionStart);
    return insideText(before) ? "" : before.match(WORD)[0];
  }

  function close() {
    list.hidden = true;
    selected = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function option(name, number) {
    const item = document.createElement("li");
    item.id = `filter-name-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = name;
    return item;
  }

  function offer() {
    const found = matching(names, word());
    if (!found.length) return close();
    list.replaceChildren(...found.map(option));
    list.hidden = false;
    selected = -1;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  }

  function select(number) {
    const items = [...list.children];
    selected = (number + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === selected)));
    items[selected].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[selected].id);
  }

  function take(name) {
    const end = input.selectionStart;
    input.setRangeText(`${name} `, end - word().length, end, "end");
    close();
    input.focus();
  }

  function press(event) {
    if (list.hidden) return;
    if (event.key === "ArrowDown") select(selected + 1);
    else if (event.key === "ArrowUp") select(selected < 0 ? -1 : selected - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && selected >= 0) {
      take(list.children[selected].textContent);
    } else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  input.addEventListener("input", offer);
  input.addEventListener("keydown", press);
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[role='option']");
    if (item) take(item.textContent);
  });
  if (input.dataset.wrong) {
    input.focus();
    const at = Number(input.dataset.wrong) - 1;
    input.setSelectionRange(at, at + 1);
  }
}
