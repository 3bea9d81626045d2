// Parallel coordinates of the compared runs, and what can be done with them.

import { onScheme } from "./charts.js";
import { ParallelPlot } from "./compare_parallel_plot.js";
import { watchPointer } from "./compare_parallel_pointer.js";
import { act, addAxis, allowRemoving, endsIn, isLog, move, putEnds, rowsOf } from "./compare_parallel_rows.js";
import { scaleOf } from "./compare_parallel_scale.js";
import { showTip } from "./compare_parallel_tip.js";
import { latest, pointsIn, remember, renew, whenSeen } from "./compare_section.js";
import { saveSvg } from "./svg.js";

/** @typedef {import("./compare_section.js").Run} Run */

const NO_ENDS = { from: "", to: "" };

/**
 * Have the lines drawn, now and whenever something else is chosen.
 *
 * @param {HTMLElement} section
 * @param {Run[]} runs
 */
export function parallel(section, runs) {
  whenSeen(section, () => new Parallel(section, runs).begin());
}

class Parallel {
  #section;
  #runs;
  #form;
  #place;
  #tip;
  #plot;
  #uprights = [];
  #kept = [];
  #named = null;
  #isPinned = false;

  constructor(section, runs) {
    this.#section = section;
    this.#runs = runs;
    this.#form = section.querySelector("form");
    this.#place = section.querySelector(".plot");
    this.#tip = section.querySelector(".tip");
    this.#plot = new ParallelPlot(this.#place);
  }

  begin() {
    this.#draw();
    this.#watchForm();
    this.#watchKeys();
    watchPointer(this.#place, this.#plot, this.#hands());
    onScheme(() => this.#draw());
    let width = this.#place.clientWidth;
    new ResizeObserver(() => {
      if (this.#place.clientWidth === width) return;
      width = this.#place.clientWidth;
      this.#draw();
    }).observe(this.#place);
    this.#list.addEventListener("toggle", () => this.#fillList());
  }

  // -- the picture

  get #list() {
    return this.#section.querySelector("details.listed");
  }

  #draw() {
    const { axes, colour } = pointsIn(this.#section);
    const known = new Map(axes.map((axis) => [axis.text, axis]));
    this.#uprights = rowsOf(this.#section).map((row) => {
      const axis = known.get(row.dataset.axis);
      return { ...axis, row, scale: scaleOf(axis, isLog(row, axis.far)) };
    });
    // Colours follow the scale of the same axis, where it is among them.
    const same = this.#uprights.find((one) => one.text === colour.text);
    const scale = same?.scale ?? scaleOf(colour, colour.far);
    this.#name(null);
    this.#plot.draw({ uprights: this.#uprights, colour: { ...colour, scale }, count: this.#runs.length });
    allowRemoving(this.#section);
    this.#applyRanges();
  }

  #applyRanges() {
    const ranges = this.#uprights.map(({ row }) => endsIn(row));
    const isKept = (run) => this.#uprights.every(({ scale, values }, at) => scale.allows(values[run], ranges[at]));
    this.#kept = this.#runs.map((_, run) => isKept(run));
    this.#plot.keep(this.#kept);
    this.#plot.brush(ranges.map((ends, at) => (isOpen(ends) ? null : this.#uprights[at].scale.placesOf(ends))));
    this.#tellCount(ranges.every(isOpen));
    this.#fillList();
  }

  #tellCount(isWhole) {
    const left = this.#runs.filter((_, run) => this.#kept[run]);
    const count = this.#section.querySelector(".count");
    const text = isWhole ? `${left.length} runs` : `${left.length} of ${this.#runs.length} runs`;
    if (count.value !== text) count.value = text;
    this.#section.querySelector("[data-do=all]").disabled = isWhole;
    const only = this.#section.querySelector("button[name=only]");
    only.disabled = isWhole || left.length === 0;
    only.value = left.map((run) => run.id).join(".");
  }

