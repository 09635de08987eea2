// What a click means where people wait: joining, leaving, taking what is held, out of service and back.
import { act, post } from "./api.js";
import { asMember, once } from "./carry_out.js";
import { anyDialog } from "./dialogs/any.js";
import { bookDialog } from "./dialogs/book.js";
import { maintenanceDialog } from "./dialogs/maintenance.js";
import { groupQueueDialog, queueDialog, removeWaiterDialog } from "./dialogs/queue.js";
import { at } from "./format.js";
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
  take,
  pass,
  "out-of-service": ({ vm }) => maintenanceDialog(state.vms.get(vm)),
  "back-in-service": backInService,
};

/** What is held for me becomes mine for the hours I asked for; where these are not known, they are chosen again. */
function take({ vm: id }) {
  const vm = state.vms.get(id);
  if (!vm.held_hours) return bookDialog(vm);
  return once(`book ${id}`, async () => {
    did("booked", id);
    const booked = await act("/book", { vm_id: id, hours: vm.held_hours });
    toast(t("book.done", { vm: id, time: at(booked.expires_at) }));
  });
}

function pass({ vm: id }) {
  return once(`pass ${id}`, async () => {
    await post("/queue/leave", { vm_id: id });
    toast(t("pass.done", { vm: id }));
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
    toast(t("maintenance.ended", { vm: id }));
  });
}
