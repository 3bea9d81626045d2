// A metric's chart: fetched when it is seen, given up when it is out of sight.

import { stepsSeen, within } from "./chart_detail.js";
import { drawLines, erase, fit, savePicture } from "./charts.js";
import { fetchPoints } from "./points.js";

/** @typedef {Map<string, import("./points.js").Point[]>} Points  by the ids of runs */

/**
 * What a chart is made of.
 *
 * @typedef {object} Source
 * @property {string} api       where points come from
 * @property {{id: string, name: string}[]} runs  each has a line, with the colour of its
 *   place and this name
 * @property {number} most      points of each run, about
 * @property {number} [atOnce]  runs in one request; all without it
 * @property {() => import("./chart_look.js").Look} look  how lines are to be drawn
 */

const NOTHING = new Map();

/** A figure with a metric's lines, one for each run. */
export class MetricChart {
  /** What is known, also while the chart is out of sight: `Points`, or null before. */
  points = null;
  // More points of a part that somebody zoomed into.
  #detail = NOTHING;
  #request = null;

  /**
   * @param {HTMLElement} figure  with `data-name` and a `.plot`, which may hold an outline
   * @param {Source} source
   */
  constructor(figure, source) {
    this.figure = figure;
    this.key = figure.dataset.name;
    this.source = source;
    this.plot = figure.querySelector(".plot");
    this.outline = [...this.plot.childNodes];
  }

  /** Whether it is drawn, or about to be. */
  get isShown() {
    return this.#request !== null;
  }

  /** Draw it; fetch its points where they are not known yet. */
  async show() {
    if (this.isShown) return;
    this.#request = new AbortController();
    await this.update();
  }

  /** Put the outline back, and give up what is being fetched. */
  hide() {
    if (!this.isShown) return;
    this.#request.abort();
    this.#request = null;
    this.#detail = NOTHING;
    this.#clear();
  }

  /** Draw it with all that is to be known. */
  async update() {
    await this.#trying(async () => {
      await this.load();
      await this.#draw();
    });
  }

  /** Draw it as it is to be drawn now. */
  async redraw() {
    if (this.points) await this.#trying(() => this.#draw());
  }

  /** Show it over the whole width, or as before. */
  async enlarge() {
    const large = this.figure.classList.toggle("large");
    this.figure.querySelector("[data-do=enlarge]").setAttribute("aria-pressed", large);
    if (large) this.figure.scrollIntoView({ block: "nearest" });
    await fit(this.plot);
  }

  /** Keep a picture of it. */
  async keep() {
    await this.show();
    await savePicture(this.plot, this.key);
  }

  /** Have `points` hold all that is to be drawn; what is known is not fetched again. */
  async load() {
    this.points ??= await this.fetch();
  }

  /**
   * Fetch points, those of some steps or of all.
   *
   * @param {{from?: number, to?: number}} [steps]
   * @returns {Promise<Points>}
   */
  async fetch(steps = {}) {
    const { api, runs, most, atOnce = runs.length } = this.source;
    const wanted = { key: this.key, most, signal: this.#request?.signal, ...steps };
    const found = new Map();
    for (let start = 0; start < runs.length; start += atOnce) {
      const some = runs.slice(start, start + atOnce).map((run) => run.id);
      for (const [run, points] of await fetchPoints(api, { ...wanted, runs: some })) found.set(run, points);
    }
    return found;
  }

  #lines(detail) {
    const lines = this.source.runs.map(({ id, name }, colour) => {
      const points = this.points.get(id) ?? [];
      return { name, colour, points: within(points, detail.get(id) ?? []) };
    });
    return lines.filter((line) => line.points.length > 0);
  }

  async #draw() {
    if (!this.isShown) return;
    const options = { ...this.source.look(), onZoom: (range) => this.#zoom(range) };
    await drawLines(this.plot, this.#lines(this.#detail), options);
    // It may have gone out of sight meanwhile.
    if (!this.isShown) this.#clear();
  }

  /** See more of what somebody chose, where the server left something out. */
  async #zoom(range) {
    const steps = range && this.#thinnedIn(range);
    if (!steps && this.#detail === NOTHING) return;
    await this.#trying(async () => {
      this.#detail = steps ? await this.fetch(steps) : NOTHING;
      await this.#draw();
    });
  }

  /** The steps in a range of the axis; null if all of their points are known. */
  #thinnedIn(range) {
    const lines = this.#lines(NOTHING);
    const isThinned = lines.some((line) => line.points.length >= this.source.most / 2);
    return isThinned ? stepsSeen(lines, range, this.source.look().x) : null;
  }

  /** Do some work for it; where that fails the chart says so. */
  async #trying(work) {
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(error.message);
    }
  }

  #clear() {
    erase(this.plot);
    this.plot.append(...this.outline);
  }

  #tell(message) {
    const told = document.createElement("p");
    told.className = "failed problem";
    told.textContent = `This chart cannot be shown at the moment: ${message}`;
    erase(this.plot);
    this.plot.append(told);
  }
}
