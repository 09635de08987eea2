// One thing done with several machines, in one call: all of them or none.
import { actOnMany, post } from "../api.js";
import { hindrance } from "../bulk_actions.js";
import { at, now } from "../format.js";
import { html, fill, setText } from "../html.js";
import { t } from "../i18n.js";
import { rememberHours } from "../preferences.js";
import { groupBy } from "../queue.js";
import { choose, chooseNone } from "../selection.js";
import { isMine, state } from "../state.js";
import { did, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { chosenHours, hoursField, isRepeatable, wireHours } from "./hours.js";

const NAMED = 30;

const KINDS = {
  book: {
    label: "book.submit",
    told: "booked",
    fields: () => html`${hoursField(t("hours.how_long"))}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}`,
    wire: (dialog) => wireHours(dialog, now),
    run: async (dialog, vm_ids) => {
      const vms = await actOnMany("/book", { vm_ids, hours: hoursOf(dialog, now), note: dialog.value("note") });
      return t("any.done", { n: vms.length, vms: vm_ids.join(", "), time: at(vms[0].expires_at) });
    },
  },
  renew: {
    label: "renew.submit",
    told: "renewed",
    fields: () => hoursField(t("renew.by_how_much"), { later: "bulk.each" }),
    wire: (dialog) => wireHours(dialog),
    run: async (dialog, vm_ids) => {
      await actOnMany("/renew", { vm_ids, hours: hoursOf(dialog) });
      return t("bulk.renewed", { n: vm_ids.length });
    },
  },
  release: {
    label: "act.release",
    told: "released",
    fields: (ids) => ids.some((id) => !isMine(state.vms.get(id))) &&
      field("reason", t("force.reason"), { maxlength: 200, hint: t("bulk.told") }),
    run: async (dialog, vm_ids) => {
      await actOnMany("/cancel", { vm_ids, reason: dialog.value("reason") });
      return t("bulk.released", { n: vm_ids.length });
    },
  },
  move: {
    label: "bulk.move_submit",
    fields: () => html`<div class="field"><label for="f-group">${t("fact.group")}</label>
      <select class="input" id="f-group" name="group" autofocus>${state.groups.map(({ id, name }) => html`
        <option value="${id}">${name}</option>`)}</select></div>`,
    run: async (dialog, vm_ids) => {
      const group = groupBy(dialog.value("group"));
      if (!group) throw new Error(t("gone.group_gone"));
      const { added } = await post(`/groups/${group.id}/add-existing-vms`, { vm_ids });
      return t("group.added", { n: added.length, group: group.name });
    },
  },
  delete: {
    label: "act.delete",
    told: "vm_deleted",
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

export function bulkDialog(kind, ids) {
  const { label, danger, fields, wire } = KINDS[kind];
  const choice = { kind, ids };
  const dialog = openDialog({
    title: t(`bulk.${kind}_title`, { n: ids.length }),
    body: html`<p class="named" data-named></p>${fields(ids)}`,
    label: t(label),
    kind: danger && "danger",
    watch: (opened) => follow(opened, choice),
    submit: (opened) => carryOut(opened, choice),
  });
  wire?.(dialog);
  dialog.node.addEventListener("click", ({ target }) => {
    const id = target.closest("[data-without]")?.dataset.without;
    if (id === undefined) return;
    choice.ids = choice.ids.filter((one) => one !== id);
    choose([id], false);
    dialog.stateChanged();
    dialog.part(".send:not(:disabled), .close").focus();
  });
}

async function carryOut(opened, { kind, ids }) {
  const { told, run } = KINDS[kind];
  for (const id of [...ids, undefined]) did(told, id);
  try {
    toast(await run(opened, ids));
  } catch (error) {
    const id = error.facts?.vm_id;
    if (id && !error.message.includes(id)) error.message = `${id}: ${error.message}`;
    throw error;
  }
  chooseNone();
}

/** What became of the machines meanwhile: who is gone leaves, who stands in the way is named and can be left out. */
function follow(opened, choice) {
  const { kind } = choice;
  choice.ids = choice.ids.filter((id) => state.vms.has(id));
  const { ids } = choice;
  setText(opened.part("h2"), t(`bulk.${kind}_title`, { n: ids.length }));
  const rest = ids.length - NAMED;
  fill(opened.part("[data-named]"), html`${ids.slice(0, NAMED).map((id) => html`<span class="tag">${id}</span> `)}
    ${rest > 0 && t("bulk.more", { n: rest })}`);
  const found = ids.length ? hindrance(kind, ids) : { why: t("bulk.none_left") };
  if (found?.id !== choice.hindered) opened.block(null); // what is offered is another machine's
  choice.hindered = found?.id;
  opened.block(found?.why ?? null, found?.id && offer(kind, found.id));
  if (kind === "delete" && !found) askForce(opened, ids.filter((id) => state.vms.get(id).booked_by).length);
}

const offer = (kind, id) => html`<span class="offers">
  <button type="button" class="button small" data-without="${id}">${t("bulk.without")}</button>
  ${kind === "book" && !isMine(state.vms.get(id)) && html`
    <button type="button" class="button small" data-act="queue" data-acts data-closes data-vm="${id}">${t("queue.join")}</button>`}</span>`;

/** Their holders are told of the end, so deleting booked ones is a choice of its own. */
function askForce(opened, booked) {
  const place = opened.part("[data-force]");
  place.hidden = !booked;
  setText(place.lastElementChild, t("bulk.delete_force", { n: booked }));
  opened.blocked = booked > 0 && opened.value("force") !== "yes";
  opened.ready();
}

function hoursOf(dialog, from) {
  const hours = chosenHours(dialog, from);
  if (isRepeatable(dialog)) rememberHours(hours);
  return hours;
}
