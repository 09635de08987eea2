// Web addresses in a text as links: http and https alone, so that a click never runs anything.
import { html } from "./html.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'\x60«»“”„]+/gi;
const TRAILING = /[.,;:!?…)\]}]$/; // ends the sentence rather than the address
const OPENING = { ")": "(", "]": "[", "}": "{" };

/** Return the text as markup, in which web addresses are links that open in a tab of their own. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(found);
    if (!isWebAddress(address)) continue;
    parts.push(text.slice(end, index), html`<a href="${address}" target="_blank" rel="noopener">${address}</a>`);
    end = index + address.length;
  }
  return html`${parts}${text.slice(end)}`;
}

/** Return the address without what belongs to the sentence around it. A bracket that was opened in the address stays. */
function withoutTrailing(address) {
  const last = address.at(-1);
  if (!TRAILING.test(address)) return address;
  if (OPENING[last] && count(address, OPENING[last]) >= count(address, last)) return address;
  return withoutTrailing(address.slice(0, -1));
}

const count = (text, character) => text.split(character).length - 1;

function isWebAddress(text) {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false; // such as "https://" alone
  }
}
