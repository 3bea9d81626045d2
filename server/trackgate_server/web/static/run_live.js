// The overview of a run that goes on: rows of metrics with new points replace the old.

import { follow } from "./run_news.js";

const place = document.querySelector("[data-news]");

function rows() {
  return [...document.querySelectorAll("[data-list=metrics] tbody tr")];
}

function address() {
  const url = new URL(place.dataset.news, location.href);
  url.searchParams.set("of", "own");
  url.searchParams.set("count", rows().length);
  url.searchParams.set("seen", rows().map((row) => row.dataset.mark).join(""));
  return url;
}

function show(news) {
  const changed = [...news.querySelectorAll("tbody tr")];
  if (changed.length > 0) leaveEmptiness();
  const [body] = document.querySelector("[data-list=metrics] table").tBodies;
  for (const row of changed) {
    row.classList.add("fresh");
    put(row, body);
  }
}

/** The first metric of a run is there. */
function leaveEmptiness() {
  document.querySelector("[data-empty]")?.remove();
  document.querySelector("[data-list=metrics]").parentElement.hidden = false;
}

/** Put a row in place of the one of that name, or where its name belongs. */
function put(row, body) {
  const name = row.dataset.name;
  const old = rows().find((other) => other.dataset.name === name);
  if (old) return old.replaceWith(row);
  const behind = rows().find((other) => other.dataset.name > name);
  body.insertBefore(row, behind ?? null);
}

if (place) follow(address, show);
