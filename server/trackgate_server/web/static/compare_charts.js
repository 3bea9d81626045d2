// Charts of what compared runs measured, a line for each run.

import { ChartCards } from "./chart_cards.js";
import { lookOf, watchLook } from "./chart_look.js";
import { MetricChart } from "./metric_chart.js";

// So many points are drawn smoothly; more runs have fewer each.
const MOST_POINTS = 30_000;
const [FEWEST_EACH, MOST_EACH] = [60, 1_000];

/**
 * Draw the charts as they come into sight, and anew as the controls say.
 *
 * @param {HTMLElement} section  with a form and `.charts`
 * @param {{id: string, name: string}[]} runs  in the order of their colours
 */
export function overlay(section, runs) {
  const form = section.querySelector("form");
  const { points, atOnce } = section.dataset;
  const most = Math.max(FEWEST_EACH, Math.min(MOST_EACH, Math.floor(MOST_POINTS / runs.length)));
  const source = { api: points, runs, most, atOnce: Number(atOnce), look: () => lookOf(form) };
  const cards = new ChartCards(section.querySelector(".charts"), (figure) => new MetricChart(figure, source));
  form.addEventListener("submit", (event) => event.preventDefault());
  watchLook(form, () => cards.redraw());
}
