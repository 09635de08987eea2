// The sign-in code that this tab waits for, kept over a reload: a phone that goes to its mail may load the page again.

const GOOD_FOR_MS = 10 * 60_000; // as on the server
const KEY = "code";

/** Return {email, inLog, at, open} of the code that was asked for within ten minutes; null if there is none. */
export function awaitedCode() {
  try {
    const asked = JSON.parse(sessionStorage.getItem(KEY));
    return asked && Date.now() - asked.at < GOOD_FOR_MS ? asked : null;
  } catch (error) {
    console.info("the browser does not store the code's address:", error.message);
    return null;
  }
}

/** Note the code; null forgets it. `open`: the place to type it is open, and will be after a reload. */
export function noteCode(asked) {
  try {
    if (asked) sessionStorage.setItem(KEY, JSON.stringify(asked));
    else sessionStorage.removeItem(KEY);
  } catch (error) {
    console.info("the browser does not store the code's address:", error.message);
  }
}
