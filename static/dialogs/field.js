// A labelled input for the forms in dialogs, and errors that name a field by its label.
import { html } from "../html.js";
import { refusalText } from "../sentences.js";

export function field(name, label, { value = "", hint, type = "text", ...attributes } = {}) {
  const markup = Object.entries(attributes).map(([key, setting]) =>
    setting === true ? html` ${key}` : setting !== false && html` ${key}="${setting}"`);
  return html`<div class="field"><label for="f-${name}">${label}</label>
    <input class="input" id="f-${name}" name="${name}" type="${type}" value="${value}" autocomplete="off"${markup}>
    ${hint && html`<span class="hint">${hint}</span>`}</div>`;
}

/** Return the message of a failed call. A field that is filled in wrongly is named by its label in the form. */
export function errorText({ message, details }, form) {
  const label = details?.code === "bad_input" && details.field && labelOf(form.elements[details.field.split(".")[0]]);
  return label ? refusalText({ ...details, field: label }) : message;
}

/** `control`: an input, or the list of radio buttons of one name. */
const labelOf = (control) => (control?.labels?.[0] ?? control?.[0]?.closest("fieldset")?.querySelector("legend"))?.textContent;
