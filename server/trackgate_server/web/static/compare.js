// Runs beside each other: their colours, and plots of what is known of them.

import { colours, onScheme } from "./charts.js";
import { boxes } from "./compare_boxes.js";
import { overlay } from "./compare_charts.js";
import { contour } from "./compare_contour.js";
import { parallel } from "./compare_parallel.js";
import { scatter } from "./compare_scatter.js";

// The plots of a comparison: who draws into the section of that class.
const PLOTS = {
  overlaid: overlay,
  parallel,
  scattered: scatter,
  contoured: contour,
  boxed: boxes,
};

/** Give each run above the table the colour of its lines. */
function paint() {
  const palette = colours();
  for (const swatch of document.querySelectorAll(".swatch")) {
    swatch.style.background = palette[Number(swatch.dataset.colour) % palette.length];
  }
}

/** The runs that the table has, in its order. */
function runs() {
  const heads = [...document.querySelectorAll("th.run")];
  return heads.map((head) => ({ id: head.dataset.run, name: head.dataset.name, href: head.querySelector("a").href }));
}

paint();
onScheme(paint);
for (const [name, plot] of Object.entries(PLOTS)) {
  const section = document.querySelector(`section.${name}`);
  if (section) plot(section, runs());
}
