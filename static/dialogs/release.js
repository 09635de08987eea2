// The dialog with which an admin releases another user's machine. The holder is told the reason.
import { postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { showSubtitle } from "./subtitle.js";

export function releaseDialog(found) {
  const vm = followed(found);
  openDialog({
    about: vm,
    title: () => t("force.title", { vm: vm.id }),
    body: html`${field("reason", t("force.reason"), { maxlength: 200, autofocus: true, hint: t("force.told") })}`,
    label: t("act.release"),
    tone: "danger",
    watch: (opened) => {
      opened.block(obstacle(vm));
      if (!opened.blocked) showSubtitle(opened, heldBy(state.vms.get(vm.id)));
    },
    submit: async (opened) => {
      noteOwnAction("force_released", vm.id);
      await postForVm("/cancel", { vm_id: vm.id, reason: opened.value("reason"), booked_at: vm.booked_at });
      toast(t("force.done", { vm: vm.id }), { vmId: vm.id });
    },
  });
}

const heldBy = (vm) => t("force.held_by", { who: vm.booked_by, time: shortTime(vm.expires_at) });

function obstacle(seen) {
  const vm = state.vms.get(seen.id);
  if (!vm) return t("gone.deleted", { vm: seen.id });
  if (!vm.booked_by) return t("gone.ended", { vm: seen.id });
  if (vm.booked_at !== seen.booked_at) return t("gone.taken", { who: vm.booked_by, time: shortTime(vm.expires_at) });
  return null;
}
