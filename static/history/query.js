// What the page's address, or the filters of a dialog, ask of the history: the parameters of GET /history.
import { state } from "../state.js";
import { CATEGORIES } from "./kinds.js";
import { dayStart } from "./times.js";

/** Return the parameters of the call. Days are those of the reader, and both of them are included. */
export function queryOf(parameters) {
  const { machine, group, action, from, to, q } = parameters;
  const asked = {
    vm_id: machine,
    group_id: group === "none" ? "" : group,
    email: personOf(parameters),
    action: (CATEGORIES[action] ?? [action]).join(","),
    from: dayOf(from)?.toISOString(),
    to: dayOf(to) && new Date(dayStart(dayOf(to), 1)).toISOString(),
    q,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
}

/** Return the address of the person asked for; "" if nobody. A name alone is somebody of the reader's own domain. */
export function personOf({ person }) {
  if (!person || person.includes("@")) return person ?? "";
  return `${person}@${(state.me.email ?? "").split("@")[1] ?? ""}`;
}

/** Return whether not all lines of the machine or the person are meant. */
export const isFiltered = ({ machine, person, ...others }) =>
  Boolean(machine && person) || ["action", "from", "to", "q", "group"].some((name) => others[name]);

/** Return the first instant of a day such as "2026-11-30", in the reader's zone; null for anything else. */
function dayOf(text) {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? "") ?? [];
  return year ? new Date(Number(year), Number(month) - 1, Number(day)) : null;
}
