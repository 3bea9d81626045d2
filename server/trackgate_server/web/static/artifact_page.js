// The pages of files: the tree opens in place, and so does what is chosen in it.

import { addCopying } from "./copy.js";
import { enhanceTree } from "./artifact_tree.js";
import { localize } from "./times.js";

const tree = document.querySelector(".artifact-tree");
const chosen = document.querySelector("#artifact");
let asked = 0;

/** The page behind an address, as a document. */
async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`The page answered ${answer.status}.`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Show what is at an address in place of what is shown now. */
async function show(address) {
  const mine = ++asked;
  chosen.setAttribute("aria-busy", "true");
  try {
    const page = await fetched(address);
    if (mine === asked) take(page);
  } catch {
    // A page of its own says what is wrong.
    location.assign(address);
  }
}

function take(page) {
  const found = page.querySelector("#artifact");
  if (!found) throw new Error("The page shows no file.");
  const hadFocus = chosen.contains(document.activeElement);
  document.title = page.title;
  chosen.replaceChildren(...found.childNodes);
  chosen.removeAttribute("aria-busy");
  opened.choose(page.querySelector(".artifact-tree"));
  enhance();
  if (hadFocus) chosen.focus({ preventScroll: true });
  if (chosen.getBoundingClientRect().top < 0) chosen.scrollIntoView();
}

function enhance() {
  addCopying(chosen);
  localize(chosen);
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
