// Points become the lines of a chart: where they stand, and how they are smoothed.

/** @typedef {import("./points.js").Point} Point */

const UNITS = [["days", 86_400_000], ["hours", 3_600_000], ["minutes", 60_000]];

/**
 * What stands below the axis that runs to the right, and how points are placed on it.
 *
 * @param {"step"|"time"|"relative"} x
 * @param {{points: Point[], start?: number}[]} series  start: what relative time is
 *   counted from, milliseconds since the Unix epoch; the first point's time without it
 * @returns {{title: string, place: (point: Point, start: number) => number|Date}}
 */
export function axisOf(x, series) {
  if (x === "time") return { title: "", place: (point) => new Date(point.timestamp) };
  if (x === "step") return { title: "step", place: (point) => point.step };
  const longest = Math.max(0, ...series.map((one) => lengthOf(one)));
  const [name, unit] = UNITS.find(([, ms]) => longest >= 2 * ms) ?? ["seconds", 1000];
  return { title: name, place: (point, start) => (point.timestamp - start) / unit };
}

/** When a series begins, milliseconds since the Unix epoch. */
export function startOf(series) {
  return series.start ?? series.points[0]?.timestamp ?? 0;
}

function lengthOf(series) {
  return (series.points.at(-1)?.timestamp ?? 0) - startOf(series);
}

/**
 * A moving average that does not lean on its first value, as TensorBoard's.
 *
 * @param {number[]} values  those that are no numbers are passed over and stay
 * @param {number} weight    how much of the average before counts in the next, 0 to 1
 * @returns {number[]}
 */
export function smoothed(values, weight) {
  let average = 0;
  let counted = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + value * (1 - weight);
    counted = counted * weight + (1 - weight);
    return average / counted;
  });
}

/** Values as a chart takes them: a gap for what is no number. */
export function heights(values) {
  return values.map((value) => (Number.isFinite(value) ? value : null));
}
