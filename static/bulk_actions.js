// What can be done with several machines at once, and what stands in the way of it.
import { at } from "./format.js";
import { t } from "./i18n.js";
import { whyNotRenewed } from "./queue.js";
import { isAdmin, isKept, isMine, state } from "./state.js";

const HINDRANCES = {
  book: (vm) => {
    if (isMine(vm)) return t("gone.mine", { vm: vm.id });
    if (vm.state === "maintenance") return t("bulk.out", { vm: vm.id, reason: vm.maintenance });
    if (vm.booked_by) return taken(vm);
    return vm.state === "held" && !isKept(vm) && t("bulk.held", { vm: vm.id });
  },
  renew: (vm) => notMine(vm) || (whyNotRenewed(vm) && `${vm.id}: ${whyNotRenewed(vm)}`),
  release: (vm) => notMine(vm),
  move: () => !state.groups.length && t("bulk.no_groups"),
  delete: () => "",
};

/** What this reader can do with several, if nothing stands in the way. */
export const kinds = () => ["book", "renew", "release", ...(isAdmin() ? ["move", "delete"] : [])];

/** The first of the machines that stands in the way: {id, why}; undefined where all can be done. */
export function hindrance(kind, ids) {
  for (const id of ids) {
    const why = HINDRANCES[kind](state.vms.get(id));
    if (why) return { id, why };
  }
  return undefined;
}

function notMine(vm) {
  if (!vm.booked_by) return t("bulk.not_booked", { vm: vm.id });
  return !isMine(vm) && !isAdmin() && taken(vm);
}

const taken = (vm) => t("bulk.taken", { vm: vm.id, who: vm.booked_by, time: at(vm.expires_at) });
