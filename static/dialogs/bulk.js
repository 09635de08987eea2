// The dialog of a bulk action: one call for all selected machines, which changes all of them or none.
import { firstObstacle, idsFor } from "../bulk_actions.js";
import { dayAndTime } from "../format.js";
import { fill, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { clearSelection, select } from "../selection.js";
import { isMine, newNames, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { BULK_ACTIONS } from "./bulk_forms.js";
import { openDialog } from "./dialog.js";
import { Seen } from "./seen.js";

const MAX_NAMES = 30;

export function bulkDialog(action, ids) {
  const { label, danger, form, fields, wire } = BULK_ACTIONS[action];
  const request = { action, ids, form: form?.(ids) };
  request.seen = new Seen(() => request.ids.map((id) => state.vms.get(id)));
  const dialog = openDialog({
    title: t(`bulk.${action}_title`, { n: ids.length }),
    body: html`<p class="vm-names" data-vm-names></p>${fields(ids, request.form)}`,
    label: t(label),
    tone: danger && "danger",
    watch: (opened) => update(opened, request),
    submit: (opened) => submit(opened, request),
  });
  wire?.(dialog);
  dialog.node.addEventListener("click", ({ target }) => {
    const id = target.closest("[data-leave-out]")?.dataset.leaveOut;
    if (id === undefined) return;
    request.ids = request.ids.filter((other) => other !== id);
    select([id], false);
    dialog.stateChanged();
    dialog.part(".send:not(:disabled), .close").focus();
  });
}

async function submit(opened, { action, ids, seen, form }) {
  const { eventKind, run } = BULK_ACTIONS[action];
  for (const id of [...ids, undefined]) noteOwnAction(eventKind, id);
  try {
    const text = await run(opened, ids, seen, form);
    if (text) toast(text);
  } catch (error) {
    const id = error.details?.vm_id;
    if (id && !error.message.includes(id)) error.message = `${id}: ${error.message}`;
    throw error;
  }
  clearSelection();
}

/** Follow changes of the machines: drop those that are deleted or no longer need it, name the one that prevents the action and offer to leave it out. */
function update(opened, request) {
  const { action } = request;
  const renamed = newNames(request.ids);
  const ids = request.ids = idsFor(action, request.ids.map((id) => renamed.get(id) ?? id));
  setText(opened.part("h2"), t(`bulk.${action}_title`, { n: ids.length }));
  const unnamed = ids.length - MAX_NAMES;
  fill(opened.part("[data-vm-names]"), html`${ids.slice(0, MAX_NAMES).map((id) => html`<span class="tag">${id}</span> `)}
    ${unnamed > 0 && t("bulk.more", { n: unnamed })}`);
  BULK_ACTIONS[action].follow?.(opened, ids, request.form);
  request.seen.show(opened);
  const obstacle = ids.length ? firstObstacle(action, ids) ?? otherBooking(request) : { reason: noneLeft(request) };
  if (obstacle?.id !== request.blockedBy) opened.block(null); // remove the offer made for another machine
  request.blockedBy = obstacle?.id;
  opened.block(obstacle?.reason ?? null, obstacle?.id && alternatives(action, obstacle.id));
  if (action === "delete" && !obstacle) askForce(opened, ids.filter((id) => state.vms.get(id).booked_by).length);
}

/** Return why no machine is left: others did the same meanwhile, or deleted them. */
function noneLeft({ action, seen }) {
  const done = [...seen.first.keys()].some((id) => state.vms.has(id) && !idsFor(action, [id]).length);
  return t(done ? "maintenance.already" : "bulk.none_left");
}

/** Return the first machine whose booking is not the one that the user chose, as `firstObstacle` does. */
function otherBooking({ action, ids, seen }) {
  const identity = { renew: "expires_at", release: "booked_at" }[action];
  const id = identity && ids.find((one) => state.vms.get(one)[identity] !== seen.first.get(one)[identity]);
  return id && { id, reason: t("gone.other_booking", { vm: id, time: dayAndTime(state.vms.get(id).expires_at) }) };
}

const alternatives = (action, id) => html`<span class="alternatives">
  <button type="button" class="button small" data-leave-out="${id}">${t("bulk.without")}</button>
  ${action === "book" && !isMine(state.vms.get(id)) && html`
    <button type="button" class="button small" data-action="queue" data-needs-connection data-closes data-vm="${id}">${t("queue.join")}</button>`}</span>`;

/** Ask for a confirmation if some machines are booked, since deleting them ends the bookings of their holders. */
function askForce(opened, booked) {
  const checkbox = opened.part("[data-force]");
  checkbox.hidden = !booked;
  setText(checkbox.lastElementChild, t("bulk.delete_force", { n: booked }));
  opened.blocked = booked > 0 && opened.value("force") !== "yes";
  opened.updateSendButton();
}
