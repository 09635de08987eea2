// A labelled input, as forms in dialogs have them.
import { html } from "../html.js";

export function field(name, label, { value = "", hint, type = "text", ...more } = {}) {
  const attributes = Object.entries(more).map(([key, setting]) =>
    setting === true ? html` ${key}` : setting !== false && html` ${key}="${setting}"`);
  return html`<div class="field"><label for="f-${name}">${label}</label>
    <input class="input" id="f-${name}" name="${name}" type="${type}" value="${value}" autocomplete="off"${attributes}>
    ${hint && html`<span class="hint">${hint}</span>`}</div>`;
}
