// The actions about queues, held machines and maintenance, by name.
import { post, postForVm } from "./api.js";
import { runOnce, whenSignedIn } from "./run_action.js";
import { bookAnyDialog } from "./dialogs/book_any.js";
import { bookDialog } from "./dialogs/book.js";
import { maintenanceDialog } from "./dialogs/maintenance.js";
import { groupQueueDialog, queueDialog, removeWaiterDialog } from "./dialogs/join_queue.js";
import { t } from "./i18n.js";
import { groupById, ownerName, queueRef } from "./queue.js";
import { state } from "./state.js";
import { noteOwnAction, toast } from "./views/toasts.js";

export const queueActions = {
  queue: ({ vm, hours }) => whenSignedIn(() => queueDialog(state.vms.get(vm), { hours: Number(hours) || undefined })),
  "queue-group": ({ group, hours, count }) => whenSignedIn(() => groupQueueDialog(groupById(group), { hours: Number(hours) || undefined, count })),
  "book-any": ({ group }) => whenSignedIn(() => bookAnyDialog(groupById(group))),
  "leave-queue": leaveQueue,
  "remove-waiter": ({ email, ...place }) => removeWaiterDialog(queueRef(place), email),
  take: ({ vm }) => bookDialog(state.vms.get(vm)),
  pass,
  "out-of-service": ({ vm }) => maintenanceDialog(state.vms.get(vm)),
  "back-in-service": backInService,
};

function pass({ vm: id }) {
  return runOnce(`pass ${id}`, async () => {
    await post("/queue/leave", { vm_id: id });
    toast(t("pass.done", { vm: id }), { vmId: id });
  });
}

function leaveQueue(target) {
  const ref = queueRef(target);
  const where = ownerName(ref);
  return runOnce(`leave ${where}`, async () => {
    await post("/queue/leave", ref);
    toast(t("queue.left", { where }));
  });
}

function backInService({ vm: id }) {
  return runOnce(`service ${id}`, async () => {
    noteOwnAction("maintenance_ended", id);
    await postForVm("/edit-vm", { vm_id: id, maintenance: null, version: state.vms.get(id).version });
    toast(t("maintenance.ended", { vm: id }), { vmId: id });
  });
}
