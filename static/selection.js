// The ids of the selected machines, for bulk actions.
import { newNames, state, subscribe } from "./state.js";

export const selected = new Set();
const listeners = new Set();

/** Call `listener(ids)` after every change, with the ids that were added or removed. */
export const onSelectionChange = (listener) => listeners.add(listener);

export function select(ids, on = true) {
  const changed = ids.filter((id) => selected.has(id) !== on);
  for (const id of changed) on ? selected.add(id) : selected.delete(id);
  if (changed.length) for (const listener of listeners) listener(new Set(changed));
}

export const clearSelection = () => select([...selected], false);

// Renamed machines stay selected, deleted ones leave the selection; signing out clears it.
subscribe(({ vms, me }) => {
  if (!selected.size) return;
  if (me && !state.me.authenticated) clearSelection();
  else if (vms) {
    for (const [was, id] of newNames(selected)) { selected.delete(was); selected.add(id); } // the card stays the same
    select([...selected].filter((id) => !state.vms.has(id)), false);
  }
});
