// Times and amounts as people read them; local on screen, by the server's clock.
import { boot } from "./boot.js";
import { language, t } from "./i18n.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const skew = Date.parse(boot.now) - Date.now();
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndClock = new Intl.DateTimeFormat(language, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const whole = new Intl.DateTimeFormat(language, {
  weekday: "short", day: "numeric", month: "long", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "longOffset",
});

/** The server's time in milliseconds, whatever this machine's clock says. */
export function now() {
  return Date.now() + skew;
}

/** "3 h 12 min", "9 min", and within the last two minutes seconds. */
export function timeLeft(until) {
  const left = Math.max(0, Date.parse(until) - now());
  if (left < 2 * MINUTE) return t("time.seconds", { n: Math.ceil(left / 1000) });
  return amount(Math.floor(left / MINUTE) * MINUTE);
}

/** A length of time: "4 h", "1 h 30 min", "2 d 3 h". */
export function amount(milliseconds) {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = [];
  if (days) parts.push(t("time.days", { n: days }));
  if (hours) parts.push(t("time.hours", { n: hours }));
  if (rest && !days) parts.push(t("time.minutes", { n: rest }));
  return parts.join(" ");
}

/** The end as one says it: "18:40" today, "25 Nov, 18:40" on another day. */
export function at(instant) {
  const date = new Date(instant);
  return isToday(date) ? clock.format(date) : dayAndClock.format(date);
}

/** "today, 18:40", for where the day matters. */
export function dayAt(instant) {
  const date = new Date(instant);
  return isToday(date) ? t("time.today", { time: clock.format(date) }) : dayAndClock.format(date);
}

/** All of it, with the zone: for hovering. */
export function exactly(instant) {
  return whole.format(new Date(instant));
}

/** How much of the booking is left, from 1 to 0. */
export function partLeft(vm) {
  const end = Date.parse(vm.expires_at);
  const start = Math.min(vm.booked_at ? Date.parse(vm.booked_at) : end - 24 * HOUR, end - 1);
  return Math.min(1, Math.max(0, (end - now()) / (end - start)));
}

/** An address without its domain, where space is short; masked ones as they are. */
export function shortName(email) {
  return email.includes("…") ? email : email.split("@")[0];
}

function isToday(date) {
  return date.toDateString() === new Date(now()).toDateString();
}
