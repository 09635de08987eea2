// The days that the page tells of, as its address says: the last so many, or from one day to another. Days are the reader's.
import { now } from "../clock.js";
import { MINUTE, region } from "../format.js";

export const PRESETS = [7, 30, 90, 365];
const USUAL = 30;
const MOST = 400; // days; the server keeps no more unless it is told to
const QUARTER = 15 * MINUTE;
const A_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Return the period of an address: `{days}`, or `{from, to}`: its first and its last day, as midnights. */
export function readPeriod(query) {
  const from = parseDay(query.get("from")), to = parseDay(query.get("to"));
  if (from && to && from <= to && from <= today()) return { from: latest(from, addDays(to, 1 - MOST)), to: earliest(to, today()) };
  const days = Number(query.get("days"));
  return { days: Number.isInteger(days) && days >= 1 && days <= MOST ? days : USUAL };
}

/** Return what the address says of the period. */
export function periodParameters({ days, from, to }) {
  return days ? { days: String(days) } : { from: dayText(from), to: dayText(to) };
}

/** Return the first and the last day of the period, as midnights. */
export function daysOf({ days, from, to }) {
  return days ? { first: addDays(today(), 1 - days), last: today() } : { first: from, last: to };
}

/** Return the instants between which the period is: it ends with the last quarter of an hour that is over, and has one at least. */
export function instantsOf(period) {
  const { first, last } = daysOf(period);
  const over = Math.floor(now() / QUARTER) * QUARTER;
  return { from: Math.min(first.getTime(), over - QUARTER), to: Math.min(addDays(last, 1).getTime(), over) };
}

/** Return days as text: "1–30 November"; with the years, if they are not this one. `last` is the last day of them. */
export function daysText(first, last) {
  const year = new Date(now()).getFullYear();
  const isThisYear = first.getFullYear() === year && last.getFullYear() === year;
  return new Intl.DateTimeFormat(region, { day: "numeric", month: isThisYear ? "long" : "short", year: isThisYear ? undefined : "numeric" })
    .formatRange(first, last);
}

export function today() {
  return midnight(new Date(now()));
}

export const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Return the midnight so many days later. Days of 23 and 25 hours count as one. */
export const addDays = (date, days) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);

/** Return a day as fields and addresses have it: "2026-11-30". */
export function dayText(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Return the midnight of a day, or null if the text is no day of the calendar. */
export function parseDay(text) {
  const found = A_DAY.exec(text ?? "");
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(year, month - 1, day);
  return year > 1999 && date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

const earliest = (one, other) => (one < other ? one : other);
const latest = (one, other) => (one > other ? one : other);
