// The dialog that changes what a booking is for.
import { postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { tellMeanwhile } from "./seen.js";
import { showSubtitle } from "./subtitle.js";

export function noteDialog(found) {
  const vm = followed(found);
  let base = vm.note; // what the user's input started from
  let shown = vm.note; // the note that the user has seen
  openDialog({
    about: vm,
    title: () => t("note.title", { vm: vm.id }),
    body: html`${field("note", t("fact.note"), { value: vm.note, maxlength: 200, autofocus: true, placeholder: t("book.what_for_hint") })}`,
    label: t("act.save"),
    watch: (dialog) => {
      const obstacle = obstacleOf(vm);
      dialog.block(obstacle);
      if (obstacle) return;
      const { note, booked_by: who, expires_at } = state.vms.get(vm.id);
      if (!isMine(vm)) showSubtitle(dialog, t("force.held_by", { who, time: shortTime(expires_at) }));
      const input = dialog.form.elements.note;
      if (input.value === base) base = input.value = note;
      if (note !== shown) tellMeanwhile(dialog, t("meanwhile.changed", { what: `${t("fact.note")}: ${note || t("meanwhile.empty")}` }));
      shown = note;
    },
    submit: async (dialog) => {
      noteOwnAction("note_changed", vm.id);
      await postForVm("/note", { vm_id: vm.id, note: dialog.value("note"), booked_at: vm.booked_at, was: shown });
      toast(t("note.done", { vm: vm.id }), { vmId: vm.id });
    },
  });
}

/** Return why the note can no longer be changed; null if it can. */
function obstacleOf(seen) {
  const vm = state.vms.get(seen.id);
  if (!vm) return t("gone.deleted", { vm: seen.id });
  if (!vm.booked_by) return t("gone.ended", { vm: seen.id });
  if (vm.booked_at !== seen.booked_at || !(isMine(vm) || isAdmin())) return t("gone.taken", { who: vm.booked_by, time: shortTime(vm.expires_at) });
  return null;
}
