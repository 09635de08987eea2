// The machine that the page's address names, as in "/?vm=server-01". Its dialog is open over the board.
import { base } from "./base.js";

/** Return the name in the address; "" if there is none. */
export const linkedName = () => new URLSearchParams(location.search).get("vm") ?? "";

/** Return the address that opens the page with that machine. */
export const addressOf = (id) => `${location.origin}${base}/?vm=${encodeURIComponent(id)}`;

/** Take the machine out of the address, without a new entry in the history. */
export function forgetLink() {
  const query = new URLSearchParams(location.search);
  query.delete("vm");
  history.replaceState(null, "", String(query) ? `?${query}` : location.pathname); // `size` needs Safari 17
}
