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

/** Return what is wrong as [{name, text}], in the form's order. Fields are named by their labels; `name` is the control's. */
export function mistakesOf({ message, details }, form) {
  if (details?.code !== "bad_input") return [{ name: details?.field, text: message }];
  const { others = [], ...first } = details;
  const place = ({ name }) => [...form.elements].findIndex((control) => control.name === name);
  const mistakes = [first, ...others.map((other) => ({ ...other, code: "bad_input" }))].map((mistake) => {
    const name = mistake.field?.split(".")[0];
    const label = labelOf(form.elements[name]);
    return { name, text: label || mistake !== first ? refusalText({ ...mistake, field: label ?? name }) : message };
  });
  return mistakes.sort((a, b) => place(a) - place(b));
}

/** `control`: an input, or the list of radio buttons of one name. */
const labelOf = (control) => (control?.labels?.[0] ?? control?.[0]?.closest("fieldset")?.querySelector("legend"))?.textContent;
