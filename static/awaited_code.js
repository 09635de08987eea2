// The sign-in code that this browser waits for. A phone that goes to its mail may load the page again, in this tab or in another.
import { recall, remember } from "./browser_storage.js";

const GOOD_FOR_MS = 10 * 60_000; // as on the server
const KEY = "code";

/** Return {email, inLog, at, open} of the code that was asked for within ten minutes; null if there is none. */
export function awaitedCode() {
  const asked = JSON.parse(recall(KEY) || "null");
  return asked && Date.now() - asked.at < GOOD_FOR_MS ? asked : null;
}

/** Note the code; null forgets it. `open`: the place to type it is open, and will be in a page that is loaded then. */
export const noteCode = (asked) => remember(KEY, asked ? JSON.stringify(asked) : "");
