// The admin's dialogs that edit and delete a machine.
import { post, postForVm } from "../api.js";
import { shortTime } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { tellDeleted } from "../undo.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { Seen } from "./seen.js";
import { VmEdit, vmFields } from "./vm_form.js";

const EVENT_KINDS = ["vm_renamed", "vm_edited", "maintenance_began", "maintenance_ended"];

export function editVmDialog(found) {
  const vm = followed(found);
  const edit = new VmEdit(found);
  const opened = openDialog({
    about: vm,
    title: () => t("vm.edit_title", { vm: vm.id }),
    body: vmFields(found),
    label: t("act.save"),
    watch: (dialog) => {
      const present = state.vms.get(vm.id);
      dialog.block(present ? null : t("gone.deleted", { vm: vm.id }));
      if (present) edit.show(dialog, present);
    },
    submit: async (dialog) => {
      const changes = edit.changes(dialog);
      const was = vm.id;
      const { id: name = was } = changes;
      for (const kind of EVENT_KINDS) noteOwnAction(kind, name);
      await postForVm("/edit-vm", { vm_id: was, version: edit.version, ...changes });
      toast(name === was ? t("vm.edited", { vm: name }) : t("vm.renamed", { was, vm: name }));
    },
  });
  edit.wire(opened);
}

export function deleteVmDialog(found) {
  const vm = followed(found);
  const seen = new Seen(() => [state.vms.get(vm.id)].filter(Boolean));
  openDialog({
    about: vm,
    title: () => t("vm.delete_title", { vm: vm.id }),
    body: html`<p>${t("vm.delete_what")}</p><div data-booked></div>`,
    label: t("act.delete"),
    tone: "danger",
    watch: (dialog) => {
      seen.show(dialog);
      askForce(dialog, state.vms.get(vm.id), vm.id);
    },
    submit: async (dialog) => {
      noteOwnAction("vm_deleted", vm.id);
      const force = dialog.value("force") === "yes" ? { force: true, booked_at: dialog.value("booked_at") } : {};
      await post("/delete-vm", { vm_id: vm.id, version: seen.version, ...force });
      tellDeleted(t("vm.deleted", { vm: vm.id }), { vm_ids: [vm.id] }, { kind: "vm_deleted", vm_id: vm.id });
    },
  });
}

/** Ask for a confirmation if the machine is booked, since deleting it ends the holder's booking. */
function askForce(dialog, vm, id) {
  if (!vm) return dialog.block(t("gone.deleted", { vm: id }));
  const container = dialog.part("[data-booked]");
  const holder = vm.booked_by ?? "";
  const booking = `${holder} ${vm.expires_at}`;
  if (container.dataset.booked === booking) return;
  container.dataset.booked = booking;
  const allow = (agreed) => { dialog.blocked = !agreed; dialog.updateSendButton(); };
  const label = document.createElement("label");
  label.className = "check";
  const checkbox = Object.assign(document.createElement("input"), { type: "checkbox", name: "force", value: "yes" });
  checkbox.addEventListener("change", () => allow(checkbox.checked));
  const seen = Object.assign(document.createElement("input"), { type: "hidden", name: "booked_at", value: vm.booked_at });
  label.append(checkbox, seen, holder ? t("vm.delete_force", { who: holder, time: shortTime(vm.expires_at) }) : "");
  container.replaceChildren(...(holder ? [label] : []));
  allow(!holder);
}
