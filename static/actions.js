// The actions of the page by name: each opens a dialog or calls the server.
import { postForVm } from "./api.js";
import { bookedText } from "./booked_text.js";
import { firstObstacle, idsFor } from "./bulk_actions.js";
import { accountDialog } from "./dialogs/account.js";
import { addVmDialog } from "./dialogs/add_vm.js";
import { bookDialog } from "./dialogs/book.js";
import { bulkDialog } from "./dialogs/bulk.js";
import { deleteVmDialog, editVmDialog } from "./dialogs/edit_vm.js";
import { addToGroupDialog, createGroupDialog, deleteGroupDialog, editGroupDialog, removeFromGroupDialog } from "./dialogs/groups.js";
import { handOverDialog } from "./dialogs/hand_over.js";
import { followLink } from "./dialogs/linked_vm.js";
import { noteDialog } from "./dialogs/note.js";
import { lettersDialog } from "./dialogs/letters.js";
import { notificationsDialog } from "./dialogs/notifications.js";
import { releaseDialog } from "./dialogs/release.js";
import { renewDialog } from "./dialogs/renew.js";
import { shortcutsDialog } from "./dialogs/shortcuts.js";
import { sessionsDialog } from "./dialogs/sessions.js";
import { signInDialog } from "./dialogs/sign_in.js";
import { tokensDialog } from "./dialogs/tokens.js";
import { usersDialog } from "./dialogs/users.js";
import { vmDetailsDialog } from "./dialogs/vm_details.js";
import { setFilter } from "./filter.js";
import { now } from "./clock.js";
import { HOUR } from "./format.js";
import { t } from "./i18n.js";
import { switchLanguage, switchTheme } from "./preferences.js";
import { groupById } from "./queue.js";
import { runOnce, whenSignedIn } from "./run_action.js";
import { selected } from "./selection.js";
import { isMine, state } from "./state.js";
import { undoDeletion } from "./undo.js";
import { noteOwnAction, toast } from "./views/toasts.js";

export const actions = {
  book: ({ vm }) => whenSignedIn(() => bookDialog(state.vms.get(vm))),
  renew: ({ vm }) => whenSignedIn(() => renewDialog(state.vms.get(vm))),
  "renew-by": renewBy,
  note: ({ vm }) => whenSignedIn(() => noteDialog(state.vms.get(vm))),
  "hand-over": ({ vm }) => whenSignedIn(() => handOverDialog(state.vms.get(vm))),
  release,
  "sign-in": () => signInDialog(followLink),
  "open-link": () => followLink(),
  open: ({ vm }) => vmDetailsDialog(state.vms.get(vm)),
  bulk: openBulkDialog,
  account: () => accountDialog(),
  notifications: () => notificationsDialog(),
  shortcuts: () => shortcutsDialog(),
  letters: () => lettersDialog(),
  users: () => usersDialog(),
  sessions: () => sessionsDialog(),
  tokens: ({ email }) => tokensDialog(email),
  "add-vm": () => addVmDialog(),
  "edit-vm": ({ vm }) => editVmDialog(state.vms.get(vm)),
  "delete-vm": ({ vm }) => deleteVmDialog(state.vms.get(vm)),
  "undo-deletion": undoDeletion,
  "create-group": () => createGroupDialog(),
  "add-to-group": ({ group }) => addToGroupDialog(groupById(group)),
  "edit-group": ({ group }) => editGroupDialog(groupById(group)),
  "delete-group": ({ group }) => deleteGroupDialog(groupById(group)),
  "take-out": ({ vm }) => removeFromGroupDialog(state.vms.get(vm)),
  "show-all": () => setFilter({ text: "", group: "", status: "all" }),
  language: ({ language }) => runOnce("language", () => switchLanguage(language)),
  theme: ({ theme }) => switchTheme(theme),
};

/** Release the user's own machine at once, since it can be booked again. For another user's machine ask first. */
async function release({ vm: id }) {
  const vm = state.vms.get(id);
  if (!isMine(vm)) return releaseDialog(vm);
  await runOnce(`release ${id}`, async () => {
    noteOwnAction("released", id);
    const stateAfter = (await postForVm("/cancel", { vm_id: id, booked_at: vm.booked_at })).state;
    if (stateAfter === "free") toast(t("release.done", { vm: id }), { action: undoRelease(vm), vmId: id });
    else toast(t(stateAfter === "maintenance" ? "maintenance.began" : "release.passed", { vm: id }), { vmId: id }); // cannot be undone
  });
}

/** Renew by the hours on the button. The end that the user saw is sent too, so two clicks renew once. */
function renewBy({ vm: id, hours }) {
  return runOnce(`renew ${id}`, async () => {
    noteOwnAction("renewed", id);
    const vm = await postForVm("/renew", { vm_id: id, hours: Number(hours), expires_at: state.vms.get(id).expires_at });
    toast(bookedText(vm), { vmId: id });
  });
}

/** Open the dialog of a bulk action, or say why the action is not possible for all selected machines. */
function openBulkDialog({ bulkAction: action }) {
  const obstacle = firstObstacle(action, selected);
  if (obstacle) toast(obstacle.reason);
  else bulkDialog(action, idsFor(action, selected));
}

/** Return the toast's undo button, which books the machine again for the time that was left, if it is still free. */
function undoRelease(vm) {
  const hours = (Date.parse(vm.expires_at) - now()) / HOUR;
  if (hours <= 0.01) return undefined;
  const booking = { vm_id: vm.id, hours: Math.min(hours, state.settings.max_hours), note: vm.note };
  return {
    label: t("act.undo"),
    run: () => runOnce(`book ${vm.id}`, async () => {
      noteOwnAction("booked", vm.id);
      const booked = await postForVm("/book", booking);
      toast(bookedText(booked), { vmId: vm.id });
    }),
  };
}
