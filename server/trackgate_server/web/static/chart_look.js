// The controls above charts: what runs to the right, the scale, the smoothing.
//
// A form has them by `{{ look_fields(look) }}` of chart_parts.html.

import { putInAddress } from "./address.js";

/** @typedef {Pick<import("./charts.js").Options, "x"|"log"|"smooth">} Look */

/**
 * How lines are to be drawn, as the controls say.
 *
 * @param {HTMLFormElement} form
 * @returns {Look}
 */
export function lookOf(form) {
  const { x, log, smooth } = form.elements;
  return { x: x.value, log: log.checked, smooth: Number(smooth.value) };
}

/**
 * Keep what the controls say in the address, and call `changed` when it is another.
 *
 * @param {HTMLFormElement} form
 * @param {() => void} changed
 */
export function watchLook(form, changed) {
  const { x, log, smooth } = form.elements;
  let planned;

  function tell() {
    if (form.method === "get") remember(lookOf(form));
    changed();
  }

  smooth.addEventListener("input", () => {
    form.querySelector("output").value = Number(smooth.value).toFixed(2);
    // It moves more often than the screen is drawn.
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(tell);
  });
  x.addEventListener("change", tell);
  log.addEventListener("change", tell);
}

/** What is usual does not stand in the address. */
function remember({ x, log, smooth }) {
  putInAddress({ x: x !== "step" && x, log: log && "1", smooth });
}
