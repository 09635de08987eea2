// The admin's dialogs that add, edit and delete a machine.
import { post, postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";

export function addVmDialog() {
  openDialog({
    title: t("vm.add"),
    body: html`${field("id", t("vm.id"), { maxlength: 64, autofocus: true, hint: t("vm.id_hint"), placeholder: "server-01" })}${formFields({})}`,
    label: t("vm.add_submit"),
    submit: async (dialog) => {
      const id = dialog.value("id");
      noteOwnAction("vm_added", id);
      await postForVm("/add-vm", { id, ...formValues(dialog) });
      toast(t("vm.added", { vm: id }));
    },
  });
}

export function editVmDialog(vm) {
  openDialog({
    title: t("vm.edit_title", { vm: vm.id }),
    body: formFields(vm),
    label: t("act.save"),
    watch: (dialog) => dialog.block(state.vms.has(vm.id) ? null : t("gone.deleted", { vm: vm.id })),
    submit: async (dialog) => {
      for (const kind of ["vm_edited", "maintenance_began", "maintenance_ended"]) noteOwnAction(kind, vm.id);
      await postForVm("/edit-vm", { vm_id: vm.id, ...changedFields(formValues(dialog), vm) });
      toast(t("vm.edited", { vm: vm.id }));
    },
  });
}

export function deleteVmDialog(vm) {
  openDialog({
    title: t("vm.delete_title", { vm: vm.id }),
    body: html`<p>${t("vm.delete_what")}</p><div data-booked></div>`,
    label: t("act.delete"),
    tone: "danger",
    watch: (dialog) => askForce(dialog, state.vms.get(vm.id), vm.id),
    submit: async (dialog) => {
      noteOwnAction("vm_deleted", vm.id);
      await post("/delete-vm", { vm_id: vm.id, force: dialog.value("force") === "yes" });
      toast(t("vm.deleted", { vm: vm.id }));
    },
  });
}

/** Ask for a confirmation if the machine is booked, since deleting it ends the holder's booking. */
function askForce(dialog, vm, id) {
  if (!vm) return dialog.block(t("gone.deleted", { vm: id }));
  const container = dialog.part("[data-booked]");
  const holder = vm.booked_by ?? "";
  if (container.dataset.booked === holder) return;
  container.dataset.booked = holder;
  const allow = (agreed) => { dialog.blocked = !agreed; dialog.updateSendButton(); };
  const label = document.createElement("label");
  label.className = "check";
  const checkbox = Object.assign(document.createElement("input"), { type: "checkbox", name: "force", value: "yes" });
  checkbox.addEventListener("change", () => allow(checkbox.checked));
  label.append(checkbox, holder ? t("vm.delete_force", { who: holder, time: shortTime(vm.expires_at) }) : "");
  container.replaceChildren(...(holder ? [label] : []));
  allow(!holder);
}

function formFields(vm) {
  return html`
    <div class="field"><label for="f-group">${t("fact.group")}</label>
      <select class="input" id="f-group" name="group_id">
        <option value="">${t("groups.none")}</option>
        ${state.groups.map((group) => html`<option value="${group.id}" ${group.id === vm.group && html`selected`}>${group.name}</option>`)}
      </select></div>
    ${field("external_ip", t("fact.external_ip"), { value: vm.external_ip, maxlength: 255, spellcheck: "false" })}
    ${field("internal_ip", t("fact.internal_ip"), { value: vm.internal_ip, maxlength: 255, spellcheck: "false" })}
    ${field("description", t("fact.description"), { value: vm.description, maxlength: 500 })}
    ${field("tags", t("fact.tags"), { value: (vm.tags ?? []).join(", "), hint: t("vm.tags_hint") })}
    ${vm.id && field("maintenance", t("maintenance.field"), { value: vm.maintenance ?? "", maxlength: 200, hint: t("maintenance.field_hint") })}`;
}

function formValues(dialog) {
  return {
    group_id: dialog.value("group_id") ? Number(dialog.value("group_id")) : null,
    external_ip: dialog.value("external_ip"),
    internal_ip: dialog.value("internal_ip"),
    description: dialog.value("description"),
    tags: dialog.value("tags").split(",").map((tag) => tag.trim()).filter(Boolean),
    ...(dialog.form.elements.maintenance && { maintenance: dialog.value("maintenance") || null }),
  };
}

/** Return only the fields that the admin changed, so that another admin's edit of the others is not overwritten. */
function changedFields(values, vm) {
  const before = { ...vm, group_id: vm.group };
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => String(value ?? "") !== String(before[key] ?? "")));
}
