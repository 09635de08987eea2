// The choice of a group. It follows which groups there are while the dialog is open.
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";

/** `chosen`: the id of a group, as text. `none`: no group can be chosen too. */
export function groupSelect({ chosen = "", none = false } = {}) {
  return html`<div class="field"><label for="f-group">${t("fact.group")}</label>
    <select class="input" id="f-group" name="group_id" ${none ? html`data-none` : html`autofocus`} data-groups="${groupsNow()}">${options(chosen, none)}</select></div>`;
}

/** Offer the groups that there are now. A chosen group that was deleted is no longer chosen. */
export function followGroups(dialog) {
  const select = dialog.form.elements.group_id;
  if (select.dataset.groups === groupsNow()) return;
  select.dataset.groups = groupsNow();
  fill(select, options(select.value, select.dataset.none !== undefined));
}

const groupsNow = () => JSON.stringify(state.groups.map(({ id, name }) => [id, name]));

const options = (chosen, none) => html`${none && html`<option value="">${t("groups.none")}</option>`}
  ${state.groups.map(({ id, name }) => html`<option value="${id}" ${String(id) === chosen && html`selected`}>${name}</option>`)}`;
