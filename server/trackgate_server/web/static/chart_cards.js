// Cards with a chart each, of which only those in sight are drawn.

// What is near the window is drawn, what is far from it given up: so the number of
// charts at a time has an end, however many metrics there are.
const NEAR = "400px 0px";

/** The charts of a page, by the figures that hold them. */
export class ChartCards {
  #place;
  #chartOf;
  #charts = new Map();
  #near = new IntersectionObserver((entries) => this.#turn(entries), { rootMargin: NEAR });

  /**
   * @param {HTMLElement} place  holds `figure.chart`s, with buttons of `chart_tools()`
   * @param {(figure: HTMLElement) => import("./metric_chart.js").MetricChart} chartOf
   */
  constructor(place, chartOf) {
    this.#place = place;
    this.#chartOf = chartOf;
    place.addEventListener("click", ({ target }) => this.#act(target.closest("button[data-do]")));
    for (const figure of this.figures) this.#watch(figure);
  }

  /** The figures, in the order of the page. */
  get figures() {
    return [...this.#place.querySelectorAll("figure.chart")];
  }

  /** The figure of a metric, if there is one. */
  figureOf(name) {
    return this.figures.find((figure) => figure.dataset.name === name);
  }

  /** The chart in a figure. */
  chartIn(figure) {
    return this.#charts.get(figure);
  }

  /** Put a figure behind all others, or before one of them. */
  add(figure, before = null) {
    this.#place.insertBefore(figure, before);
    this.#watch(figure);
  }

  /** Draw those in sight as they are to be drawn now. */
  redraw() {
    for (const chart of this.#charts.values()) chart.redraw();
  }

  #watch(figure) {
    this.#charts.set(figure, this.#chartOf(figure));
    this.#near.observe(figure);
  }

  #turn(entries) {
    for (const { target, isIntersecting } of entries) {
      const chart = this.#charts.get(target);
      if (isIntersecting) chart.show();
      else chart.hide();
    }
  }

  #act(button) {
    const chart = this.#charts.get(button?.closest("figure"));
    if (button?.dataset.do === "enlarge") chart.enlarge();
    if (button?.dataset.do === "picture") chart.keep();
  }
}
