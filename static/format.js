// Times and durations as text, in the browser's time zone, by the server's clock.
import { boot } from "./boot.js";
import { now } from "./clock.js";
import { language, t } from "./i18n.js";
import { has12Hours } from "./reader_clock.js";
import { offsetIfAmbiguous } from "./zone.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const TIME_ALONE_WITHIN = 18 * HOUR; // for an instant so near, the day is clear without naming it

/** The region whose way of writing times and numbers the page follows. British order: the day before the month. */
export const region = language === "en" ? "en-GB" : language;

let formats;
useCurrentZone();

/** Make the formats anew: each keeps the time zone, and the 12 or 24 hours, with which it was made. */
export function useCurrentZone() {
  const clock = has12Hours() ? { hour: "numeric", hourCycle: "h12" } : { hour: "2-digit", hourCycle: "h23" };
  const format = (options) => new Intl.DateTimeFormat(region, options);
  formats = {
    time: format({ ...clock, minute: "2-digit" }),
    weekday: format({ weekday: "short" }),
    day: format({ day: "numeric", month: "short" }),
    dateWithYear: format({ day: "numeric", month: "short", year: "numeric" }),
    full: format({
      weekday: "long", day: "numeric", month: "long", year: "numeric",
      ...clock, minute: "2-digit", second: "2-digit", timeZoneName: "longOffset",
    }),
  };
}

/**
 * Return the time left: "3 h 12 min", "9 min", and seconds within the last two minutes. `brief`: "83 min" below
 * 1.5 hours, then "2.5 h", and "15 h" from four hours on.
 */
export function timeLeft(until, brief = false) {
  const left = Math.max(0, Date.parse(until) - now());
  if (left < 2 * MINUTE) return t("time.seconds", { n: Math.ceil(left / 1000) });
  if (brief) return shortTimeLeft(left);
  return duration(Math.floor(left / MINUTE) * MINUTE);
}

function shortTimeLeft(left) {
  if (left >= 4 * HOUR) return duration(Math.round(left / HOUR) * HOUR);
  if (left >= 1.5 * HOUR) return t("time.hours", { n: Math.round(2 * left / HOUR) / 2 });
  return t("time.minutes", { n: Math.floor(left / MINUTE) });
}

/** Return a number that changes whenever the text of `timeLeft` does. */
export function timeLeftTick(until) {
  const left = Math.max(0, Date.parse(until) - now());
  return left < 2 * MINUTE ? -Math.ceil(left / 1000) : Math.floor(left / MINUTE);
}

/** Return a duration as text: "4 h", "1 h 30 min", "2 d 3 h". */
export function duration(milliseconds) {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  const [days, hours, minutesLeft] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [];
  if (days) parts.push(t("time.days", { n: days }));
  if (hours) parts.push(t("time.hours", { n: hours }));
  if (minutesLeft && !days) parts.push(t("time.minutes", { n: minutesLeft }));
  return parts.join(" ");
}

/** Return an instant in short: "18:40" (or "02:30 UTC+2", if that time comes twice) if it is the next 18:40, "Wed 18:40" within a week, "3 Dec, 18:40" later. */
export function shortTime(instant) {
  const date = new Date(instant);
  const time = timeOfDay(date);
  const days = daysAhead(date);
  if (days === 0 || (date > now() && date - now() < TIME_ALONE_WITHIN)) return time;
  return days > 0 && days < 7 ? `${formats.weekday.format(date)} ${time}` : `${dateText(date)}, ${time}`;
}

/** Return an instant with its day: "today, 18:40", "tomorrow, 18:40", "Sat 3 Dec, 18:40". */
export function dayAndTime(instant) {
  const date = new Date(instant);
  const time = timeOfDay(date);
  const days = daysAhead(date);
  if (days === 0) return t("time.today", { time });
  if (days === 1) return t("time.tomorrow", { time });
  return `${formats.weekday.format(date)} ${dateText(date)}, ${time}`;
}

/** Return an instant in full, with seconds and time zone, for tooltips. */
export function exactTime(instant) {
  return formats.full.format(new Date(instant));
}

/** Return how much of the booking or of the hold is left, from 1 down to 0. */
export function fractionLeft(vm) {
  if (!vm.expires_at) return fraction(Date.parse(vm.held_until), boot.settings.hold_minutes * MINUTE);
  const end = Date.parse(vm.expires_at);
  const start = Math.min(vm.booked_at ? Date.parse(vm.booked_at) : end - 24 * HOUR, end - 1);
  return fraction(end, end - start);
}

/** Return an email without its domain, for places with little room. Masked emails stay as they are. */
export function shortName(email) {
  return email.includes("…") ? email : email.split("@")[0];
}

/** Return a time of the day, given as "18:00", as the reader tells it. */
export const clockText = (time) => formats.time.format(new Date(`2000-01-01T${time}`));

const timeOfDay = (date) => formats.time.format(date) + offsetIfAmbiguous(date);

/** Return day and month, and the year if it is not this year. */
export function dateText(date) {
  const sameYear = date.getFullYear() === new Date(now()).getFullYear();
  return (sameYear ? formats.day : formats.dateWithYear).format(date);
}

const fraction = (end, length) => Math.min(1, Math.max(0, (end - now()) / length));

/** Return the difference in calendar days, not in periods of 24 hours. */
export function daysAhead(date) {
  const [day, today] = [new Date(date), new Date(now())].map((moment) => moment.setHours(12, 0, 0, 0));
  return Math.round((day - today) / (24 * HOUR));
}
