// What mouse and finger do with parallel coordinates: name a line, draw a range along an
// axis, drag an axis by its name.

// A drag that is shorter is a click.
const LEAST_DRAG = 4;

/**
 * What follows.
 *
 * @typedef {object} Hands
 * @property {(run: number|null, x: number, y: number) => void} named  a line is pointed at
 * @property {() => void} clicked                         beside the axes
 * @property {(at: number, low: number, high: number) => void} drawn   a range is drawn
 * @property {(at: number) => void} cleared               an axis was clicked
 * @property {() => void} done                            a range was drawn
 * @property {(at: number, to: number) => void} moved     an axis was dragged to a place
 */

/**
 * @param {HTMLElement} place
 * @param {import("./compare_parallel_plot.js").ParallelPlot} plot  drawn into it
 * @param {Hands} hands
 */
export function watchPointer(place, plot, hands) {
  let drag = null;
  let planned;

  const spot = (event) => {
    const { left, top } = plot.picture.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !plot.picture) return;
    const taken = event.target.closest(".upright-grip, .upright-name");
    drag = { ...spot(event), at: Number(taken?.dataset.at), kind: taken?.classList[0] ?? "", isLong: false };
    if (taken) place.setPointerCapture(event.pointerId);
  });

  place.addEventListener("pointermove", (event) => {
    if (!plot.picture) return;
    const now = spot(event);
    // It moves more often than the screen is drawn.
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(() => {
      if (drag?.kind) follow(now);
      else hands.named(plot.nearest(now.x, now.y), now.x, now.y);
    });
  });

  function follow(now) {
    drag.isLong ||= Math.hypot(now.x - drag.x, now.y - drag.y) >= LEAST_DRAG;
    if (!drag.isLong) return;
    if (drag.kind === "upright-name") {
      plot.shift(drag.at, now.x - drag.x);
      return;
    }
    const ends = [drag.y, now.y].map((y) => plot.placeAt(y)).sort((a, b) => a - b);
    hands.drawn(drag.at, ...ends);
  }

  place.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const ended = drag;
    cancelAnimationFrame(planned);
    const now = spot(event);
    if (ended.kind) follow(now);
    drag = null;
    if (!ended.kind) {
      // A finger has not moved there before.
      hands.named(plot.nearest(now.x, now.y), now.x, now.y);
      hands.clicked();
    } else if (ended.kind === "upright-grip") ended.isLong ? hands.done() : hands.cleared(ended.at);
    else if (ended.isLong) hands.moved(ended.at, plot.slotAt(now.x));
  });

  place.addEventListener("pointercancel", () => {
    drag = null;
  });
  place.addEventListener("pointerleave", () => {
    cancelAnimationFrame(planned);
    hands.named(null, 0, 0);
  });
}
