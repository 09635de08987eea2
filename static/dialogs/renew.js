// The dialog that renews a booking. The hours are added to the end that the user saw.
import { postForVm } from "../api.js";
import { bookedText } from "../booked_text.js";
import { dayAndTime, shortTime } from "../format.js";
import { t } from "../i18n.js";
import { renewalObstacle } from "../queue.js";
import { isAdmin, isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { givenEnd, hoursField, wireHours } from "./hours.js";

export function renewDialog(found) {
  const vm = followed(found);
  const seen = vm.expires_at;
  const startTime = () => Date.parse(seen);
  const dialog = openDialog({
    about: vm,
    title: () => t("renew.title", { vm: vm.id }),
    subtitle: t("renew.ends_now", { time: dayAndTime(seen) }),
    body: hoursField(t("renew.by_how_much")),
    label: t("renew.submit"),
    watch: (opened) => opened.block(obstacle(vm.id, seen)),
    submit: async (opened) => {
      const end = givenEnd(opened, startTime);
      noteOwnAction("renewed", vm.id);
      const renewed = await postForVm("/renew", { vm_id: vm.id, ...end, expires_at: seen });
      toast(bookedText(renewed), { vmId: vm.id });
    },
  });
  wireHours(dialog, startTime);
}

function obstacle(id, seen) {
  const vm = state.vms.get(id);
  if (!vm) return t("gone.deleted", { vm: id });
  if (!vm.booked_by) return t("gone.ended", { vm: id });
  if (!isMine(vm) && !isAdmin()) return t("gone.taken", { who: vm.booked_by, time: shortTime(vm.expires_at) });
  if (vm.expires_at !== seen) return t("gone.renewed", { time: dayAndTime(vm.expires_at) });
  return renewalObstacle(vm) || null;
}
