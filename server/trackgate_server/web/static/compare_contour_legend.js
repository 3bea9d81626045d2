// Which colour is which height. Plotly's own legend would need inline styles, which the
// content policy refuses.

import { plain } from "./charts.js";
import { colourAt } from "./compare_colours.js";
import { shortly } from "./compare_numbers.js";

// Pixels to the right of the plot.
const [NEAR, FAR, TEXT] = [12, 26, 30];
const [ROOM_RIGHT, ROOM_ABOVE] = [84, 28];
const MOST_TEXTS = 8;

/**
 * Put a legend beside a plot: a box for what lies between each two levels, and for what
 * lies below and above them all.
 *
 * @param {object} layout
 * @param {string} name      of the height
 * @param {number[]} levels  from the lowest on, evenly apart
 */
export function putLegend(layout, name, levels) {
  const boxes = levels.length + 1;
  layout.margin = { ...layout.margin, r: ROOM_RIGHT, t: ROOM_ABOVE };
  layout.shapes = Array.from({ length: boxes }, (_, at) => ({
    type: "rect",
    ...{ xref: "paper", xsizemode: "pixel", xanchor: 1, x0: NEAR, x1: FAR },
    ...{ yref: "paper", y0: at / boxes, y1: (at + 1) / boxes },
    fillcolor: colourAt(at / levels.length),
    line: { width: 0 },
  }));
  const apart = Math.ceil(levels.length / MOST_TEXTS);
  const texts = levels.map((level, at) => ({ text: shortly(level), at })).filter(({ at }) => at % apart === 0);
  const beside = { xref: "paper", yref: "paper", x: 1, showarrow: false };
  layout.annotations = [
    ...texts.map(({ text, at }) => ({ ...beside, text, y: (at + 1) / boxes, yanchor: "middle", xanchor: "left", xshift: TEXT })),
    { ...beside, text: plain(name), y: 1, yanchor: "bottom", xanchor: "right", xshift: ROOM_RIGHT - 8 },
  ];
}
