// The bulk actions: what each asks for, and its call. `run(dialog, vm_ids, seen, form)` returns what to tell the user,
// unless it tells that itself. `form(ids)` makes what an action keeps while its dialog is open.
import { post, postForVms } from "../api.js";
import { now } from "../clock.js";
import { shortTime } from "../format.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { isMine, state } from "../state.js";
import { tellDeleted } from "../undo.js";
import { VmsEdit } from "./edit_vms.js";
import { field } from "./field.js";
import { givenReason } from "./maintenance.js";
import { givenEnd, hoursField, wireHours } from "./hours.js";
import { bookWithinLimit } from "./over_limit.js";

export const BULK_ACTIONS = {
  book: {
    label: "book.submit",
    eventKind: "booked",
    fields: () => html`${hoursField(t("hours.how_long"))}
      ${field("note", t("book.what_for"), { maxlength: 200, placeholder: t("book.what_for_hint") })}`,
    wire: (dialog) => wireHours(dialog, now),
    run: async (dialog, vm_ids) => {
      const request = { vm_ids, ...givenEnd(dialog, now), note: dialog.value("note") };
      const vms = await bookWithinLimit(dialog, (force) => postForVms("/book", { ...request, ...force }));
      return t("any.done", { n: vms.length, vms: vm_ids.join(", "), time: shortTime(vms[0].expires_at) });
    },
  },
  renew: {
    label: "renew.submit",
    eventKind: "renewed",
    fields: () => hoursField(t("renew.by_how_much"), { relative: "bulk.each" }),
    wire: (dialog) => wireHours(dialog),
    run: async (dialog, vm_ids, seen) => {
      await postForVms("/renew", { vm_ids, ...givenEnd(dialog), ends: byId(vm_ids, (id) => seen.first.get(id).expires_at) });
      return t("bulk.renewed", { n: vm_ids.length });
    },
  },
  release: {
    label: "act.release",
    eventKind: "released",
    fields: (ids) => ids.some((id) => !isMine(state.vms.get(id))) &&
      field("reason", t("force.reason"), { maxlength: 200, hint: t("bulk.told") }),
    run: async (dialog, vm_ids, seen) => {
      const bookings = byId(vm_ids, (id) => seen.first.get(id).booked_at);
      await postForVms("/cancel", { vm_ids, reason: dialog.value("reason"), bookings });
      return t("bulk.released", { n: vm_ids.length });
    },
  },
  edit: {
    label: "act.save",
    eventKind: "vm_edited",
    form: (ids) => new VmsEdit(ids),
    fields: (ids, form) => form.fields(ids),
    follow: (dialog, ids, form) => form.follow(dialog, ids),
    run: async (dialog, vm_ids, { versions }, form) => {
      await postForVms("/edit-vm", { vm_ids, ...form.changes(dialog), versions });
      return t("bulk.edited", { n: vm_ids.length });
    },
  },
  maintenance: {
    label: "act.out-of-service",
    eventKind: "maintenance_began",
    fields: (ids) => field("reason", t("maintenance.reason"), { maxlength: 200, autofocus: true, hint: t(ids.length > 1 ? "maintenance.told_several" : "maintenance.told") }),
    run: async (dialog, vm_ids, { versions }) => {
      await postForVms("/edit-vm", { vm_ids, maintenance: givenReason(dialog, vm_ids.length), versions });
      return t("bulk.out_of_service", { n: vm_ids.length });
    },
  },
  in_service: {
    label: "act.back-in-service",
    eventKind: "maintenance_ended",
    fields: () => html`<p>${t("maintenance.ends_told")}</p>`,
    run: async (dialog, vm_ids, { versions }) => {
      await postForVms("/edit-vm", { vm_ids, maintenance: null, versions });
      return t("maintenance.ended_several", { n: vm_ids.length });
    },
  },
  delete: {
    label: "act.delete",
    eventKind: "vm_deleted",
    danger: true,
    fields: () => html`<p data-what></p><label class="check" data-force hidden>
      <input type="checkbox" name="force" value="yes"><span></span></label>`,
    follow: (dialog, ids) => setText(dialog.part("[data-what]"), t("bulk.delete_what", { n: ids.length })),
    wire: (dialog) => dialog.form.addEventListener("change", () => dialog.stateChanged()),
    run: async (dialog, vm_ids, { versions }) => {
      const booked = vm_ids.filter((id) => state.vms.get(id).booked_by);
      const force = dialog.value("force") === "yes" ? { force: true, bookings: byId(booked, (id) => state.vms.get(id).booked_at) } : {};
      await post("/delete-vm", { vm_ids, versions, ...force });
      const what = vm_ids.length > 1 ? { many: vm_ids.length } : { vm_id: vm_ids[0] };
      tellDeleted(t("bulk.deleted", { n: vm_ids.length }), { vm_ids }, { kind: "vm_deleted", ...what });
    },
  },
};

const byId = (ids, value) => Object.fromEntries(ids.map((id) => [id, value(id)]));
