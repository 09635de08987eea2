// The choice of a group. It follows which groups there are while the dialog is open.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

/** The value of the option that leaves each machine in its group. */
export const UNCHANGED = "unchanged";

/** `chosen`: the id of a group, as text. `none`: no group can be chosen too. `unchanged`: so can what each machine has. */
export function groupSelect({ chosen = "", none = false, unchanged = false } = {}) {
  return html`<div class="field"><label for="f-group">${t("fact.group")}</label>
    <select class="input" id="f-group" name="group_id" ${none && html`data-none`} ${unchanged && html`data-unchanged autofocus`}
      data-groups="${groupsNow()}">${options(chosen, none, unchanged)}</select></div>`;
}

/** Offer the groups that there are now. A chosen group that was deleted is no longer chosen. */
export function followGroups(dialog) {
  const select = dialog.form.elements.group_id;
  if (select.dataset.groups === groupsNow()) return;
  select.dataset.groups = groupsNow();
  fill(select, options(select.value, "none" in select.dataset, "unchanged" in select.dataset));
}

const groupsNow = () => JSON.stringify(state.groups.map(({ id, name }) => [id, name]));

const options = (chosen, none, unchanged) => html`
  ${unchanged && html`<option value="${UNCHANGED}">${t("several.unchanged")}</option>`}
  ${none && html`<option value="">${t("groups.none")}</option>`}
  ${state.groups.map(({ id, name }) => html`<option value="${id}" ${String(id) === chosen && html`selected`}>${name}</option>`)}`;
