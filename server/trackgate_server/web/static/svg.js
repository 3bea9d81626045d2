// Pictures that we draw ourselves.

const NAMESPACE = "http://www.w3.org/2000/svg";
// A picture that is kept has so many dots for one of the screen's.
const DOTS = 2;

/**
 * An element of a picture.
 *
 * @param {string} name
 * @param {Record<string, string|number>} [attributes]
 * @param {...(Node|string)} content  texts are shown as they are
 */
export function svg(name, attributes = {}, ...content) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

/**
 * Have the browser keep a picture as a PNG. It has to say by attributes what it looks
 * like, for it leaves the page's styles behind.
 *
 * @param {SVGSVGElement} picture  with a width and height
 * @param {string} name            of the file, without its ending
 */
export async function saveSvg(picture, name) {
  const source = new XMLSerializer().serializeToString(picture);
  const address = URL.createObjectURL(new Blob([source], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    save(await painted(image), `${name.replace(/[^\w.-]+/g, "_")}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function painted(image) {
  const canvas = document.createElement("canvas");
  canvas.width = image.width * DOTS;
  canvas.height = image.height * DOTS;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
