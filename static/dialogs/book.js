// Booking: how long, until when, what for, Enter.
import { act } from "../api.js";
import { at, now } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { groupOf, isMine, state } from "../state.js";
import { did, toast } from "../views/toasts.js";
import { field, openDialog } from "./dialog.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

export function bookDialog(vm) {
  const dialog = openDialog({
    title: t("book.title", { vm: vm.id }),
    sub: html`<span class="brief">${[vm.external_ip || vm.internal_ip, groupOf(vm)?.name, vm.description].filter(Boolean).join(" · ")}</span>`,
    body: html`${hoursField(t("hours.how_long"))}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}`,
    label: t("book.submit"),
    watch: (opened) => opened.block(obstacle(vm.id)),
    submit: async (opened) => {
      const hours = chosenHours(opened, now);
      if (isRepeatable(opened)) rememberHours(hours);
      did("booked", vm.id);
      const booked = await act("/book", { vm_id: vm.id, hours, note: opened.value("note") });
      toast(t("book.done", { vm: vm.id, time: at(booked.expires_at) }));
    },
  });
  wireHours(dialog, now);
}

/** What happened to the machine while the dialog was open, if it cannot be booked any more. */
function obstacle(id) {
  const vm = state.vms.get(id);
  if (!vm) return t("gone.deleted", { vm: id });
  if (!vm.booked_by) return null;
  return isMine(vm) ? t("gone.mine", { vm: id }) : t("gone.taken", { who: vm.booked_by, time: at(vm.expires_at) });
}
