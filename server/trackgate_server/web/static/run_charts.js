// The charts of a run: drawn as they come into sight, and anew as points come.

import { RunChart } from "./run_chart.js";
import { follow } from "./run_news.js";

const place = document.querySelector(".charts");
const form = document.querySelector("form.chart-controls");
const charts = new Map();

/** How lines are to be drawn, as the controls say. */
function look() {
  const { x, log, smooth } = form.elements;
  return { x: x.value, log: log.checked, smooth: Number(smooth.value) };
}

// What is near the window is drawn, what is far from it given up: so the number of
// charts at a time has an end, however many metrics there are.
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const chart = charts.get(target);
      if (isIntersecting) chart.show();
      else chart.hide();
    }
  },
  { rootMargin: "400px 0px" },
);

function add(figure) {
  charts.set(figure, new RunChart(figure, { api: place.dataset.points, run: place.dataset.run, look }));
  near.observe(figure);
}

function figureOf(name) {
  return [...charts.keys()].find((figure) => figure.dataset.name === name);
}

// -- controls

/** The address says how lines are drawn, so that the view can be sent. */
function remember() {
  const url = new URL(location.href);
  for (const name of ["x", "log", "smooth", "find"]) url.searchParams.delete(name);
  for (const [name, value] of new FormData(form)) {
    const isUsual = value === "" || (name === "x" && value === "step") || (name === "smooth" && Number(value) === 0);
    if (!isUsual) url.searchParams.set(name, value);
  }
  history.replaceState(null, "", url);
}

function redrawAll() {
  remember();
  for (const chart of charts.values()) chart.redraw();
}

let planned;

form.elements.smooth.addEventListener("input", ({ target }) => {
  form.querySelector("output").value = Number(target.value).toFixed(2);
  cancelAnimationFrame(planned);
  planned = requestAnimationFrame(redrawAll);
});
form.elements.x.addEventListener("change", redrawAll);
form.elements.log.addEventListener("change", redrawAll);

place?.addEventListener("click", ({ target }) => {
  const action = target.closest("button[data-do]")?.dataset.do;
  const chart = charts.get(target.closest("figure"));
  if (action === "enlarge") chart.enlarge();
  if (action === "picture") chart.keep();
});

// -- more charts than the first page

async function pageAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function continueList(more) {
  const page = await pageAt(more.querySelector("a").href);
  for (const figure of page.querySelectorAll("figure.chart")) {
    place.append(figure);
    add(figure);
  }
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
  const figures = [...charts.keys()];
  url.searchParams.set("of", place.dataset.of);
  url.searchParams.set("find", new URL(location.href).searchParams.get("find") ?? "");
  url.searchParams.set("count", figures.length);
  url.searchParams.set("seen", figures.map((figure) => figure.dataset.mark).join(""));
  return url;
}

function show(news) {
  let hasNew = false;
  for (const row of news.querySelectorAll("tr[data-name]")) {
    const figure = figureOf(row.dataset.name);
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
  charts.get(figure).extend();
}

/** Put in charts of metrics that were not there before. */
async function addNew() {
  const page = await pageAt(location.href);
  for (const figure of page.querySelectorAll("figure.chart")) {
    const { name } = figure.dataset;
    if (figureOf(name)) continue;
    const behind = [...charts.keys()].find((other) => other.dataset.name > name);
    place.insertBefore(figure, behind ?? null);
    add(figure);
  }
}

if (place) {
  document.querySelector(".chart-hint").hidden = false;
  for (const figure of place.querySelectorAll("figure.chart")) add(figure);
  const more = document.querySelector(".more");
  if (more) watchMore(more);
  if (place.dataset.news) follow(address, show);
}
