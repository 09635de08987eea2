// What a click means: which dialog opens, or which call is made.
import { act } from "./api.js";
import { asMember, once } from "./run_action.js";
import { accountDialog } from "./dialogs/account.js";
import { bookDialog } from "./dialogs/book.js";
import { bulkDialog } from "./dialogs/bulk.js";
import { addToGroupDialog, createGroupDialog, deleteGroupDialog, takeOutDialog } from "./dialogs/groups.js";
import { heardDialog } from "./dialogs/notifications.js";
import { historyDialog } from "./dialogs/history.js";
import { keysDialog } from "./dialogs/shortcuts.js";
import { machineDialog } from "./dialogs/vm_details.js";
import { releaseDialog } from "./dialogs/release.js";
import { renewDialog } from "./dialogs/renew.js";
import { signInDialog } from "./dialogs/sign_in.js";
import { tokensDialog } from "./dialogs/tokens.js";
import { usersDialog } from "./dialogs/users.js";
import { addVmDialog, deleteVmDialog, editVmDialog } from "./dialogs/edit_vm.js";
import { hindrance } from "./bulk_actions.js";
import { at, HOUR, now } from "./format.js";
import { setFilter } from "./filter.js";
import { t } from "./i18n.js";
import { switchLanguage, switchTheme } from "./preferences.js";
import { groupBy } from "./queue.js";
import { chosen } from "./selection.js";
import { isMine, state } from "./state.js";
import { did, toast } from "./views/toasts.js";

export const bookVm = ({ vm }) => asMember(() => bookDialog(state.vms.get(vm)));
export const renew = ({ vm }) => asMember(() => renewDialog(state.vms.get(vm)));
export const signIn = () => signInDialog();

/** One's own machine goes at one click, since it can be booked again; somebody else's is asked about. */
export async function release({ vm: id }) {
  const vm = state.vms.get(id);
  if (!isMine(vm)) return releaseDialog(vm);
  await once(`release ${id}`, async () => {
    did("released", id);
    const after = (await act("/cancel", { vm_id: id })).state;
    if (after === "free") toast(t("release.done", { vm: id }), { act: undo(vm), about: id });
    else toast(t(after === "maintenance" ? "maintenance.began" : "pass.done", { vm: id }), { about: id }); // there is no way back
  });
}

/** Renew by the hours on the button, from the end that was seen: two clicks renew once. */
export const renewBy = ({ vm: id, hours }) =>
  once(`renew ${id}`, async () => {
    did("renewed", id);
    const vm = await act("/renew", { vm_id: id, hours: Number(hours), expires_at: state.vms.get(id).expires_at });
    toast(t("renew.done", { vm: id, time: at(vm.expires_at) }), { about: id });
  });

export const manage = {
  open: ({ vm }) => machineDialog(state.vms.get(vm)),
  bulk: doWithMany,
  account: () => accountDialog(),
  notices: () => heardDialog(),
  keys: () => keysDialog(),
  history: () => historyDialog(),
  users: () => usersDialog(),
  tokens: ({ email }) => tokensDialog(email),
  "add-vm": () => addVmDialog(),
  "edit-vm": ({ vm }) => editVmDialog(state.vms.get(vm)),
  "delete-vm": ({ vm }) => deleteVmDialog(state.vms.get(vm)),
  "create-group": () => createGroupDialog(),
  "add-to-group": ({ group }) => addToGroupDialog(groupBy(group)),
  "delete-group": ({ group }) => deleteGroupDialog(groupBy(group)),
  "take-out": ({ vm }) => takeOutDialog(state.vms.get(vm)),
  "show-all": () => setFilter({ text: "", group: "", kind: "all" }),
  language: ({ language }) => once("language", () => switchLanguage(language)),
  theme: ({ theme }) => switchTheme(theme),
};

/** What cannot be done with all that are chosen says why. */
function doWithMany({ kind }) {
  const found = hindrance(kind, chosen);
  if (found) toast(found.why);
  else bulkDialog(kind, [...chosen]);
}

/** Book it again for what was left, if nobody was faster. */
function undo(vm) {
  const hours = (Date.parse(vm.expires_at) - now()) / HOUR;
  if (hours <= 0.01) return undefined;
  const again = { vm_id: vm.id, hours: Math.min(hours, state.settings.max_hours), note: vm.note };
  return {
    label: t("act.undo"),
    run: () => once(`book ${vm.id}`, async () => {
      did("booked", vm.id);
      const booked = await act("/book", again);
      toast(t("book.done", { vm: vm.id, time: at(booked.expires_at) }), { about: vm.id });
    }),
  };
}
