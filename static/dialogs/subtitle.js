// The line below a dialog's title, where it says what can change while the dialog is open.
import { element, html, setText } from "../html.js";

/** Show the text below the title; "" removes the line. Call it after every change of the state. */
export function showSubtitle(dialog, text) {
  let node = dialog.part(".subtitle");
  if (!text) return node?.remove();
  if (!node) dialog.part("h2").after(node = element(html`<p class="subtitle"></p>`));
  setText(node, text);
}
