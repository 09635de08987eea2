// Whether the reader's times have 12 or 24 hours. Kept in this browser.
import { recall, remember } from "./browser_storage.js";
import { language } from "./i18n.js";

/** Return whether times have 12 hours: by the reader's choice, or else as English is written where the browser is from. */
export function has12Hours() {
  const chosen = recall("clock");
  return chosen ? chosen === "12" : language === "en" && isUsualHere();
}

export const rememberClock = (hours) => remember("clock", hours);

/** A browser of no certain region, such as "en", does not tell. */
function isUsualHere() {
  const { language: here } = navigator;
  return here.includes("-") && new Intl.DateTimeFormat(here, { hour: "numeric" }).resolvedOptions().hour12;
}
