// Charts by plotly. Its script is fetched when the first chart is drawn.
//
// A page with charts has `{{ charts() }}` of chart_parts.html in its head, which says
// where plotly lies and brings its styles.

import { axisOf, heights, smoothed, startOf } from "./chart_lines.js";

/** @typedef {import("./points.js").Point} Point */

/**
 * One line.
 *
 * @typedef {object} Series
 * @property {string} name      what it is called: anybody's text, shown as it is
 * @property {Point[]} points   in the order of their steps
 * @property {number} [colour]  its place among the colours; the series' own without it
 * @property {number} [start]   what relative time is counted from, milliseconds since
 *   the Unix epoch; the first point's time without it
 */

/**
 * How lines are drawn.
 *
 * @typedef {object} Options
 * @property {"step"|"time"|"relative"} [x]  what runs to the right
 * @property {boolean} [log]     the values' logarithm goes up
 * @property {number} [smooth]   0 to 0.99: how much of the average before counts
 * @property {boolean} [legend]  names of the lines below the chart
 * @property {number} [height]   pixels
 * @property {(range: [number, number]|null) => void} [onZoom]  called with what somebody
 *   chose to see, in the axis' own units (milliseconds for times); null for all of it
 * @property {[number, number]|null} [range]  what is seen at first, as for `onZoom`
 */

const LIGHT = ["#1b5cc4", "#c2410c", "#17703f", "#9333ea", "#b3261e", "#0e7490", "#a16207", "#be185d", "#475569", "#4d7c0f"];
const DARK = ["#85b4ff", "#fdba74", "#73d39c", "#d0a8ff", "#ff938a", "#67e0f0", "#f0c05a", "#f9a8d4", "#b4bfd0", "#bef264"];
const DARK_SCHEME = matchMedia("(prefers-color-scheme: dark)");
const BY_FINGER = matchMedia("(hover: none)");
// The class that plotly gives to what it draws into.
const CHART = "js-plotly-plot";
const FAINT = 0.25;
const LONGEST_NAME = 40;
// So many lines are read off together; of more, the one nearest to the pointer.
const MOST_TOGETHER = 12;

/** What was drawn, so that it can be drawn again in other colours. */
const drawn = new Map();

/** The colours of lines, for the reader's scheme. */
export function colours() {
  return DARK_SCHEME.matches ? DARK : LIGHT;
}

/** A colour of the page by its name, such as "muted". */
export function pageColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/**
 * Text for plotly, which would read some signs as markup.
 *
 * @param {string} text  anybody's
 */
export function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Draw lines into an element, or draw them anew: what was zoomed stays so.
 *
 * @param {HTMLElement} element  empty, or drawn into before; its height is kept
 * @param {Series[]} series
 * @param {Options} [options]
 * @returns {Promise<void>} once it is drawn
 */
export async function drawLines(element, series, options = {}) {
  drawn.set(element, () => drawLines(element, series, options));
  const axis = axisOf(options.x ?? "step", series);
  const traces = series.flatMap((one, place) => tracesOf(one, place, axis, options));
  const layout = layoutOf(axis, options);
  layout.hovermode = series.length > MOST_TOGETHER ? "closest" : "x unified";
  await draw(element, traces, layout);
  watchZoom(element, options);
}

/**
 * Draw any of plotly's charts but those that need WebGL. Whoever calls this draws anew
 * when the reader's colours change: see `onScheme`.
 *
 * @param {HTMLElement} element
 * @param {object[]} traces
 * @param {object} layout  begun with `baseLayout()`
 */
export async function draw(element, traces, layout) {
  const plotly = await loaded();
  if (!hasChart(element)) element.replaceChildren();
  const config = { displayModeBar: false, showTips: false, responsive: true, doubleClick: "reset" };
  await plotly.react(element, traces, layout, config);
}

/** Call `change` whenever the reader's colours change. */
export function onScheme(change) {
  DARK_SCHEME.addEventListener("change", change);
}

/** Have a chart fill its element again, which has another size now. */
export async function fit(element) {
  if (hasChart(element)) await globalThis.Plotly.Plots.resize(element);
}

/** Whether something is drawn into an element. */
export function hasChart(element) {
  return element.classList.contains(CHART);
}

/** Take a chart out of its element and forget it. */
export function erase(element) {
  drawn.delete(element);
  if (hasChart(element)) globalThis.Plotly.purge(element);
  element.classList.remove(CHART);
  element.replaceChildren();
}

