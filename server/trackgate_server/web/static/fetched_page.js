// Our own pages as documents, so that a page can take over parts of another.

/**
 * Fetch a page; throws where the server does not answer with one. What is parsed this
 * way runs and loads nothing.
 *
 * @param {string|URL} address
 * @param {RequestInit} [request]
 * @returns {Promise<Document>}
 */
export async function fetchPage(address, request) {
  const answer = await fetch(address, request);
  if (!answer.ok) throw new Error(`The page answered ${answer.status}.`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
