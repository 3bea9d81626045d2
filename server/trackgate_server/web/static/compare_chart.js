// One chart of a metric in several runs: fetched when it is seen, then kept in mind.

import { drawLines, erase, fit, savePicture } from "./charts.js";
import { fetchPoints } from "./points.js";

// So many points are drawn smoothly; more runs have fewer each.
const MOST_POINTS = 30_000;
const [FEWEST_EACH, MOST_EACH] = [60, 1_000];

/**
 * What the charts of a page are made of.
 *
 * @typedef {object} Source
 * @property {string} api                          where points come from
 * @property {{id: string, name: string}[]} runs   in the order of their colours
 * @property {number} atOnce                       runs in one request
 * @property {() => object} look                   how lines are to be drawn
 */

/** A figure with a metric's lines. */
export class ComparedChart {
  /**
   * @param {HTMLElement} figure  with `data-name` and an empty `.plot`
   * @param {Source} source
   */
  constructor(figure, source) {
    this.figure = figure;
    this.source = source;
    this.plot = figure.querySelector(".plot");
    this.points = null;
    this.request = null;
  }

  /** Draw it; fetch its points where they are not known yet. */
  async show() {
    if (this.request) return;
    this.request = new AbortController();
    try {
      this.points ??= await this.#fetch(this.request.signal);
      await this.#draw();
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(error.message);
    }
  }

  /** Give up the drawing, and what is being fetched. */
  hide() {
    this.request?.abort();
    this.request = null;
    erase(this.plot);
  }

  /** Draw it as it is to be drawn now. */
  async redraw() {
    if (this.request && this.points) await this.#draw();
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
    await savePicture(this.plot, this.figure.dataset.name);
  }

  async #fetch(signal) {
    const { api, runs, atOnce } = this.source;
    const most = Math.max(FEWEST_EACH, Math.min(MOST_EACH, Math.floor(MOST_POINTS / runs.length)));
    const found = new Map();
    for (let start = 0; start < runs.length; start += atOnce) {
      const some = runs.slice(start, start + atOnce).map((run) => run.id);
      const points = await fetchPoints(api, { key: this.figure.dataset.name, runs: some, most, signal });
      for (const [run, its] of points) found.set(run, its);
    }
    return found;
  }

  async #draw() {
    const lines = this.source.runs.map(({ id, name }, colour) => ({ name, colour, points: this.points.get(id) ?? [] }));
    await drawLines(this.plot, lines.filter((line) => line.points.length > 0), this.source.look());
    // It may have gone out of sight meanwhile.
    if (!this.request) erase(this.plot);
  }

  #tell(message) {
    const told = document.createElement("p");
    told.className = "failed problem";
    told.textContent = `This chart cannot be shown at the moment: ${message}`;
    erase(this.plot);
    this.plot.append(told);
  }
}
