// The only way from data to markup: every interpolated value is escaped, unless it is markup made here.

class Markup {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Return markup from a template: html`<b>${name}</b>`. Lists are joined; null, undefined and false become "". */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, index) => text + markupOf(values[index - 1]) + part));
}

/** Return the first element of the markup. */
export function element(markup) {
  return fragment(markup).firstElementChild;
}

export function fragment(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup.toString().trim();
  return template.content;
}

/** Replace the content of the node. */
export function fill(node, markup) {
  node.replaceChildren(fragment(markup || ""));
}

/** Set the text of a node only if it differs, so that the browser does not paint it again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Return whether the node takes room on the page: neither it nor what is around it is hidden. */
export function isRendered(node) {
  return node.getClientRects().length > 0; // checkVisibility() needs Safari 17.4
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
