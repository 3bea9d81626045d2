// Where values stand on one axis of parallel coordinates: 0 is its foot, 1 its head.

import { evenly, shortly } from "./compare_numbers.js";

// About so many numbers and no more ticks than that; names of texts may stand closer.
const [ABOUT, MOST_TICKS, MOST_NAMES] = [5, 8, 16];
// Digits of an end that was drawn by hand.
const DRAWN_DIGITS = 4;
// How far a logarithm may be off.
const NEARLY = 1e-9;

/** @typedef {{from: string, to: string}} Ends  of a range, as fields have them; "" for none */

/**
 * The scale of an axis.
 *
 * @param {{values: (number|string|null)[], categories: string[]}} axis
 * @param {boolean} isLog
 * @returns {NumberScale|TextScale}
 */
export function scaleOf(axis, isLog) {
  return axis.categories.length > 0 ? new TextScale(axis.categories) : new NumberScale(axis.values, isLog);
}

class NumberScale {
  #isLog;
  #low;
  #high;

  constructor(values, isLog) {
    this.#isLog = isLog;
    const known = values.map((value) => this.#inner(value)).filter(Number.isFinite);
    this.#low = Math.min(...known);
    this.#high = Math.max(...known);
  }

  /** Where a value stands; null for what has no place. */
  place(value) {
    const inner = this.#inner(value);
    return Number.isFinite(inner) ? this.#part(inner) : null;
  }

  /** @returns {{place: number, text: string}[]} */
  get ticks() {
    if (!Number.isFinite(this.#low)) return [];
    const values = this.#isLog ? powers(this.#low, this.#high) : evenly(this.#low, this.#high, ABOUT);
    return thinned(values, MOST_TICKS).map((value) => ({ place: this.place(value), text: shortly(value) }));
  }

  /** Whether a value is within a range. */
  allows(value, { from, to }) {
    if (from === "" && to === "") return true;
    if (this.place(value) === null) return false;
    return (from === "" || value >= Number(from)) && (to === "" || value <= Number(to));
  }

  /** The range between two places; null where nothing can be. */
  between(low, high) {
    if (!Number.isFinite(this.#low)) return null;
    return { from: low <= 0 ? "" : this.#written(low), to: high >= 1 ? "" : this.#written(high) };
  }

  /** Where a range begins and ends, within the axis. */
  placesOf({ from, to }) {
    const within = (end, open) => (end === "" ? open : clamped(this.#part(this.#inner(Number(end))), open));
    return [within(from, 0), within(to, 1)];
  }

  #inner(value) {
    if (typeof value !== "number") return Number.NaN;
    return this.#isLog ? Math.log10(value) : value;
  }

  #part(inner) {
    // Halves, because the distance between two numbers may be no number.
    const width = this.#high / 2 - this.#low / 2;
    return width === 0 ? 0.5 : (inner / 2 - this.#low / 2) / width;
  }

  #written(place) {
    const inner = this.#low * (1 - place) + this.#high * place;
    return shortly(this.#isLog ? 10 ** inner : inner, DRAWN_DIGITS);
  }
}

/** Texts from the head of the axis to its foot, as one reads. */
class TextScale {
  #texts;

  constructor(texts) {
    this.#texts = texts;
  }

  place(value) {
    const at = this.#texts.indexOf(value);
    return at < 0 ? null : this.#placeOf(at);
  }

  get ticks() {
    return thinned(this.#texts, MOST_NAMES).map((text) => ({ place: this.place(text), text }));
  }

  allows(value, { from, to }) {
    if (from === "" && to === "") return true;
    const at = this.#texts.indexOf(value);
    return at >= this.#at(from, 0) && at <= this.#at(to, this.#texts.length - 1);
  }

  between(low, high) {
    const inside = this.#texts.filter((_, at) => low <= this.#placeOf(at) && this.#placeOf(at) <= high);
    if (inside.length === 0) return null;
    const [first, last] = [inside[0], inside.at(-1)];
    return { from: first === this.#texts[0] ? "" : first, to: last === this.#texts.at(-1) ? "" : last };
  }

  placesOf({ from, to }) {
    // A little more than the texts themselves, so that one alone can be seen.
    const room = 0.4 / Math.max(1, this.#texts.length - 1);
    const [head, foot] = [this.#at(from, 0), this.#at(to, this.#texts.length - 1)].map((at) => this.#placeOf(at));
    return [clamped(foot - room, 0), clamped(head + room, 1)];
  }

  #placeOf(at) {
    return this.#texts.length === 1 ? 0.5 : 1 - at / (this.#texts.length - 1);
  }

  #at(text, otherwise) {
    const at = this.#texts.indexOf(text);
    return at < 0 ? otherwise : at;
  }
}

function clamped(place, otherwise) {
  return Number.isNaN(place) ? otherwise : Math.min(1, Math.max(0, place));
}

/** Powers of ten between two exponents, or also what lies between where they are few. */
function powers(low, high) {
  for (const digits of [[1], [1, 3], [1, 2, 5]]) {
    const found = [];
    for (let exponent = Math.floor(low); exponent <= high; exponent += 1) {
      found.push(...digits.map((digit) => Number(`${digit}e${exponent}`)));
    }
    const inside = found.filter((value) => low - NEARLY <= Math.log10(value) && Math.log10(value) <= high + NEARLY);
    if (inside.length > 2) return inside;
  }
  return evenly(10 ** low, 10 ** high, ABOUT);
}

function thinned(all, most) {
  const apart = Math.ceil(all.length / most);
  return all.filter((_, at) => at % apart === 0);
}
