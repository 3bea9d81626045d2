// News of a run that goes on: asked for now and then, while somebody looks.

import { fetchPage } from "./fetched_page.js";
import { localize } from "./times.js";

const PERIOD_MS = 4_000;

/**
 * Tell what is new of a run until it has ended.
 *
 * @param {() => URL} address     of the news that are not known yet
 * @param {(news: Document) => void} tell  called with each answer
 */
export function follow(address, tell) {
  let patience = PERIOD_MS;

  async function ask() {
    if (document.hidden) return again();
    try {
      const news = await fetchPage(address());
      patience = PERIOD_MS;
      replaceParts(news);
      tell(news);
      if (news.querySelector("[data-going-on=no]")) return;
    } catch {
      // The server may be restarting.
      patience = Math.min(patience * 2, 60_000);
    }
    again();
  }

  function again() {
    setTimeout(ask, patience);
  }

  again();
}

function replaceParts(news) {
  for (const part of news.querySelectorAll("[data-live]")) {
    const shown = document.querySelector(`[data-live="${part.dataset.live}"]`);
    if (shown && shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
    if (shown) localize(shown);
  }
}
