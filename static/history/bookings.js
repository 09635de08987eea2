// The bookings that lines tell of: a booking joins the line with which it began and the one with which it ended.
import { now } from "../clock.js";
import { state } from "../state.js";
import { BEGINS, ENDS } from "./kinds.js";

/**
 * Return the bookings of the lines, which are newest first: {vm, vm_id, email, start, end, planned, line, ended}. `end` is
 * null while it runs, `planned` the end that was set last, `line` the line with which it began, `ended` the other one.
 * Of both, one may not be there: it is on another page, or does not match the filter.
 */
export function bookingsOf(lines) {
  const bookings = new Map();
  for (const line of [...lines].reverse()) if (line.booking && line.vm !== null) note(bookings, line);
  return [...bookings.values()].filter(({ line, ended }) => line || ended);
}

function note(bookings, line) {
  const { action, changed } = line;
  if (action === "handed_over" && changed.booking) end(bookingAt(bookings, line, changed.booking[0], changed.email?.[0]), line);
  if (BEGINS.has(action)) {
    Object.assign(bookingAt(bookings, line, line.booking, line.email), { line, planned: line.until, ended: null });
  } else if (ENDS.has(action)) {
    end(bookingAt(bookings, line, line.booking, line.email ?? line.actor), line);
  } else {
    const booking = bookings.get(keyOf(line, line.booking));
    if (booking && action === "vm_undeleted") booking.ended = null;
    if (booking && line.until) booking.planned = line.until;
  }
}

const keyOf = ({ vm }, start) => `${vm} ${Date.parse(start)}`;

function bookingAt(bookings, line, start, email) {
  const key = keyOf(line, start);
  if (!bookings.has(key)) bookings.set(key, { vm: line.vm, start: Date.parse(start), email, line: null, ended: null, planned: null, id: line.id });
  const booking = bookings.get(key);
  booking.vm_id = line.vm_id;
  return booking;
}

const end = (booking, line) => { booking.ended = line; };

/** Return when the booking ended, in milliseconds; now if it runs. Without its last line, it is the end that was set. */
export function endOf(booking) {
  if (booking.ended) return Math.max(booking.start, Date.parse(booking.ended.until ?? booking.ended.at));
  return isRunning(booking) ? now() : Math.min(now(), Date.parse(booking.planned) || booking.start);
}

export function isRunning({ vm_id, start, ended, email }) {
  const vm = state.vms.get(vm_id);
  return !ended && vm?.booked_by === email && Date.parse(vm.booked_at) === start;
}
