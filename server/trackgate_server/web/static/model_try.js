// A form that asks a served model, and what answers there at the moment.

import { showPrediction, showRefusal, showText } from "./model_answer.js";

const STATES = {
  serving: (model) => `Version ${model.version} answers.`,
  loading: (model) => `Version ${model.loading} is being loaded.`,
  failed: (model) => `Nothing answers: ${model.failure ?? "the version cannot be loaded"}`,
  waiting: () => "Nothing answers.",
};
const ASKED_EVERY_MS = 10_000;

/** Say which version answers for a section's model; the link stays where that fails. */
async function showState(section) {
  const response = await fetch(section.dataset.status, { credentials: "same-origin" });
  if (!response.ok) return;
  const { models } = await response.json();
  const path = section.dataset.served;
  const model = models.find((one) => decodeURIComponent(one.path) === path);
  const tell = model && STATES[model.state];
  if (!tell) return;
  const said = section.querySelector("[data-state]");
  const text = model.state === "serving" && model.failure
    ? `${tell(model)} The newer one does not: ${model.failure}` : tell(model);
  if (said.textContent !== text) said.textContent = text;
}

/** Send the form's input to the model and show what it says. */
async function predict(form) {
  const answer = form.querySelector("[data-answer]");
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: form.querySelector("textarea").value,
    });
    const text = await response.text();
    if (response.ok) showPrediction(answer, text);
    else showRefusal(answer, response.status, text);
  } catch {
    showText(answer, "The server did not answer.", "problem");
  } finally {
    button.disabled = false;
  }
}

function enhance(form) {
  form.querySelector("button").disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    predict(form);
  });
}

for (const section of document.querySelectorAll("[data-served]")) {
  section.querySelectorAll("[data-try]").forEach(enhance);
  const look = () => {
    if (!document.hidden) showState(section).catch(() => {});
  };
  look();
  setInterval(look, ASKED_EVERY_MS);
}
