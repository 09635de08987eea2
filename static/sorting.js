// The order of machines within a group: by name, and in the list view by any column.
import { chosenSort, chosenView, rememberSort } from "./preferences.js";
import { state } from "./state.js";
import { cardStateOf } from "./views/card_state.js";

const STATE_RANKS = { free: 0, turn: 1, mine: 2, soon: 2, taken: 3, held: 4, maintenance: 5 };

const SORT_KEYS = {
  name: (vm) => naturalKey(vm.id),
  ip: (vm) => naturalKey(vm.external_ip || vm.internal_ip),
  who: (vm) => STATE_RANKS[cardStateOf(vm)] + naturalKey(vm.booked_by ?? vm.held_for),
  until: (vm) => vm.expires_at ?? vm.held_until ?? "",
  waits: (vm) => (vm.queue?.length ? naturalKey(String(vm.queue.length)) : ""),
  about: (vm) => naturalKey(vm.maintenance || vm.note || vm.description),
};

export const COLUMNS = Object.keys(SORT_KEYS);
export const sorting = { by: "name", descending: false };
const listeners = new Set();
let cachedKeys, cachedFor;

/** Call `listener` when the order has changed and all machines must be sorted again. */
export const onSort = (listener) => listeners.add(listener);

/** Sort by that column, or reverse the order if it is sorted by it already. The choice is remembered. */
export function sortBy(by) {
  rememberSort(by === sorting.by && !sorting.descending ? { by, descending: true } : { by, descending: false });
  applySort();
}

/** Apply the remembered order. The card view is always sorted by name. */
export function applySort() {
  const { by, descending } = chosenView() === "list" ? chosenSort() : {};
  Object.assign(sorting, { by: COLUMNS.includes(by) ? by : "name", descending: Boolean(descending) });
  cachedKeys = undefined;
  for (const listener of listeners) listener();
}

/** Return a negative number if `a` comes before `b`. Machines with an empty column come last. */
export function compareVms(a, b) {
  const [keyA, keyB] = [sortKey(a), sortKey(b)];
  if (keyA === keyB) return sorting.by === "name" ? 0 : compareKeys(SORT_KEYS.name(a), SORT_KEYS.name(b));
  if (!keyA || !keyB) return keyA ? -1 : 1;
  return sorting.descending ? compareKeys(keyB, keyA) : compareKeys(keyA, keyB);
}

const compareKeys = (a, b) => (a < b ? -1 : Number(a > b));

function sortKey(vm) {
  if (cachedFor !== state.me || !cachedKeys) [cachedFor, cachedKeys] = [state.me, new WeakMap()];
  if (!cachedKeys.has(vm)) cachedKeys.set(vm, SORT_KEYS[sorting.by](vm));
  return cachedKeys.get(vm);
}

/** Return a sort key with padded numbers, so that "vm-9" comes before "vm-10". */
const naturalKey = (text) => (text ?? "").toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, "0"));
