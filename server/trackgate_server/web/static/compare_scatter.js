// Two values of each run, one against the other.

import { baseLayout, colours, draw, plain } from "./charts.js";
import { keepDrawn } from "./compare_section.js";

/** @typedef {import("./compare_section.js").Run} Run */

/**
 * A value of each run as it stands on an axis.
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {boolean} log
 * @property {string[]} categories           in their order; empty where it has numbers
 * @property {(number|string|null)[]} values  in the order of the runs
 */

/**
 * Have the points drawn, now and whenever others are chosen.
 *
 * @param {HTMLElement} section
 * @param {Run[]} runs
 */
export function scatter(section, runs) {
  keepDrawn(section, runs, show);
}

async function show(plot, { across, up }, runs) {
  const layout = baseLayout();
  layout.hovermode = "closest";
  layAlong(layout.xaxis, across);
  layAlong(layout.yaxis, up);
  await draw(plot, [pointsOf(across, up, runs)], layout);
}

/**
 * Have one of plotly's axes show what stands on it.
 *
 * @param {object} axis  of a layout
 * @param {Place} place
 */
export function layAlong(axis, place) {
  axis.title = { text: plain(place.name), standoff: 6 };
  axis.type = place.log ? "log" : "linear";
  // Raised digits would need inline styles, which the content policy refuses.
  axis.exponentformat = "e";
  if (place.categories.length === 0) return;
  // It would take dates and numbers for what they are.
  Object.assign(axis, { type: "category", categoryorder: "array", categoryarray: place.categories.map(plain) });
}

function pointsOf(across, up, runs) {
  const palette = colours();
  return {
    type: "scatter",
    mode: "markers",
    x: across.values.map(written),
    y: up.values.map(written),
    text: runs.map((run) => plain(run.name)),
    hovertemplate: "%{text}<br>%{x}<br>%{y}<extra></extra>",
    marker: { size: 9, color: runs.map((_, place) => palette[place % palette.length]) },
  };
}

function written(value) {
  return typeof value === "string" ? plain(value) : value;
}
