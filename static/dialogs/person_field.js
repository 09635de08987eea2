// The field for another person's address, with suggestions: the people of the board, and for admins everybody who has signed in.
import { get } from "../api.js";
import { fill, html } from "../html.js";
import { t } from "../i18n.js";
import { isAdmin, state } from "../state.js";
import { field } from "./field.js";

export const personField = (label, options = {}) => html`${field("email", label, {
  type: "email", maxlength: 254, inputmode: "email", autocapitalize: "none", spellcheck: "false", list: "people", placeholder: "name@example.com", ...options,
})}<datalist id="people"></datalist>`;

/** Return the field of an admin who may book for somebody else; nothing for anybody else. */
export const forWhomField = () => isAdmin() && personField(t("book.for"), { hint: t("book.for_hint"), placeholder: state.me.email });

/** Return whom an admin books for, as a field of the call; empty for oneself. */
export const forWhom = (dialog) => (dialog.value("email") ? { email: dialog.value("email") } : {});

export const suggestForWhom = (dialog) => isAdmin() && suggestPeople(dialog, (email) => email !== state.me.email);

/** Fill the suggestions with the people whom `fits` accepts. */
export async function suggestPeople(dialog, fits) {
  const show = (emails) => fill(dialog.part("#people"), html`${[...new Set(emails)].filter(fits).sort().map((email) => html`<option value="${email}"></option>`)}`);
  show(peopleOfBoard());
  if (!isAdmin()) return;
  try {
    show((await get("/users")).map(({ email }) => email));
  } catch (error) {
    console.info("no more suggestions:", error.message);
  }
}

/** Return the addresses of everybody who has a machine, or waits for one. */
function peopleOfBoard() {
  const places = [...state.vms.values(), ...state.groups];
  return places.flatMap(({ booked_by: holder, held_for: next, queue = [] }) => [holder, next, ...queue.map(({ email }) => email)]).filter(Boolean);
}
