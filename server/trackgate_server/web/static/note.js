// The preview of a note below its field, without leaving the page.

import { fetchPage } from "./fetched_page.js";

/** Ask the server what a form's note looks like and show it in the form. */
async function show(form, place) {
  const preview = form.querySelector(".preview");
  const body = new URLSearchParams({ note: form.elements.note.value });
  // It has passed the server's list of harmless elements.
  const page = await fetchPage(place, { method: "POST", body });
  preview.replaceChildren(...page.body.childNodes);
  preview.hidden = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!event.submitter?.hasAttribute("data-preview-button")) return;
  event.preventDefault();
  show(form, form.dataset.preview).catch(() => {
    // As without this script: the page comes again with the preview in it.
    event.submitter.removeAttribute("data-preview-button");
    form.requestSubmit(event.submitter);
  });
});