  #fillList() {
    if (!this.#list.open) return;
    const entries = [...this.#runs.entries()].filter(([run]) => this.#kept[run]).map(([run, { name, href }]) => {
      const entry = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href, textContent: name });
      for (const begin of ["focus", "mouseenter"]) link.addEventListener(begin, () => this.#name(run));
      for (const end of ["blur", "mouseleave"]) link.addEventListener(end, () => this.#name(null));
      entry.append(link);
      return entry;
    });
    this.#list.querySelector("ul").replaceChildren(...entries);
  }

  /** Name a run by its line; at a place of the picture, or at the line's end. */
  #name(run, spot) {
    this.#named = run;
    this.#isPinned = false;
    if (this.#plot.picture) this.#plot.emphasize(run);
    this.#tip.classList.remove("pinned");
    if (run === null) {
      showTip(this.#tip, null);
      return;
    }
    const [x, y] = spot ?? this.#plot.endOf(run);
    const values = this.#uprights.map((one) => [one.name, one.values[run]]);
    showTip(this.#tip, { run: this.#runs[run], values }, x - this.#place.scrollLeft, y + this.#place.offsetTop);
  }

  // -- what people do

  #hands() {
    return {
      named: (run, x, y) => {
        if (!this.#isPinned && (run !== null || this.#named !== null)) this.#name(run, [x, y]);
      },
      clicked: () => this.#pin(),
      drawn: (at, low, high) => {
        const { row, scale } = this.#uprights[at];
        const ends = scale.between(low, high);
        if (!ends) return;
        putEnds(row, ends);
        this.#applyRanges();
      },
      cleared: (at) => {
        putEnds(this.#uprights[at].row, NO_ENDS);
        this.#change();
      },
      done: () => remember(this.#form),
      moved: (from, to) => {
        move(rowsOf(this.#section), from, to);
        remember(this.#form);
        this.#draw();
      },
    };
  }

  /** Have what is said of a line stay, so that its link can be reached; or go. */
  #pin() {
    const stays = !this.#isPinned && this.#named !== null;
    if (!stays) this.#name(null);
    this.#isPinned = stays;
    this.#tip.classList.toggle("pinned", stays);
  }

  #change() {
    remember(this.#form);
    this.#applyRanges();
  }

  #watchForm() {
    const anew = latest(() => renew(this.#section, this.#runs), () => this.#draw(), () => this.#form.submit());
    this.#form.addEventListener("submit", (event) => event.submitter?.name === "only" || event.preventDefault());
    this.#form.addEventListener("input", ({ target }) => {
      if (["from", "to"].includes(target.name)) this.#change();
    });
    this.#form.addEventListener("change", ({ target }) => {
      const isAdding = target.dataset.do === "add" && target.value !== "";
      if (isAdding) addAxis(this.#section, target.value);
      if (isAdding || target.name === "colour") anew();
      if (target.name === "scale") this.#redraw();
    });
    this.#form.addEventListener("click", ({ target }) => this.#press(target.closest("button[data-do]")));
  }

  #press(button) {
    const action = button?.dataset.do;
    if (action === "picture") saveSvg(this.#plot.picture, this.#section.querySelector("figure").dataset.file);
    if (action === "all") {
      for (const row of rowsOf(this.#section)) putEnds(row, NO_ENDS);
      this.#change();
    }
    if (["left", "right", "remove"].includes(action)) {
      act(button);
      this.#redraw();
    }
  }

  #redraw() {
    remember(this.#form);
    this.#draw();
  }

  #watchKeys() {
    this.#place.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.#step(event.key === "ArrowDown" ? 1 : -1);
      }
      if (event.key === "Enter" && this.#named !== null) location.assign(this.#runs[this.#named].href);
      if (event.key === "Escape") this.#name(null);
    });
    this.#place.addEventListener("blur", () => !this.#isPinned && this.#name(null));
  }

  /** Name the next line below, or above, as they end on the right. */
  #step(by) {
    const kept = this.#runs.map((_, run) => run).filter((run) => this.#kept[run]);
    if (kept.length === 0) return;
    const ordered = kept.sort((a, b) => this.#plot.endOf(a)[1] - this.#plot.endOf(b)[1]);
    const at = ordered.indexOf(this.#named);
    const next = at < 0 && by < 0 ? ordered.length - 1 : (at + by + ordered.length) % ordered.length;
    this.#name(ordered[next]);
  }
}

function isOpen({ from, to }) {
  return from === "" && to === "";
}
