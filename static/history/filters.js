// The filters of the history: person, machine, kind, days.
import { element, html } from "../html.js";
import { t } from "../i18n.js";
import { state } from "../state.js";
import { CATEGORIES } from "./kinds.js";
import { csvLink } from "./panel.js";

/** Return the markup. `where`: "page", or "dialog", where the machine is given. */
export function filterBar(where) {
  const id = (name) => `past-${where}-${name}`;
  const labelled = (name, control) => html`<div class="past-filter"><label for="${id(name)}">${t(`history.${name === "action" ? "kind" : name}`)}</label>${control}</div>`;
  const text = (name) => labelled(name, html`<input class="input" id="${id(name)}" name="${name}" type="search" maxlength="254" autocomplete="off" spellcheck="false" list="${id(name)}-list" placeholder="${name === "person" ? t("history.anyone") : t("groups.all")}"><datalist id="${id(name)}-list"></datalist>`);
  const date = (name) => labelled(name, html`<input class="input" id="${id(name)}" name="${name}" type="date">`);
  return html`<div class="past-filters" role="search" aria-label="${t("history.label")}">
    ${text("person")}${where === "page" && text("machine")}
    ${labelled("action", html`<select class="input" id="${id("action")}" name="action">
      <option value="">${t("history.kinds.all")}</option>${Object.keys(CATEGORIES).map((kind) => html`<option value="${kind}">${t(`history.kinds.${kind}`)}</option>`)}</select>`)}
    ${where === "page" && date("from")}${date("to")}${where === "dialog" && csvLink({})}</div>`;
}

/** Call `changed({name: value})` when the user has changed a filter. Half a name is none: what is typed counts at its end. */
export function wireFilters(root, changed) {
  const bar = root.querySelector(".past-filters");
  const tell = ({ name, value }) => changed({ [name]: value.trim() });
  bar.addEventListener("change", ({ target }) => tell(target));
  bar.addEventListener("input", ({ target }) => target.list && (!target.value || isSuggested(target)) && tell(target));
  bar.addEventListener("keydown", (event) => { // in a form of a dialog, Enter would send that
    if (event.key === "Enter") { event.preventDefault(); tell(event.target); }
  });
  bar.addEventListener("focusin", ({ target }) => target.list && suggest(target));
}

/** Show what the parameters say, except in a field in which the user types. */
export function showFilters(root, parameters) {
  for (const control of root.querySelectorAll(".past-filters :is(input, select)")) {
    const value = parameters[control.name] ?? "";
    if (control === document.activeElement && control.type === "search") continue;
    if (control.name === "action") noteChosen(control, value);
    control.value = value;
  }
}

/** Kinds that are no category, from a link, are an option of their own. */
function noteChosen(select, value) {
  select.querySelector("[data-chosen]")?.remove();
  if (value && !(value in CATEGORIES)) select.append(element(html`<option value="${value}" data-chosen>${t("history.kinds.chosen")}</option>`));
}

const isSuggested = ({ list, value }) => [...list.options].some((option) => option.value === value);

function suggest(input) {
  const places = [...state.vms.values(), ...state.groups];
  const people = () => places.flatMap(({ booked_by: holder, held_for: next, queue = [] }) => [holder, next, ...queue.map(({ email }) => email)]);
  const names = input.name === "person" ? [state.me.email, ...people().filter(Boolean).sort()] : [...state.vms.keys()];
  input.list.replaceChildren(...[...new Set(names)].map((name) => Object.assign(document.createElement("option"), { value: name })));
}
