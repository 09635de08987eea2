// Days and times of the history, in the reader's zone and without seconds.
import { dateText, daysAhead } from "../format.js";
import { language, t } from "../i18n.js";
import { has12Hours } from "../reader_clock.js";
import { offsetIfAmbiguous } from "../zone.js";

const region = language === "en" ? "en-GB" : language; // British order: the day before the month
let formats;
useCurrentZone();

/** Make the formats anew: each keeps the time zone, and the 12 or 24 hours, with which it was made. */
export function useCurrentZone() {
  const clock = has12Hours() ? { hour: "numeric", hourCycle: "h12" } : { hour: "2-digit", hourCycle: "h23" };
  formats = {
    time: new Intl.DateTimeFormat(region, { ...clock, minute: "2-digit" }),
    day: new Intl.DateTimeFormat(region, { day: "numeric", month: "long" }),
    weekday: new Intl.DateTimeFormat(region, { weekday: "long", day: "numeric", month: "long" }),
    year: new Intl.DateTimeFormat(region, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  };
}

/** Return the first instant of the day of this instant, or of a later day, in milliseconds. Not every day has 24 hours. */
export function dayStart(instant, later = 0) {
  const date = new Date(instant);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + later).getTime();
}

/** Return the day as a heading: "Today, 30 November", "Saturday 28 November". */
export function dayTitle(start) {
  const days = daysAhead(start);
  if (days === 0) return t("history.today", { day: formats.day.format(start) });
  if (days === -1) return t("history.yesterday", { day: formats.day.format(start) });
  const sameYear = new Date(start).getFullYear() === new Date().getFullYear();
  const title = (sameYear ? formats.weekday : formats.year).format(start);
  return title[0].toUpperCase() + title.slice(1);
}

/** Return the time of the day: "18:40". The end of a day is "24:00" where the reader's clock has 24 hours. */
export function timeText(instant, day = null) {
  if (day !== null && instant === dayStart(day, 1) && !has12Hours()) return "24:00";
  return formats.time.format(instant) + offsetIfAmbiguous(new Date(instant));
}

/** Return an instant within a sentence: with its day, unless that is `day`. */
export function momentText(instant, day) {
  const date = new Date(instant);
  return dayStart(date) === dayStart(day) ? timeText(date) : `${dateText(date)}, ${timeText(date)}`;
}

