// The form with the fields of a machine. What others save while it is open comes into it; what the user has typed stays.
import { element, html, setText } from "../html.js";
import { t } from "../i18n.js";
import { field } from "./field.js";
import { followGroups, groupSelect } from "./group_select.js";
import { editedFields, groupName, labelOf, tellMeanwhile } from "./seen.js";

// What each field shows of a machine
const TEXTS = {
  id: ({ id = "" }) => id,
  group_id: (vm) => String(vm.group ?? ""),
  external_ip: (vm) => vm.external_ip ?? "",
  internal_ip: (vm) => vm.internal_ip ?? "",
  ssh_user: (vm) => vm.ssh_user ?? "",
  ssh_port: (vm) => String(vm.ssh_port ?? ""),
  description: (vm) => vm.description ?? "",
  tags: (vm) => (vm.tags ?? []).join(", "),
  maintenance: (vm) => vm.maintenance ?? "",
};
// What is sent for a text, where it is not the text itself
const VALUES = { group_id: numberOf, ssh_port: numberOf, tags: listOf, maintenance: (text) => text || null };

export function vmFields(vm) {
  const texts = textsOf(vm);
  return html`
    ${vm.id && field("id", t("vm.id"), { value: vm.id, maxlength: 64, spellcheck: "false", autocapitalize: "off", hint: t("vm.rename_hint") })}
    ${groupSelect({ chosen: texts.group_id, none: true })}
    ${field("external_ip", t("fact.external_ip"), { value: texts.external_ip, maxlength: 255, spellcheck: "false" })}
    ${field("internal_ip", t("fact.internal_ip"), { value: texts.internal_ip, maxlength: 255, spellcheck: "false" })}
    ${field("ssh_user", t("fact.ssh_user"), { value: texts.ssh_user, maxlength: 64, spellcheck: "false", autocapitalize: "off" })}
    ${field("ssh_port", t("fact.ssh_port"), { value: texts.ssh_port, maxlength: 5, inputmode: "numeric", placeholder: "22" })}
    ${field("description", t("fact.description"), { value: texts.description, maxlength: 500 })}
    ${field("tags", t("fact.tags"), { value: texts.tags, hint: t("vm.tags_hint") })}
    ${vm.id && field("maintenance", t("maintenance.field"), { value: texts.maintenance, maxlength: 200, hint: t("maintenance.field_hint") })}`;
}

/** Return the values of all fields, as the API takes them. */
export function vmValues(dialog) {
  return Object.fromEntries(namesIn(dialog).map((name) => [name, valueOf(name, dialog.value(name))]));
}

/** The form of an edit. `version` is what its user has seen of the machine. */
export class VmEdit {
  constructor(vm) {
    this.first = this.seen = vm;
    this.base = textsOf(vm); // what the user's input started from
  }

  get version() { return this.seen.version; }

  /** Offer the values of others with a click. */
  wire(dialog) {
    dialog.body.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-use]")?.dataset.use;
      if (!name) return;
      this.take(dialog, name, textsOf(this.seen)[name]);
      dialog.form.elements[name].focus();
    });
  }

  /** Take over what others have saved: fields that the user has not touched show it, the others say it. */
  show(dialog, vm) {
    followGroups(dialog);
    if (vm.version === undefined || vm.version === this.seen.version) return;
    this.seen = vm;
    const theirs = textsOf(vm);
    for (const name of namesIn(dialog)) {
      const typed = dialog.value(name);
      if (typed === this.base[name] || typed === theirs[name]) this.take(dialog, name, theirs[name]);
      else showOther(dialog, name, theirs[name] === this.base[name] ? null : theirs[name]);
    }
    const fields = editedFields(this.first, vm).map(labelOf).join(", ");
    tellMeanwhile(dialog, fields && t("meanwhile.fields", { fields }));
  }

  /** Return the fields to send. Tags that others have changed meanwhile stay beside those that the user adds and removes. */
  changes(dialog) {
    const present = textsOf(this.seen);
    const changed = namesIn(dialog).filter((name) => dialog.value(name) !== present[name]);
    const values = Object.fromEntries(changed.map((name) => [name, valueOf(name, dialog.value(name))]));
    if (!values.tags || this.base.tags === present.tags) return values;
    const { tags: typed, ...others } = values;
    const base = listOf(this.base.tags);
    return { ...others, add_tags: typed.filter((tag) => !base.includes(tag)), remove_tags: base.filter((tag) => !typed.includes(tag)) };
  }

  take(dialog, name, text) {
    dialog.form.elements[name].value = this.base[name] = text;
    showOther(dialog, name, null);
  }
}

/** Return what the fields show of the machine. */
export const textsOf = (vm) => Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [name, text(vm)]));

const namesIn = (dialog) => Object.keys(TEXTS).filter((name) => dialog.form.elements[name]);

/** Return what is sent for the text of the field. */
export const valueOf = (name, text) => (VALUES[name] ? VALUES[name](text) : text);

/** Return the number; what is none goes to the server as it is, which says what is wrong with it. */
function numberOf(text) {
  return /^\d+$/.test(text) ? Number(text) : text || null;
}

/** Return the texts that commas separate. */
export function listOf(text) {
  return text.split(",").map((tag) => tag.trim()).filter(Boolean);
}

/** Show at the field what others have saved in it, with a button that takes it over; null: nothing. */
function showOther(dialog, name, text) {
  const input = dialog.form.elements[name];
  const id = `${input.id}-meanwhile`;
  let note = dialog.part(`#${id}`);
  if (text === null) {
    note?.parentElement.remove();
    input.removeAttribute("aria-describedby");
    return;
  }
  if (!note) {
    input.closest(".field").append(element(html`<div class="meanwhile"><span id="${id}"></span>
      <button type="button" class="button small" data-use="${name}"
        aria-label="${t("meanwhile.use")}: ${labelOf(name === "group_id" ? "group" : name)}">${t("meanwhile.use")}</button></div>`));
    note = dialog.part(`#${id}`);
    input.setAttribute("aria-describedby", id);
  }
  const value = (name === "group_id" ? groupName(text) : text) || t("meanwhile.empty");
  setText(note, t(name === "tags" ? "meanwhile.tags" : "meanwhile.field", { value }));
}
