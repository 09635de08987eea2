// The dialog that books one machine.
import { postForVm } from "../api.js";
import { bookedText } from "../booked_text.js";
import { now } from "../clock.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { groupOf, isAdmin, isHeldForMe, isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { forWhom, forWhomField, suggestForWhom } from "./person_field.js";
import { chosenHours, givenEnd, hoursField, wireHours } from "./hours.js";
import { bookWithinLimit } from "./over_limit.js";

export function bookDialog(found) {
  const vm = followed(found);
  const displaced = isHeldForOther(vm) && isAdmin() ? vm.held_for : undefined;
  const dialog = openDialog({
    about: vm,
    title: () => t("book.title", { vm: vm.id }),
    subtitle: html`<span class="clamped">${[vm.external_ip || vm.internal_ip, groupOf(vm)?.name, vm.description].filter(Boolean).join(" · ")}</span>`,
    body: html`${displaced && html`<p class="notice">${t("book.by_force", { who: displaced })}</p>`}
      ${hoursField(t("hours.how_long"), { hours: vm.held_hours })}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}
      ${forWhomField()}`,
    label: t("book.submit"),
    watch: (opened) => opened.block(...obstacle(vm.id, displaced)),
    submit: async (opened) => {
      const end = givenEnd(opened, now);
      noteOwnAction("booked", vm.id);
      const booked = await bookWithinLimit(opened, (force) => {
        const heldFor = force.force || displaced ? { force: true, held_for: displaced ?? state.me.email } : {};
        return postForVm("/book", { vm_id: vm.id, ...end, note: opened.value("note"), ...forWhom(opened), ...heldFor });
      });
      toast(bookedText(booked), { vmId: vm.id });
    },
  });
  wireHours(dialog, now);
  suggestForWhom(dialog);
  dialog.node.addEventListener("click", ({ target }) => { // joining the queue takes over the hours chosen here
    const queue = target.closest("[data-action='queue']");
    if (queue) queue.dataset.hours = chosenHours(dialog, now) || "";
  }, { capture: true });
}

const isHeldForOther = (vm) => vm.state === "held" && !isHeldForMe(vm);

/** Return why the machine can no longer be booked, and what to do instead, as arguments of `Dialog.block`. */
function obstacle(id, displaced) {
  const vm = state.vms.get(id);
  if (!vm) return [t("gone.deleted", { vm: id })];
  if (isMine(vm)) return [t("gone.mine", { vm: id })];
  const text = takenText(vm, displaced);
  return text ? [text, html`<button type="button" class="button small" data-action="queue" data-needs-connection data-closes data-vm="${id}">${t("queue.join")}</button>`] : [null];
}

function takenText(vm, displaced) {
  if (vm.booked_by) return t("gone.taken", { who: vm.booked_by, time: shortTime(vm.expires_at) });
  if (vm.state === "maintenance") return t("gone.maintenance", { reason: vm.maintenance });
  if (!isHeldForOther(vm) || vm.held_for === displaced) return "";
  return vm.held_until ? t("gone.held", { who: vm.held_for, time: shortTime(vm.held_until) }) : t("gone.kept", { who: vm.held_for });
}
