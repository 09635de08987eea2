// Renewing: the hours are added to the end that the reader saw.
import { act } from "../api.js";
import { at, dayAt } from "../format.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { whyNotRenewed } from "../queue.js";
import { isAdmin, isMine, state } from "../state.js";
import { did, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

export function renewDialog(vm) {
  const seen = vm.expires_at;
  const from = () => Date.parse(seen);
  const dialog = openDialog({
    title: t("renew.title", { vm: vm.id }),
    sub: t("renew.ends_now", { time: dayAt(seen) }),
    body: hoursField(t("renew.by_how_much")),
    label: t("renew.submit"),
    watch: (opened) => opened.block(obstacle(vm.id, seen)),
    submit: async (opened) => {
      const hours = chosenHours(opened, from);
      if (isRepeatable(opened)) rememberHours(hours);
      did("renewed", vm.id);
      const renewed = await act("/renew", { vm_id: vm.id, hours, expires_at: seen });
      toast(t("renew.done", { vm: vm.id, time: at(renewed.expires_at) }), { about: vm.id });
    },
  });
  wireHours(dialog, from);
}

function obstacle(id, seen) {
  const vm = state.vms.get(id);
  if (!vm) return t("gone.deleted", { vm: id });
  if (!vm.booked_by) return t("gone.ended", { vm: id });
  if (!isMine(vm) && !isAdmin()) return t("gone.taken", { who: vm.booked_by, time: at(vm.expires_at) });
  if (vm.expires_at !== seen) return t("gone.renewed", { time: dayAt(vm.expires_at) });
  return whyNotRenewed(vm) || null;
}
