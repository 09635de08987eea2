// The admin's dialogs for groups: create, rename, add machines, take a machine out, delete.
import { post } from "../api.js";
import { html, setText } from "../html.js";
import { t } from "../i18n.js";
import { nameKey } from "../names.js";
import { groupOf, newNames, state } from "../state.js";
import { tellDeleted } from "../undo.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { followed } from "./about.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { deletionOf, Seen } from "./seen.js";

export function createGroupDialog() {
  const dialog = openDialog({
    title: t("group.create"),
    body: html`${field("name", t("group.name"), { maxlength: 100, autofocus: true })}${vmPicker([...state.vms.values()], t("group.vms"))}`,
    label: t("group.create_submit"),
    watch: followPicker,
    submit: async (opened) => {
      noteOwnAction("group_added");
      const group = await post("/groups", { name: opened.value("name"), vm_ids: opened.values("vm_ids"), versions: versionsOf(chosenIn(opened)) });
      toast(t("group.created", { group: group.name }));
    },
  });
  wirePicker(dialog);
}

export function editGroupDialog(group) {
  const obstacle = deletionOf(group);
  const seen = new Seen(() => [presentGroup(group)].filter(Boolean));
  let base = group.name; // what the user's input started from
  openDialog({
    title: t("group.edit_title", { group: group.name }),
    body: html`${field("name", t("group.name"), { value: group.name, maxlength: 100, autofocus: true })}`,
    label: t("act.save"),
    watch: (opened) => {
      const input = opened.form.elements.name;
      const { name } = presentGroup(group) ?? group;
      if (input.value === base) base = input.value = name;
      opened.block(obstacle());
      seen.show(opened);
    },
    submit: async (opened) => {
      noteOwnAction("group_renamed");
      const renamed = await post(`/groups/${group.id}`, { name: opened.value("name"), version: seen.version });
      toast(t("group.renamed", { group: renamed.name }));
    },
  });
}

export function addToGroupDialog(group) {
  const obstacle = deletionOf(group);
  const others = [...state.vms.values()].filter((vm) => vm.group !== group.id);
  const dialog = openDialog({
    title: t("group.add_title", { group: group.name }),
    body: others.length ? vmPicker(others, t("group.vms")) : html`<p class="muted">${t("group.none_left")}</p>`,
    label: t("group.add_submit"),
    watch: (opened) => {
      opened.block(obstacle());
      followPicker(opened);
    },
    submit: async (opened) => {
      const chosen = opened.values("vm_ids");
      if (!chosen.length) throw new Error(t("group.choose"));
      noteOwnAction("group_edited");
      const { added } = await post(`/groups/${group.id}/add-existing-vms`, {
        vm_ids: chosen, version: presentGroup(group)?.version, versions: versionsOf(chosenIn(opened)) });
      toast(t("group.added", { n: added.length, group: group.name }));
    },
  });
  wirePicker(dialog);
}

export function removeFromGroupDialog(found) {
  const vm = followed(found);
  const group = groupOf(vm);
  const seen = new Seen(() => [state.vms.get(vm.id)].filter(Boolean));
  openDialog({
    about: vm,
    title: () => t("group.take_out_title", { vm: vm.id, group: group.name }),
    body: html`<p>${t("group.take_out_what")}</p>`,
    label: t("act.take-out"),
    watch: (opened) => {
      seen.show(opened);
      opened.block(state.vms.get(vm.id)?.group === group.id ? null : t("gone.not_in_group", { vm: vm.id }));
    },
    submit: async () => {
      noteOwnAction("vm_ungrouped", vm.id);
      await post("/remove-vm-from-group", { vm_id: vm.id, group_id: group.id, version: seen.version });
      toast(t("group.taken_out", { vm: vm.id }));
    },
  });
}

export function deleteGroupDialog(group) {
  const obstacle = deletionOf(group);
  const seen = new Seen(() => [presentGroup(group)].filter(Boolean));
  openDialog({
    title: t("group.delete_title", { group: group.name }),
    body: html`<p data-what>${t("group.delete_what", { n: group.vm_ids.length })}</p>`,
    label: t("act.delete"),
    tone: "danger",
    watch: (opened) => {
      opened.block(obstacle());
      seen.show(opened);
      setText(opened.part("[data-what]"), t("group.delete_what", { n: (presentGroup(group) ?? group).vm_ids.length }));
    },
    submit: async () => {
      noteOwnAction("group_deleted");
      await post("/delete-group", { group_id: group.id, version: seen.version });
      tellDeleted(t("group.deleted", { group: group.name }), { group_id: group.id }, { kind: "group_deleted", group: group.name });
    },
  });
}

const presentGroup = (group) => state.groups.find(({ id }) => id === group.id);

const chosenIn = (dialog) => dialog.values("vm_ids").map((id) => state.vms.get(id)).filter(Boolean);

const versionsOf = (vms) => Object.fromEntries(vms.map(({ id, version }) => [id, version]));

function vmPicker(vms, label) {
  return html`<fieldset class="field"><legend class="label">${label}</legend>
    ${vms.length > 8 && html`<input class="input" type="search" data-search placeholder="${t("search.short")}" aria-label="${t("search.short")}">`}
    <div class="vm-picker">${vms.map((vm) => html`
      <label><input type="checkbox" name="vm_ids" value="${vm.id}"><span>${vm.id}</span> <span class="group-name">${groupOf(vm)?.name}</span></label>`)}
    </div></fieldset>`;
}

/** Show the names and groups that the machines have now, and drop those that were deleted. What was chosen stays chosen. */
function followPicker(dialog) {
  const rows = [...dialog.node.querySelectorAll(".vm-picker label")], renamed = newNames(rows.map((row) => row.firstElementChild.value));
  for (const row of rows) {
    const [box, name, groupName] = row.children;
    if (renamed.has(box.value)) setText(name, (box.value = renamed.get(box.value)));
    const vm = state.vms.get(box.value);
    if (vm) setText(groupName, groupOf(vm)?.name ?? "");
    else row.remove();
  }
}

function wirePicker(dialog) {
  const search = dialog.part("[data-search]");
  search?.addEventListener("input", () => {
    const text = nameKey(search.value.trim());
    for (const row of dialog.node.querySelectorAll(".vm-picker label")) row.hidden = !nameKey(row.textContent).includes(text);
  });
  search?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
