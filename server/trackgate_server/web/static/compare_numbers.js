// Numbers as plots show them.

const [LARGE, SMALL] = [1e6, 1e-4];
const ROUND_STEPS = [1, 2, 2.5, 5, 10];

/**
 * A value with so many digits that count; a dash where there is none.
 *
 * @param {number|string|null} value
 * @param {number} [digits]
 */
export function shortly(value, digits = 5) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= SMALL && size < LARGE);
  return String(Number(isPlain ? value.toPrecision(digits) : value.toExponential(digits - 1)));
}

/** A text of so many characters at most. */
export function cut(text, longest) {
  return text.length <= longest ? text : `${text.slice(0, Math.max(1, longest - 1))}…`;
}

/**
 * Round numbers between two, evenly apart.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} about  how many
 */
export function evenly(low, high, about) {
  const rough = (high - low) / about;
  if (!(rough > 0) || !Number.isFinite(rough)) return low === high ? [low] : [low, high];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ROUND_STEPS.find((one) => one * power >= rough) * power;
  const first = Math.ceil(low / step);
  // The steps are counted, so that their errors do not add up.
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}
