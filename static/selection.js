// Which machines are chosen, to do something with all of them at once.
import { state, subscribe } from "./state.js";

export const chosen = new Set();
const listeners = new Set();

/** Call `listener(ids)` whenever the choice changes, with those that came or went. */
export const onChoice = (listener) => listeners.add(listener);

export function choose(ids, on = true) {
  const changed = ids.filter((id) => chosen.has(id) !== on);
  for (const id of changed) on ? chosen.add(id) : chosen.delete(id);
  if (changed.length) for (const listener of listeners) listener(new Set(changed));
}

export const chooseNone = () => choose([...chosen], false);

// A machine that was deleted leaves the choice; a stranger has none.
subscribe(({ vms, me }) => {
  if (!chosen.size) return;
  if (me && !state.me.authenticated) chooseNone();
  else if (vms) choose([...chosen].filter((id) => !state.vms.has(id)), false);
});
