// Booking: how long, until when, what for, Enter.
import { act } from "../api.js";
import { at, now } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { groupOf, isAdmin, isKept, isMine, state } from "../state.js";
import { did, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

export function bookDialog(vm) {
  const forced = isForOther(vm) && isAdmin() ? vm.held_for : undefined;
  const dialog = openDialog({
    title: t("book.title", { vm: vm.id }),
    sub: html`<span class="brief">${[vm.external_ip || vm.internal_ip, groupOf(vm)?.name, vm.description].filter(Boolean).join(" · ")}</span>`,
    body: html`${forced && html`<p class="notice">${t("book.by_force", { who: forced })}</p>`}
      ${hoursField(t("hours.how_long"), { hours: vm.held_hours })}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}`,
    label: t("book.submit"),
    watch: (opened) => opened.block(...obstacle(vm.id, forced)),
    submit: async (opened) => {
      const hours = chosenHours(opened, now);
      if (isRepeatable(opened)) rememberHours(hours);
      did("booked", vm.id);
      const force = forced ? { force: true } : {};
      const booked = await act("/book", { vm_id: vm.id, hours, note: opened.value("note"), ...force });
      toast(t("book.done", { vm: vm.id, time: at(booked.expires_at) }), { about: vm.id });
    },
  });
  wireHours(dialog, now);
  dialog.node.addEventListener("click", ({ target }) => { // who waits instead wants as long
    const queue = target.closest("[data-act='queue']");
    if (queue) queue.dataset.hours = chosenHours(dialog, now) || "";
  }, { capture: true });
}

const isForOther = (vm) => vm.state === "held" && !isKept(vm);

/** What happened to the machine while the dialog was open, if it cannot be booked any more, and what to do instead. */
function obstacle(id, forced) {
  const vm = state.vms.get(id);
  if (!vm) return [t("gone.deleted", { vm: id })];
  if (isMine(vm)) return [t("gone.mine", { vm: id })];
  const said = taken(vm, forced);
  return said ? [said, html`<button type="button" class="button small" data-act="queue" data-acts data-closes data-vm="${id}">${t("queue.join")}</button>`] : [null];
}

function taken(vm, forced) {
  if (vm.booked_by) return t("gone.taken", { who: vm.booked_by, time: at(vm.expires_at) });
  if (vm.state === "maintenance") return t("gone.maintenance", { reason: vm.maintenance });
  if (!isForOther(vm) || vm.held_for === forced) return "";
  return vm.held_until ? t("gone.held", { who: vm.held_for, time: at(vm.held_until) }) : t("gone.kept", { who: vm.held_for });
}
