// Finds a machine by a name from a link, which may be spelled in another way, or be a former name.
import { nameKey } from "./names.js";
import { newNames, state } from "./state.js";

/**
 * Return all machines that the name may mean: the one that has exactly this name, or had it; or else those whose names are
 * the same; or else those that had such a name before.
 */
export function vmsNamed(name) {
  const exact = state.vms.get(name) ?? state.vms.get(newNames([name]).get(name));
  if (exact) return [exact];
  const key = nameKey(name);
  const having = (namesOf) => [...state.vms.values()].filter((vm) => namesOf(vm).some((own) => nameKey(own) === key));
  const present = having(({ id }) => [id]);
  return present.length ? present : having(({ former_ids }) => former_ids ?? []);
}
