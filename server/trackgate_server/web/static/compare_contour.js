// A value of each run as a height over two others.

import { baseLayout, draw, erase, pageColour, plain } from "./charts.js";
import { colourScale } from "./compare_colours.js";
import { gridOver, merged } from "./compare_contour_grid.js";
import { putLegend } from "./compare_contour_legend.js";
import { evenly } from "./compare_numbers.js";
import { layAlong } from "./compare_scatter.js";
import { keepDrawn } from "./compare_section.js";

const FEWEST_PLACES = 4;
const ABOUT_LEVELS = 10;
// So many points would hide what lies below them.
const MANY = 100;

/**
 * Have the contour drawn, now and whenever something else is chosen.
 *
 * @param {HTMLElement} section
 * @param {import("./compare_section.js").Run[]} runs
 */
export function contour(section, runs) {
  keepDrawn(section, runs, show);
}

async function show(plot, points, runs) {
  const { across, up } = points;
  const known = placesOf(points);
  const ground = merged(known);
  const lacking = whatLacks(ground);
  if (lacking) {
    tell(plot, lacking);
    return;
  }
  const layout = baseLayout();
  layout.hovermode = "closest";
  layAlong(layout.xaxis, across);
  layAlong(layout.yaxis, up);
  const levels = levelsOf(ground);
  putLegend(layout, points.height.name, levels);
  await draw(plot, [heightsOf(ground, points, levels), markersOf(known, points, runs)], layout);
}

/** Where runs stand that have all three numbers; on a logarithmic axis by exponent. */
function placesOf({ across, up, height }) {
  return height.values
    .map((z, run) => ({ run, x: exponent(across, run), y: exponent(up, run), z }))
    .filter(({ x, y, z }) => [x, y, z].every(Number.isFinite));
}

function exponent({ log, values }, run) {
  return log && typeof values[run] === "number" ? Math.log10(values[run]) : values[run];
}

/** Why no contour can be drawn; "" where one can. */
function whatLacks(ground) {
  const differ = (name) => new Set(ground.map((place) => place[name])).size > 1;
  if (ground.length < FEWEST_PLACES || !differ("x") || !differ("y")) {
    return `A contour needs runs with three numbers at ${FEWEST_PLACES} places at least, not all in one line; there are ${ground.length}.`;
  }
  return differ("z") ? "" : "The height is the same at all places.";
}

function tell(plot, message) {
  const told = document.createElement("p");
  told.className = "empty";
  told.textContent = message;
  erase(plot);
  plot.append(told);
}

/** Round heights between the lowest and the highest; one between them at least. */
function levelsOf(ground) {
  const heights = ground.map((place) => place.z);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const levels = evenly(low, high, ABOUT_LEVELS);
  return levels.length > 1 ? levels : [low, high];
}

function heightsOf(ground, { across, up }, levels) {
  const { x, y, z } = gridOver(ground);
  const back = ({ log }, parts) => (log ? parts.map((part) => 10 ** part) : parts);
  return {
    type: "contour",
    x: back(across, x),
    y: back(up, y),
    z,
    colorscale: colourScale(),
    contours: { coloring: "fill", start: levels[0], end: levels.at(-1), size: levels[1] - levels[0] },
    autocontour: false,
    showscale: false,
    // Plotly smooths as if no axis were logarithmic; the grid is dense enough without.
    line: { width: 0.5, smoothing: 0, color: pageColour("raised") },
    hovertemplate: "%{x}<br>%{y}<br>about %{z:.5g}<extra></extra>",
  };
}

function markersOf(known, { across, up, height }, runs) {
  return {
    type: "scatter",
    mode: "markers",
    x: known.map(({ run }) => across.values[run]),
    y: known.map(({ run }) => up.values[run]),
    text: known.map(({ run }) => plain(runs[run].name)),
    customdata: known.map(({ run }) => height.values[run]),
    hovertemplate: "%{text}<br>%{x}<br>%{y}<br>%{customdata}<extra></extra>",
    marker: { size: known.length > MANY ? 5 : 8, color: pageColour("raised"), line: { color: pageColour("text"), width: 1.5 } },
  };
}
