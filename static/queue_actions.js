// What a click means where people wait: joining, leaving, taking what is held, out of service and back.
import { act, post } from "./api.js";
import { asMember, once } from "./run_action.js";
import { anyDialog } from "./dialogs/book_any.js";
import { bookDialog } from "./dialogs/book.js";
import { maintenanceDialog } from "./dialogs/maintenance.js";
import { groupQueueDialog, queueDialog, removeWaiterDialog } from "./dialogs/join_queue.js";
import { t } from "./i18n.js";
import { groupBy, nameOf, refOf } from "./queue.js";
import { state } from "./state.js";
import { did, toast } from "./views/toasts.js";

export const waiting = {
  queue: ({ vm, hours }) => asMember(() => queueDialog(state.vms.get(vm), { hours: Number(hours) || undefined })),
  "queue-group": ({ group, hours, count }) => asMember(() => groupQueueDialog(groupBy(group), { hours: Number(hours) || undefined, count })),
  "book-any": ({ group }) => asMember(() => anyDialog(groupBy(group))),
  "leave-queue": leave,
  "remove-waiter": ({ email, ...place }) => removeWaiterDialog(refOf(place), email),
  take: ({ vm }) => bookDialog(state.vms.get(vm)),
  pass,
  "out-of-service": ({ vm }) => maintenanceDialog(state.vms.get(vm)),
  "back-in-service": backInService,
};

function pass({ vm: id }) {
  return once(`pass ${id}`, async () => {
    await post("/queue/leave", { vm_id: id });
    toast(t("pass.done", { vm: id }), { about: id });
  });
}

function leave(place) {
  const ref = refOf(place);
  const where = nameOf(ref);
  return once(`leave ${where}`, async () => {
    await post("/queue/leave", ref);
    toast(t("queue.left", { where }));
  });
}

function backInService({ vm: id }) {
  return once(`service ${id}`, async () => {
    did("maintenance_ended", id);
    await act("/edit-vm", { vm_id: id, maintenance: null });
    toast(t("maintenance.ended", { vm: id }), { about: id });
  });
}
