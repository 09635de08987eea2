// The end of the reader's day, which dialogs offer as the end of a booking. Kept in this browser.
import { recall, remember } from "./browser_storage.js";

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const USUAL = "18:00";

/** Return the end of the reader's day, "18:00" unless chosen otherwise. */
export function dayEnd() {
  const chosen = recall("day_end");
  return TIME_OF_DAY.test(chosen) ? chosen : USUAL;
}

export function rememberDayEnd(time) {
  if (TIME_OF_DAY.test(time)) remember("day_end", time);
}
