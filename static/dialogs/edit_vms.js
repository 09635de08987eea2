// The form that edits several machines at once. A text field shows what they all have; only what the user changes is sent.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { nameKey } from "../names.js";
import { state } from "../state.js";
import { field } from "./field.js";
import { followGroups, groupSelect, UNCHANGED } from "./group_select.js";
import { listOf, textsOf, valueOf } from "./vm_form.js";

const TEXTS = { description: { maxlength: 500 }, ssh_user: { maxlength: 64, spellcheck: "false", autocapitalize: "off" },
  ssh_port: { maxlength: 5, inputmode: "numeric" } };

export class VmsEdit {
  constructor(ids) {
    this.base = commonTexts(ids); // what the user's input started from
  }

  fields(ids) {
    return html`${groupSelect({ chosen: UNCHANGED, none: true, unchanged: true })}
      ${field("add_tags", t("several.add_tags"), { hint: t("vm.tags_hint") })}
      <div data-tags>${tagChoices(tagsOf(ids), [])}</div>
      ${Object.entries(TEXTS).map(([name, attributes]) => field(name, t(`fact.${name}`), { value: this.base[name] ?? "",
        placeholder: placeholder(this.base[name]), ...attributes }))}`;
  }

  /** Follow what others save: text fields that the user has not touched, the tags and the groups to choose from. */
  follow(dialog, ids) {
    followGroups(dialog);
    const present = commonTexts(ids);
    for (const name of Object.keys(TEXTS)) {
      const input = dialog.form.elements[name];
      input.placeholder = placeholder(present[name]);
      if (dialog.value(name) === (this.base[name] ?? "")) input.value = (this.base[name] = present[name]) ?? "";
    }
    this.followTags(dialog, tagsOf(ids));
  }

  followTags(dialog, tags) {
    const shown = [...dialog.form.querySelectorAll("[name=remove_tags]")].map(({ value }) => value);
    if (tags.join("\n") !== shown.join("\n")) fill(dialog.part("[data-tags]"), tagChoices(tags, dialog.values("remove_tags")));
  }

  /** Return the fields to send. Throws if the user has changed nothing. */
  changes(dialog) {
    const changed = Object.keys(TEXTS).filter((name) => dialog.value(name) !== (this.base[name] ?? ""));
    const values = Object.fromEntries(changed.map((name) => [name, valueOf(name, dialog.value(name))]));
    if (dialog.value("group_id") !== UNCHANGED) values.group_id = valueOf("group_id", dialog.value("group_id"));
    const tags = { add_tags: listOf(dialog.value("add_tags")), remove_tags: dialog.values("remove_tags") };
    for (const [name, list] of Object.entries(tags)) if (list.length) values[name] = list;
    if (!Object.keys(values).length) throw new Error(t("several.nothing"));
    return values;
  }
}

const vmsOf = (ids) => ids.map((id) => state.vms.get(id)).filter(Boolean);

/** Return what each text field shows: what all these machines have; null if they differ. */
function commonTexts(ids) {
  const texts = vmsOf(ids).map(textsOf);
  return Object.fromEntries(Object.keys(TEXTS).map((name) => {
    const [first = "", ...others] = new Set(texts.map((one) => one[name]));
    return [name, others.length ? null : first];
  }));
}

const placeholder = (common) => (common === null ? t("several.differ") : "");

/** Return the tags that any of these machines has, in order; of those that are the same, the first spelling. */
function tagsOf(ids) {
  const spellings = new Map();
  for (const tag of vmsOf(ids).flatMap((vm) => vm.tags ?? [])) if (!spellings.has(nameKey(tag))) spellings.set(nameKey(tag), tag);
  return [...spellings.values()].sort();
}

const tagChoices = (tags, chosen) => tags.length > 0 && html`<fieldset class="field"><legend class="label">${t("several.remove_tags")}</legend>
  <div class="quick-choices tags">${tags.map((tag) => html`
    <label><input type="checkbox" name="remove_tags" value="${tag}" ${chosen.includes(tag) && html`checked`}><span>${tag}</span></label>`)}</div></fieldset>`;
