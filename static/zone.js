// The reader's time zone, and what is special about some local times.

const MINUTE = 60_000;
const HALF_A_DAY = 12 * 60 * MINUTE;

const currentZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

let zone = currentZone();

/** Return whether the time zone of this computer has changed since the last call. */
export function hasZoneChanged() {
  const before = zone;
  zone = currentZone();
  return zone !== before;
}

/** Return the offset, as " UTC+2", of an instant whose local time comes twice: clocks are set back that night. "" for all others. */
export function offsetIfAmbiguous(date) {
  const offset = date.getTimezoneOffset();
  const near = [-HALF_A_DAY, HALF_A_DAY].map((distance) => new Date(date.getTime() + distance).getTimezoneOffset());
  const other = near.find((one) => one !== offset);
  if (other === undefined) return "";
  const twin = new Date(date.getTime() + (other - offset) * MINUTE); // the same local time, if the other offset is in force then
  return twin.getTimezoneOffset() === other ? ` ${offsetText(-offset)}` : "";
}

function offsetText(minutes) {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}
