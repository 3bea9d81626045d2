// The pages of files: the tree opens in place, and so does what is chosen in it.

import { putInAddress } from "./address.js";
import { addSliders } from "./artifact_steps.js";
import { enhanceTree } from "./artifact_tree.js";
import { addCopying } from "./copy.js";
import { fetchPage } from "./fetched_page.js";
import { localize } from "./times.js";

const tree = document.querySelector(".artifact-tree");
const chosen = document.querySelector("#artifact");
let asked = 0;

/** Show what is at an address in place of what is shown now. */
async function show(address) {
  chosen.setAttribute("aria-busy", "true");
  if (await bring(address) && chosen.getBoundingClientRect().top < 0) chosen.scrollIntoView();
}

/** As `show`, without a sign of it; false where something else was asked for since. */
async function bring(address) {
  const mine = ++asked;
  try {
    const page = await fetchPage(address, { headers: { Accept: "text/html" } });
    if (mine === asked) take(page);
  } catch {
    // A page of its own says what is wrong.
    if (mine === asked) location.assign(address);
  }
  return mine === asked;
}

function take(page) {
  const found = page.querySelector("#artifact");
  if (!found) throw new Error("The page shows no file.");
  const focused = chosen.contains(document.activeElement) ? document.activeElement : null;
  document.title = page.title;
  chosen.replaceChildren(...found.childNodes);
  chosen.removeAttribute("aria-busy");
  opened.choose(page.querySelector(".artifact-tree"));
  enhance();
  if (focused) (document.getElementById(focused.id) ?? chosen).focus({ preventScroll: true });
}

function enhance() {
  addCopying(chosen);
  addSliders(chosen, { moves: forget, settles });
  localize(chosen);
}

/** What was asked for is no longer waited for. */
function forget() {
  asked += 1;
  chosen.removeAttribute("aria-busy");
}

/** The address says where a slider stands; where that is another file, it is shown. */
function settles(slider) {
  if (!slider.leadsOn) {
    putInAddress({ step: String(slider.stop.step) });
    return;
  }
  history.replaceState(null, "", slider.page);
  bring(slider.page);
}

/** Whether a click is meant for this page, not for a new tab. */
function isPlain(event) {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

/** Whether a link leads to another view of the same files. */
function staysHere(link) {
  const here = new URL(tree.dataset.page, location.href);
  const there = new URL(link.href);
  return there.origin === here.origin && there.pathname === here.pathname && !link.target;
}

function follow(event) {
  const link = event.target.closest("a[href]");
  if (event.defaultPrevented || !link || !isPlain(event) || !staysHere(link)) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show(link.href);
}

const opened = tree && chosen ? enhanceTree(tree) : null;
if (opened) {
  tree.addEventListener("click", follow);
  chosen.addEventListener("click", follow);
  addEventListener("popstate", () => show(location.href));
  enhance();
}
