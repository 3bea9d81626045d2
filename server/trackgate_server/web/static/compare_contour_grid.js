// Heights between places where they are known.

// Heights are estimated at so many places each way.
const SIZE = 60;
// Nearer than this (squared) is there.
const SAME = 1e-18;

/** @typedef {{x: number, y: number, z: number}} Place  a height above the ground */

/** The places, each once: with the mean height of those that are the same. */
export function merged(places) {
  const found = new Map();
  for (const place of places) {
    const key = `${place.x} ${place.y}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(place);
  }
  return [...found.values()].map(([first, ...others]) => ({
    ...first,
    z: others.reduce((sum, other) => sum + other.z, first.z) / (others.length + 1),
  }));
}

/**
 * Heights on a grid over all places. Each known height counts by its nearness, so none
 * is estimated above the highest or below the lowest: inverse distance weighting (D.
 * Shepard, "A two-dimensional interpolation function for irregularly-spaced data",
 * Proceedings of the 1968 ACM National Conference, pages 517 to 524). Both directions
 * count alike, whatever their units.
 *
 * @param {Place[]} places  each once, not all in one line along x or y
 * @returns {{x: number[], y: number[], z: number[][]}}  z by y, then x
 */
export function gridOver(places) {
  const across = spanOf(places.map((place) => place.x));
  const up = spanOf(places.map((place) => place.y));
  const known = places.map((place) => ({ x: across.part(place.x), y: up.part(place.y), z: place.z }));
  const parts = Array.from({ length: SIZE }, (_, place) => place / (SIZE - 1));
  return {
    x: parts.map(across.at),
    y: parts.map(up.at),
    z: parts.map((y) => parts.map((x) => heightAt(x, y, known))),
  };
}

function heightAt(x, y, known) {
  let [sum, weights] = [0, 0];
  for (const place of known) {
    const squared = (place.x - x) ** 2 + (place.y - y) ** 2;
    if (squared < SAME) return place.z;
    // One over the distance cubed: in a plane the power has to be greater than 2, or what is
    // far away, of which there is more, counts for more than what is near.
    const weight = 1 / (squared * Math.sqrt(squared));
    sum += weight * place.z;
    weights += weight;
  }
  return sum / weights;
}

function spanOf(values) {
  const low = Math.min(...values);
  const width = Math.max(...values) - low;
  return { part: (value) => (value - low) / width, at: (part) => low + part * width };
}
