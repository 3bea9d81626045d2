// The tree of files: folders open where they stand, arrow keys lead through it.

import { fetchPage } from "./fetched_page.js";

/** The list inside an answer that holds one open folder. */
async function branchAt(address) {
  const page = await fetchPage(address);
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
  const all = () => [...tree.querySelectorAll("a.item")];
  const inSight = () => all().filter((one) => one.checkVisibility());
  const current = () => tree.querySelector("a.item[aria-current]");

  /** The Tab key leads to one entry of the tree; from there the arrow keys lead on. */
  function stopAt(item) {
    for (const one of all()) one.tabIndex = one === item ? 0 : -1;
  }

  function address(path, from) {
    const found = new URL(tree.dataset.branch, location.href);
    found.searchParams.set("path", path);
    if (from) found.searchParams.set("from", from);
    return found;
  }

  async function open(item) {
    if (!branchOf(item)) {
      item.setAttribute("aria-busy", "true");
      item.after(await branchAt(address(item.dataset.folder)));
      item.removeAttribute("aria-busy");
      stopAt(item);
    }
    setOpen(item, true);
  }

  async function goOn(item) {
    const more = await branchAt(address(item.dataset.rest, item.dataset.from));
    const first = more.querySelector("a.item");
    item.parentElement.replaceWith(...more.children);
    first.focus();
  }

  function move(item, step) {
    const found = inSight();
    const place = found.indexOf(item) + step;
    found[Math.max(0, Math.min(found.length - 1, place))].focus();
  }

  function leave(item) {
    if (item.dataset.folder && isOpen(item)) setOpen(item, false);
    else item.closest("ul")?.parentElement.querySelector(":scope > a.item")?.focus();
  }

  function enter(item) {
    if (!item.dataset.folder) return;
    if (isOpen(item)) move(item, 1);
    else open(item);
  }

  const keys = {
    ArrowDown: (item) => move(item, 1),
    ArrowUp: (item) => move(item, -1),
    ArrowRight: enter,
    ArrowLeft: leave,
    Home: () => inSight()[0].focus(),
    End: () => inSight().at(-1).focus(),
  };

  tree.addEventListener("keydown", (event) => {
    const item = event.target.closest("a.item");
    if (!item || !(event.key in keys) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key](item);
  });

  tree.addEventListener("focusin", (event) => {
    const item = event.target.closest("a.item");
    if (item) stopAt(item);
  });

  tree.addEventListener("click", (event) => {
    const item = event.target.closest("a.item");
    if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (item.dataset.rest !== undefined) {
      event.preventDefault();
      goOn(item);
    } else if (item === current() && item.dataset.folder && isOpen(item)) {
      event.preventDefault();
      setOpen(item, false);
    }
  });

  function takeBranches(other) {
    for (const item of other.querySelectorAll('a.item[aria-expanded="true"]')) {
      const here = tree.querySelector(`a.item[data-folder="${CSS.escape(item.dataset.folder)}"]`);
      if (!here) continue;
      if (!branchOf(here)) here.after(branchOf(item).cloneNode(true));
      setOpen(here, true);
    }
  }

  function choose(other) {
    takeBranches(other);
    current()?.removeAttribute("aria-current");
    const wanted = other.querySelector("a.item[aria-current]")?.href;
    const item = all().find((one) => one.href === wanted);
    item?.setAttribute("aria-current", "page");
    item?.scrollIntoView({ block: "nearest" });
    stopAt(tree.contains(document.activeElement) ? document.activeElement : item ?? all()[0]);
  }

  stopAt(current() ?? all()[0]);
  return { choose };
}
