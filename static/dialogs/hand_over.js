// The dialog that hands a booking over to another person, who has the machine until the same end.
import { postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { withinLimit } from "./over_limit.js";
import { personField, suggestPeople } from "./person_field.js";
import { showSubtitle } from "./subtitle.js";

export function handOverDialog(found) {
  const vm = followed(found);
  const dialog = openDialog({
    about: vm,
    title: () => t("hand_over.title", { vm: vm.id }),
    body: html`${vm.heartbeat_minutes && html`<p class="notice">${t("hand_over.job")}</p>`}
      ${personField(t("hand_over.to"), { hint: t("hand_over.hint"), autofocus: true })}`,
    label: t("act.hand-over"),
    watch: (opened) => {
      opened.block(obstacle(vm));
      if (!opened.blocked) showSubtitle(opened, heldText(state.vms.get(vm.id)));
    },
    submit: async (opened) => {
      noteOwnAction("handed_over", vm.id);
      const given = await withinLimit(opened, t("hand_over.over_limit"), (force) =>
        postForVm("/hand-over", { vm_id: vm.id, email: opened.value("email"), booked_at: vm.booked_at, ...force }));
      toast(t("hand_over.done", { vm: vm.id, who: given.booked_by, time: shortTime(given.expires_at) }), { vmId: vm.id });
    },
  });
  suggestPeople(dialog, (email) => email !== vm.booked_by);
}

const heldText = (vm) => (isMine(vm)
  ? t("until", { time: shortTime(vm.expires_at) })
  : t("force.held_by", { who: vm.booked_by, time: shortTime(vm.expires_at) }));

function obstacle(seen) {
  const vm = state.vms.get(seen.id);
  if (!vm) return t("gone.deleted", { vm: seen.id });
  if (!vm.booked_by) return t("gone.ended", { vm: seen.id });
  if (vm.booked_at !== seen.booked_at || !(isMine(vm) || isAdmin())) return t("gone.taken", { who: vm.booked_by, time: shortTime(vm.expires_at) });
  return null;
}
