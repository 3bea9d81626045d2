// The tree of files: folders open where they stand, arrow keys lead through it.

/** The list inside an answer that holds one open folder. */
async function branchAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The folder answered ${answer.status}.`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("ul");
}

function branchOf(item) {
  return item.parentElement.querySelector(":scope > ul");
}

function isOpen(item) {
  return item.getAttribute("aria-expanded") === "true";
}

/** Show or hide what is in a folder; it stays loaded. */
function setOpen(item, open) {
  item.setAttribute("aria-expanded", String(open));
  const branch = branchOf(item);
  if (branch) branch.hidden = !open;
}

/**
 * Have a tree open its folders in place.
 *
 * Returns `choose(other)`, which marks what is chosen in `other`, the same tree as the
 * server made it, and takes over the branches that are new in it.
 */
export function enhanceTree(tree) {
  const items = () => [...tree.querySelectorAll("a.item")].filter((one) => one.checkVisibility());

  function address(path, from) {
    const found = new URL(tree.dataset.branch, location.href);
    found.searchParams.set("path", path);
    if (from) found.searchParams.set("from", from);
    return found;
  }

  async function open(item) {
    if (!branchOf(item)) {
      item.setAttribute("aria-busy", "true");
      const branch = await branchAt(address(item.dataset.folder));
      item.removeAttribute("aria-busy");
      item.after(branch);
    }
    setOpen(item, true);
  }

  async function continueList(item) {
    const { rest, from } = item.dataset;
    const more = await branchAt(address(rest, from));
    const first = more.querySelector("a.item");
    item.parentElement.replaceWith(...more.children);
    first?.focus();
  }

  function move(item, step) {
    const all = items();
    all[Math.max(0, Math.min(all.length - 1, all.indexOf(item) + step))]?.focus();
  }

  const keys = {
    ArrowDown: (item) => move(item, 1),
    ArrowUp: (item) => move(item, -1),
    Home: () => items()[0]?.focus(),
    End: () => items().at(-1)?.focus(),
    ArrowRight: (item) => {
      if (!item.dataset.folder) return;
      if (isOpen(item)) move(item, 1);
      else open(item);
    },
    ArrowLeft: (item) => {
      if (item.dataset.folder && isOpen(item)) setOpen(item, false);
      else item.closest("ul")?.parentElement.querySelector(":scope > a.item")?.focus();
    },
  };

  tree.addEventListener("keydown", (event) => {
    const item = event.target.closest("a.item");
    if (!item || !(event.key in keys) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key](item);
  });

  tree.addEventListener("click", (event) => {
    const item = event.target.closest("a.item");
    if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (item.dataset.rest !== undefined) {
      event.preventDefault();
      continueList(item);
    } else if (item.dataset.folder && isOpen(item) && item.ariaCurrent === "page") {
      event.preventDefault();
      setOpen(item, false);
    }
  });

  function takeBranches(other) {
    for (const item of other.querySelectorAll('a.item[aria-expanded="true"]')) {
      const here = find(item.dataset.folder);
      if (!here) continue;
      if (!branchOf(here)) here.after(branchOf(item).cloneNode(true));
      setOpen(here, true);
    }
  }

  function find(path) {
    return tree.querySelector(`a.item[data-folder="${CSS.escape(path)}"]`);
  }

  function choose(other) {
    takeBranches(other);
    tree.querySelector("a.item[aria-current]")?.removeAttribute("aria-current");
    const wanted = other.querySelector("a.item[aria-current]")?.href;
    const item = [...tree.querySelectorAll("a.item")].find((one) => one.href === wanted);
    item?.setAttribute("aria-current", "page");
    item?.scrollIntoView({ block: "nearest" });
  }

  return { choose };
}
