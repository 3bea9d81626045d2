// Points of metrics, thinned out by the server.

/**
 * One measured point.
 *
 * @typedef {object} Point
 * @property {number} step
 * @property {number} timestamp  milliseconds since the Unix epoch
 * @property {number} value      may be NaN or infinite
 */

/**
 * Which points are wanted.
 *
 * @typedef {object} Wanted
 * @property {string} key        the metric's name
 * @property {string[]} runs     ids, at most 100
 * @property {number} [most]     how many of each run, about; at most 2,500
 * @property {number} [from]     first step; with `to` or alone
 * @property {number} [to]       last step
 * @property {AbortSignal} [signal]
 */

const LAST_STEP = "9223372036854775807";
const FIRST_STEP = "-9223372036854775808";

/**
 * Ask for points; throws where the server does not answer with them.
 *
 * @param {string} api  address of `metrics/get-history-bulk-interval`
 * @param {Wanted} wanted
 * @returns {Promise<Map<string, Point[]>>} by run, in the order of steps; runs without
 *   points are left out
 */
export async function fetchPoints(api, wanted) {
  const url = new URL(api, location.href);
  for (const run of wanted.runs) url.searchParams.append("run_ids", run);
  url.searchParams.set("metric_key", wanted.key);
  url.searchParams.set("max_results", wanted.most ?? 1000);
  if (wanted.from !== undefined || wanted.to !== undefined) {
    url.searchParams.set("start_step", wanted.from ?? FIRST_STEP);
    url.searchParams.set("end_step", wanted.to ?? LAST_STEP);
  }
  const answer = await fetch(url, { signal: wanted.signal });
  if (!answer.ok) throw new Error(`${wanted.key}: ${answer.status}`);
  return byRun((await answer.json()).metrics ?? []);
}

function byRun(metrics) {
  const found = new Map();
  for (const { run_id, step, timestamp, value } of metrics) {
    if (!found.has(run_id)) found.set(run_id, []);
    // What JSON has no number for comes as its name.
    found.get(run_id).push({ step: Number(step), timestamp: Number(timestamp), value: Number(value) });
  }
  return found;
}

/**
 * Points that were known, and behind them those that are new.
 *
 * @param {Point[]} known
 * @param {Point[]} more  begins at or before the last known step
 * @returns {Point[]}
 */
export function continued(known, more) {
  const last = known.at(-1);
  if (!last) return more;
  const isNew = (point) =>
    point.step > last.step || (point.step === last.step && point.timestamp > last.timestamp);
  return [...known, ...more.filter(isNew)];
}
