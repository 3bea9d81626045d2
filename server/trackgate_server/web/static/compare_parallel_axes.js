// The axes of parallel coordinates with their names and ticks, and the colours' legend.

import { pageColour } from "./charts.js";
import { ramp } from "./compare_colours.js";
import { cut, shortly } from "./compare_numbers.js";
import { svg } from "./svg.js";

/**
 * Where things are, in pixels.
 *
 * @typedef {object} Frame
 * @property {number} width    of the picture, and its `height`
 * @property {number} top      head of the axes, and their `foot`
 * @property {number} missing  where lines pass that have no value on an axis
 * @property {number[]} xs     of the axes
 */

// What is above and below the axes, and beside them.
const [ABOVE, BELOW, SIDE, MISSING] = [66, 36, 22, 14];
const [NARROWEST, SINGLE] = [84, 400];
// Names that have little room stand in two rows by turns.
const [NAME_Y, UPPER_Y, LITTLE_ROOM] = [54, 38, 150];
// A letter's width, what takes hold of an axis, and how far names reach beyond the sides.
const [LETTER, GRIP, EDGE] = [7, 28, 14];
const LEGEND = { y: 18, width: 96, height: 8, room: 56 };

/** The frame of a picture that has so much room; it may become wider. */
export function frameOf(count, { clientWidth, clientHeight: height }) {
  const width = Math.max(clientWidth, 2 * SIDE + NARROWEST * (count - 1));
  const apart = (width - 2 * SIDE) / Math.max(1, count - 1);
  const xs = Array.from({ length: count }, (_, at) => SIDE + apart * at);
  return { width, height, top: ABOVE, foot: height - BELOW, missing: height - MISSING, xs };
}

/** Where a value stands: its y. */
export function heightOf(frame, scale, value) {
  const place = scale.place(value);
  return place === null ? frame.missing : frame.foot - (frame.foot - frame.top) * place;
}

/**
 * An axis with its name, its ticks, and what takes hold of it.
 *
 * @param {import("./compare_parallel_plot.js").Upright} upright
 * @param {number} at
 * @param {Frame} frame
 */
export function uprightOf({ name, values, scale }, at, frame) {
  const { top, foot, xs } = frame;
  const x = xs[at];
  const line = svg("path", { d: `M${x} ${top}V${foot}`, stroke: pageColour("muted"), "stroke-width": 1 });
  const ticks = scale.ticks.map(({ place, text }) => tickOf(text, foot - (foot - top) * place, at, frame));
  if (values.some((value) => scale.place(value) === null)) ticks.push(tickOf("none", frame.missing, at, frame));
  const grip = svg("rect", {
    ...{ x: x - GRIP / 2, y: top - 6, width: GRIP, height: foot - top + 12 },
    ...{ fill: "transparent", class: "upright-grip", "data-at": at },
  });
  return svg("g", {}, line, ...ticks, nameOf(name, at, frame), grip);
}

/** Which colour is how much. */
export function legendOf({ name, values }, { width }) {
  const known = values.filter((value) => value !== null);
  const left = SIDE - EDGE + LEGEND.room;
  const behind = left + LEGEND.width + LEGEND.room;
  const text = (x, anchor, words) => svg("text", { x, y: LEGEND.y, "text-anchor": anchor, fill: pageColour("muted") }, words);
  if (known.length === 0) return [text(SIDE - EDGE, "start", name)];
  const stops = ramp().map((colour, at, all) => svg("stop", { offset: at / (all.length - 1), "stop-color": colour }));
  return [
    svg("defs", {}, svg("linearGradient", { id: "parallel-ramp" }, ...stops)),
    text(left - 6, "end", shortly(Math.min(...known), 3)),
    svg("rect", { x: left, y: LEGEND.y - LEGEND.height, width: LEGEND.width, height: LEGEND.height, rx: 2, fill: "url(#parallel-ramp)" }),
    text(left + LEGEND.width + 6, "start", shortly(Math.max(...known), 3)),
    text(behind, "start", cut(name, Math.floor((width - behind) / LETTER))),
  ];
}

function tickOf(text, y, at, frame) {
  const side = isLast(at, frame) ? { "text-anchor": "end", x: frame.xs[at] - 6 } : { x: frame.xs[at] + 6 };
  // So that it can be read where lines pass behind it.
  const halo = { "paint-order": "stroke", stroke: pageColour("raised"), "stroke-width": 3, fill: pageColour("muted") };
  return svg("text", { ...side, y: y + 4, ...halo }, cut(text, Math.floor((0.8 * apartIn(frame)) / LETTER)));
}

function nameOf(name, at, frame) {
  const isTurned = apartIn(frame) < LITTLE_ROOM;
  const room = isTurned ? 2 * apartIn(frame) : apartIn(frame);
  const place = { x: frame.xs[at], y: isTurned && at % 2 === 1 ? UPPER_Y : NAME_Y, "text-anchor": "middle" };
  if (at === 0) Object.assign(place, { x: place.x - EDGE, "text-anchor": "start" });
  if (isLast(at, frame)) Object.assign(place, { x: place.x + EDGE, "text-anchor": "end" });
  const own = place["text-anchor"] === "middle" ? room : room / 2 + EDGE;
  const look = { "font-weight": 600, fill: pageColour("text"), class: "upright-name", "data-at": at };
  return svg("text", { ...place, ...look }, svg("title", {}, name), cut(name, Math.floor(own / LETTER) - 1));
}

function apartIn({ xs }) {
  return xs.length > 1 ? xs[1] - xs[0] : SINGLE;
}

function isLast(at, { xs }) {
  return at > 0 && at === xs.length - 1;
}
