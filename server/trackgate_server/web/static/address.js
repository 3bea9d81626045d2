// The page's address says what is shown, so that the view can be sent.

// gunicorn takes a request line of 8,190 bytes.
const LONGEST = 8_000;

/**
 * Put values into the query of the address; those that are empty leave it, and so do
 * lists of nothing else. Nothing changes where it would be longer than a server takes.
 *
 * @param {Record<string, string|number|false|string[]>} values  by their names in the query
 */
export function putInAddress(values) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    url.searchParams.delete(name);
    const several = Array.isArray(value) ? value : [value];
    if (several.some(Boolean)) for (const one of several) url.searchParams.append(name, one);
  }
  if (url.href.length <= LONGEST) history.replaceState(null, "", url);
}
