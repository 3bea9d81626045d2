// Runs in each measured page before its own scripts do: notes when what is waited for
// has been painted, and when the largest part of the page was.
(() => {
  const wanted = WANTED;

  function* withText(text) {
    if (!document.body) return;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (texts.currentNode.data.trim() === text) yield texts.currentNode.parentElement;
    }
  }

  function isThere() {
    const found = wanted.text ? withText(wanted.text) : document.querySelectorAll(wanted.selector);
    return [...found].some((element) => element.checkVisibility());
  }

  function look() {
    // It is painted with the frame that begins here; the next one comes after that.
    requestAnimationFrame(isThere() ? () => { window.shownAt = performance.now(); } : look);
  }

  performance.setResourceTimingBufferSize(5000);
  new PerformanceObserver((list) => { window.largestAt = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  requestAnimationFrame(look);
})();

/** What the browser noted of the visit, in milliseconds from its begin. */
window.told = () => {
  const kinds = ["navigation", "resource"];
  return {
    shown: window.shownAt,
    largest: window.largestAt ?? 0,
    first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    entries: kinds.flatMap((kind) => performance.getEntriesByType(kind)).map(
      ({ initiatorType, requestStart, responseEnd, transferSize }) =>
        ({ initiatorType, requestStart, responseEnd, transferSize }),
    ),
  };
};
