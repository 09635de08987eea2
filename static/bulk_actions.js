// The actions for several machines at once, and what prevents them.
import { shortTime } from "./format.js";
import { t } from "./i18n.js";
import { renewalObstacle } from "./queue.js";
import { isAdmin, isHeldForMe, isMine, state } from "./state.js";

const OBSTACLES = {
  book: (vm) => {
    if (isMine(vm)) return t("gone.mine", { vm: vm.id });
    if (vm.state === "maintenance") return t("bulk.out", { vm: vm.id, reason: vm.maintenance });
    if (vm.booked_by) return takenText(vm);
    return vm.state === "held" && !isHeldForMe(vm) && t("bulk.held", { vm: vm.id });
  },
  renew: (vm) => ownershipObstacle(vm) || (renewalObstacle(vm) && `${vm.id}: ${renewalObstacle(vm)}`),
  release: (vm) => ownershipObstacle(vm),
  edit: () => "",
  maintenance: () => "",
  in_service: () => "",
  delete: () => "",
};

// Actions for only some of the selected machines: they leave the others as they are.
const APPLIES = { maintenance: (vm) => !vm.maintenance, in_service: (vm) => Boolean(vm.maintenance) };

/** Return the names of the bulk actions that this user may do. */
export const bulkActions = () => ["book", "renew", "release", ...(isAdmin() ? ["edit", "maintenance", "in_service", "delete"] : [])];

/** Return the ids of the machines that the action is for. */
export const idsFor = (action, ids) => [...ids].filter((id) => state.vms.has(id) && (APPLIES[action]?.(state.vms.get(id)) ?? true));

/** Return {id, reason} of the first machine that prevents the action; undefined if nothing does. */
export function firstObstacle(action, ids) {
  for (const id of ids) {
    const reason = OBSTACLES[action](state.vms.get(id));
    if (reason) return { id, reason };
  }
  return undefined;
}

function ownershipObstacle(vm) {
  if (!vm.booked_by) return t("bulk.not_booked", { vm: vm.id });
  return !isMine(vm) && !isAdmin() && takenText(vm);
}

const takenText = (vm) => t("bulk.taken", { vm: vm.id, who: vm.booked_by, time: shortTime(vm.expires_at) });
