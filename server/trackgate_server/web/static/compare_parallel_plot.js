// The picture of parallel coordinates: axes beside each other, and a line for each run.

import { pageColour } from "./charts.js";
import { colourAt } from "./compare_colours.js";
import { frameOf, heightOf, legendOf, uprightOf } from "./compare_parallel_axes.js";
import { svg } from "./svg.js";

// A line that is so far away, in pixels, is not pointed at.
const REACH = 14;
// Of many runs each line is paler, so that one sees where most of them are.
const [FEW_RUNS, STRONG, PALE, GONE] = [60, 0.85, 0.5, 0.35];
// From the lowest to the uppermost.
const LAYERS = ["gone", "kept", "named", "uprights", "brushes"];

/**
 * @typedef {object} Upright  one axis
 * @property {string} name
 * @property {(number|string|null)[]} values  in the order of the runs
 * @property {ReturnType<import("./compare_parallel_scale.js").scaleOf>} scale
 */

/**
 * @typedef {object} Model
 * @property {Upright[]} uprights  from left to right
 * @property {Upright} colour      what gives the lines their colours
 * @property {number} count        of runs
 */

/** Draws into an element, whose size it takes. */
export class ParallelPlot {
  #place;
  #frame;
  #layers;
  // Of each run: the heights on the axes, and the line with its colour.
  #spots = [];
  #lines = [];
  #kept = [];

  /** @param {HTMLElement} place */
  constructor(place) {
    this.#place = place;
  }

  /** The picture itself; null before it is drawn. */
  get picture() {
    return this.#place.querySelector("svg");
  }

  /**
   * Draw everything anew; all runs are kept.
   *
   * @param {Model} model
   */
  draw({ uprights, colour, count }) {
    const frame = frameOf(uprights.length, this.#place);
    const runs = Array.from({ length: count }, (_, run) => run);
    this.#frame = frame;
    this.#spots = runs.map((run) => uprights.map(({ scale, values }) => heightOf(frame, scale, values[run])));
    this.#lines = runs.map((run) => ({ line: this.#line(run), colour: colourOf(run, colour) }));
    this.#layers = Object.fromEntries(LAYERS.map((name) => [name, svg("g", { class: name, fill: "none" })]));
    this.#layers.uprights.append(...uprights.map((one, at) => uprightOf(one, at, frame)));
    const size = { width: frame.width, height: frame.height };
    const look = { "font-family": getComputedStyle(this.#place).fontFamily, "font-size": 12 };
    const back = svg("rect", { ...size, fill: pageColour("raised") });
    const layers = Object.values(this.#layers);
    this.#place.replaceChildren(svg("svg", { ...size, ...look, "aria-hidden": "true" }, back, ...legendOf(colour, frame), ...layers));
    this.#kept = [];
    this.keep(runs.map(() => true));
  }

  /** Say which runs are within the ranges. */
  keep(kept) {
    const opacity = kept.filter(Boolean).length > FEW_RUNS ? PALE : STRONG;
    const gone = pageColour("line");
    for (const [run, { line, colour }] of this.#lines.entries()) {
      if (kept[run] !== this.#kept[run]) this.#layers[kept[run] ? "kept" : "gone"].append(line);
      line.setAttribute("stroke", kept[run] ? colour : gone);
      line.setAttribute("stroke-opacity", kept[run] ? opacity : GONE);
    }
    this.#kept = kept;
  }

  /** Show ranges: for each axis its two places, or null. */
  brush(ranges) {
    const { top, foot, xs } = this.#frame;
    const look = { width: 12, rx: 2, fill: pageColour("accent"), "fill-opacity": 0.25, stroke: pageColour("accent"), "pointer-events": "none" };
    const boxes = ranges.flatMap((range, at) => {
      if (!range) return [];
      const [low, high] = range.map((place) => foot - (foot - top) * place);
      return [svg("rect", { x: xs[at] - 6, y: high, height: Math.max(2, low - high), ...look })];
    });
    this.#layers.brushes.replaceChildren(...boxes);
  }

  /** Draw one run's line above all others, or none for null. */
  emphasize(run) {
    if (run === null) {
      this.#layers.named.replaceChildren();
      return;
    }
    const { line, colour } = this.#lines[run];
    const look = { d: line.getAttribute("d"), "stroke-linejoin": "round" };
    const dots = this.#spots[run].map((y, at) => svg("circle", { cx: this.#frame.xs[at], cy: y, r: 3.5, fill: colour }));
    this.#layers.named.replaceChildren(
      svg("path", { ...look, stroke: pageColour("raised"), "stroke-width": 7 }),
      svg("path", { ...look, stroke: colour, "stroke-width": 3 }),
      ...dots,
    );
  }

  /** The kept run whose line passes nearest to a point, if it is near; otherwise null. */
  nearest(x, y) {
    const { xs } = this.#frame;
    const at = Math.max(0, xs.findLastIndex((one) => one <= x));
    const apart = (xs[at + 1] ?? xs[at]) - xs[at];
    const part = apart > 0 ? Math.min(1, Math.max(0, (x - xs[at]) / apart)) : 0;
    let [found, least] = [null, REACH];
    for (const [run, ys] of this.#spots.entries()) {
      const rise = (ys[at + 1] ?? ys[at]) - ys[at];
      const distance = Math.abs(ys[at] + rise * part - y) / Math.hypot(1, rise / (apart || 1));
      if (this.#kept[run] && distance < least) [found, least] = [run, distance];
    }
    return found;
  }

  /** Where a height is on the axes: 0 is their foot, 1 their head. */
  placeAt(y) {
    const { top, foot } = this.#frame;
    return (foot - y) / (foot - top);
  }

  /** The axis that stands nearest to an x. */
  slotAt(x) {
    const away = this.#frame.xs.map((one) => Math.abs(one - x));
    return away.indexOf(Math.min(...away));
  }

  /** Where a run's line ends on the right: its x and y. */
  endOf(run) {
    return [this.#frame.xs.at(-1), this.#spots[run].at(-1)];
  }

  /** Move an axis sideways, for as long as somebody drags it. */
  shift(at, by) {
    this.#layers.uprights.children[at].setAttribute("transform", `translate(${by} 0)`);
  }

  #line(run) {
    const { xs } = this.#frame;
    const spots = this.#spots[run].map((y, at) => `${xs[at].toFixed(1)} ${y.toFixed(1)}`);
    return svg("path", { d: `M${spots.join("L")}`, "stroke-width": 1.4, "stroke-linejoin": "round" });
  }
}

function colourOf(run, { values, scale }) {
  const place = scale.place(values[run]);
  return place === null ? pageColour("muted") : colourAt(place);
}
