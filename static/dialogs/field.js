// A labelled input for the forms in dialogs.
import { html } from "../html.js";

export function field(name, label, { value = "", hint, type = "text", ...attributes } = {}) {
  const markup = Object.entries(attributes).map(([key, setting]) =>
    setting === true ? html` ${key}` : setting !== false && html` ${key}="${setting}"`);
  return html`<div class="field"><label for="f-${name}">${label}</label>
    <input class="input" id="f-${name}" name="${name}" type="${type}" value="${value}" autocomplete="off"${markup}>
    ${hint && html`<span class="hint">${hint}</span>`}</div>`;
}
