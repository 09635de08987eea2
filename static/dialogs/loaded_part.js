// A part of a dialog that the server is asked for.
import { get } from "../api.js";
import { fill, html } from "../html.js";

export const loadedPart = html`<div class="details" data-loaded aria-busy="true"><span class="spinner"></span></div>`;

/** Fill the part with the markup of the server's answer. Until then nothing can be sent. */
export async function load(dialog, path, markup) {
  const container = dialog.part("[data-loaded]");
  dialog.blocked = true;
  dialog.updateSendButton();
  try {
    fill(container, markup(await get(path)));
    dialog.block(null);
  } catch (error) {
    container.querySelector(".spinner")?.remove(); // what was loaded before stays
    dialog.showError(error.message);
    if (!dialog.node.contains(document.activeElement)) dialog.part(".close").focus();
  }
  container.removeAttribute("aria-busy");
}
