// The charts of a run: drawn as they come into sight, and anew as points come.

import { ChartCards } from "./chart_cards.js";
import { lookOf, watchLook } from "./chart_look.js";
import { fetchPage } from "./fetched_page.js";
import { RunChart } from "./run_chart.js";
import { follow } from "./run_news.js";

const place = document.querySelector(".charts");
const form = document.querySelector("form.chart-controls");
const MOST_POINTS = 1_000;
// A run without metrics has no place for them.
const cards = place && new ChartCards(place, chartOf);

function chartOf(figure) {
  const { points, run } = place.dataset;
  const line = { id: run, name: figure.dataset.name };
  return new RunChart(figure, { api: points, runs: [line], most: MOST_POINTS, look: () => lookOf(form) });
}

// -- more charts than the first page

async function continueList(more) {
  const page = await fetchPage(more.querySelector("a").href);
  for (const figure of page.querySelectorAll("figure.chart")) cards.add(figure);
  more.remove();
  const next = page.querySelector(".more");
  if (next) watchMore(place.insertAdjacentElement("afterend", next));
}

function watchMore(more) {
  const seen = new IntersectionObserver(
    ([entry]) => {
      if (!entry.isIntersecting) return;
      seen.disconnect();
      // Where it fails the link is still there.
      continueList(more).catch(() => {});
    },
    { rootMargin: "800px 0px" },
  );
  seen.observe(more);
}

// -- while the run goes on

function address() {
  const url = new URL(place.dataset.news, location.href);
  const { figures } = cards;
  url.searchParams.set("of", place.dataset.of);
  url.searchParams.set("find", new URL(location.href).searchParams.get("find") ?? "");
  url.searchParams.set("count", figures.length);
  url.searchParams.set("seen", figures.map((figure) => figure.dataset.mark).join(""));
  return url;
}

function show(news) {
  let hasNew = false;
  for (const row of news.querySelectorAll("tr[data-name]")) {
    const figure = cards.figureOf(row.dataset.name);
    if (figure) update(figure, row);
    else hasNew = true;
  }
  if (hasNew) addNew();
}

function update(figure, row) {
  figure.dataset.mark = row.dataset.mark;
  for (const [number, name] of ["last", "min", "max"].entries()) {
    figure.querySelector(`[data-value=${name}]`).replaceChildren(...row.cells[number + 2].childNodes);
  }
  cards.chartIn(figure).extend();
}

/** Put in charts of metrics that were not there before. */
async function addNew() {
  const page = await fetchPage(location.href);
  for (const figure of page.querySelectorAll("figure.chart")) {
    const { name } = figure.dataset;
    if (cards.figureOf(name)) continue;
    cards.add(figure, cards.figures.find((other) => other.dataset.name > name));
  }
}

watchLook(form, () => cards?.redraw());
if (place) {
  const more = document.querySelector(".more");
  if (more) watchMore(more);
  if (place.dataset.news) follow(address, show);
}
