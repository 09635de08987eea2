// What a dialog's user has seen of machines and groups. What others edit meanwhile is said in the dialog, and calls bring
// the versions seen, so that the server refuses a change that was meant for something else.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { newNames, state } from "../state.js";

const MAX_SHOWN = 5;
const LABELS = { id: "vm.id", name: "group.name", vm_ids: "group.vms", group: "fact.group", description: "fact.description", tags: "fact.tags",
  external_ip: "fact.external_ip", internal_ip: "fact.internal_ip", ssh_user: "fact.ssh_user", ssh_port: "fact.ssh_port", maintenance: "maintenance.field" };

export class Seen {
  /** `find()` returns the records that the dialog is about, now. `all`: what else it may come to be about. */
  constructor(find, all = find()) {
    this.find = find;
    this.first = new Map(all.map((record) => [record.id, record]));
    this.text = "";
  }

  /** The version of the only record. */
  get version() { return this.find()[0]?.version; }

  /** The versions of several machines. */
  get versions() { return Object.fromEntries(this.find().map(({ id, version }) => [id, version])); }

  /** Say in the dialog what has been edited since it was opened. Call it after every change of the state. */
  show(dialog) {
    for (const [was, id] of newNames(this.first.keys())) if (!this.first.has(id)) this.first.set(id, this.first.get(was));
    const found = this.find();
    const edits = found.map((record) => [record.id, edited(this.first.get(record.id), record)]).filter(([, what]) => what);
    const lines = edits.slice(0, MAX_SHOWN).map(([id, what]) => (found.length > 1 ? `${id}: ${what}` : what));
    if (edits.length > MAX_SHOWN) lines.push(t("bulk.more", { n: edits.length - MAX_SHOWN }));
    const text = lines.join("; ");
    if (text === this.text) return;
    this.text = text;
    tellMeanwhile(dialog, text && t("meanwhile.changed", { what: text }));
  }
}

/** Show what has changed meanwhile; "" removes it. It prevents nothing. */
export function tellMeanwhile(dialog, text) {
  fill(dialog.part("[data-meanwhile]"), text && html`<p class="notice">${text}</p>`);
}

/** Return a function that tells whether the group was deleted; null: no. Once it was, a new one with its number is another. */
export function deletionOf({ id, name }) {
  let deleted = false;
  return () => {
    deleted ||= !state.groups.some((group) => group.id === id);
    return deleted ? t("gone.group", { group: name }) : null;
  };
}

/** Return the label of each field that an edit has changed. Visitors see no versions, and no fields that could differ. */
export function editedFields(before, now) {
  if (!before || now.version === undefined || now.version === before.version) return [];
  return Object.keys(LABELS).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
}

export const labelOf = (name) => t(LABELS[name]);

/** Return the edited fields with their present values, as text. */
const edited = (before, now) => editedFields(before, now).map((name) => `${labelOf(name)}: ${valueText(name, before, now)}`).join(", ");

function valueText(name, before, now) {
  if (name === "group") return groupName(now.group);
  if (name !== "vm_ids") return [now[name] ?? ""].flat().join(", ") || t("meanwhile.empty");
  const added = now.vm_ids.filter((id) => !before.vm_ids.includes(id)).map((id) => `+${id}`);
  const gone = before.vm_ids.filter((id) => !now.vm_ids.includes(id)).map((id) => `−${id}`);
  const all = [...added, ...gone];
  return [...all.slice(0, MAX_SHOWN), all.length > MAX_SHOWN && t("bulk.more", { n: all.length - MAX_SHOWN })].filter(Boolean).join(" ");
}

export const groupName = (id) => state.groups.find((group) => group.id === Number(id))?.name ?? t("groups.none");
