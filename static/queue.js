// The queues of machines and groups, and what they mean for a booking.
import { t } from "./i18n.js";
import { groupOf, isAdmin, state } from "./state.js";

/** Return the user's position in that queue, from 1; 0 if the user is not in it. */
export const positionIn = (queue) => (queue ?? []).findIndex(({ email }) => email === state.me.email) + 1;

export const myEntry = (queue) => queue?.find(({ email }) => email === state.me.email);

export const groupById = (id) => state.groups.find((group) => group.id === Number(id));

/** Return the JSON fields that name a queue, from the `vm` or `group` of a button. */
export const queueRef = ({ vm, group }) => (vm === undefined ? { group_id: Number(group) } : { vm_id: vm });

/** Return the machine or group that has the queue; undefined if it was deleted. */
export const queueOwner = ({ vm_id, group_id }) => (vm_id === undefined ? groupById(group_id) : state.vms.get(vm_id));

export const ownerName = (ref) => ref.vm_id ?? queueOwner(ref)?.name ?? "";

/** Return the people other than the holder who wait for the machine or for any of its group: they prevent renewing. */
export const othersWaiting = (vm) =>
  [...(vm.queue ?? []), ...(groupOf(vm)?.queue ?? [])].filter(({ email }) => email !== vm.booked_by);

/** Return why the booking cannot be renewed, as a sentence; "" if it can. Admins always can. */
export function renewalObstacle(vm) {
  if (isAdmin()) return "";
  const n = othersWaiting(vm).length;
  if (n) return t("renew.others_wait", { n });
  return vm.maintenance ? t("renew.maintenance") : "";
}
