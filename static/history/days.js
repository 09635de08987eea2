// What is shown of lines: entries by day, newest first. A booking over midnight is an entry of each of its days.
import { bookingsOf, endOf } from "./bookings.js";
import { ONLY_BOOKING } from "./kinds.js";
import { dayStart } from "./times.js";

/**
 * Return [{start, end, entries, bookings}], with the first and the last instant of the day. An entry is {at, line}, or
 * {at, end, booking} for the part of a booking on that day. Of what was before `horizon` not all is known: it is left out.
 */
export function daysOf(lines, horizon) {
  const days = new Map();
  const add = (at, entry) => {
    const start = dayStart(at);
    if (!days.has(start)) days.set(start, { start, end: dayStart(at, 1), entries: [], bookings: [] });
    days.get(start).entries.push(entry);
  };
  const bookings = bookingsOf(lines);
  const joined = new Set(bookings.flatMap(({ line, ended }) => [line?.id, ended?.id]));
  for (const line of lines) {
    if (!(ONLY_BOOKING.has(line.action) && joined.has(line.id))) add(Date.parse(line.at), { at: Date.parse(line.at), id: line.id, line });
  }
  for (const booking of bookings) for (const part of partsOf(booking, horizon)) add(part.at, part);
  const found = [...days.values()].sort((a, b) => b.start - a.start);
  for (const day of found) {
    day.entries.sort((a, b) => b.at - a.at || b.id - a.id);
    day.bookings = day.entries.filter(({ booking }) => booking);
  }
  return found;
}

function partsOf(booking, horizon) {
  const end = endOf(booking);
  const parts = [];
  for (let at = Math.max(booking.start, Math.min(horizon, end)); ;) {
    const until = Math.min(end, dayStart(at, 1));
    parts.push({ at, end: until, id: booking.id, booking, isFirst: at === booking.start, isLast: until === end });
    if (until >= end) return parts;
    at = until;
  }
}

/** Return the milliseconds of the day in which the machine was booked. Its bookings do not overlap. */
export const bookedTime = ({ bookings }) => bookings.reduce((sum, { at, end }) => sum + end - at, 0);
