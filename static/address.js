// The address of the page, as in "/?view=usage&days=30&group=3": what is shown, so that it can be shared and Back works.
import { base } from "./base.js";

export const VIEWS = ["usage", "history"]; // beside the board

const listeners = new Set();

/** Call the listener after every change of the address that the page makes itself; Back is a `popstate`. */
export function onAddress(listener) {
  listeners.add(listener);
}

/** Return the view that the address names; "" is the board. */
export function viewInAddress() {
  const view = new URLSearchParams(location.search).get("view");
  return VIEWS.includes(view) ? view : "";
}

/** Return what the address says beside the view, by name. */
export function parametersInAddress() {
  const { view: _view, ...parameters } = Object.fromEntries(new URLSearchParams(location.search));
  return parameters;
}

/** Return the link to a view ("": the board) with these parameters. Empty ones are left out. */
export function addressOfView(view, parameters = {}) {
  const query = new URLSearchParams(Object.entries({ view, ...parameters }).filter(([, value]) => value));
  return `${base}/${queryText(query)}`;
}

/** Replace the query of the address, by "pushState" as a new entry that Back leaves, by "replaceState" in the present one. */
export function writeAddress(query, method) {
  const text = queryText(query);
  if (text === location.search) return;
  history[method](null, "", text || location.pathname);
  for (const listener of listeners) listener();
}

const queryText = (query) => String(query) && `?${query}`; // `size` needs Safari 17
