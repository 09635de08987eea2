// In what order the machines of a group stand: by their names, or as a list by any of its columns.
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

/** Call `listener` when all must be put in another order. */
export const onSort = (listener) => listeners.add(listener);

/** Sort by that column; by the same one again, the other way round. It is remembered. */
export function sortBy(by) {
  rememberSort(by === sorting.by && !sorting.descending ? { by, descending: true } : { by, descending: false });
  applySort();
}

/** After the view has changed: cards always stand by their names. */
export function applySort() {
  const { by, descending } = chosenView() === "list" ? chosenSort() : {};
  Object.assign(sorting, { by: COLUMNS.includes(by) ? by : "name", descending: Boolean(descending) });
  cachedKeys = undefined;
  for (const listener of listeners) listener();
}

/** Below zero where the first machine stands before the other. Where a column says nothing, the machine stands last. */
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

/** The 9th before the 10th. */
const naturalKey = (text) => (text ?? "").toLowerCase().replace(/\d+/g, (digits) => digits.padStart(9, "0"));
