// The one way from data to markup: every interpolation is escaped, unless it is markup made here.

class Markup {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Markup from a template: html`<b>${name}</b>`. Lists are joined; null, undefined and false are nothing. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, index) => text + markupOf(values[index - 1]) + part));
}

/** The first element that the markup makes. */
export function element(markup) {
  return fragment(markup).firstElementChild;
}

export function fragment(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup.toString().trim();
  return template.content;
}

/** Put the markup in the place of what the node holds. */
export function fill(node, markup) {
  node.replaceChildren(fragment(markup || ""));
}

/** Set a text only where it differs, so that what stands still is not painted again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function icon(name) {
  return html`<svg class="icon" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}

function markupOf(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(markupOf).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}
