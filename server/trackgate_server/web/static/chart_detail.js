// A part of a chart in more detail: the server thins out what it sends for all of it.

import { axisOf, startOf } from "./chart_lines.js";

/** @typedef {import("./points.js").Point} Point */
/** @typedef {import("./charts.js").Series} Series */

/**
 * The steps around what is seen of some lines, which are drawn from known points.
 *
 * @param {Series[]} lines
 * @param {[number, number]} range  in the axis' own units
 * @param {"step"|"time"|"relative"} x
 * @returns {{from: number, to: number}|null} null where none of them is seen
 */
export function stepsSeen(lines, range, x) {
  const axis = axisOf(x, lines);
  const ends = lines.flatMap((line) => endsSeen(line, range, axis));
  return ends.length > 0 ? { from: Math.min(...ends), to: Math.max(...ends) } : null;
}

function endsSeen(line, [low, high], axis) {
  const { points } = line;
  const start = startOf(line);
  const at = (point) => Number(axis.place(point, start));
  if (points.length === 0 || at(points[0]) > high || at(points.at(-1)) < low) return [];
  const before = points.findLast((point) => at(point) <= low) ?? points[0];
  const behind = points.find((point) => at(point) >= high) ?? points.at(-1);
  return [before.step, behind.step];
}

/**
 * Points with a stretch of them in more detail.
 *
 * @param {Point[]} points
 * @param {Point[]} detail
 */
export function within(points, detail) {
  if (detail.length === 0) return points;
  const [first, last] = [detail[0].step, detail.at(-1).step];
  const before = points.filter((point) => point.step < first);
  const behind = points.filter((point) => point.step > last);
  return [...before, ...detail, ...behind];
}
