// Waiting for a machine, or for any of a group: who is before, for how long one wants it, leaving again.
import { post } from "../api.js";
import { askForNotices } from "../browser_notifications.js";
import { at } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { myPlace, nameOf, placeOf } from "../queue.js";
import { isMine, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { whoOf, lookOf } from "../views/card_state.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { chosenHours, hoursField, wireHours } from "./hours.js";
import { waiters } from "./waiter_list.js";

export const queueDialog = (vm, wishes) => waitDialog({ vm_id: vm.id }, { vm: vm.id }, wishes);
export const groupQueueDialog = (group, wishes) => waitDialog({ group_id: group.id }, { group: group.id }, wishes);

/** `ref` is what the server is told, `place` what buttons carry; `hours` and `count` what was wished for elsewhere. */
function waitDialog(ref, place, { hours, count = 1 } = {}) {
  const mine = myPlace(placeOf(ref).queue);
  let shown;
  const dialog = openDialog({
    title: t("queue.title", { where: nameOf(ref) }),
    sub: html`<span class="brief">${about(ref)}</span>`,
    body: html`<div data-waiters></div>
      ${ref.group_id !== undefined && !mine && placeOf(ref).vm_ids.length > 1 && field("count", t("any.count"), {
        type: "number", value: String(count), min: 1, max: placeOf(ref).vm_ids.length, inputmode: "numeric" })}
      ${hoursField(t("queue.how_long"), { hours: hours ?? mine?.hours, later: "hours.later" })}
      <label class="check"><input type="checkbox" name="auto" value="yes" ${mine?.auto && html`checked`}><span>${t("queue.auto")}
        <small>${t("queue.auto_else", { n: state.settings.hold_minutes })}</small></span></label>`,
    label: t(mine ? "act.save" : "queue.join"),
    extra: mine && html`<button type="button" class="button plain" data-act="leave-queue" data-acts data-closes
      ${place.vm === undefined ? html`data-group="${place.group}"` : html`data-vm="${place.vm}"`}>${t("queue.leave")}</button>`,
    watch: (opened) => {
      const present = placeOf(ref);
      opened.block(...obstacle(present, ref));
      if (!present || present.queue === shown) return;
      shown = present.queue;
      opened.refill("[data-waiters]", waiters(shown, place));
    },
    submit: (opened) => join(opened, ref),
  });
  wireHours(dialog);
}

async function join(opened, ref) {
  askForNotices();
  const hours = chosenHours(opened);
  rememberHours(hours);
  const more = opened.value("count") ? { count: Number(opened.value("count")) } : {};
  const { position } = await post("/queue/join", { ...ref, ...more, hours, auto: opened.value("auto") === "yes" });
  // Whose turn it is already hears that from the server
  if (position) toast(t("queue.joined", { n: position, where: nameOf(ref) }));
}

export function removeWaiterDialog(ref, email) {
  openDialog({
    title: t("queue.remove_title", { email }),
    body: html`<p>${t("queue.remove_what", { where: nameOf(ref) })}</p>`,
    label: t("queue.remove"),
    kind: "danger",
    watch: (opened) => opened.block(placeOf(ref)?.queue.some((one) => one.email === email) ? null : t("gone.not_waiting", { email })),
    submit: async () => {
      await post("/queue/leave", { ...ref, email });
      toast(t("queue.removed", { email, where: nameOf(ref) }));
    },
  });
}

/** What became of the place meanwhile, as `block` takes it. */
function obstacle(place, ref) {
  if (!place) return [ref.vm_id ? t("gone.deleted", { vm: ref.vm_id }) : t("gone.group_gone")];
  if (!ref.vm_id) return [null];
  if (isMine(place)) return [t("gone.mine", { vm: place.id })];
  if (place.state !== "free") return [null];
  return [t("gone.free", { vm: place.id }), html`
    <button type="button" class="button small" data-act="book" data-acts data-closes data-vm="${place.id}">${t("act.book")}</button>`];
}

/** Why one waits: who has the machine and until when, or that any of the group will do. */
function about(ref) {
  const place = placeOf(ref);
  if (!ref.vm_id) return t("queue.any_of_group");
  const end = place.expires_at ?? place.held_until;
  const who = `${place.booked_by ? `${t("state.taken")} ` : ""}${whoOf(place, lookOf(place), String)}`;
  return [who, end && t("until", { time: at(end) }), place.maintenance].filter(Boolean).join(" · ");
}
