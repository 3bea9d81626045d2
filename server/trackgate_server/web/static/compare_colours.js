// Colours for how much of something there is.

// From the least to the greatest, each told from the page of its scheme; blue to orange,
// which colour-blind people tell apart too.
const LIGHT = ["#17479e", "#7a3aa8", "#c02f72", "#d35f0c"];
const DARK = ["#74a9ff", "#c08cff", "#ff86a8", "#ffd166"];
const DARK_SCHEME = matchMedia("(prefers-color-scheme: dark)");

/** The colours for the reader's scheme, evenly apart. */
export function ramp() {
  return DARK_SCHEME.matches ? DARK : LIGHT;
}

/** The same as plotly takes them. */
export function colourScale() {
  const colours = ramp();
  return colours.map((colour, place) => [place / (colours.length - 1), colour]);
}

/**
 * The colour between the least (0) and the greatest (1).
 *
 * @param {number} part
 */
export function colourAt(part) {
  const colours = ramp();
  const at = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
  const below = Math.min(Math.floor(at), colours.length - 2);
  const [from, to] = [channels(colours[below]), channels(colours[below + 1])];
  const mixed = from.map((channel, place) => Math.round(channel + (to[place] - channel) * (at - below)));
  return `rgb(${mixed.join(", ")})`;
}

function channels(colour) {
  return [1, 3, 5].map((place) => Number.parseInt(colour.slice(place, place + 2), 16));
}
