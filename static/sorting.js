// In what order the machines of a group stand: by their names, or as a list by any of its columns.
import { chosenSort, chosenView, rememberSort } from "./preferences.js";
import { state } from "./state.js";
import { lookOf } from "./views/card_state.js";

const RANKS = { free: 0, turn: 1, mine: 2, soon: 2, taken: 3, kept: 4, out: 5 };

const KEYS = {
  name: (vm) => natural(vm.id),
  ip: (vm) => natural(vm.external_ip || vm.internal_ip),
  who: (vm) => RANKS[lookOf(vm)] + natural(vm.booked_by ?? vm.held_for),
  until: (vm) => vm.expires_at ?? vm.held_until ?? "",
  waits: (vm) => (vm.queue?.length ? natural(String(vm.queue.length)) : ""),
  about: (vm) => natural(vm.maintenance || vm.note || vm.description),
};

export const COLUMNS = Object.keys(KEYS);
export const sorting = { by: "name", down: false };
const listeners = new Set();
let keys, reader;

/** Call `listener` when all must be put in another order. */
export const onSort = (listener) => listeners.add(listener);

/** Sort by that column; by the same one again, the other way round. It is remembered. */
export function sortBy(by) {
  rememberSort(by === sorting.by && !sorting.down ? { by, down: true } : { by, down: false });
  sortAnew();
}

/** After the view has changed: cards always stand by their names. */
export function sortAnew() {
  const { by, down } = chosenView() === "list" ? chosenSort() : {};
  Object.assign(sorting, { by: COLUMNS.includes(by) ? by : "name", down: Boolean(down) });
  keys = undefined;
  for (const listener of listeners) listener();
}

/** Below zero where the first machine stands before the other. Where a column says nothing, the machine stands last. */
export function compare(one, other) {
  const [first, second] = [keyOf(one), keyOf(other)];
  if (first === second) return sorting.by === "name" ? 0 : order(KEYS.name(one), KEYS.name(other));
  if (!first || !second) return first ? -1 : 1;
  return sorting.down ? order(second, first) : order(first, second);
}

const order = (one, other) => (one < other ? -1 : Number(one > other));

function keyOf(vm) {
  if (reader !== state.me || !keys) [reader, keys] = [state.me, new WeakMap()];
  if (!keys.has(vm)) keys.set(vm, KEYS[sorting.by](vm));
  return keys.get(vm);
}

/** The 9th before the 10th. */
const natural = (text) => (text ?? "").toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, "0"));
