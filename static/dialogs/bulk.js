// The dialog of a bulk action: one call for all selected machines, which changes all of them or none.
import { post, postForVms } from "../api.js";
import { firstObstacle } from "../bulk_actions.js";
import { now } from "../clock.js";
import { shortTime } from "../format.js";
import { fill, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { groupById } from "../queue.js";
import { clearSelection, select } from "../selection.js";
import { isMine, state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

const MAX_NAMES = 30;

const BULK_ACTIONS = {
  book: {
    label: "book.submit",
    eventKind: "booked",
    fields: () => html`${hoursField(t("hours.how_long"))}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}`,
    wire: (dialog) => wireHours(dialog, now),
    run: async (dialog, vm_ids) => {
      const vms = await postForVms("/book", { vm_ids, hours: hoursOf(dialog, now), note: dialog.value("note") });
      return t("any.done", { n: vms.length, vms: vm_ids.join(", "), time: shortTime(vms[0].expires_at) });
    },
  },
  renew: {
    label: "renew.submit",
    eventKind: "renewed",
    fields: () => hoursField(t("renew.by_how_much"), { relative: "bulk.each" }),
    wire: (dialog) => wireHours(dialog),
    run: async (dialog, vm_ids) => {
      await postForVms("/renew", { vm_ids, hours: hoursOf(dialog) });
      return t("bulk.renewed", { n: vm_ids.length });
    },
  },
  release: {
    label: "act.release",
    eventKind: "released",
    fields: (ids) => ids.some((id) => !isMine(state.vms.get(id))) &&
      field("reason", t("force.reason"), { maxlength: 200, hint: t("bulk.told") }),
    run: async (dialog, vm_ids) => {
      await postForVms("/cancel", { vm_ids, reason: dialog.value("reason") });
      return t("bulk.released", { n: vm_ids.length });
    },
  },
  move: {
    label: "bulk.move_submit",
    fields: () => html`<div class="field"><label for="f-group">${t("fact.group")}</label>
      <select class="input" id="f-group" name="group" autofocus>${state.groups.map(({ id, name }) => html`
        <option value="${id}">${name}</option>`)}</select></div>`,
    run: async (dialog, vm_ids) => {
      const group = groupById(dialog.value("group"));
      if (!group) throw new Error(t("gone.group_gone"));
      const { added } = await post(`/groups/${group.id}/add-existing-vms`, { vm_ids });
      return t("group.added", { n: added.length, group: group.name });
    },
  },
  delete: {
    label: "act.delete",
    eventKind: "vm_deleted",
    danger: true,
    fields: () => html`<p>${t("bulk.delete_what")}</p><label class="check" data-force hidden>
      <input type="checkbox" name="force" value="yes"><span></span></label>`,
    wire: (dialog) => dialog.form.addEventListener("change", () => dialog.stateChanged()),
    run: async (dialog, vm_ids) => {
      await post("/delete-vm", { vm_ids, force: dialog.value("force") === "yes" });
      return t("bulk.deleted", { n: vm_ids.length });
    },
  },
};

export function bulkDialog(action, ids) {
  const { label, danger, fields, wire } = BULK_ACTIONS[action];
  const request = { action, ids };
  const dialog = openDialog({
    title: t(`bulk.${action}_title`, { n: ids.length }),
    body: html`<p class="vm-names" data-vm-names></p>${fields(ids)}`,
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

async function submit(opened, { action, ids }) {
  const { eventKind, run } = BULK_ACTIONS[action];
  for (const id of [...ids, undefined]) noteOwnAction(eventKind, id);
  try {
    toast(await run(opened, ids));
  } catch (error) {
    const id = error.details?.vm_id;
    if (id && !error.message.includes(id)) error.message = `${id}: ${error.message}`;
    throw error;
  }
  clearSelection();
}

/** Follow changes of the machines: drop deleted ones, name the one that prevents the action and offer to leave it out. */
function update(opened, request) {
  const { action } = request;
  request.ids = request.ids.filter((id) => state.vms.has(id));
  const { ids } = request;
  setText(opened.part("h2"), t(`bulk.${action}_title`, { n: ids.length }));
  const unnamed = ids.length - MAX_NAMES;
  fill(opened.part("[data-vm-names]"), html`${ids.slice(0, MAX_NAMES).map((id) => html`<span class="tag">${id}</span> `)}
    ${unnamed > 0 && t("bulk.more", { n: unnamed })}`);
  const obstacle = ids.length ? firstObstacle(action, ids) : { reason: t("bulk.none_left") };
  if (obstacle?.id !== request.blockedBy) opened.block(null); // remove the offer made for another machine
  request.blockedBy = obstacle?.id;
  opened.block(obstacle?.reason ?? null, obstacle?.id && alternatives(action, obstacle.id));
  if (action === "delete" && !obstacle) askForce(opened, ids.filter((id) => state.vms.get(id).booked_by).length);
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

function hoursOf(dialog, startTime) {
  const hours = chosenHours(dialog, startTime);
  if (isRepeatable(dialog)) rememberHours(hours);
  return hours;
}