/**
 * Have the browser keep a picture of a chart.
 *
 * @param {HTMLElement} element
 * @param {string} name           of the file, without its ending
 * @param {"svg"|"png"} [format]
 */
export async function savePicture(element, name, format = "png") {
  const plotly = await loaded();
  const { width, height } = element.getBoundingClientRect();
  const filename = name.replace(/[^\w.-]+/g, "_");
  await plotly.downloadImage(element, { format, filename, width, height, scale: 2 });
}

/** What every chart looks like, in the page's own colours. */
export function baseLayout() {
  const lines = { gridcolor: pageColour("faint"), zerolinecolor: pageColour("line"), linecolor: pageColour("line"), automargin: true };
  return {
    // Not see-through, so that a picture that is kept can be read anywhere.
    paper_bgcolor: pageColour("raised"),
    plot_bgcolor: pageColour("raised"),
    margin: { l: 46, r: 12, t: 8, b: 36 },
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: pageColour("muted") },
    hoverlabel: { bgcolor: pageColour("raised"), bordercolor: pageColour("line"), font: { color: pageColour("text") }, namelength: LONGEST_NAME },
    xaxis: { ...lines, showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: pageColour("muted") },
    // Raised digits would need inline styles, which the content policy refuses.
    yaxis: { ...lines, exponentformat: "e" },
    // A finger that moves over a chart scrolls the page.
    dragmode: BY_FINGER.matches ? false : "zoom",
    showlegend: false,
  };
}

function layoutOf(axis, options) {
  const layout = baseLayout();
  layout.xaxis.title = { text: axis.title, standoff: 6 };
  layout.xaxis.type = options.x === "time" ? "date" : "linear";
  layout.yaxis.type = options.log ? "log" : "linear";
  layout.showlegend = options.legend ?? false;
  layout.legend = { orientation: "h", y: -0.2 };
  layout.height = options.height;
  // As long as this is the same, what somebody zoomed stays.
  layout.uirevision = `${options.x ?? "step"} ${options.log ?? false}`;
  if (options.range) layout.xaxis.range = options.range.map((end) => (options.x === "time" ? new Date(end) : end));
  return layout;
}

function tracesOf(series, place, axis, options) {
  const palette = colours();
  const colour = palette[(series.colour ?? place) % palette.length];
  const start = startOf(series);
  const x = series.points.map((point) => axis.place(point, start));
  const values = series.points.map((point) => point.value);
  const line = (y, more) => ({
    type: "scatter",
    mode: series.points.length > 1 ? "lines" : "markers",
    name: plain(series.name),
    x,
    y: heights(y),
    line: { color: colour, width: 1.6 },
    marker: { color: colour, size: 6 },
    hoverinfo: "x+y+name",
    ...more,
  });
  if (!options.smooth) return [line(values)];
  const raw = line(values, { opacity: FAINT, hoverinfo: "skip", showlegend: false });
  return [raw, line(smoothed(values, options.smooth))];
}

function watchZoom(element, options) {
  element.removeAllListeners("plotly_relayout");
  if (!options.onZoom) return;
  element.on("plotly_relayout", (change) => {
    const from = change["xaxis.range[0]"];
    if (from !== undefined) options.onZoom([from, change["xaxis.range[1]"]].map(toNumber));
    else if (change["xaxis.autorange"] || change["xaxis.range"]) options.onZoom(null);
  });
}

/** An end of a range; plotly writes times as text, local and as short as it can be. */
function toNumber(end) {
  if (typeof end === "number") return end;
  const [day, time = "00:00"] = end.split(" ");
  return new Date(`${day}T${time.includes(":") ? time : `${time}:00`}`).getTime();
}

let loading;

/** Plotly, once it is there. */
function loaded() {
  loading ??= load(document.getElementById("plotly.js-style-global").dataset.plotly);
  return loading;
}

function load(address) {
  // While it starts, plotly puts styles for maps into the page, which the content policy
  // refuses with an error. No chart here is a map.
  const head = document.head;
  const append = head.appendChild;
  head.appendChild = (node) => (node.localName === "style" ? node : append.call(head, node));
  const script = document.createElement("script");
  script.src = address;
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(globalThis.Plotly));
    script.addEventListener("error", () => reject(new Error("The charts' script is missing.")));
    append.call(head, script);
  }).finally(() => delete head.appendChild);
}

onScheme(() => {
  for (const [element, again] of drawn) {
    if (element.isConnected) again();
    else drawn.delete(element);
  }
});
