// A value of the runs, group by group.

import { baseLayout, colours, draw, erase, plain } from "./charts.js";
import { cut } from "./compare_numbers.js";
import { keepDrawn } from "./compare_section.js";

const LONGEST_NAME = 24;

/** @typedef {{name: string, runs: number[], values: number[]}} Group  runs by their place */

/**
 * Have a box of each group drawn, now and whenever others are chosen.
 *
 * @param {HTMLElement} section
 * @param {import("./compare_section.js").Run[]} runs
 */
export function boxes(section, runs) {
  keepDrawn(section, runs, show);
}

async function show(plot, { name, by, groups }, runs) {
  if (groups.length === 0) {
    // The table's place says so.
    erase(plot);
    return;
  }
  const palette = colours();
  const traces = groups.map((group, place) => boxOf(group, palette[place % palette.length], runs));
  await draw(plot, traces, layoutOf(name, by, groups));
}

function boxOf(group, colour, runs) {
  return {
    type: "box",
    name: plain(group.name),
    y: group.values,
    boxpoints: "all",
    boxmean: true,
    jitter: 0.5,
    pointpos: 0,
    line: { color: colour, width: 1.5 },
    marker: { color: colour, size: 5, opacity: 0.7 },
    text: group.runs.map((run) => plain(runs[run].name)),
    hovertemplate: "%{text}<br>%{y}<extra></extra>",
  };
}

function layoutOf(name, by, groups) {
  const layout = baseLayout();
  layout.hovermode = "closest";
  const names = groups.map((group) => plain(group.name));
  const texts = groups.map((group) => plain(cut(group.name, LONGEST_NAME)));
  // Names that are numbers are names all the same.
  Object.assign(layout.xaxis, { type: "category", tickvals: names, ticktext: texts, showspikes: false });
  layout.xaxis.title = { text: plain(by), standoff: 6 };
  layout.yaxis.title = { text: plain(name), standoff: 6 };
  return layout;
}
