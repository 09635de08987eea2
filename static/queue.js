// Who waits: for a machine, for any of a group, and what that means for a booking.
import { t } from "./i18n.js";
import { groupOf, isAdmin, state } from "./state.js";

/** My place in that queue, from 1; 0: I do not wait there. */
export const positionIn = (queue) => (queue ?? []).findIndex(({ email }) => email === state.me.email) + 1;

export const myEntry = (queue) => queue?.find(({ email }) => email === state.me.email);

export const groupById = (id) => state.groups.find((group) => group.id === Number(id));

/** What the server is told of where to wait, from the `vm` or `group` of a button. */
export const queueRef = ({ vm, group }) => (vm === undefined ? { group_id: Number(group) } : { vm_id: vm });

/** The machine or group with that queue; undefined: it is gone. */
export const queueOwner = ({ vm_id, group_id }) => (vm_id === undefined ? groupById(group_id) : state.vms.get(vm_id));

export const ownerName = (ref) => ref.vm_id ?? queueOwner(ref)?.name ?? "";

/** Who keeps the holder from renewing: they wait for the machine, or for any of its group. */
export const othersWaiting = (vm) =>
  [...(vm.queue ?? []), ...(groupOf(vm)?.queue ?? [])].filter(({ email }) => email !== vm.booked_by);

/** Why the booking cannot be made longer, as a sentence; "": it can. Admins can always. */
export function renewalObstacle(vm) {
  if (isAdmin()) return "";
  const n = othersWaiting(vm).length;
  if (n) return t("renew.others_wait", { n });
  return vm.maintenance ? t("renew.maintenance") : "";
}
