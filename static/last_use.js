// When somebody was last here, as text. The server notes it once a day, so the text is true to within a day.
import { now } from "./clock.js";
import { dateText, daysAhead, HOUR } from "./format.js";
import { t } from "./i18n.js";

/** Return the day in the user's time zone: "today", "within the last day", "yesterday", "3 Dec". */
export function lastUse(instant) {
  const date = new Date(instant);
  const days = daysAhead(date);
  if (days >= 0) return t("seen.today");
  if (now() - date < 24 * HOUR) return t("seen.day");
  return days === -1 ? t("seen.yesterday") : dateText(date);
}
