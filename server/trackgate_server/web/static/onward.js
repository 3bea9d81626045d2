// Addresses of the stock server's pages lead on to ours. They stand behind a `#`, which
// browsers keep to themselves, so the first page is asked for whatever they name.

const SEGMENT = "([^/?]+)";
const PAGES = [
  [`experiments/${SEGMENT}/runs/${SEGMENT}/(?:artifactPath|artifacts)/(.+)`, (_, run, path) => ["runs", run, "artifacts", { path }]],
  [`experiments/${SEGMENT}/runs/${SEGMENT}/(?:artifactPath|artifacts)`, (_, run) => ["runs", run, "artifacts"]],
  [`experiments/${SEGMENT}/runs/${SEGMENT}/model-metrics`, (_, run) => ["runs", run, "charts"]],
  [`experiments/${SEGMENT}/runs/${SEGMENT}(?:/.*)?`, (_, run) => ["runs", run]],
  [`experiments/${SEGMENT}/models/${SEGMENT}(?:/.*)?`, (_, model) => ["logged-models", model]],
  [`experiments/${SEGMENT}/models`, (experiment) => ["experiments", experiment, "models"]],
  [`experiments/${SEGMENT}(?:/.*)?`, (experiment) => ["experiments", experiment]],
  ["experiments", () => ["experiments"]],
  [`models/${SEGMENT}/versions/${SEGMENT}`, (name, version) => ["models", name, "versions", version]],
  [`models/${SEGMENT}(?:/.*)?`, (name) => ["models", name]],
  ["models", () => ["models"]],
];

/** Runs that the stock server's page for comparing is given: a list in JSON. */
function compared(query) {
  try {
    const runs = JSON.parse(new URLSearchParams(query).get("runs"));
    return Array.isArray(runs) ? runs.map(String) : [];
  } catch {
    return [];
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function joined(segments, query) {
  const path = segments.map((one) => `/${encodeURIComponent(one)}`).join("");
  const given = new URLSearchParams(query).toString();
  return given ? `${path}?${given}` : path;
}

/**
 * The path of our page for what stands behind the `#` of a stock server's address,
 * such as "/experiments/1/runs/abc"; null where we have none.
 */
export function ourPage(fragment) {
  const [path, query = ""] = fragment.replace(/^\/+/, "").split(/\?(.*)/s);
  if (path === "compare-runs") {
    return joined(["compare"], compared(query).map((run) => ["run", run]));
  }
  for (const [pattern, page] of PAGES) {
    const found = path.match(new RegExp(`^${pattern}/?$`));
    if (!found) continue;
    const segments = page(...found.slice(1).map(decoded));
    const last = segments.at(-1);
    return typeof last === "object" ? joined(segments.slice(0, -1), last) : joined(segments);
  }
  return null;
}

function lead() {
  if (!location.hash.startsWith("#/")) return;
  const page = ourPage(location.hash.slice(1));
  const site = document.querySelector("[data-site]").dataset.site;
  if (page) location.replace(site + page);
}

addEventListener("hashchange", lead);
lead();
