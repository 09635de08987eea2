// The admin's dialog that takes a machine out of service. Everybody sees the reason.
import { ApiError, postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { Seen } from "./seen.js";
import { showSubtitle } from "./subtitle.js";

export function maintenanceDialog(found) {
  const vm = followed(found);
  const seen = new Seen(() => [state.vms.get(vm.id)].filter(Boolean));
  openDialog({
    about: vm,
    title: () => t("maintenance.title", { vm: vm.id }),
    body: html`${field("reason", t("maintenance.reason"), { maxlength: 200, autofocus: true, hint: t("maintenance.told") })}`,
    label: t("act.out-of-service"),
    watch: (opened) => {
      const present = state.vms.get(vm.id);
      opened.block(present ? null : t("gone.deleted", { vm: vm.id }));
      showSubtitle(opened, present?.booked_by && t("maintenance.stays", { who: present.booked_by, time: shortTime(present.expires_at) }));
      seen.show(opened);
    },
    submit: async (opened) => {
      const reason = givenReason(opened);
      noteOwnAction("maintenance_began", vm.id);
      await postForVm("/edit-vm", { vm_id: vm.id, maintenance: reason, version: seen.version });
      toast(t("maintenance.began", { vm: vm.id }), { vmId: vm.id });
    },
  });
}

/** Return the reason in the dialog's field. Throws ApiError if there is none. */
export function givenReason(dialog, n = 1) {
  const reason = dialog.value("reason");
  if (!reason) throw new ApiError(t(n > 1 ? "maintenance.say_why_several" : "maintenance.say_why"), "bad_input", { field: "reason" });
  return reason;
}
