// Two values of each run, one against the other.

import { baseLayout, colours, draw, onScheme, plain } from "./charts.js";

/**
 * Draw the points now and whenever others are chosen.
 *
 * @param {HTMLElement} section           with a form, a `.plot` and the points as JSON
 * @param {{id: string, name: string}[]} runs  in the order of the points
 */
export function scatter(section, runs) {
  const form = section.querySelector("form");
  const plot = section.querySelector(".plot");
  let points = pointsIn(section);

  const show = () => draw(plot, [traceOf(points, runs)], layoutOf(points));

  async function choose() {
    const page = await pageOf(form);
    points = pointsIn(page.querySelector(".scattered"));
    await show();
  }

  form.addEventListener("change", () => choose().catch(() => form.submit()));
  onScheme(show);
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    show();
  });
  seen.observe(plot);
}

function pointsIn(section) {
  return JSON.parse(section.querySelector("script").textContent);
}

/** The page that the form leads to; the address follows where it has room. */
async function pageOf(form) {
  const fields = new URLSearchParams(new FormData(form));
  const url = new URL(form.action, location.href);
  url.hash = "";
  const answer = form.method === "post" ? await fetch(url, { method: "POST", body: fields }) : await fetch(`${url}?${fields}`);
  if (!answer.ok) throw new Error(answer.statusText);
  if (form.method !== "post") remember(fields);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function remember(fields) {
  const url = new URL(location.href);
  for (const name of ["across", "up"]) url.searchParams.set(name, fields.get(name));
  history.replaceState(null, "", url);
}

function traceOf({ across, up }, runs) {
  const palette = colours();
  return {
    type: "scatter",
    mode: "markers",
    x: across.values.map(plotted),
    y: up.values.map(plotted),
    text: runs.map((run) => plain(run.name)),
    hovertemplate: "%{text}<br>%{x}<br>%{y}<extra></extra>",
    marker: { size: 9, color: runs.map((_, place) => palette[place % palette.length]) },
  };
}

function plotted(value) {
  return typeof value === "string" ? plain(value) : value;
}

function layoutOf({ across, up }) {
  const layout = baseLayout();
  layout.hovermode = "closest";
  layout.xaxis.title = { text: plain(across.name), standoff: 6 };
  layout.yaxis.title = { text: plain(up.name), standoff: 6 };
  return layout;
}
