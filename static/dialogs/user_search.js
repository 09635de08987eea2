// The search for people by their addresses. Each address is prepared once, so that thousands are searched while one types.
import { nameKey } from "../names.js";

/** Return the people by address, each with the `key` that `findUsers` looks at. */
export function forSearch(users) {
  return users.map((user) => ({ ...user, key: nameKey(user.email) })).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Return the people whose address has every word of the text in it. */
export function findUsers(users, text) {
  const words = text.split(/\s+/).filter(Boolean).map((word) => nameKey(asciiDomain(word)));
  return users.filter(({ key }) => words.every((word) => key.includes(word)));
}

/** Return an address, or a domain, as the server keeps it: with "xn--…" for a domain in another script. */
function asciiDomain(word) {
  const at = word.indexOf("@") + 1;
  const domain = word.slice(at);
  return /[^\x00-\x7f]/.test(domain) ? word.slice(0, at) + hostOf(domain) : word;
}

function hostOf(domain) {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch (error) {
    console.info("searched for as typed:", error.message);
    return domain;
  }
}
