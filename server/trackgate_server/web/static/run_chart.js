// One chart of a run: fetched when it is seen, given up when it is out of sight.

import { axisOf } from "./chart_lines.js";
import { drawLines, erase, fit, savePicture } from "./charts.js";
import { continued, fetchPoints } from "./points.js";

const MOST_POINTS = 1_000;

/** A figure with a metric's chart. */
export class RunChart {
  /**
   * @param {HTMLElement} figure  with `data-name` and a `.plot`, which holds an outline
   * @param {{api: string, run: string, look: () => object}} source  where points come
   *   from, and how lines are to be drawn
   */
  constructor(figure, source) {
    this.figure = figure;
    this.key = figure.dataset.name;
    this.source = source;
    this.plot = figure.querySelector(".plot");
    this.outline = [...this.plot.childNodes];
    this.points = null;
    this.detail = null;
    this.behind = false;
    this.request = null;
    figure.querySelector(".chart-tools").hidden = false;
  }

  /** Whether it is drawn, or about to be. */
  get isShown() {
    return this.request !== null;
  }

  /** Draw it; fetch its points where they are not known yet. */
  async show() {
    if (this.isShown) return;
    this.request = new AbortController();
    await this.#trying(async () => {
      this.points ??= await this.#fetch({});
      if (this.behind) await this.#catchUp();
      await this.#draw();
    });
  }

  /** Put the outline back, and give up what is being fetched. */
  hide() {
    if (!this.isShown) return;
    this.request.abort();
    this.request = null;
    this.detail = null;
    this.#clear();
  }

  /** There are points behind those that are known. */
  async extend() {
    this.behind = true;
    if (!this.isShown || !this.points) return;
    await this.#trying(async () => {
      await this.#catchUp();
      await this.#draw();
    });
  }

  /** Draw it as it is to be drawn now. */
  async redraw() {
    if (this.isShown && this.points) await this.#trying(() => this.#draw());
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

  async #fetch(part) {
    const { api, run } = this.source;
    const wanted = { key: this.key, runs: [run], most: MOST_POINTS, signal: this.request.signal, ...part };
    return (await fetchPoints(api, wanted)).get(run) ?? [];
  }

  async #catchUp() {
    const last = this.points.at(-1);
    const more = await this.#fetch(last ? { from: last.step } : {});
    this.behind = false;
    this.points = continued(this.points, more);
    // What was thinned out before is dense at its end by now: begin again.
    if (this.points.length > 3 * MOST_POINTS) this.points = await this.#fetch({});
  }

  async #draw() {
    if (!this.isShown) return;
    const points = this.detail ? within(this.points, this.detail) : this.points;
    const options = { ...this.source.look(), onZoom: (range) => this.#zoom(range) };
    await drawLines(this.plot, [{ name: this.key, points }], options);
    // It may have gone out of sight meanwhile.
    if (!this.isShown) this.#clear();
  }

  #clear() {
    erase(this.plot);
    this.plot.append(...this.outline);
  }

  /** See more of what somebody chose, where the server left something out. */
  async #zoom(range) {
    if (range === null && !this.detail) return;
    if (range !== null && this.points.length < MOST_POINTS / 2) return;
    await this.#trying(async () => {
      this.detail = range && (await this.#fetch(stepsAround(this.points, range, this.source.look().x)));
      await this.#draw();
    });
  }

  async #trying(work) {
    try {
      await work();
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(error.message);
    }
  }

  #tell(message) {
    const told = document.createElement("p");
    told.className = "failed problem";
    told.textContent = `This chart cannot be shown at the moment: ${message}`;
    erase(this.plot);
    this.plot.append(told);
  }
}

/** The steps of the known points around a range of the axis. */
function stepsAround(points, [low, high], x) {
  const axis = axisOf(x, [{ points }]);
  const at = (point) => Number(axis.place(point, points[0].timestamp));
  const first = points.findLast((point) => at(point) <= low) ?? points[0];
  const last = points.find((point) => at(point) >= high) ?? points.at(-1);
  return { from: Math.min(first.step, last.step), to: Math.max(first.step, last.step) };
}

/** Points with a stretch of them in more detail. */
function within(points, detail) {
  if (detail.length === 0) return points;
  const [first, last] = [detail[0].step, detail.at(-1).step];
  const before = points.filter((point) => point.step < first);
  const behind = points.filter((point) => point.step > last);
  return [...before, ...detail, ...behind];
}
