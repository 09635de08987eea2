// The admin's dialog that adds a machine, or several, one after the other.
import { postForVm } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { noteOwnAction, toast } from "../views/toasts.js";
import { openDialog } from "./dialog.js";
import { field } from "./field.js";
import { followGroups } from "./group_select.js";
import { vmFields, vmValues } from "./vm_form.js";

const NAME_AT_MOST = 64; // characters
const ITS_OWN = ["external_ip", "internal_ip", "description"]; // fields that hardly two machines share

export function addVmDialog() {
  openDialog({
    title: t("vm.add"),
    body: html`${field("id", t("vm.id"), { maxlength: NAME_AT_MOST, autofocus: true, hint: t("vm.id_hint"), placeholder: "server-01" })}${vmFields({})}`,
    extraButtons: html`<label class="check"><input type="checkbox" name="another" value="yes"><span>${t("vm.add_another")}</span></label>`,
    label: t("vm.add_submit"),
    watch: followGroups,
    submit: async (dialog) => {
      const id = dialog.value("id");
      noteOwnAction("vm_added", id);
      await postForVm("/add-vm", { id, ...vmValues(dialog) });
      toast(t("vm.added", { vm: id }));
      return dialog.value("another") !== "yes" || startNext(dialog, id);
    },
  });
}

/** Keep the dialog for the machine after this one: its name is proposed, and what machines share stays. */
function startNext({ form }, id) {
  for (const name of ITS_OWN) form.elements[name].value = "";
  const input = form.elements.id;
  input.value = nextName(id);
  input.focus();
  input.select();
  return false;
}

/** Return the first free name after this one: server-02 for server-01, and "" for one that does not end in a number. */
function nextName(id) {
  const [, stem, digits] = /^(.*?)(\d{1,15})$/.exec(id) ?? [];
  if (!digits) return "";
  let number = Number(digits);
  let name;
  do name = stem + String(++number).padStart(digits.length, "0"); while (state.vms.has(name));
  return name.length <= NAME_AT_MOST ? name : "";
}
