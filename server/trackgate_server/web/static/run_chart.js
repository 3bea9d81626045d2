// The chart of a run that may go on: new points come behind those that are known.

import { MetricChart } from "./metric_chart.js";
import { continued } from "./points.js";

/** A figure with a metric of the only run of its source. */
export class RunChart extends MetricChart {
  // Whether there are points behind those that are known.
  #isBehind = false;

  async load() {
    await super.load();
    if (this.#isBehind) await this.#catchUp();
  }

  /** There are points behind those that are known. */
  async extend() {
    this.#isBehind = true;
    if (this.isShown && this.points) await this.update();
  }

  async #catchUp() {
    const { runs, most } = this.source;
    const [{ id }] = runs;
    const known = this.points.get(id) ?? [];
    const last = known.at(-1);
    const more = await this.fetch(last && { from: last.step });
    this.#isBehind = false;
    const points = continued(known, more.get(id) ?? []);
    // What was thinned out before is dense at its end by now: begin again.
    this.points = points.length > 3 * most ? await this.fetch() : new Map([[id, points]]);
  }
}
