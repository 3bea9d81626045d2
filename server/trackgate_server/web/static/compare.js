// Runs beside each other: their colours, and charts of what they measured.

import { colours, onScheme } from "./charts.js";
import { ComparedChart } from "./compare_chart.js";
import { scatter } from "./compare_scatter.js";

const place = document.querySelector(".overlaid");
const scattered = document.querySelector(".scattered");
const form = document.querySelector("form.look");
const charts = new Map();

/** Give each run above the table the colour of its lines. */
function paint() {
  const palette = colours();
  for (const swatch of document.querySelectorAll(".swatch")) {
    swatch.style.background = palette[Number(swatch.dataset.colour) % palette.length];
  }
}

/** The runs that the table has, in its order. */
function runs() {
  const heads = document.querySelectorAll("th.run");
  return [...heads].map(({ dataset }) => ({ id: dataset.run, name: dataset.name }));
}

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
  { rootMargin: "300px 0px" },
);

/** The address says how lines are drawn, so that the view can be sent. */
function remember() {
  const url = new URL(location.href);
  for (const name of ["x", "log", "smooth"]) url.searchParams.delete(name);
  const { x, log, smooth } = look();
  if (x !== "step") url.searchParams.set("x", x);
  if (log) url.searchParams.set("log", "1");
  if (smooth > 0) url.searchParams.set("smooth", smooth);
  history.replaceState(null, "", url);
}

function redrawAll() {
  remember();
  for (const chart of charts.values()) chart.redraw();
}

let planned;

function watchControls() {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.smooth.addEventListener("input", ({ target }) => {
    form.querySelector("output").value = Number(target.value).toFixed(2);
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(redrawAll);
  });
  form.elements.x.addEventListener("change", redrawAll);
  form.elements.log.addEventListener("change", redrawAll);
  place.addEventListener("click", ({ target }) => {
    const action = target.closest("button[data-do]")?.dataset.do;
    const chart = charts.get(target.closest("figure"));
    if (action === "enlarge") chart.enlarge();
    if (action === "picture") chart.keep();
  });
}

function begin() {
  const { points, atOnce } = place.dataset;
  const source = { api: points, runs: runs(), atOnce: Number(atOnce), look };
  for (const figure of place.querySelectorAll("figure.chart")) {
    charts.set(figure, new ComparedChart(figure, source));
    near.observe(figure);
  }
  watchControls();
}

paint();
onScheme(paint);
if (place) begin();
if (scattered) scatter(scattered, runs());
