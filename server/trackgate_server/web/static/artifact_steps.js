// Sliders through images of the same thing: each place of one is a step.

const SETTLED_MS = 150;

/**
 * A place of a slider.
 *
 * @typedef {object} Stop
 * @property {string} name   of the image's file
 * @property {string} small  of a smaller copy; the same where there is none
 * @property {number} step
 * @property {string} label  what people read for it
 */

/** A slider and the image that it changes. */
class Slider {
  constructor(element) {
    this.element = element;
    this.range = element.querySelector("input[type=range]");
    /** @type {Stop[]} */
    this.stops = JSON.parse(element.querySelector("script").textContent).map(
      ([name, small, step, label]) => ({ name, small, step, label }),
    );
  }

  /** Whether each place of it is the page of another file. */
  get leadsOn() {
    return this.element.dataset.steps === "file";
  }

  get stop() {
    return this.stops[this.range.valueAsNumber];
  }

  /** Where the page of its image is. */
  get page() {
    return this.#address(this.element.dataset.page, this.stop.name);
  }

  /** Stand at the newest image that there was at a step, else at the first. */
  follow(step) {
    const place = this.stops.findLastIndex((stop) => stop.step <= step);
    this.range.value = Math.max(place, 0);
  }

  /** Show the image it stands at; a smaller copy of it while it moves. */
  show({ moves }) {
    const { name, small, label } = this.stop;
    const { title, file } = this.element.dataset;
    const image = this.element.querySelector(".image img");
    image.src = this.#address(file, moves ? small : name);
    image.alt = `${title}, ${label}`;
    this.range.setAttribute("aria-valuetext", label);
    this.element.querySelector("output").value = label;
    const link = image.closest("a");
    if (link) link.href = this.page;
    this.#mark(name);
  }

  /** Have the images beside its own there before they are asked for. */
  fetchNext() {
    const place = this.range.valueAsNumber;
    for (const next of [this.stops[place - 1], this.stops[place + 1]]) {
      if (next) new Image().src = this.#address(this.element.dataset.file, next.small);
    }
  }

  /** Mark the image it stands at among those side by side. */
  #mark(name) {
    const list = this.element.parentElement.querySelectorAll(".steps, .images");
    const images = [...list][[...list].indexOf(this.element) + 1];
    for (const link of images?.querySelectorAll("a[data-name]") ?? []) {
      if (link.dataset.name === name) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  #address(place, name) {
    const url = new URL(place, location.href);
    url.searchParams.set("path", this.element.dataset.above + name);
    return url.href;
  }
}

/**
 * Have the sliders below an element move their images. Those of a folder move together.
 *
 * @param {Element} root
 * @param {object} heard
 * @param {() => void} heard.moves  somebody begins to move one, or goes on
 * @param {(slider: Slider) => void} heard.settles  it is left where it stands
 */
export function addSliders(root, { moves, settles }) {
  const sliders = [...root.querySelectorAll("[data-steps]")].map((one) => new Slider(one));
  let planned;

  function move(moved) {
    clearTimeout(planned);
    moves();
    for (const one of sliders) {
      if (one !== moved) one.follow(moved.stop.step);
      one.show({ moves: true });
    }
  }

  function settle(moved) {
    for (const one of sliders) {
      one.show({ moves: false });
      one.fetchNext();
    }
    settles(moved);
  }

  for (const one of sliders) {
    one.range.addEventListener("input", () => move(one));
    // Keys that are held down repeat; what they pass by need not be asked for.
    one.range.addEventListener("change", () => {
      clearTimeout(planned);
      planned = setTimeout(settle, SETTLED_MS, one);
    });
  }
}
