// Times and amounts as people read them; local on screen, by the server's clock.
import { boot } from "./boot.js";
import { language, t } from "./i18n.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const TIME_ALONE_WITHIN = 18 * HOUR; // so near, the time says the day

const skew = Date.parse(boot.now) - Date.now();
const region = language === "en" ? "en-GB" : language; // the day before the month, as everywhere else on the page
const dateFormat = (options) => new Intl.DateTimeFormat(region, { hourCycle: "h23", ...options });
const timeFormat = dateFormat({ hour: "2-digit", minute: "2-digit" });
const weekdayFormat = dateFormat({ weekday: "short" });
const dayFormat = dateFormat({ day: "numeric", month: "short" });
const dateWithYearFormat = dateFormat({ day: "numeric", month: "short", year: "numeric" });
const fullFormat = dateFormat({
  weekday: "long", day: "numeric", month: "long", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "longOffset",
});

/** The server's time in milliseconds, whatever this machine's clock says. */
export function now() {
  return Date.now() + skew;
}

/** "3 h 12 min", "9 min", within the last two minutes seconds; in short "83 min", then "2.5 h", from four hours on "15 h". */
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

/** A number that changes when `timeLeft` does. */
export function timeLeftTick(until) {
  const left = Math.max(0, Date.parse(until) - now());
  return left < 2 * MINUTE ? -Math.ceil(left / 1000) : Math.floor(left / MINUTE);
}

/** A length of time: "4 h", "1 h 30 min", "2 d 3 h". */
export function duration(milliseconds) {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  const [days, hours, minutesLeft] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [];
  if (days) parts.push(t("time.days", { n: days }));
  if (hours) parts.push(t("time.hours", { n: hours }));
  if (minutesLeft && !days) parts.push(t("time.minutes", { n: minutesLeft }));
  return parts.join(" ");
}

/** The end in few letters: "18:40" when it is the next 18:40, "Wed 18:40" within a week, "3 Dec, 18:40" later. */
export function shortTime(instant) {
  const date = new Date(instant);
  const time = timeFormat.format(date);
  const days = daysAhead(date);
  if (days === 0 || (date > now() && date - now() < TIME_ALONE_WITHIN)) return time;
  return days > 0 && days < 7 ? `${weekdayFormat.format(date)} ${time}` : `${dateText(date)}, ${time}`;
}

/** The end as one says it: "today, 18:40", "tomorrow, 18:40", "Sat 3 Dec, 18:40". */
export function dayAndTime(instant) {
  const date = new Date(instant);
  const time = timeFormat.format(date);
  const days = daysAhead(date);
  if (days === 0) return t("time.today", { time });
  if (days === 1) return t("time.tomorrow", { time });
  return `${weekdayFormat.format(date)} ${dateText(date)}, ${time}`;
}

/** All of it, with the zone: for hovering. */
export function exactTime(instant) {
  return fullFormat.format(new Date(instant));
}

/** How much of the booking is left, or of the time something is held, from 1 to 0. */
export function fractionLeft(vm) {
  if (!vm.expires_at) return fraction(Date.parse(vm.held_until), boot.settings.hold_minutes * MINUTE);
  const end = Date.parse(vm.expires_at);
  const start = Math.min(vm.booked_at ? Date.parse(vm.booked_at) : end - 24 * HOUR, end - 1);
  return fraction(end, end - start);
}

/** An address without its domain, where space is short; masked ones as they are. */
export function shortName(email) {
  return email.includes("…") ? email : email.split("@")[0];
}

/** The day, with its year where it is another. */
function dateText(date) {
  const sameYear = date.getFullYear() === new Date(now()).getFullYear();
  return (sameYear ? dayFormat : dateWithYearFormat).format(date);
}

const fraction = (end, length) => Math.min(1, Math.max(0, (end - now()) / length));

/** Days by the calendar, not by 24 hours. */
function daysAhead(date) {
  const [day, today] = [new Date(date), new Date(now())].map((moment) => moment.setHours(12, 0, 0, 0));
  return Math.round((day - today) / (24 * HOUR));
}
