// The axis of days: which of them have a label, and where the weekends are.
import { HOUR, region } from "../format.js";
import { addDays, midnight } from "./period.js";

const DAY = 24 * HOUR;
const DAY_STEPS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 2, 3, 6];
const BANDS_WITHIN = 120; // days; of more of them, weekends would be a fence

/** Return up to `most` labels `{at, text}` between two instants: of days, or of the beginnings of months. */
export function ticks(from, to, most) {
  const days = (to - from) / DAY + 1;
  const step = DAY_STEPS.find((one) => days / one <= most);
  return step ? dayTicks(from, to, step) : monthTicks(from, to, MONTH_STEPS.find((one) => days / 30.4 / one <= most) ?? 12);
}

function dayTicks(from, to, step) {
  const format = new Intl.DateTimeFormat(region, { day: "numeric", month: "short" });
  const found = [];
  for (let day = firstMidnight(from); day <= to; day = addDays(day, step)) found.push({ at: day.getTime(), text: format.format(day) });
  return found;
}

function monthTicks(from, to, step) {
  const month = new Intl.DateTimeFormat(region, { month: "short" });
  const withYear = new Intl.DateTimeFormat(region, { month: "short", year: "numeric" });
  const start = new Date(from);
  const found = [];
  for (let at = new Date(start.getFullYear(), start.getMonth() + (start.getDate() > 1), 1); at <= to; at = new Date(at.getFullYear(), at.getMonth() + step, 1)) {
    found.push({ at: at.getTime(), text: (at.getMonth() < step ? withYear : month).format(at) });
  }
  return found;
}

/** Return the weekends `{from, to}` that touch the days between two instants. */
export function weekends(from, to) {
  if ((to - from) / DAY > BANDS_WITHIN) return [];
  const found = [];
  for (let day = midnight(new Date(from)); day <= to; day = addDays(day, 1)) {
    if (day.getDay() === 6 || (day.getDay() === 0 && !found.length)) {
      found.push({ from: day.getTime(), to: addDays(day, day.getDay() === 6 ? 2 : 1).getTime() });
    }
  }
  return found;
}

function firstMidnight(from) {
  const day = midnight(new Date(from));
  return day.getTime() < from ? addDays(day, 1) : day;
}
